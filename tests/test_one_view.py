"""One request, one view: a page or a call reads through one connection and one snapshot, parsed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

import pytest
from sqlalchemy import Engine, event
from starlette.routing import Route
from support.delivered_articles import DeliveredArticles
from support.served_archive import NOW
from support.web_client import TestClient, open_reader

import storage.search.query
from storage.events.event import open_event, resolve_events

STILL = frozenset({"/static", "/api/v1/openapi.json"})
"""Addresses that read nothing from the archive."""


def addresses(work: DeliveredArticles) -> list[str]:
    """Return an address of everything that is served, some in several ways."""
    first, revised = work.offer.articles[0], work.offer.articles[3]
    word = quote(first.title[:2])
    day = first.published_at.date().isoformat()
    slug = quote(first.slug)
    return [
        "/",
        "/about",
        "/events",
        "/gaps",
        f"/gaps?source={slug}",
        "/crawls",
        "/crawl/1",
        "/sources",
        f"/source/{slug}",
        "/source/nowhere",
        f"/source/{slug}/{day}",
        f"/day/{day}",
        f"/issue/{slug}/{day}",
        f"/issue/{slug}/{day}/1",
        f"/picture/{'0' * 64}",
        f"/pdf/{'0' * 64}",
        f"/article/{first.info_code}",
        f"/article/{first.info_code}?q={word}&images=1",
        f"/article/{revised.info_code}?revision=1",
        f"/article/{revised.info_code}/original",
        "/article/NW202001010000000001",
        "/search",
        f"/search?q={word}",
        f"/search?q={word}&order=relevance",
        "/search?q=source:nowhere",
        f"/trend?q={word}",
        f"/trend?q={word}&split=1&share=1",
        "/feeds/all.atom",
        f"/feeds/source/{slug}.atom",
        f"/feeds/search.atom?q={word}",
        "/metrics",
        "/healthz",
        "/api/v1/articles",
        f"/api/v1/articles?source={slug}",
        f"/api/v1/articles/{first.info_code}",
        f"/api/v1/articles/{revised.info_code}/revisions",
        f"/api/v1/articles/{revised.info_code}/diff",
        f"/api/v1/search?q={word}",
        f"/api/v1/trends?q={word}",
        f"/api/v1/search?q={word}&coverage=true",
        "/api/v1/coverage",
        "/api/v1/sources",
        f"/api/v1/sources/{slug}",
        f"/api/v1/sources/{slug}/issues",
        f"/api/v1/sources/{slug}/issues/{day}",
        f"/api/v1/articles/{first.info_code}/pictures",
        "/api/v1/crawls",
        "/api/v1/crawls/1",
        "/api/v1/events",
        "/api/v1/events?open=true",
    ]


@contextmanager
def counting(engine: Engine) -> Iterator[Counter[str]]:
    """Count the connections taken from the pool, and the transactions begun, while the block runs."""
    counted: Counter[str] = Counter()

    def take(*_: Any) -> None:
        counted["connections"] += 1

    def begin(*_: Any) -> None:
        counted["views"] += 1

    event.listen(engine, "checkout", take)
    event.listen(engine, "begin", begin)
    try:
        yield counted
    finally:
        event.remove(engine, "checkout", take)
        event.remove(engine, "begin", begin)


@pytest.fixture(scope="module")
def warm(delivered: DeliveredArticles) -> Iterator[TestClient]:
    """Return a client of a reader whose two watches have the connections that they keep."""
    with open_reader(delivered.archive.folder) as client:
        assert client.get("/search").status_code == 200
        yield client


def write_something(work: DeliveredArticles) -> None:
    """Commit, so that nothing is answered from what was counted or answered before."""
    with work.archive.writing() as connection:
        open_event(connection, "warc_damaged", "a test wrote this", NOW)
        resolve_events(connection, ["warc_damaged"], NOW + timedelta(seconds=1))


def test_every_address_reads_one_view_of_the_archive(delivered: DeliveredArticles, warm: TestClient) -> None:
    engine = warm.app.state.archive.engine  # type: ignore[attr-defined]
    asked: dict[str, dict[str, int]] = {}
    for address in addresses(delivered):
        write_something(delivered)
        with counting(engine) as counted:
            answer = warm.get(address)
        assert answer.status_code in (200, 400, 404), (address, answer.text)
        asked[address] = dict(counted)
    one = {"connections": 1, "views": 1}
    assert {address: found for address, found in asked.items() if found != one} == {}


def test_every_address_that_is_served_is_asked(delivered: DeliveredArticles, warm: TestClient) -> None:
    """A new page that the list above lacks fails here."""
    served = [route for route in warm.app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    paths = [unquote(address.partition("?")[0]) for address in addresses(delivered)]
    missed = {route.path for route in served if not any(route.path_regex.match(path) for path in paths)}
    assert missed <= STILL


@pytest.mark.parametrize(
    "path", ["/search", "/trend", "/api/v1/search", "/api/v1/trends", "/feeds/search.atom"]
)
def test_a_query_is_parsed_once(
    delivered: DeliveredArticles, warm: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    parsed = []
    split = storage.search.query._split

    def note(text: str) -> Any:
        parsed.append(text)
        return split(text)

    monkeypatch.setattr("storage.search.query._split", note)
    write_something(delivered)
    word = delivered.offer.articles[0].title[:2]
    assert warm.get(path, params={"q": word, "from": "2020"}).status_code == 200
    assert parsed == [word]


def test_sums_hold_for_the_view_that_shows_them(delivered: DeliveredArticles, warm: TestClient) -> None:
    """What is committed while a page is made belongs to the next page."""
    archive = warm.app.state.archive  # type: ignore[attr-defined]
    with archive.reading() as view:
        before = archive.totals(view)
        write_something(delivered)
        assert archive.totals(view) is before
    with archive.reading() as view:
        assert archive.totals(view) is not before
