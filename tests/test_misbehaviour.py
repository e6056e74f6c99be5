"""Every way in which the site can misbehave: the right state, a clear message, repair by a good answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from support.newsroom import Newsroom, small_press

from jianbao.demo import DemoSite
from jianbao.demo.misbehaviour import KINDS, Kind


@dataclass(frozen=True)
class Case:
    """One misbehaviour, and what must come of it for an article and for a category page.

    ``says`` is in the message; ``state`` is the listing's. ``broken`` tells that the category page answered
    but is no listing.
    """

    kind: Kind
    says: str
    state: str = "failed"
    options: dict[str, Any] = field(default_factory=dict)
    broken: bool = False
    says_of_page: str | None = None


CASES = {
    "500": Case("status", "answered 500", options={"status": 500}),
    "503": Case("status", "answered 503", options={"status": 503}),
    "403": Case("status", "answered 403", options={"status": 403}),
    "429-long": Case("status", "asked to be left alone until", options={"status": 429, "retry_after": 3600}),
    "503-until": Case(
        "status",
        "asked to be left alone until",
        options={"status": 503, "retry_after": "Fri, 31 Dec 2100 23:59:59 GMT"},
    ),
    "429-unstated": Case("status", "asked to be left alone until", options={"status": 429}),
    "hang": Case("hang", "did not answer in time"),
    "drip": Case("drip", "did not answer in time", options={"seconds": 0.2}),
    "cut": Case("cut", "broke off in the middle of its answer"),
    "reset": Case("reset", "broke off"),
    "huge": Case("huge", "sent more than http.max_size allows"),
    "bomb": Case("bomb", "sent more than http.max_size allows"),
    "redirect-loop": Case("redirect-loop", "redirects in circles"),
    "cut-gzip": Case("cut-gzip", "can't be decoded (it is cut off", "quarantined", broken=True),
    "gzip-with-wrong-crc": Case(
        "cut-gzip", "can't be decoded", "quarantined", options={"damage": "crc"}, broken=True
    ),
    "empty": Case("empty", "has an empty body", state="quarantined", broken=True),
    "challenge": Case("challenge", "is no article's page", "quarantined", {}, True, "has no section"),
    "login": Case("login", "is no article's page", "quarantined", {}, True, "has no section"),
    "error-page": Case("error-page", "is no article's page", "quarantined", {}, True, "has no section"),
    "soft-404": Case("soft-404", "is no article's page", "quarantined", {}, True, "has no section"),
}
IMPATIENT = {"hang", "drip"}
HARMLESS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "declared-gbk-is-utf-8": ("charset", {"encoding": "utf-8", "declared": "gbk"}),
    "declared-utf-8-is-gbk": ("charset", {"encoding": "gb18030", "declared": "utf-8"}),
    "gbk": ("charset", {"encoding": "gbk", "declared": "gbk", "meta": "gbk"}),
    "gbk-undeclared": ("charset", {"encoding": "gb18030", "declared": "", "meta": ""}),
    "declared-latin-1": ("charset", {"encoding": "utf-8", "declared": "iso-8859-1"}),
    "plain-under-gzip": ("cut-gzip", {"damage": "plain"}),
    "no-validators": ("no-validators", {}),
    "lying-etag": ("lying-etag", {}),
    "slow-but-in-time": ("drip", {"piece": 20_000, "seconds": 0.1}),
}
ELSEWHERE = {"redirect"}
HELPS = {"hold"}
"""Not wrong, only late: tests wait with it instead of sleeping."""


def test_every_kind_is_put_to_the_test() -> None:
    harmless = {kind for kind, _ in HARMLESS.values()}
    assert {case.kind for case in CASES.values()} | harmless | ELSEWHERE | HELPS == set(KINDS)


@pytest.fixture
def bystander() -> Iterator[DemoSite]:
    """Return another site on another port, which nobody may ask anything."""
    with DemoSite(small_press()) as site:
        yield site


def misbehave(newsroom: Newsroom, target: str, case: Case) -> None:
    """Misbehave at a path or an info code; where that is about slowness, with little patience there."""
    newsroom.site.misbehave(target, case.kind, **case.options)
    if case.kind in IMPATIENT:
        newsroom.lose_patience(target.removeprefix("NW"))


def behave(newsroom: Newsroom) -> None:
    """End all misbehaviour, and have patience again."""
    newsroom.site.behave()
    newsroom.prelude = ""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_misbehaving_article_is_accounted_for_and_repaired(newsroom: Newsroom, case: Case) -> None:
    site = newsroom.site
    bad, good = (post.info_code for post in site.articles)
    misbehave(newsroom, bad, case)
    crawled = newsroom.crawl(status=1)
    assert case.says in crawled.errors
    assert bad in crawled.errors
    assert newsroom.stored(bad) is None
    listing = newsroom.listing(bad)
    assert (listing["state"], listing["attempts"]) == (case.state, 1)
    assert case.says in listing["last_error"]
    assert listing["next_try_at"] is not None
    assert ("quarantine" in newsroom.events()) == (case.state == "quarantined")
    assert (listing["capture_id"] is not None) == (case.state == "quarantined")
    host_rests = "left alone" in case.says
    assert (newsroom.stored(good) is None) <= host_rests

    behave(newsroom)
    newsroom.let_time_pass(timedelta(days=1))
    assert newsroom.crawl().report["status"] == "ok"
    assert newsroom.states() == {"archived": 2}
    assert newsroom.events() == []
    listing = newsroom.listing(bad)
    assert (listing["attempts"], listing["next_try_at"], listing["last_error"]) == (0, None, None)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_bad_answer_never_replaces_a_good_article(newsroom: Newsroom, case: Case) -> None:
    site = newsroom.site
    code = site.articles[0].info_code
    newsroom.crawl()
    before = newsroom.stored(code)
    misbehave(newsroom, code, case)
    crawled = newsroom.recrawl("--code", code, status=1)
    assert case.says in crawled.errors
    assert crawled.total(case.state) == 1
    assert newsroom.stored(code) == before
    assert newsroom.listing(code)["state"] == "archived"

    behave(newsroom)
    newsroom.let_time_pass(timedelta(days=1))
    assert newsroom.crawl().total("unchanged") == 1, "it is looked at again at the next crawl"
    assert newsroom.events() == []
    after = newsroom.stored(code)
    assert before is not None
    assert after is not None
    assert (after.article, after.revision) == (before.article, 1)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_misbehaving_category_page_is_a_failed_poll(newsroom: Newsroom, case: Case) -> None:
    site = newsroom.site
    slug = site.slugs[0]
    newsroom.crawl()
    before = newsroom.rows("SELECT etag, last_modified, body_hash, last_changed_at FROM source")
    fresh = site.publish()
    misbehave(newsroom, site.category_path(slug), case)
    crawled = newsroom.crawl(status=1)
    assert crawled.sources[slug]["poll"] == "failed"
    assert (case.says_of_page or case.says) in crawled.errors
    assert crawled.report["status"] == "failed"
    assert newsroom.events() == ["layout_broken" if case.broken else "poll_failed"]
    assert newsroom.rows("SELECT etag, last_modified, body_hash, last_changed_at FROM source") == before
    assert newsroom.states() == {"archived": 2}

    behave(newsroom)
    newsroom.let_time_pass(timedelta(hours=25))
    assert newsroom.crawl().total("new") == 1
    assert newsroom.stored(fresh.info_code) is not None
    assert newsroom.events() == []


@pytest.mark.parametrize("name", HARMLESS)
def test_an_odd_answer_is_read_all_the_same(newsroom: Newsroom, name: str) -> None:
    kind, options = HARMLESS[name]
    newsroom.site.misbehave("*", kind, **options)
    assert newsroom.crawl().total("new") == 2
    for post in newsroom.site.articles:
        assert newsroom.show(post.code)["paragraphs"] == list(post.paragraphs)
    newsroom.site.behave()
    again = newsroom.crawl()
    assert again.total("new") + again.total("revised") == 0


@pytest.mark.parametrize("place", ["another-port", "another-host"])
def test_a_redirect_elsewhere_is_not_followed(newsroom: Newsroom, bystander: DemoSite, place: str) -> None:
    site = newsroom.site
    code = site.articles[0].info_code
    away = bystander.url if place == "another-port" else bystander.url.replace("127.0.0.1", "localhost")
    host = away.removeprefix("http://")
    site.misbehave("*", "redirect", location=f"{away}/", times=None)
    site.misbehave("/robots.txt", "no-validators")
    site.misbehave(site.category_path(site.slugs[0]), "no-validators")
    crawled = newsroom.crawl(status=1)
    assert f"was redirected to {host}, which is none of its source's hosts" in crawled.errors
    assert newsroom.states() == {"failed": 2}
    assert host in newsroom.listing(code)["last_error"]
    site.misbehave(site.category_path(site.slugs[0]), "redirect", location=f"{away}/")
    assert newsroom.crawl(status=1).sources[site.slugs[0]]["poll"] == "failed"
    assert bystander.requests == []
    site.behave()
    assert newsroom.crawl().total("new") == 2
    assert newsroom.events() == []


def test_an_article_that_leads_elsewhere_is_looked_for_at_its_other_addresses(newsroom: Newsroom) -> None:
    site = newsroom.site
    post = site.articles[0]
    site.misbehave(post.dated_path, "redirect", location="http://elsewhere.invalid/")
    newsroom.crawl()
    assert newsroom.show(post.code)["paragraphs"] == list(post.paragraphs)
    assert "GetNewsText" in newsroom.show(post.code)["url"]


def test_a_short_rest_is_waited_out(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(), http={"retries": 2})
    newsroom.site.misbehave(newsroom.site.articles[0].code, "status", times=1, status=429, retry_after=1)
    began = time.monotonic()
    assert newsroom.crawl().total("new") == 2
    assert time.monotonic() - began > 0.9


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_rest_is_remembered_by_the_next_crawls(newsroom: Newsroom, status: int) -> None:
    site = newsroom.site
    site.misbehave(site.category_path(site.slugs[0]), "status", times=1, status=status, retry_after=1800)
    newsroom.crawl(status=1)
    crawled = newsroom.crawl(status=1)
    assert crawled.paths == [], "the host asked to be left alone"
    assert "asked to be left alone until" in crawled.errors
    newsroom.let_time_pass(timedelta(seconds=1801))
    assert newsroom.crawl().total("new") == 2


def test_a_lying_etag_is_found_out_and_not_trusted_again(newsroom: Newsroom) -> None:
    site = newsroom.site
    page = site.category_path(site.slugs[0])
    for _ in range(3):
        newsroom.crawl()
    site.misbehave(page, "lying-etag")
    site.publish()
    assert newsroom.crawl().total("new") == 0, "the server says that nothing changed"
    newsroom.let_time_pass(timedelta(days=1, minutes=1))
    assert newsroom.crawl().total("new") == 1, "but once a day the page is read whole"
    site.publish()
    assert newsroom.crawl().total("new") == 1, "and from then on always"


def test_without_validators_the_body_tells_whether_a_page_changed(newsroom: Newsroom) -> None:
    site = newsroom.site
    site.misbehave("*", "no-validators")
    newsroom.crawl()
    captures = newsroom.rows("SELECT count(*) FROM capture")
    again = newsroom.crawl()
    assert [counts["poll"] for counts in again.report["sources"]] == ["unchanged"]
    assert newsroom.rows("SELECT count(*) FROM capture") == captures
    site.publish()
    assert newsroom.crawl().total("new") == 1


def test_a_changed_layout_of_the_category_page_is_an_event_and_changes_nothing(newsroom: Newsroom) -> None:
    site = newsroom.site
    newsroom.crawl()
    for _ in range(3):
        site.publish()
    site.set_layout("unknown")
    assert newsroom.crawl(status=1).sources[site.slugs[0]]["poll"] == "failed"
    assert newsroom.events() == ["layout_broken"]
    (message,) = newsroom.rows("SELECT message FROM event")
    assert message.startswith(site.category_url(site.slugs[0]))
    assert "and calls itself '金融消息 全新版'" in message
    assert newsroom.states() == {"archived": 2}
    site.set_layout("jekyll")
    assert newsroom.crawl().total("new") == 3
    assert newsroom.events() == []


def test_a_changed_layout_of_articles_quarantines_them_and_an_event_says_so(newsroom: Newsroom) -> None:
    site = newsroom.site
    slug = site.slugs[0]
    newsroom.crawl()
    for _ in range(3):
        site.misbehave(site.publish().code, "status", status=500)
    newsroom.crawl(status=1)
    site.behave()
    site.set_layout("unknown")
    site.misbehave("/NewsData/*", "status", status=404)
    assert newsroom.crawl(status=1).total("quarantined") == 3
    assert newsroom.states() == {"archived": 2, "quarantined": 3}
    assert sorted(newsroom.events()) == ["article_layout_broken", "layout_broken", *["quarantine"] * 3]
    assert newsroom.rows("SELECT message FROM event WHERE kind = 'article_layout_broken'") == [
        f"all 3 articles fetched from {slug} were set aside: the layout of its pages may have changed"
    ]
    site.set_layout("jekyll")
    assert newsroom.crawl().total("new") == 3
    assert newsroom.events() == []


def test_a_changed_layout_of_articles_is_told_though_the_endpoint_has_them(newsroom: Newsroom) -> None:
    site = newsroom.site
    newsroom.crawl()
    for _ in range(3):
        site.misbehave(site.publish().code, "status", status=500)
    newsroom.crawl(status=1)
    site.behave()
    site.set_layout("unknown")
    assert newsroom.crawl(status=1).total("new") == 3
    assert sorted(newsroom.events()) == ["article_layout_broken", "layout_broken"]


def test_a_quarantined_article_is_repaired_through_another_source_too(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(articles=2, papers=2))
    site = newsroom.site
    first, second = site.slugs
    post = site.publish(slug=first)
    site.misbehave(post.code, "login")
    newsroom.crawl(status=1)
    site.behave()
    twin = site.twin(post.code, slug=second)
    newsroom.crawl(second)
    assert newsroom.show(post.code)["sources"] == [first, second]
    assert newsroom.show(post.code)["url"] == site.url + twin.dated_path
    assert newsroom.states() == {"archived": 4}
    assert "quarantine" not in newsroom.events()
