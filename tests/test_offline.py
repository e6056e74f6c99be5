"""What could not be fetched while it was listed: looked for at every address, or accounted for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from support.crawl_processes import is_article
from support.newsroom import Newsroom, small_press

from jianbao.demo import Post

GONE_AT_ONCE = "answered 404"


def test_what_left_the_page_is_fetched_from_where_it_moved(newsroom: Newsroom) -> None:
    site = newsroom.site
    posts = site.articles
    for post in posts:
        site.misbehave(post.code, "status", status=500)
    assert newsroom.crawl(status=1).total("failed") == 2
    site.behave()
    site.advance(4)
    crawled = newsroom.crawl()
    assert [counts["poll"] for counts in crawled.report["sources"]] == ["empty"]
    assert crawled.total("new") == 2
    for post in posts:
        shown = newsroom.show(post.code)
        assert shown["url"] == site.url + post.moved_path
        assert shown["paragraphs"] == list(post.paragraphs)
        assert shown["published_at"] == post.published_at.isoformat()


def test_what_no_page_has_any_more_is_fetched_as_json(newsroom: Newsroom) -> None:
    site = newsroom.site
    post = site.articles[0]
    site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    site.behave()
    site.delete(post.code)
    crawled = newsroom.crawl()
    assert [path for path in crawled.paths if post.digits in path] == [
        post.dated_path,
        post.moved_path,
        f"/NewsData/GetNewsText.do?id={post.code}",
    ]
    shown = newsroom.show(post.code)
    assert (shown["title"], shown["media"]) == (post.title, post.media)
    assert shown["paragraphs"] == list(post.paragraphs)


def test_what_is_nowhere_stays_in_the_ledger_with_every_answer(newsroom: Newsroom) -> None:
    site = newsroom.site
    post = site.articles[0]
    site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    site.behave()
    site.delete(post.code, everywhere=True)
    crawled = newsroom.crawl(status=1)
    assert crawled.total("failed") == 1
    row = newsroom.listing(post.info_code)
    assert (row["state"], row["attempts"]) == ("failed", 2)
    assert row["next_try_at"] is not None, "nothing is ever given up"
    for address in (post.dated_path, post.moved_path, "/NewsData/GetNewsText.do"):
        assert f"{address}" in row["last_error"]
    assert row["last_error"].count(GONE_AT_ONCE) == 3
    site.restore(post.code)
    assert newsroom.crawl().total("new") == 1


def test_an_article_that_another_source_lists_is_looked_for_there(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(articles=2, papers=2))
    site = newsroom.site
    first, second = site.slugs
    post = site.publish(slug=first)
    twin = site.twin(post.code, slug=second)
    site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    site.behave()
    site.delete(post.code, slug=first, everywhere=True)
    crawled = newsroom.crawl(first)
    assert twin.dated_path in crawled.paths
    assert crawled.total("new") == 1
    assert newsroom.states() == {"archived": 4}


def test_a_twin_that_never_could_be_fetched_is_accounted_for_beside_its_archived_article(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(slugs=("nanchangribao", "emnews"))
    site = newsroom.site
    post = site.publish(slug="nanchangribao")
    newsroom.crawl()
    twin = site.twin(post.code)
    site.misbehave(twin.dated_path, "status", times=1, status=500)
    newsroom.crawl(status=1)
    site.delete(post.code, everywhere=True)
    crawled = newsroom.crawl(status=1)
    assert (crawled.total("failed"), crawled.total("gone")) == (1, 0)
    row = newsroom.listing(post.info_code, "emnews")
    assert (row["state"], row["attempts"]) == ("failed", 2)
    assert newsroom.show(post.code)["status"] == "archived", "nobody asked for its other form"


def test_an_address_that_fails_again_and_again_is_passed_over(newsroom: Newsroom) -> None:
    site = newsroom.site
    post = site.articles[0]
    site.misbehave(post.dated_path, "status", status=500)
    for _ in range(2):
        newsroom.crawl(status=1)
    crawled = newsroom.crawl()
    assert crawled.total("new") == 1
    assert "GetNewsText" in newsroom.show(post.code)["url"]


def test_when_every_address_fails_again_and_again_it_is_no_proof_that_the_article_is_gone(
    newsroom: Newsroom,
) -> None:
    site = newsroom.site
    post = site.articles[0]
    newsroom.crawl()
    site.edit(post.code, title="一个新标题 和一座打不开的城")
    site.misbehave(post.dated_path, "status", status=500)
    for _ in range(2):
        newsroom.crawl(status=1)
    site.delete(post.code, everywhere=True)
    crawled = newsroom.crawl(status=1)
    assert (crawled.total("failed"), crawled.total("gone")) == (1, 0)
    assert newsroom.show(post.code)["status"] == "archived"


def test_a_category_page_that_hangs_does_not_hold_back_what_it_listed_before(newsroom: Newsroom) -> None:
    site = newsroom.site
    for post in site.articles:
        site.misbehave(post.code, "status", status=500)
    assert newsroom.crawl(status=1).total("failed") == 2
    site.behave()

    def both_came() -> bool:
        return sum(is_article(request.path) and request.status == 200 for request in [*site.requests]) == 2

    site.misbehave("/category/*", "reset", until=both_came)
    crawled = newsroom.crawl(status=1)
    assert crawled.total("new") == 2
    assert newsroom.states() == {"archived": 2}


def test_ten_days_offline(open_newsroom: Callable[..., Newsroom]) -> None:
    """Every day two articles come out; the archive sleeps for ten days in the middle of it."""
    newsroom = open_newsroom(small_press(articles=6, papers=2))
    site = newsroom.site
    for slug in site.slugs:
        site.publish(slug=slug)
    owed = site.publish(slug=site.slugs[0])
    lost = site.publish(slug=site.slugs[0])
    for post in (owed, lost):
        site.misbehave(post.code, "status", status=503)
    newsroom.crawl(status=1)
    missed: list[Post] = []
    offered: list[Post] = []
    for day in range(10):
        site.advance(1)
        (missed if day < 7 else offered).extend(site.publish(slug=slug) for slug in site.slugs)
    site.delete(lost.code, everywhere=True)
    site.behave()
    newsroom.let_time_pass(timedelta(days=10))

    crawled = newsroom.crawl(status=1)
    assert crawled.total("new") == len(offered) + 1
    for post in (*offered, owed):
        assert newsroom.show(post.code)["paragraphs"] == list(post.paragraphs)
    assert newsroom.show(owed.code)["url"] == site.url + owed.moved_path
    row = newsroom.listing(lost.info_code)
    assert row["state"] == "failed"
    assert row["last_error"].count(GONE_AT_ONCE) == 3
    assert newsroom.states() == {"archived": 8 + 1 + len(offered), "failed": 1}

    # What came and went meanwhile was never listed to us, but can be asked for by its code.
    assert all(newsroom.stored(post.info_code) is None for post in missed)
    codes = [argument for post in missed for argument in ("--code", post.code)]
    assert newsroom.recrawl(*codes).total("new") == len(missed)
