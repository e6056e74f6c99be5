"""A crawl of the demo site: everything listed arrives as it should, and what is known costs nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from support.newsroom import Newsroom

from jianbao.demo import DemoSite, Post
from jianbao.demo.misbehaviour import Kind

COUNTED = ("article", "revision", "listing", "capture", "security")


@pytest.fixture
def whole(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom of all the demo's papers."""
    return open_newsroom()


def printed(site: DemoSite) -> dict[str, list[Post]]:
    """Return what the site lists: for each info code, its posts."""
    posts: dict[str, list[Post]] = {}
    for slug in site.slugs:
        for post in site.listed(slug):
            posts.setdefault(post.info_code, []).append(post)
    return posts


def count_rows(newsroom: Newsroom) -> dict[str, int]:
    return {table: newsroom.rows(f"SELECT count(*) FROM {table}")[0] for table in COUNTED}


def test_a_clean_crawl_archives_all_that_is_listed(whole: Newsroom) -> None:
    crawled = whole.crawl()
    posts = printed(whole.site)
    assert crawled.report["status"] == "ok"
    assert crawled.total("new") == len(posts) > 55
    assert whole.states() == {"archived": sum(len(whole.site.listed(slug)) for slug in whole.site.slugs)}
    assert whole.events() == []
    assert max(Counter(crawled.paths).values()) == 1, "nothing is asked for twice"
    for code, listed in posts.items():
        leading = next((post for post in listed if not post.rolling), listed[0])
        stored = whole.stored(code)
        assert stored is not None
        assert stored.article.title == leading.title
        assert stored.article.media == leading.media
        assert stored.article.published_at == leading.published_at
        assert tuple(line.text for line in stored.article.paragraphs) == leading.paragraphs
        assert stored.revision == 1
        assert str(stored.forms) == " ".join(
            sorted({"rolling" if post.rolling else "media" for post in listed})
        )


def test_each_article_names_the_sources_that_listed_it(whole: Newsroom) -> None:
    whole.crawl()
    items = whole.ask("list", "--duplicates", "--limit", "1000")["items"]
    listed = {code: {post.slug for post in posts} for code, posts in printed(whole.site).items()}
    # A slug of two words is two categories upstream, so its posts are listed on the page of its first word.
    assert {item["info_code"]: set(item["sources"]) for item in items} == {
        code: {slug for slug in whole.site.slugs if code in {p.info_code for p in whole.site.listed(slug)}}
        for code in listed
    }


def test_a_second_crawl_asks_each_page_once_and_writes_nothing(whole: Newsroom) -> None:
    whole.crawl()
    before, warc_bytes = count_rows(whole), whole.warc_bytes()
    again = whole.crawl()
    assert sorted(again.paths) == sorted(whole.site.category_path(slug) for slug in whole.site.slugs)
    assert {counts["poll"] for counts in again.report["sources"]} == {"unchanged"}
    assert again.report["requests"] == len(whole.site.slugs)
    assert (count_rows(whole), whole.warc_bytes()) == (before, warc_bytes)


def test_a_third_crawl_asks_only_whether_the_pages_changed(whole: Newsroom) -> None:
    for _ in range(3):
        whole.crawl()
    assert [request.status for request in whole.site.requests] == [304] * len(whole.site.slugs)


def test_after_a_day_the_pages_are_looked_at_whole_again(newsroom: Newsroom) -> None:
    for _ in range(3):
        newsroom.crawl()
    newsroom.let_time_pass(timedelta(days=1, minutes=1))
    crawled = newsroom.crawl()
    assert crawled.paths[0] == "/robots.txt", "robots.txt is remembered for a day as well"
    assert [request.status for request in newsroom.site.requests] == [200, 200]
    assert crawled.total("new") == 0


def test_a_new_article_costs_two_requests(newsroom: Newsroom) -> None:
    newsroom.crawl()
    post = newsroom.site.publish()
    crawled = newsroom.crawl()
    assert crawled.paths == [newsroom.site.category_path(post.slug), post.dated_path]
    assert crawled.sources[post.slug] | {"poll": "changed", "new": 1} == crawled.sources[post.slug]


def test_a_page_that_is_not_there_is_an_empty_poll(newsroom: Newsroom) -> None:
    newsroom.crawl()
    newsroom.site.advance(4)
    crawled = newsroom.crawl()
    assert [counts["poll"] for counts in crawled.report["sources"]] == ["empty"]
    assert [request.status for request in newsroom.site.requests] == [404]
    assert newsroom.states() == {"archived": 2}
    newsroom.site.publish()
    assert newsroom.crawl().total("new") == 1


def test_a_new_title_on_the_page_fetches_the_article_again(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = newsroom.site.articles[0].code
    newsroom.site.edit(code, title="赣江新村的灯 换了一种亮法")
    crawled = newsroom.crawl()
    assert crawled.total("revised") == 1
    assert newsroom.show(code)["title"] == "赣江新村的灯 换了一种亮法"
    assert newsroom.crawl().paths == [newsroom.site.category_path(newsroom.site.slugs[0])]


def test_a_redirect_on_the_same_host_is_followed(newsroom: Newsroom) -> None:
    site = newsroom.site
    newsroom.crawl()
    post = site.publish()
    other = site.twin(post.code, slug="ganjiangwanbao")
    site.misbehave(post.dated_path, "redirect", location=site.url + other.dated_path, status=301)
    crawled = newsroom.crawl()
    assert crawled.paths[1:] == [post.dated_path, other.dated_path]
    assert newsroom.show(post.code)["paragraphs"] == list(post.paragraphs)


def test_a_redirect_to_another_article_is_not_believed(newsroom: Newsroom) -> None:
    site = newsroom.site
    newsroom.crawl()
    post = site.publish()
    site.misbehave(post.dated_path, "redirect", location=site.url + site.articles[0].dated_path, status=302)
    site.misbehave("/NewsData/*", "status", status=404)  # nobody else has it either
    crawled = newsroom.crawl(status=1)
    assert f"is the page of another article, {site.articles[0].info_code}" in crawled.errors
    assert newsroom.states() == {"archived": 2, "quarantined": 1}


def polled(site: DemoSite) -> int:
    """Return how many category pages the site has answered."""
    return sum(request.path.startswith("/category/") and request.status > 0 for request in [*site.requests])


def test_an_article_listed_twice_at_once_is_fetched_once_in_each_form(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(slugs=("emnews", "nanchangribao", "shangraoribao"))
    site = newsroom.site
    for known in site.articles:
        site.delete(known.code)
    post = site.publish(slug="nanchangribao")
    twins = [site.twin(post.code), site.twin(post.code, slug="shangraoribao")]
    for each in (post, *twins):
        site.misbehave(each.dated_path, "hold", until=lambda: polled(site) == len(newsroom.slugs))
    crawled = newsroom.crawl()
    assert crawled.total("new") == 1
    assert newsroom.states() == {"archived": 3}
    asked = [path for path in crawled.paths if post.digits in path]
    assert len(asked) == 2, "once as rolling news, once as a newspaper's"
    assert twins[0].dated_path in asked
    assert {post.dated_path, twins[1].dated_path} & {*asked}, "of whichever newspaper was polled first"


def test_robots_txt_is_obeyed(newsroom: Newsroom) -> None:
    newsroom.site.set_robots("User-agent: *\nDisallow: /category/\n")
    crawled = newsroom.crawl(status=1)
    assert crawled.paths == ["/robots.txt"]
    assert "is forbidden by robots.txt" in crawled.errors
    newsroom.configure(obey_robots=False)
    assert newsroom.crawl().total("new") == 2


def test_a_robots_txt_that_answers_an_error_forbids_everything_until_it_recovers(newsroom: Newsroom) -> None:
    newsroom.site.misbehave("/robots.txt", "status", times=1, status=500)
    crawled = newsroom.crawl(status=1)
    assert crawled.paths == ["/robots.txt"]
    assert "may not be fetched while its host's robots.txt answers 500" in crawled.errors
    assert newsroom.crawl().total("new") == 2


def test_a_robots_txt_out_of_reach_forbids_everything_until_it_recovers(newsroom: Newsroom) -> None:
    newsroom.site.misbehave("/robots.txt", "reset")
    crawled = newsroom.crawl(status=1)
    assert set(crawled.paths) == {"/robots.txt"}
    assert "may not be fetched while its host's robots.txt is out of reach" in crawled.errors
    newsroom.site.behave()
    assert newsroom.crawl().total("new") == 2


@pytest.mark.parametrize("kind", ["challenge", "redirect", "huge", "empty"])
def test_a_robots_txt_that_says_nothing_forbids_nothing(newsroom: Newsroom, kind: Kind) -> None:
    newsroom.site.misbehave("/robots.txt", kind)
    assert newsroom.crawl().total("new") == 2
