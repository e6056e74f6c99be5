"""Events: opened once, counted, resolved; and silence is one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, update
from support.newsroom import Newsroom, small_press

from storage.archive.folder import Archive
from storage.database.schema import backfill, listing, source
from storage.events.event import (
    KINDS,
    count_open_events,
    list_events,
    list_open_events,
    open_event,
    record_event,
    resolve_events,
)
from storage.ledger.crawl import list_crawls, start_crawl
from storage.ledger.poll import record_listings
from storage.ledger.silence import is_silent, usual_silence
from storage.ledger.source import list_sources, save_sources
from storage.records import Listed, Source

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Return a write transaction on a fresh archive with one source."""
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        rows = [Source("hexi", "河西晚报", "category", None, "Asia/Shanghai", None, enabled=True)]
        save_sources(connection, rows)
        yield connection


def test_the_same_event_is_opened_once_and_counted(connection: Connection) -> None:
    assert open_event(connection, "poll_failed", "answered 500", NOW, source="hexi")
    assert not open_event(connection, "poll_failed", "answered 503", NOW + DAY, source="hexi")
    (event,) = list_open_events(connection)
    assert (event.times, event.message) == (2, "answered 503")
    assert (event.opened_at, event.last_seen_at) == (NOW, NOW + DAY)


@pytest.mark.parametrize(
    "other",
    [
        ("layout_broken", {"source": "hexi"}),
        ("poll_failed", {"source": "hexi2"}),
        ("poll_failed", {}),
        ("poll_failed", {"source": "hexi", "info_code": "NW202603202900000000"}),
    ],
    ids=["kind", "source", "none", "article"],
)
def test_events_about_different_things_are_different(
    connection: Connection, other: tuple[str, dict[str, str]]
) -> None:
    open_event(connection, "poll_failed", "a", NOW, source="hexi")
    kind, about = other
    assert open_event(connection, kind, "b", NOW, **about)
    assert len(list_open_events(connection)) == 2


def test_a_resolved_event_opens_anew(connection: Connection) -> None:
    open_event(connection, "poll_failed", "a", NOW, source="hexi")
    open_event(connection, "source_silent", "b", NOW, source="hexi")
    assert resolve_events(connection, ("poll_failed", "layout_broken"), NOW + DAY, source="hexi") == 1
    assert [event.kind for event in list_open_events(connection)] == ["source_silent"]
    assert resolve_events(connection, ("poll_failed",), NOW + DAY, source="hexi") == 0
    assert open_event(connection, "poll_failed", "a", NOW + 2 * DAY, source="hexi")


def test_an_article_s_events_are_resolved_by_its_code_alone(connection: Connection) -> None:
    code = "NW202603202900000000"
    open_event(connection, "quarantine", "a", NOW, source="hexi", info_code=code)
    open_event(connection, "quarantine", "b", NOW, source="hexi", info_code="NW202603202900000001")
    assert resolve_events(connection, ("quarantine",), NOW, info_code=code) == 1
    assert len(list_open_events(connection)) == 1


def test_what_needs_nobody_is_recorded_as_resolved(connection: Connection) -> None:
    record_event(connection, "page_back", "can be fetched again", NOW, info_code="NW202603202900000000")
    assert list_open_events(connection) == []


def test_an_unknown_kind_is_refused(connection: Connection) -> None:
    with pytest.raises(ValueError, match=r"'lunch' is no kind of event: expected one of missed_run"):
        open_event(connection, "lunch", "a", NOW)
    assert len(set(KINDS)) == len(KINDS)


# -- silence --------------------------------------------------------------------------------------


def list_on(connection: Connection, days: list[float]) -> None:
    """Let the source list one new article on each of these days before now."""
    for number, day in enumerate(days):
        entry = Listed(f"NW20260320{number:010d}", "media", f"http://127.0.0.1/{number}", "题")
        record_listings(connection, "hexi", [entry], NOW - day * DAY)


@pytest.mark.parametrize(
    ("days", "usual"),
    [
        ([3], 7),
        ([3, 4, 5, 6], 7),
        ([1, 2, 3, 4, 5], 2),
        ([1, 2, 3, 4, 5, 5.1, 5.2], 2),
        ([2, 9, 16, 23, 30], 14),
        ([1, 2, 5, 6, 7, 8], 6),
    ],
    ids=["once", "too-few", "daily", "several-a-day", "weekly", "with-a-pause"],
)
def test_how_long_a_source_may_be_silent_by_its_own_habit(
    connection: Connection, days: list[float], usual: int
) -> None:
    list_on(connection, days)
    habit = usual_silence(connection, "hexi")
    assert habit == (NOW - days[0] * DAY, usual * DAY)


def test_public_holidays_are_no_silence_and_teach_none(connection: Connection) -> None:
    evening = datetime(2026, 2, 13, 12, tzinfo=UTC)  # before the Spring Festival, 14 to 23 February
    assert not is_silent(evening, 2 * DAY, evening + 11 * DAY)
    assert is_silent(evening, 2 * DAY, evening + 13 * DAY), "a silence that goes on behind them is one"
    assert is_silent(evening - 14 * DAY, 2 * DAY, evening - 11 * DAY)
    list_on(connection, [20, 21, 22, 23, 24, 35, 36, 37, 38])
    assert usual_silence(connection, "hexi", NOW) == (NOW - 20 * DAY, 2 * DAY)


def test_a_source_that_never_listed_anything_is_silent_since_it_was_added(connection: Connection) -> None:
    added_at = list_sources(connection)[0].added_at
    assert usual_silence(connection, "hexi") == (added_at, 7 * DAY)


def test_what_a_history_lists_is_no_news(connection: Connection) -> None:
    list_on(connection, [9.0, 10.0, 11.0, 12.0, 13.0, 14.0])
    connection.execute(update(source).values(added_at=NOW - 30 * DAY))
    silent = usual_silence(connection, "hexi", NOW)
    assert silent == (NOW - 9 * DAY, 2 * DAY)
    first, last = (NOW - 400 * DAY).date(), NOW.date()
    connection.execute(
        insert(backfill).values(
            source="hexi", first_day=first, last_day=last, newest_first=True, begun_at=NOW, state="running"
        )
    )
    listed = [Listed(f"NW2025{day:04d}2345810011", "media", f"/old/{day}", "旧闻") for day in range(101, 131)]
    record_listings(connection, "hexi", listed, NOW)
    connection.execute(
        update(listing).where(listing.c.first_listed_at == NOW).values(published_at=NOW - 300 * DAY)
    )
    assert usual_silence(connection, "hexi", NOW)[0] == silent[0], "a paper is as silent as it was before"
    record_listings(connection, "hexi", [Listed("NW202603202345810099", "media", "/new", "新闻")], NOW)
    assert usual_silence(connection, "hexi", NOW)[0] == NOW


def print_daily(newsroom: Newsroom, days: int) -> None:
    """Let the paper print something new every day."""
    for _ in range(days):
        newsroom.site.publish()
        newsroom.crawl()
        newsroom.let_time_pass(DAY)


def test_silence_beyond_a_paper_s_habit_is_an_event_until_it_prints_again(newsroom: Newsroom) -> None:
    print_daily(newsroom, days=6)
    newsroom.crawl()
    assert newsroom.events() == [], "a day without news is nothing"
    newsroom.let_time_pass(2 * DAY)
    newsroom.crawl()
    assert newsroom.events() == ["source_silent"]
    (message,) = newsroom.rows("SELECT message FROM event")
    assert message.startswith(f"{newsroom.site.slugs[0]} has listed nothing new since ")
    assert message.endswith("its own habit is at most 2 days")
    assert newsroom.run("status").status == 1

    newsroom.site.delete(newsroom.site.articles[0].code)
    newsroom.crawl()
    assert newsroom.events() == ["source_silent"], "a page that only grows shorter brings no news"

    newsroom.site.publish()
    newsroom.crawl()
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


def test_an_empty_page_is_silence_too(newsroom: Newsroom) -> None:
    print_daily(newsroom, days=6)
    newsroom.site.advance(4)
    newsroom.let_time_pass(3 * DAY)
    newsroom.crawl()
    assert newsroom.events() == ["source_silent", "gap_found"], "and nobody had looked for longer than 3 days"


def test_a_page_that_was_never_there_is_told_at_once_and_silence_after_a_week(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(slugs=("yizhoubao",))
    crawled = newsroom.crawl()
    assert crawled.sources["yizhoubao"]["poll"] == "empty"
    assert "yizhoubao: its page is empty or not there, and never listed anything so far" in crawled.errors
    newsroom.let_time_pass(6 * DAY)
    newsroom.crawl()
    assert newsroom.events() == ["page_missing", "gap_found"], "nobody had looked for longer than 3 days"
    newsroom.let_time_pass(2 * DAY)
    newsroom.crawl()
    assert {"page_missing", "source_silent"} <= {*newsroom.events()}


def test_a_scheduled_source_that_nothing_ever_polled_is_overdue(newsroom: Newsroom) -> None:
    text = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(text.replace('kind = "', 'schedule = "0 6 * * *"\nkind = "'), "utf-8")
    newsroom.run("recrawl", "--state", "failed", "--dry-run")
    assert newsroom.run("status").status == 0
    newsroom.let_time_pass(3 * DAY)
    (source,) = newsroom.ask("status")["sources"]
    assert (source["last_polled_at"], source["overdue_since"] is None) == (None, False)
    assert newsroom.run("status").status == 1
    newsroom.crawl()
    assert newsroom.run("status").status == 0


# -- the end of events ----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["removed", "disabled"])
def test_the_events_of_a_source_s_runs_end_with_it(open_newsroom: Callable[..., Newsroom], how: str) -> None:
    newsroom = open_newsroom(small_press(2, papers=2))
    kept, ended = newsroom.site.slugs
    newsroom.site.misbehave(newsroom.site.category_path(ended), "status", status=500)
    newsroom.crawl(status=1)
    with newsroom.archive() as archive, archive.writing() as connection:
        open_event(connection, "missed_run", "at six", datetime.now(UTC), source=ended)
        open_event(connection, "missed_run", "at six", datetime.now(UTC), source=kept)
    assert newsroom.events() == ["poll_failed", "missed_run", "missed_run"]
    if how == "removed":
        newsroom.slugs = (kept,)
        newsroom.configure()
    else:
        text = newsroom.config.read_text("utf-8")
        newsroom.config.write_text(text.replace(f'slug = "{ended}"', f'slug = "{ended}"\nenabled = false'))
    newsroom.crawl()
    assert newsroom.rows("SELECT kind, source FROM event WHERE resolved_at IS NULL") == [("missed_run", kept)]


def test_events_that_somebody_has_seen_can_be_resolved_at_once(newsroom: Newsroom) -> None:
    newsroom.site.misbehave(newsroom.site.articles[0].code, "login")
    newsroom.crawl(status=1)
    with newsroom.archive() as archive, archive.writing() as connection:
        open_event(connection, "service_stuck", "no sign of life", datetime.now(UTC))
    shown = newsroom.run("status", "--resolve", "--json")
    assert (shown.status, len(shown.json["events"])) == (1, 2), "it shows them for the last time"
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


# -- a broken layout ------------------------------------------------------------------------------


def test_a_broken_page_that_changes_at_every_poll_is_captured_once_per_breakage(newsroom: Newsroom) -> None:
    site = newsroom.site
    page = site.category_url(site.slugs[0])

    def crawl_broken(times: int) -> int:
        for _ in range(times):
            site.publish()
            newsroom.crawl(status=1)
        return int(newsroom.rows("SELECT count(*) FROM capture WHERE url = :page", page=page)[0])

    newsroom.crawl()
    site.misbehave(page, "status", status=500)
    assert crawl_broken(1) == 1
    site.behave()
    site.set_layout("unknown")
    assert crawl_broken(3) == 2, "its first sight is worth a capture, after another failure too"
    assert newsroom.events() == ["poll_failed", "layout_broken"]
    site.set_layout("jekyll")
    newsroom.crawl()
    assert newsroom.events() == []
    site.set_layout("unknown")
    assert crawl_broken(2) == 4


def test_events_are_listed_by_id_open_or_resolved_from_any_place(connection: Connection) -> None:
    for turn, kind in enumerate(("poll_failed", "layout_broken", "source_silent")):
        open_event(connection, kind, "look", NOW + turn * DAY, source="hexi")
    resolve_events(connection, ["layout_broken"], NOW, source="hexi")
    kinds = [event.kind for event in list_events(connection)]
    assert kinds == ["source_silent", "layout_broken", "poll_failed"]
    assert [event.kind for event in list_events(connection, only_open=True)] == [kinds[0], kinds[2]]
    assert [event.kind for event in list_events(connection, only_open=False)] == [kinds[1]]
    (latest,) = list_events(connection, limit=1)
    assert [event.kind for event in list_events(connection, before=latest.id)] == kinds[1:]


def test_open_events_are_counted_for_every_kind(connection: Connection) -> None:
    open_event(connection, "poll_failed", "look", NOW, source="hexi")
    open_event(connection, "poll_failed", "look", NOW, source="hedong")
    record_event(connection, "page_back", "it is back", NOW)
    assert count_open_events(connection) == {**dict.fromkeys(KINDS, 0), "poll_failed": 2}


def test_crawls_are_listed_by_id_from_any_place(connection: Connection) -> None:
    ids = [start_crawl(connection, "manual", [], NOW, version="1") for _ in range(3)]
    assert [crawl.id for crawl in list_crawls(connection)] == ids[::-1]
    assert [crawl.id for crawl in list_crawls(connection, before=ids[2], limit=1)] == [ids[1]]


def test_a_hostile_page_makes_no_sentence_longer_than_somebody_reads(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        open_event(connection, "poll_failed", f"the page {'a/' * 100_000} is not here", NOW, source=None)
        (event,) = list_open_events(connection)
    assert len(event.message) == 2000
    assert event.message.startswith("the page a/")
    assert event.message.endswith("a/ is not here")
