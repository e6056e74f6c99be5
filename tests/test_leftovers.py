"""What is owed or gone is never forgotten: leftovers are fetched, articles come back, nothing is given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from support.newsroom import Newsroom, small_press

from jianbao.demo import DemoSite, Post
from storage.ledger.source_locks import hold_sources

KEPT, REMOVED = "di1xianribao", "di2xianribao"
HOUR = timedelta(hours=1)


@pytest.fixture
def endpoint() -> Iterator[DemoSite]:
    """Return a second site, for its JSON endpoint."""
    with DemoSite(small_press(2, papers=2)) as site:
        yield site


@pytest.fixture
def left(open_newsroom: Callable[..., Newsroom], endpoint: DemoSite) -> Newsroom:
    """Return a newsroom of two papers at two sites, of which the one that still owes an article is removed.

    The configuration no longer names the site of the removed paper: only the endpoint has its article.
    """
    newsroom = open_newsroom(small_press(2, papers=2))
    newsroom.site.misbehave(owing(newsroom).code, "status", status=500)
    newsroom.crawl(status=1)
    newsroom.site.behave()
    newsroom.site, newsroom.slugs = endpoint, (KEPT,)
    newsroom.configure()
    return newsroom


def owing(newsroom: Newsroom) -> Post:
    """Return the removed paper's article."""
    return newsroom.site.listed(REMOVED)[0]


def crawl_scheduled(newsroom: Newsroom) -> list[str]:
    """Run a scheduled crawl of the source that is left; return what it asked for."""
    newsroom.site.requests.clear()
    ended = newsroom.run(
        "crawl", "--trigger", "schedule", "--due-at", "2026-03-20T09:00:00+08:00", "--", KEPT
    )
    assert ended.status == 0, ended.stderr
    return [request.path for request in newsroom.site.requests]


def test_what_a_removed_source_owes_is_fetched_by_a_crawl_of_everything_alone(left: Newsroom) -> None:
    through_endpoint = f"/NewsData/GetNewsText.do?id={owing(left).info_code}"
    assert through_endpoint not in left.crawl(KEPT).paths
    crawled = left.crawl()
    assert crawled.paths.count(through_endpoint) == 1
    assert crawled.sources[REMOVED] | {"poll": None, "new": 1} == crawled.sources[REMOVED]
    assert left.show(owing(left).code)["sources"] == [REMOVED]
    assert through_endpoint not in left.crawl().paths


def test_a_scheduled_crawl_fetches_leftovers_when_they_are_due(left: Newsroom) -> None:
    through_endpoint = f"/NewsData/GetNewsText.do?id={owing(left).info_code}"
    assert through_endpoint not in crawl_scheduled(left)
    left.let_time_pass(HOUR)
    assert through_endpoint in crawl_scheduled(left)
    assert left.stored(owing(left).info_code) is not None


def test_a_disabled_source_s_leftovers_are_fetched_too(left: Newsroom) -> None:
    left.slugs = (KEPT, REMOVED)
    left.configure()
    text = left.config.read_text("utf-8")
    left.config.write_text(
        text.replace(f'slug = "{REMOVED}"', f'slug = "{REMOVED}"\nenabled = false'), "utf-8"
    )
    crawled = left.crawl()
    assert left.site.category_path(REMOVED) not in crawled.paths
    assert crawled.sources[REMOVED]["new"] == 1


def test_leftovers_that_another_crawl_is_at_hold_up_nothing(left: Newsroom) -> None:
    with hold_sources(left.archive_folder, [REMOVED]):
        assert set(left.crawl().sources) == {KEPT}
    assert left.crawl().sources[REMOVED]["new"] == 1


def test_what_was_asked_for_by_code_is_fetched_later_when_it_was_refused(newsroom: Newsroom) -> None:
    slug = newsroom.site.slugs[0]
    post = newsroom.site.publish()
    newsroom.site.delete(post.code)
    newsroom.site.misbehave("/NewsData/*", "login")
    newsroom.site.misbehave("/a/*", "login")
    newsroom.recrawl("--code", post.code, status=1)
    newsroom.site.behave()
    assert "infocode" not in newsroom.crawl(slug).sources
    assert newsroom.crawl().sources["infocode"]["new"] == 1
    assert newsroom.show(post.code)["sources"] == ["infocode"]


# -- gone, and back --------------------------------------------------------------------------------


def test_a_gone_article_comes_back_when_another_source_lists_it(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(2, papers=2))
    newsroom.crawl()
    post = newsroom.site.listed(KEPT)[0]
    newsroom.site.delete(post.code, everywhere=True)
    newsroom.recrawl("--code", post.code)
    assert newsroom.show(post.code)["status"] == "gone"
    again = newsroom.site.twin(post.code, slug=REMOVED)
    crawled = newsroom.crawl()
    assert again.dated_path in crawled.paths
    assert crawled.sources[REMOVED]["unchanged"] == 1
    shown = newsroom.show(post.code)
    assert (shown["status"], sorted(shown["sources"])) == ("archived", [KEPT, REMOVED])
    assert newsroom.events() == []
    assert newsroom.states() == {"archived": 3}


def test_an_article_whose_address_leads_to_another_host_is_never_gone(newsroom: Newsroom) -> None:
    newsroom.crawl()
    post = newsroom.site.articles[0]
    newsroom.site.delete(post.code, everywhere=True)
    newsroom.site.misbehave(post.dated_path, "redirect", location="http://elsewhere.invalid/login")
    crawled = newsroom.recrawl("--code", post.code, status=1)
    assert (crawled.total("gone"), crawled.total("failed")) == (0, 1)
    assert "was redirected to elsewhere.invalid, which is none of its source's hosts" in crawled.errors
    assert newsroom.show(post.code)["status"] == "archived"
    assert newsroom.states() == {"archived": 2}
    assert newsroom.events() == []
