"""When everything fails, somebody is told: each misbehaviour of the articles, and what `status` says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.newsroom import Newsroom, small_press

from jianbao.demo.misbehaviour import Kind
from storage.database.schema import listing
from storage.ledger.arrears import list_overdue

ARTICLES = 4
CASES: dict[str, tuple[Kind, dict[str, Any], str, str]] = {
    "403": ("status", {"status": 403}, "articles_failing", "answered 403"),
    "500": ("status", {"status": 500}, "articles_failing", "answered 500"),
    "451": ("status", {"status": 451}, "articles_failing", "answered 451"),
    "429": ("status", {"status": 429, "retry_after": 3600}, "articles_failing", "asked to be left alone"),
    "404": ("status", {"status": 404}, "article_vanished", "answered 404"),
    "410": ("status", {"status": 410}, "article_vanished", "answered 410"),
    "resets": ("reset", {}, "articles_failing", "broke off"),
    "cut": ("cut", {}, "articles_failing", "broke off"),
    "loops": ("redirect-loop", {}, "articles_failing", "redirects in circles"),
    "elsewhere": ("redirect", {"location": "http://portal.invalid/"}, "articles_failing", "portal.invalid"),
    "portal": ("login", {}, "article_layout_broken", "were set aside"),
    "challenge": ("challenge", {}, "article_layout_broken", "were set aside"),
    "empty": ("empty", {}, "article_layout_broken", "were set aside"),
}


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom with one paper of a few articles."""
    return open_newsroom(small_press(ARTICLES))


def spoil_articles(newsroom: Newsroom, kind: Kind, **options: Any) -> None:
    """Let every article misbehave, and nothing else."""
    site = newsroom.site
    site.misbehave("*", kind, **options)
    site.misbehave("/robots.txt", "no-validators")
    site.misbehave(site.category_path(site.slugs[0]), "no-validators")


@pytest.mark.parametrize("case", CASES)
def test_when_no_article_can_be_had_status_says_so(newsroom: Newsroom, case: str) -> None:
    kind, options, event, says = CASES[case]
    spoil_articles(newsroom, kind, **options)
    newsroom.crawl(status=1)
    assert event in newsroom.events()
    told = newsroom.run("status")
    assert told.status == 1
    assert event in told.stdout
    assert says in " ".join(told.stdout.split())

    later = newsroom.crawl("--due", status=1)
    assert later.total("failed") + later.total("quarantined") == 0, "all of them wait for their next try"
    assert later.report["status"] != "ok"
    assert newsroom.run("status").status == 1

    newsroom.site.behave()
    newsroom.let_time_pass(timedelta(days=1, minutes=1))
    assert newsroom.crawl().total("new") == ARTICLES
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


def test_robots_txt_that_bars_the_articles_is_told(newsroom: Newsroom) -> None:
    """The demo's robots.txt allows all; the archive remembers one that does not."""
    newsroom.crawl()
    slug = newsroom.site.slugs[0]
    with newsroom.archive() as archive, archive.writing() as connection:
        barred = f"User-agent: *\nDisallow: /{slug}/\nDisallow: /old_post/\nDisallow: /NewsData/\n"
        connection.exec_driver_sql("UPDATE host SET robots = ?", (barred,))
    for _ in range(ARTICLES):
        newsroom.site.publish()
    newsroom.crawl(status=1)
    assert newsroom.events() == ["articles_failing"]
    assert "forbidden by robots.txt" in newsroom.run("status").stdout.replace("\n", " ")


def test_one_event_tells_of_all_with_a_count_and_examples(newsroom: Newsroom) -> None:
    spoil_articles(newsroom, "status", status=403)
    newsroom.crawl(status=1)
    newsroom.crawl(status=1)
    ((message, times),) = newsroom.rows("SELECT message, times FROM event WHERE kind = 'articles_failing'")
    host = newsroom.site.url.removeprefix("http://")
    assert f"({ARTICLES} of {ARTICLES} at {host})" in message
    assert newsroom.site.articles[0].info_code in message or "NW" in message
    assert "and 1 more" in message
    assert times == 2


@pytest.mark.parametrize(("articles", "bad"), [(2, 1), (4, 1), (10, 4), (12, 2)])
def test_ordinary_failures_are_no_alarm(
    open_newsroom: Callable[..., Newsroom], articles: int, bad: int
) -> None:
    newsroom = open_newsroom(small_press(articles))
    for post in newsroom.site.articles[:bad]:
        newsroom.site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0
    assert newsroom.crawl("--due").report["status"] == "ok"


@pytest.mark.parametrize(("articles", "bad"), [(2, 2), (4, 2), (5, 3), (20, 5)])
def test_a_share_of_failures_that_jumps_is_an_alarm(
    open_newsroom: Callable[..., Newsroom], articles: int, bad: int
) -> None:
    newsroom = open_newsroom(small_press(articles))
    for post in newsroom.site.articles[:bad]:
        newsroom.site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    assert newsroom.events() == ["articles_failing"]


def test_an_article_owed_for_longer_than_half_the_window_ends_status_with_1(newsroom: Newsroom) -> None:
    code = newsroom.site.articles[0].info_code
    newsroom.site.misbehave(code, "status", status=403)
    newsroom.crawl(status=1)
    assert newsroom.run("status").status == 0, "one failure is no alarm"
    newsroom.let_time_pass(timedelta(hours=35))
    assert newsroom.run("status").status == 0
    newsroom.let_time_pass(timedelta(hours=2))
    told = newsroom.run("status")
    assert told.status == 1
    assert "owed for longer than half of the 3 days" in " ".join(told.stdout.split())
    (source,) = newsroom.ask("status")["sources"]
    assert source["arrears"]["count"] == 1

    newsroom.crawl(status=1)
    assert newsroom.events() == ["articles_overdue"]
    assert newsroom.crawl("--due", status=1).report["status"] == "partial"
    newsroom.run("status", "--resolve")
    assert newsroom.run("status").status == 0, "somebody has seen it"
    assert newsroom.crawl("--due").report["status"] == "ok"
    newsroom.site.behave()
    newsroom.crawl()
    assert newsroom.run("status").status == 0


def test_a_clock_that_was_wrong_neither_hides_nor_invents_what_is_overdue(newsroom: Newsroom) -> None:
    failed = newsroom.site.articles[0]
    newsroom.site.misbehave(failed.code, "status", status=403)
    newsroom.crawl(status=1)
    now, code = datetime.now(UTC), failed.info_code
    with newsroom.archive() as archive, archive.writing() as connection:
        for years in (4, -4):
            for days, count in ((0, 0), (1, 0), (4, 1)):
                of_day = f"NW{now - timedelta(days=days):%Y%m%d}{failed.info_code[10:]}"
                changed = {"info_code": of_day, "first_listed_at": now + timedelta(days=365 * years)}
                connection.execute(listing.update().where(listing.c.info_code == code).values(changed))
                code = of_day
                assert sum(one.count for one in list_overdue(connection, now)) == count


def test_the_window_is_the_sources_own(newsroom: Newsroom) -> None:
    text = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(text.replace('kind = "category"', 'kind = "category"\nwindow = 10'), "utf-8")
    newsroom.site.misbehave(newsroom.site.articles[0].code, "status", status=403)
    newsroom.crawl(status=1)
    newsroom.let_time_pass(timedelta(days=4))
    assert newsroom.run("status").status == 0
    newsroom.let_time_pass(timedelta(days=1, hours=1))
    assert newsroom.run("status").status == 1


def test_an_article_that_vanished_before_it_was_fetched_is_told_until_it_is_back(newsroom: Newsroom) -> None:
    code = newsroom.site.articles[0].info_code
    newsroom.site.misbehave(code, "status", status=404)
    newsroom.crawl(status=1)
    assert newsroom.events() == ["article_vanished"]
    assert code in newsroom.run("status").stdout
    newsroom.run("status", "--resolve")
    newsroom.let_time_pass(timedelta(days=2))
    assert newsroom.run("status").status == 0, "it is known to be lost"
    newsroom.site.behave()
    newsroom.crawl()
    assert newsroom.events() == []


def test_asking_by_hand_for_what_is_nowhere_is_no_event(newsroom: Newsroom) -> None:
    newsroom.crawl()
    newsroom.recrawl("--code", "NW202603209999999999", status=1)
    assert newsroom.events() == []
