"""The ledger of issues: what is known of a paper's days stays known; complete follows from the listings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text, update
from support.ledger_changes import settle_archived, settle_unarchived

from jianbao.crawl.port import ArchivePort
from jianbao.documents.issue_sums import describe_issues, present_issue_sums
from storage.archive.folder import Archive
from storage.database.schema import backfill, issue_page, listing, source
from storage.events.event import list_open_events, resolve_all_events
from storage.ledger.counts import CrawlCounts
from storage.ledger.issue import (
    find_issue,
    issue_states,
    list_issues,
    list_pages,
    list_unfinished,
    save_issues,
)
from storage.ledger.issue_sums import sum_issues
from storage.ledger.listing import find_listed
from storage.ledger.owed import list_owed
from storage.ledger.poll import record_poll
from storage.ledger.silence import usual_silence
from storage.ledger.source import list_sources, save_sources
from storage.ledger.told import read_told, renew_told, told_values
from storage.records import (
    NOTHING_TOLD,
    Area,
    Headway,
    Issue,
    IssuePage,
    IssueState,
    Listed,
    Poll,
    Source,
    Told,
    Validators,
)
from storage.records.saying import quote

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 20)
PAPER = "yunwanribao"
URL = "http://127.0.0.1/yunwan/html/2026-03/20"


def page(number: int, **said: object) -> IssuePage:
    found = IssuePage(f"A{number:02d}", f"第{number}版", f"{URL}/node_{number}.htm", number)
    return replace(found, **said)  # type: ignore[arg-type]


def issue(state: IssueState = "listed", pages: int = 2, **said: object) -> Issue:
    made = Issue(DAY, state, f"{URL}/node_1.htm", tuple(page(n + 1) for n in range(pages)), 3 * pages)
    return replace(made, **said)  # type: ignore[arg-type]


def listed(key: str, day: date = DAY, told: Told = NOTHING_TOLD, title: str = "渔港开海") -> Listed:
    code = f"yunwan-{day:%Y%m%d}.{key}"
    return Listed(code, "article", f"{URL}/content_{key}.htm", title, told)


def poll(*found: Listed, issues: tuple[Issue, ...] = (), **said: object) -> Poll:
    made = Poll(PAPER, "changed" if found else "empty", NOW, found, issues=issues)
    return replace(made, **said)  # type: ignore[arg-type]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        rows = [
            Source(slug, slug, "epaper", f"{URL}/", "Asia/Shanghai", None, enabled=True)
            for slug in (PAPER, "linpu")
        ]
        save_sources(connection, rows)
        yield connection


def state(connection: Connection, day: date = DAY) -> IssueState:
    found = find_issue(connection, PAPER, day)
    assert found is not None
    return found.state


def test_an_issue_is_complete_when_nothing_of_its_day_waits(connection: Connection) -> None:
    record_poll(connection, poll(listed("1"), listed("2"), issues=(issue(),)))
    assert state(connection) == "listed"
    settle_archived(connection, "yunwan-20260320.1", "article", None)  # type: ignore[arg-type]
    assert state(connection) == "listed"
    (left,) = [one for one in list_owed(connection, PAPER, None) if one.info_code.endswith("2")]
    settle_unarchived(connection, left, "答了 503", NOW)
    assert state(connection) == "listed"
    settle_archived(connection, "yunwan-20260320.2", "article", None)  # type: ignore[arg-type]
    assert state(connection) == "complete"


def test_another_day_and_another_paper_leave_an_issue_complete(connection: Connection) -> None:
    before = DAY - timedelta(days=1)
    record_poll(connection, poll(listed("1", before), issues=(issue(), replace(issue(), day=before))))
    record_poll(connection, replace(poll(listed("7")), source="linpu"))
    assert issue_states(connection, [PAPER, "linpu"], before, DAY) == {
        PAPER: {before: "listed", DAY: "complete"}
    }


def test_an_article_that_is_due_again_has_its_issue_looked_at(connection: Connection) -> None:
    record_poll(connection, poll(listed("1"), issues=(issue(),)))
    settle_archived(connection, "yunwan-20260320.1", "article", None)  # type: ignore[arg-type]
    assert state(connection) == "complete"
    record_poll(connection, poll(listed("1", title="渔港开海第一天"), issues=(issue(),)))
    assert state(connection) == "listed"


@pytest.mark.parametrize(
    ("before", "found", "after"),
    [
        (issue(), issue("unknown", 0), "complete"),
        (issue(), issue("none", 0), "complete"),
        (issue(), issue("failed", 1), "complete"),
        (issue(), issue("failed", 2), "complete"),
        (issue(), issue("failed", 3), "failed"),
        (issue("failed", 1), issue(), "complete"),
        (issue("failed", 1), issue("unknown", 0), "failed"),
        (issue("failed", 1), issue("none", 0), "failed"),
        (issue("failed", 0), issue("none", 0), "none"),
        (issue("none", 0), issue("unknown", 0), "none"),
        (issue("none", 0), issue("failed", 0), "failed"),
        (issue("none", 0), issue(), "complete"),
        (issue("unknown", 0), issue("none", 0), "none"),
        (issue("unknown", 0), issue("failed", 1), "failed"),
    ],
    ids=lambda value: f"{value.state}{len(value.pages)}" if isinstance(value, Issue) else value,
)
def test_what_is_known_of_a_day_is_not_taken_back(
    connection: Connection, before: Issue, found: Issue, after: IssueState
) -> None:
    for one in (before, found):
        save_issues(connection, PAPER, [one], NOW)
    assert state(connection) == after


def test_an_issue_is_looked_at_once_more_when_its_day_is_over(connection: Connection) -> None:
    zones = {PAPER: ZoneInfo("Asia/Shanghai")}
    same_evening, next_day = NOW + timedelta(hours=14), NOW + timedelta(hours=16)  # 23:00, and 1:00
    save_issues(connection, PAPER, [issue()], NOW)
    assert list_unfinished(connection, zones, same_evening) == []
    assert list_unfinished(connection, zones, next_day) == [(PAPER, DAY)]
    save_issues(connection, PAPER, [issue("failed", pages=0, reason="it timed out")], next_day)
    assert list_unfinished(connection, zones, next_day) == [(PAPER, DAY)]
    save_issues(connection, PAPER, [issue(pages=3)], next_day)
    assert list_unfinished(connection, zones, next_day) == []
    assert list_unfinished(connection, {"linpu": zones[PAPER]}, next_day) == []


def test_vain_polls_are_counted_until_one_lists_the_issue(connection: Connection) -> None:
    for times in (1, 2):
        save_issues(connection, PAPER, [issue("failed", 1, reason="第二版答了 503")], NOW)
        found = find_issue(connection, PAPER, DAY)
        assert found is not None
        assert (found.attempts, found.reason, found.pages) == (times, "第二版答了 503", 1)
    save_issues(connection, PAPER, [issue()], NOW + timedelta(hours=1))
    found = find_issue(connection, PAPER, DAY)
    assert found is not None
    assert (found.attempts, found.reason, found.pages, found.articles) == (0, None, 2, 6)
    assert (found.first_seen_at, found.last_seen_at) == (NOW, NOW + timedelta(hours=1))


def test_an_issue_that_did_not_change_is_no_news(connection: Connection) -> None:
    assert save_issues(connection, PAPER, [issue()], NOW) == 1
    assert save_issues(connection, PAPER, [issue()], NOW) == 0
    assert save_issues(connection, PAPER, [issue(articles=7)], NOW) == 1
    assert save_issues(connection, PAPER, [], NOW) == 0


def test_pages_come_back_as_they_were_found(connection: Connection) -> None:
    area = Area("yunwan-20260320.1", ((0, 0), (90.5, 0), (90.5, 40)))
    first = page(1, picture=f"{URL}/1.jpg", shown=f"{URL}/s1.jpg", size=(400, 580), pdf=f"{URL}/1.pdf")
    pages = (replace(first, areas=(area,)), page(2), page(4))
    save_issues(connection, PAPER, [issue(pages=0, articles=3), replace(issue(), pages=pages)], NOW)
    assert tuple(list_pages(connection, PAPER, DAY)) == pages
    assert list_pages(connection, PAPER, DAY - timedelta(days=1)) == []


def test_pages_that_a_poll_could_not_read_stay(connection: Connection) -> None:
    save_issues(connection, PAPER, [issue(pages=3)], NOW)
    found = replace(issue("failed"), pages=(page(1), page(3, name="副刊"), page(4)))
    save_issues(connection, PAPER, [found], NOW)
    assert [one.name for one in list_pages(connection, PAPER, DAY)] == ["第1版", "第2版", "副刊", "第4版"]
    save_issues(connection, PAPER, [issue(pages=2)], NOW)
    assert len(list_pages(connection, PAPER, DAY)) == 2


def test_pages_of_one_place_both_stay(connection: Connection) -> None:
    twice = (page(1), replace(page(1), url=f"{URL}/node_9.htm", number="B01"))
    save_issues(connection, PAPER, [replace(issue(), pages=twice)], NOW)
    assert [one.number for one in list_pages(connection, PAPER, DAY)] == ["A01", "B01"]


def test_the_same_pages_are_not_written_again(connection: Connection) -> None:
    save_issues(connection, PAPER, [issue()], NOW)
    connection.execute(
        text("CREATE TRIGGER kept BEFORE DELETE ON issue_page BEGIN SELECT RAISE(ABORT, '!'); END")
    )
    save_issues(connection, PAPER, [issue()], NOW)
    assert connection.execute(select(issue_page.c.position)).scalars().all() == [1, 2]


def test_issues_of_a_span_come_by_day(connection: Connection) -> None:
    days = [DAY - timedelta(days=n) for n in range(5)]
    save_issues(connection, PAPER, [replace(issue(), day=day) for day in days], NOW)
    found = list_issues(connection, PAPER, days[3], days[1])
    assert [one.day for one in found] == [days[3], days[2], days[1]]


def test_what_a_list_tells_comes_with_what_is_owed(connection: Connection) -> None:
    told = Told(NOW, "day", page="A01", page_name="头版", order=2, listed_on=f"{URL}/node_1.htm")
    record_poll(connection, poll(listed("1", told=told), listed("2")))
    assert [one.told for one in list_owed(connection, PAPER, None)] == [told, NOTHING_TOLD]
    record_poll(connection, poll(listed("1", told=Told(page="A02", author="陈知远"))))
    (one, _) = list_owed(connection, PAPER, None)
    assert one.told == replace(told, page="A02", author="陈知远")


def test_a_list_that_tells_nothing_leaves_nothing(connection: Connection) -> None:
    record_poll(connection, poll(listed("1"), listed("2", told=Told())))
    assert connection.execute(text("SELECT told IS NULL FROM listing")).scalars().all() == [1, 1]
    record_poll(connection, poll(listed("1"), listed("2")))
    assert [one.told for one in list_owed(connection, PAPER, None)] == [NOTHING_TOLD] * 2


TIMES = st.one_of(st.none(), st.integers(0, 10**6).map(lambda minutes: NOW - timedelta(minutes=minutes)))
TOLD = st.builds(
    Told,
    published_at=TIMES,
    precision=st.sampled_from(["second", "minute", "day"]),
    media=st.one_of(st.none(), st.text(min_size=1)),
    page=st.one_of(st.none(), st.text(min_size=1)),
    order=st.one_of(st.none(), st.integers(1, 99)),
)


@given(TOLD, TOLD)
def test_what_is_told_comes_back_and_nothing_known_is_lost(known: Told, now: Told) -> None:
    for told in (known, now):
        values = told_values(told)
        back = read_told(None if values is None else json.dumps(values))
        assert back == (told if told.published_at is not None else replace(told, precision="second"))
    both = renew_told(known, now)
    assert both.published_at in (known.published_at, now.published_at)
    assert (both.published_at is None) == (known.published_at is None and now.published_at is None)
    assert (both.media, both.order) == (now.media or known.media, now.order or known.order)


def test_a_vaguer_time_does_not_replace_an_exact_one() -> None:
    exact = Told(NOW, "minute")
    assert renew_told(exact, Told(NOW + timedelta(hours=9), "day")) == exact
    assert renew_told(exact, Told(NOW + timedelta(hours=9), "second")).precision == "second"
    assert renew_told(exact, Told(NOW + timedelta(minutes=5), "minute")).published_at != NOW


def test_only_what_was_listed_is_known(connection: Connection) -> None:
    record_poll(connection, poll(listed("1"), listed("2")))
    codes = ["yunwan-20260320.1", "yunwan-20260320.3"]
    assert find_listed(connection, PAPER, codes) == {"yunwan-20260320.1"}
    assert find_listed(connection, "linpu", codes) == frozenset()


@pytest.mark.parametrize("state", ["archived", "gone", "furniture"])
def test_an_issue_of_which_all_is_settled_is_complete(connection: Connection, state: str) -> None:
    record_poll(connection, poll(listed("1"), issues=(issue(),)))
    connection.execute(update(listing).values(state=state, next_try_at=None))
    assert issue_states(connection, [PAPER], DAY, DAY) == {PAPER: {DAY: "complete"}}


def told_of(connection: Connection, *issues: Issue) -> str | None:
    """Record a poll with these issues; return the open event about failed ones."""
    record_poll(connection, poll(issues=issues))
    said = [event.message for event in list_open_events(connection) if event.kind == "issues_failed"]
    return said[0] if said else None


def test_an_issue_that_stays_failed_is_an_event_until_it_is_listed(connection: Connection) -> None:
    failed = issue("failed", 1, reason="第二版答了 503")
    assert told_of(connection, failed) is None
    assert told_of(connection, failed) == f"an issue of {PAPER} could not be listed: {DAY} (第二版答了 503)"
    before = replace(failed, day=DAY - timedelta(days=1))
    told_of(connection, before)
    both = told_of(connection, before) or ""
    assert both.startswith(f"2 issues of {PAPER}")
    assert told_of(connection, issue()) is not None, "the other is still failed"
    assert told_of(connection, replace(issue(), day=before.day)) is None


def test_whoever_has_seen_that_an_issue_failed_is_not_told_again(
    connection: Connection,
) -> None:
    old = replace(issue("failed", 1), day=DAY - timedelta(days=400))
    assert told_of(connection, old) is not None, "nobody tries it again so soon"
    resolve_all_events(connection, NOW)
    assert told_of(connection, issue()) is None
    assert told_of(connection, old) is not None


def test_a_day_of_which_nobody_could_tell_is_an_event_only_when_it_stays_so(connection: Connection) -> None:
    gone = replace(issue("unknown", 0), day=DAY - timedelta(days=400))
    assert told_of(connection, gone) is None
    assert told_of(connection, issue("unknown", 0)) is None
    assert told_of(connection, issue("unknown", 0)) is not None


def test_the_sums_of_issues_are_those_of_the_ledger(connection: Connection) -> None:
    days = [DAY - timedelta(days=n) for n in range(6)]
    states: list[IssueState] = ["failed", "unknown", "none", "listed", "listed", "listed"]
    issues = tuple(replace(issue(state), day=day) for state, day in zip(states, days, strict=True))
    record_poll(connection, poll(listed("1", days[4]), issues=issues))
    rows = list_sources(connection)
    sums = sum_issues(connection, rows, NOW)
    assert sums.keys() == {PAPER}
    found = sums[PAPER]
    assert found.counts == {"complete": 2, "listed": 1, "none": 1, "failed": 1, "unknown": 1}
    assert (found.first, found.window_days, found.unknown, found.failing) == (days[5], 3, 1, 1)
    assert found.newest is not None
    assert (found.newest.day, found.newest.state) == (DAY, "failed")
    said = present_issue_sums(found)
    assert said is not None
    assert describe_issues(said) == (
        "newest issue 2026-03-20 failed, 2 pages, 6 articles; 2 complete; 1 listed; 1 failed; 1 none; "
        "1 of the last 3 days unknown"
    )
    assert present_issue_sums(None) is None


def test_a_paper_is_silent_by_its_issues_whatever_its_history_brings(connection: Connection) -> None:
    days = [DAY - timedelta(days=n) for n in (9, 10, 13, 14, 15, 16)]
    record_poll(connection, poll(issues=tuple(replace(issue(), day=day) for day in days)))
    record_poll(connection, poll(listed("1", DAY - timedelta(days=900)), span=(DAY, DAY)))
    last, usual = usual_silence(connection, PAPER, NOW)
    assert (last.date(), usual) == (days[0] + timedelta(days=1), timedelta(days=6))
    assert usual_silence(connection, "linpu", NOW)[1] == timedelta(days=7)


def begin_backfill(connection: Connection) -> tuple[date, date]:
    span = (date(2026, 1, 1), date(2026, 3, 19))
    row = {"source": PAPER, "first_day": span[0], "last_day": span[1], "newest_first": True}
    connection.execute(insert(backfill).values(**row, state="running", begun_at=NOW))
    return span


def test_a_step_back_moves_its_span_on_and_leaves_the_page_alone(connection: Connection) -> None:
    span = begin_backfill(connection)
    record_poll(connection, poll(listed("1"), validators=Validators('"a1"'), body_hash="00ff"))
    page_before = connection.execute(select(source).where(source.c.slug == PAPER)).one()
    step = poll(listed("5", span[1]), span=span, headway=Headway("2026-03-18", 1, 78))
    record_poll(connection, step)
    row = connection.execute(select(backfill)).one()
    assert (row.state, row.cursor, row.done, row.total, row.stepped_at) == (
        "running",
        "2026-03-18",
        1,
        78,
        NOW,
    )
    assert len(connection.execute(select(listing)).all()) == 2
    record_poll(connection, replace(step, outcome="failed", headway=None, error=quote("答了 503"), listed=()))
    row = connection.execute(select(backfill)).one()
    assert (row.state, row.cursor, row.attempts, row.reason) == ("failed", "2026-03-18", 1, "答了 503")
    record_poll(connection, replace(step, outcome="empty", headway=Headway(None, 78, 78), listed=()))
    row = connection.execute(select(backfill)).one()
    assert (row.state, row.cursor, row.attempts, row.reason, row.finished_at) == ("done", None, 0, None, NOW)
    assert connection.execute(select(source).where(source.c.slug == PAPER)).one() == page_before


def test_a_poll_is_told_of_the_known_issues_and_of_what_was_listed_before(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    today, long_ago = now.date(), now.date() - timedelta(days=90)
    with Archive.open(tmp_path) as archive:
        with archive.writing() as connection:
            row = Source(PAPER, PAPER, "epaper", f"{URL}/", "Asia/Urumqi", None, enabled=True)
            save_sources(connection, [row, replace(row, slug="linpu")])
            issues = tuple(replace(issue(), day=day) for day in (today, long_ago))
            record_poll(connection, poll(listed("1", today), issues=issues))
        halted: list[str] = []
        port = ArchivePort(
            archive, [PAPER, "linpu"], CrawlCounts(), crawl_id=1, due_only=False, halt=halted.append
        )
        orders = {order.source: order for order in port.orders()}
    assert orders[PAPER].issues == {today: "listed"}
    assert orders["linpu"].issues == {}
    moment = orders[PAPER].now
    assert moment is not None
    assert str(moment.tzinfo) == "Asia/Urumqi"


def test_a_port_knows_what_its_source_listed(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        with archive.writing() as connection:
            rows = [
                Source(slug, slug, "epaper", f"{URL}/", "Asia/Shanghai", None, enabled=True)
                for slug in (PAPER, "linpu")
            ]
            save_sources(connection, rows)
            record_poll(connection, poll(listed("1")))
        port = ArchivePort(
            archive, [PAPER, "linpu"], CrawlCounts(), crawl_id=1, due_only=False, halt=lambda _reason: None
        )
        known = {order.source: order.known(["yunwan-20260320.1", "x-1"]) for order in port.orders()}
    assert known == {PAPER: {"yunwan-20260320.1"}, "linpu": frozenset()}
