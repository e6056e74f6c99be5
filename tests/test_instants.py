"""A clock that was wrong for one run: what it stored is not believed, and silences nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from support.ledger_changes import settle_unarchived
from support.newsroom import Newsroom

from jianbao.crawl.port import ArchivePort
from pipelines.compare.precedence import FILE_SCHEME, may_replace
from scheduler.liveness.heartbeat import Heartbeat, read_service_state, write_heartbeat
from scheduler.liveness.service_lock import hold_archive
from storage.archive.folder import Archive
from storage.database.schema import listing, source
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import find_scheduled_crawl, start_crawl
from storage.ledger.host import KnownOfHost, find_host, forget_manners, list_resting, update_host
from storage.ledger.owed import list_owed
from storage.ledger.poll import record_listings
from storage.ledger.silence import usual_silence
from storage.ledger.source import list_sources, save_sources
from storage.records import HeldText, Listed, Source
from storage.records.instants import LONGEST_RETRY, ahead, is_recent, past, sound_stamps, steady_days

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
YEARS = timedelta(days=4 * 365)
ROWS = [Source("hexi", "河西晚报", "category", None, "Asia/Shanghai", None, enabled=True)]
HOST = "press.example"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an archive with one source."""
    with Archive.open(tmp_path) as archive:
        with archive.writing() as connection:
            save_sources(connection, ROWS)
        yield archive


# What counts


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (NOW, True),
        (NOW - YEARS, True),
        (NOW + SECOND, False),
        (NOW + YEARS, False),
        (None, False),
    ],
    ids=["now", "long-ago", "a-second-ahead", "years-ahead", "unknown"],
)
def test_what_has_happened_does_not_lie_ahead(moment: datetime | None, counts: bool) -> None:
    assert past(moment, NOW) == (moment if counts else None)


@pytest.mark.parametrize(
    ("distance", "counts"),
    [(DAY, True), (DAY + SECOND, False), (YEARS, False), (-YEARS, True)],
    ids=["its-longest", "beyond", "years", "over"],
)
def test_what_is_to_come_lies_ahead_by_its_longest_distance(distance: timedelta, counts: bool) -> None:
    assert ahead(NOW + distance, NOW, DAY) == (NOW + distance if counts else None)


@pytest.mark.parametrize(
    ("moment", "recent"),
    [(NOW, True), (NOW - DAY + SECOND, True), (NOW - DAY, False), (NOW + SECOND, False), (None, False)],
    ids=["now", "just", "too-old", "ahead", "unknown"],
)
def test_what_is_recent_is_over(moment: datetime | None, recent: bool) -> None:
    assert is_recent(moment, NOW, DAY) is recent


def code(day: datetime, number: int = 0) -> str:
    """Return an info code of a day."""
    return f"NW{day:%Y%m%d}{number:010d}"


def stamps(*days: float, wrong: dict[int, datetime] | None = None) -> list[tuple[datetime, str]]:
    """Return stamps of articles so many days before now; of some, another stamp than their day."""
    found = [(NOW - day * DAY, code(NOW - day * DAY, place)) for place, day in enumerate(days)]
    for place, moment in (wrong or {}).items():
        found[place] = (moment, found[place][1])
    return found


def days_of(found: list[tuple[datetime, str]]) -> list[int]:
    """Return how many days before now the steady days of stamps are."""
    return [(NOW.date() - day).days for day in steady_days(sound_stamps(found, NOW))]


@pytest.mark.parametrize(
    ("found", "days"),
    [
        (stamps(5, 4, 3, 2, 1), [5, 4, 3, 2, 1]),
        (stamps(1, 2, 3, 4, 5), [5, 4, 3, 2, 1]),
        (stamps(5, 4, 3, 2, 1, wrong={2: NOW + YEARS}), [5, 4, 2, 1]),
        (stamps(5, 4, 3, 2, 1, wrong={2: NOW - YEARS}), [5, 4, 2, 1]),
        (stamps(5, 4, 3, 2, 1, wrong={0: NOW - YEARS}), [4, 3, 2, 1]),
        (stamps(5, 4, 3, 2, 1, wrong={0: datetime(1970, 1, 1, tzinfo=UTC)}), [4, 3, 2, 1]),
        (stamps(50, 40, 30, 20, 10, wrong={3: NOW - 45 * DAY}), [50, 40, 30, 10]),
        (stamps(50, 40, 30, 20, 10, wrong={1: NOW - 5 * DAY}), [50, 30, 20, 10]),
        (stamps(5, 4, 3, 2, 1, wrong={4: NOW - YEARS}), [5, 4, 3, 2]),
        (stamps(5, 4, 4, 4, 3.9, 3), [5, 4, 3]),
        ([], []),
        ([(NOW - 2 * DAY, "site-7"), (NOW - DAY, "site-3")], [2, 1]),
    ],
    ids=[
        "sound",
        "in any order",
        "years ahead",
        "years behind",
        "behind at the first run",
        "no battery",
        "weeks behind",
        "weeks ahead, and over by now",
        "behind at the last run",
        "several a day",
        "none",
        "codes without a day",
    ],
)
def test_days_across_a_clock_jump_are_left_out(found: list[tuple[datetime, str]], days: list[int]) -> None:
    assert days_of(found) == days


@given(st.lists(st.integers(0, 60), min_size=6, unique=True), st.data())
def test_one_wrong_stamp_teaches_no_longer_pause(days: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(days) - 1))
    jump = data.draw(st.sampled_from([-1, 1])) * timedelta(days=data.draw(st.integers(400, 9000)))
    right = stamps(*days)
    wrong = stamps(*days, wrong={place: NOW + jump})
    left_out = [stamp for number, stamp in enumerate(right) if number != place]
    assert steady_days(sound_stamps(wrong, NOW)) == steady_days(left_out)


# The ledger


def list_one(archive: Archive, at: datetime, number: int = 0) -> None:
    with archive.writing() as connection:
        entry = Listed(code(NOW, number), "media", f"http://{HOST}/{number}", "题")
        record_listings(connection, "hexi", [entry], at)


@pytest.mark.parametrize(
    ("next_try", "due"),
    [
        (timedelta(0), True),
        (SECOND, False),
        (LONGEST_RETRY, False),
        (LONGEST_RETRY + SECOND, True),
        (YEARS, True),
    ],
    ids=["now", "soon", "tomorrow", "further than ever", "years"],
)
def test_a_retry_that_lies_too_far_ahead_is_due(archive: Archive, next_try: timedelta, due: bool) -> None:
    list_one(archive, NOW)
    with archive.writing() as connection:
        connection.execute(update(listing).values(next_try_at=NOW + next_try))
        assert bool(list_owed(connection, "hexi", NOW)) is due


def test_no_wish_of_a_host_puts_a_retry_further_off_than_a_day(archive: Archive) -> None:
    list_one(archive, NOW)
    with archive.writing() as connection:
        (owed,) = list_owed(connection, "hexi", None)
        assert (
            settle_unarchived(connection, owed, "rests", NOW, not_before=NOW + YEARS) == NOW + LONGEST_RETRY
        )


def test_what_a_clock_ahead_left_owed_is_fetched_by_the_next_scheduled_crawl(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    with newsroom.archive() as archive, archive.writing() as connection:
        connection.execute(
            update(listing).where(listing.c.state == "failed").values(next_try_at=datetime.now(UTC) + YEARS)
        )
    newsroom.site.behave()
    assert newsroom.crawl("--due").total("new") == 1


# Hosts


@pytest.fixture
def archive_port(archive: Archive) -> ArchivePort:
    return ArchivePort(archive, ["hexi"], CrawlCounts(), crawl_id=0, due_only=True, halt=lambda _: None)


def know(archive: Archive, **known: Unpack[KnownOfHost]) -> None:
    with archive.writing() as connection:
        update_host(connection, HOST, **known)


def test_a_rest_of_years_is_over(archive: Archive, archive_port: ArchivePort) -> None:
    know(archive, rests_until=datetime.now(UTC) + YEARS)
    assert archive_port.rests_until(HOST) is None
    wish = datetime.now(UTC) + timedelta(hours=1)
    archive_port.let_rest(HOST, wish)
    assert archive_port.rests_until(HOST) == wish, "it does not hide a rest that is asked for now"


def test_robots_of_the_future_are_fetched_again(archive: Archive, archive_port: ArchivePort) -> None:
    know(archive, robots="User-agent: *\nDisallow: /\n", robots_fetched_at=datetime.now(UTC) + YEARS)
    assert archive_port.robots(HOST) is None
    archive_port.keep_robots(HOST, b"User-agent: *\nDisallow: /\n")
    assert archive_port.robots(HOST) == b"User-agent: *\nDisallow: /\n", (
        "the same text, fetched now, is remembered"
    )


def test_validators_of_the_future_are_not_asked_with(archive: Archive) -> None:
    with archive.writing() as connection:
        connection.execute(update(source).values(etag='"a"', last_whole_at=datetime.now(UTC) + YEARS))
    archive_port = ArchivePort(
        archive, ["hexi"], CrawlCounts(), crawl_id=0, due_only=True, halt=lambda _: None
    )
    assert [order.may_ask for order in archive_port.orders()] == [False]


def test_rests_can_be_ended_and_robots_forgotten(archive: Archive) -> None:
    soon = datetime.now(UTC) + timedelta(hours=2)
    for name in (HOST, "other.example"):
        with archive.writing() as connection:
            update_host(connection, name, rests_until=soon, robots="x", robots_fetched_at=NOW, etags_agreed=1)
    with archive.writing() as connection:
        assert [row.name for row in list_resting(connection, datetime.now(UTC))] == ["other.example", HOST]
        assert forget_manners(connection, [HOST]) == 1
        ended = find_host(connection, HOST)
        assert (ended.rests_until, ended.robots_fetched_at, ended.etags_agreed) == (None, None, 1)
        assert forget_manners(connection) == 1
        assert forget_manners(connection) == 0


@pytest.mark.parametrize("how", ["status", "recrawl"])
def test_a_person_can_end_a_host_s_rest(newsroom: Newsroom, how: str) -> None:
    newsroom.crawl()
    name = newsroom.site.category_url(newsroom.site.slugs[0]).split("/")[2]
    until = datetime.now(UTC) + timedelta(hours=20)
    with newsroom.archive() as archive, archive.writing() as connection:
        update_host(connection, name, rests_until=until)
    assert [host["name"] for host in newsroom.ask("status")["hosts"]] == [name]
    wanted = newsroom.site.articles[0].code
    newsroom.recrawl("--code", wanted, status=1)
    if how == "status":
        newsroom.run("status", "--resolve")
        newsroom.recrawl("--code", wanted)
    else:
        asked = newsroom.recrawl("--code", wanted, "--ask-again")
        assert "/robots.txt" in asked.paths
    assert newsroom.ask("status")["hosts"] == []


# Silence


def test_articles_listed_by_a_clock_ahead_are_no_news(archive: Archive) -> None:
    for number, day in enumerate((6, 5, 4, 3, 2)):
        list_one(archive, NOW - day * DAY, number)
    list_one(archive, NOW + YEARS, 9)
    with archive.reading() as connection:
        assert usual_silence(connection, "hexi", NOW) == (NOW - 2 * DAY, 2 * DAY)


def test_a_busy_day_of_the_future_does_not_hide_the_past(archive: Archive) -> None:
    for number, day in enumerate((6, 5, 4, 3, 2)):
        list_one(archive, NOW - day * DAY, number)
    with archive.writing() as connection:
        entries = [Listed(code(NOW, n), "media", f"http://{HOST}/{n}", "题") for n in range(100, 500)]
        record_listings(connection, "hexi", entries, NOW + YEARS)
        assert usual_silence(connection, "hexi", NOW) == (NOW - 2 * DAY, 2 * DAY)


def test_a_pause_across_a_clock_that_was_behind_is_no_habit(archive: Archive) -> None:
    for number, day in enumerate((6, 5, 4, 3, 2)):
        list_one(archive, NOW - day * DAY, number)
    list_one(archive, NOW - YEARS, 9)
    with archive.reading() as connection:
        assert usual_silence(connection, "hexi", NOW) == (NOW - 2 * DAY, 2 * DAY)


def test_a_source_added_by_a_clock_ahead_counts_from_now(archive: Archive) -> None:
    with archive.writing() as connection:
        connection.execute(update(source).values(added_at=datetime.now(UTC) + YEARS))
        save_sources(connection, ROWS)
        (row,) = list_sources(connection)
        assert datetime.now(UTC) - row.added_at < timedelta(minutes=5)
        before = row.added_at
        assert save_sources(connection, ROWS) == 0
        assert list_sources(connection)[0].added_at == before


@pytest.mark.parametrize("jump", [YEARS, -YEARS], ids=["ahead", "behind"])
def test_the_silence_alarm_survives_one_run_with_a_wrong_clock(newsroom: Newsroom, jump: timedelta) -> None:
    for _ in range(6):
        newsroom.site.publish()
        newsroom.crawl()
        newsroom.let_time_pass(DAY)
    newsroom.site.publish()
    newsroom.crawl()
    wrong = datetime.now(UTC) + jump
    states = ("last_polled_at", "last_succeeded_at", "last_changed_at", "last_whole_at")
    with newsroom.archive() as archive, archive.writing() as connection:
        newest = select(func.max(listing.c.first_listed_at)).scalar_subquery()
        at_newest = listing.c.first_listed_at == newest
        assert connection.execute(update(listing).where(at_newest).values(first_listed_at=wrong)).rowcount
        connection.execute(update(source).values(dict.fromkeys(states, wrong)))
        for row in connection.execute(select(listing).where(listing.c.first_listed_at != wrong)).all():
            same = (listing.c.source == row.source) & (listing.c.info_code == row.info_code)
            aged = row.first_listed_at - 3 * DAY
            connection.execute(update(listing).where(same).values(first_listed_at=aged))
    newsroom.crawl()
    assert "source_silent" in newsroom.events()


def test_a_poll_of_the_future_does_not_hide_that_a_source_is_overdue(newsroom: Newsroom) -> None:
    text = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(text.replace('kind = "', 'schedule = "0 6 * * *"\nkind = "'), "utf-8")
    newsroom.crawl()
    newsroom.let_time_pass(3 * DAY)
    with newsroom.archive() as archive, archive.writing() as connection:
        connection.execute(update(source).values(last_polled_at=datetime.now(UTC) + YEARS))
    (row,) = newsroom.ask("status")["sources"]
    assert row["overdue_since"] is not None


# Other things that are remembered


@pytest.mark.parametrize(
    ("beat", "state"),
    [(-SECOND, "running"), (timedelta(minutes=-6), "stuck"), (YEARS, "stuck"), (SECOND, "running")],
    ids=["just now", "late", "years ahead", "a clock set back a little"],
)
def test_a_heartbeat_of_the_future_is_none(tmp_path: Path, beat: timedelta, state: str) -> None:
    moment = (NOW + beat).isoformat()
    write_heartbeat(tmp_path, Heartbeat(1, "here", moment, moment))
    with hold_archive(tmp_path, lambda: "nobody"):
        assert read_service_state(tmp_path, NOW)["state"] == state


def test_a_file_imported_in_the_future_stands_no_longer_than_any_other() -> None:
    def held(at: datetime) -> HeldText:
        return HeldText(body_html="<p>一</p>", capture_url=f"{FILE_SCHEME}_posts/a.md", captured_at=at)

    other = f"{FILE_SCHEME}old_post/a.md"
    assert not may_replace("<p>二</p>", other, held(NOW - DAY), NOW)
    assert may_replace("<p>二</p>", other, held(NOW - 4 * DAY), NOW)
    assert may_replace("<p>二</p>", other, held(NOW + YEARS), NOW)


def test_a_child_is_known_by_its_due_time_when_the_clock_was_set_back(archive: Archive) -> None:
    with archive.writing() as connection:
        start_crawl(connection, "schedule", ["hexi"], NOW - YEARS, version="1", pid=7, due_at=NOW)
        assert find_scheduled_crawl(connection, 7, NOW, NOW) == "running"
        assert find_scheduled_crawl(connection, 7, NOW, NOW + DAY) is None
        assert find_scheduled_crawl(connection, 8, NOW, NOW) is None
