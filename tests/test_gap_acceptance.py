"""What is missing and can't be had is accepted with a reason: no hole any more, shown, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from support.command_line import Command, Ended
from support.printed_days import SLUG, PrintedDays, keep_days, moment

from storage.database.schema import backfill, listing
from storage.events.event import list_open_events
from storage.ledger.holes.accepted import accept_holes
from storage.ledger.holes.every import list_holes
from storage.ledger.holes.look import look_for_gaps, tell_gaps

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 20)
DAYS = [date(2026, 9, day) for day in (14, 15, 16)]
LOST = "NW202609100000000000"
REASON = "报社停刊三天"


@pytest.fixture
def days(tmp_path: Path) -> Iterator[PrintedDays]:
    """Three days that were never printed, and an article that failed."""
    with keep_days(tmp_path / "archive", FIRST, LAST) as kept:
        kept.prints(lambda _day: 4)
        kept.loses(*DAYS)
        with kept.archive.writing() as connection:
            archived = listing.c.state == "archived"
            connection.execute(update(listing).where(archived).values(state="furniture"))
            failed = update(listing).where(listing.c.info_code == LOST)
            connection.execute(failed.values(state="failed", last_error="gone"))
        yield kept


def gaps(days: PrintedDays, command: Command, *words: str, until: date = LAST) -> Ended:
    """Run `jianbao gaps` over the fixture's days."""
    archive = str(days.archive.folder)
    return command("--archive", archive, "gaps", "--to", str(until), *words, "--json")


def kinds(ended: Ended, key: str = "gaps") -> list[tuple[str, str, str, int]]:
    """Return what a document names."""
    return [(one["kind"], one["from"], one["to"], one["count"]) for one in ended.json[key]]


SILENT = ("silent", "2026-09-14", "2026-09-16", 3)
FAILED = ("failed", "2026-09-10", "2026-09-10", 1)


def test_what_is_accepted_is_no_hole_but_shown_and_can_be_missed_again(
    days: PrintedDays, command: Command
) -> None:
    assert kinds(gaps(days, command)) == [FAILED, SILENT]
    one = gaps(days, command, SLUG, "--kind", "silent", "--accept", REASON)
    assert (one.status, kinds(one), kinds(one, "accepted")) == (0, [], [SILENT])
    assert one.json["accepted"][0]["reason"] == REASON
    other = gaps(days, command)
    assert (other.status, kinds(other)) == (1, [FAILED])
    both = gaps(days, command, "--code", LOST, "--accept", "网站从来没有这一篇")
    assert both.status == 0
    whole = gaps(days, command)
    assert (whole.status, kinds(whole), len(whole.json["accepted"])) == (0, [], 2)
    assert whole.json["ledger"]["failed"] == 1
    again = gaps(days, command, SLUG, "--from", "2026-09-15", "--withdraw", until=DAYS[1])
    assert kinds(again) == [("silent", "2026-09-15", "2026-09-15", 1)]
    left = gaps(days, command)
    assert kinds(left) == [("silent", "2026-09-15", "2026-09-15", 1)]
    assert kinds(left, "accepted") == [FAILED, ("silent", "2026-09-14", "2026-09-16", 2)]


def test_the_event_about_days_ends_when_they_are_accepted(days: PrintedDays) -> None:
    noon = moment(DAYS[-1] + timedelta(days=1), 12)
    with days.archive.writing() as connection:
        tell_gaps(connection, look_for_gaps(connection, [SLUG], noon), noon)
        assert [one.kind for one in list_open_events(connection)] == ["gap_found"]
        silent = [hole for hole in list_holes(connection, noon, codes=None) if hole.kind == "silent"]
        accept_holes(connection, silent, REASON, noon)
        for _ in range(2):
            tell_gaps(connection, look_for_gaps(connection, [SLUG], noon), noon)
            assert list_open_events(connection) == []


def test_what_belongs_to_no_source_is_asked_for_like_a_source(days: PrintedDays, command: Command) -> None:
    assert gaps(days, command, "infocode").status == 0
    ended = gaps(days, command, "laiyangwanbao")
    assert (ended.status, "has no source" in ended.stderr) == (2, True)


def test_days_beside_accepted_ones_are_missed_still(days: PrintedDays, command: Command) -> None:
    gaps(days, command, SLUG, "--from", str(DAYS[1]), "--kind", "silent", "--accept", REASON, until=DAYS[1])
    assert [hole.first for hole in days.day_holes()] == [DAYS[0], DAYS[2]]


def test_a_backfill_that_was_given_up_can_be_accepted(days: PrintedDays, command: Command) -> None:
    span = {
        "source": SLUG,
        "newest_first": True,
        "state": "failed",
        "begun_at": datetime(2026, 9, 1).astimezone(),
    }
    with days.archive.writing() as connection:
        values = {**span, "first_day": FIRST - timedelta(days=30), "last_day": FIRST - timedelta(days=1)}
        connection.execute(insert(backfill).values(**values))
    assert kinds(gaps(days, command, "--kind", "history"))
    assert gaps(days, command, "--kind", "history", "--accept", "网上没有更早的").status == 0
    assert kinds(gaps(days, command)) == [FAILED, SILENT]


def test_what_contradicts_itself_is_not_accepted(days: PrintedDays, command: Command) -> None:
    with days.archive.writing() as connection:
        connection.execute(update(listing).where(listing.c.info_code == LOST).values(state="archived"))
    ended = gaps(days, command, "--code", LOST, "--accept", REASON)
    assert (ended.status, [kind for kind, *_ in kinds(ended)]) == (1, ["absent"])
    assert "--repair" in ended.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--accept", REASON), "name what is meant"),
        (("--withdraw",), "name what is meant"),
        (("--kind", "silent", "--accept", "  "), "needs a reason"),
        (("--kind", "none"), "no kind of hole"),
        (("--repair", "--withdraw"), "do not go together"),
        (("--from", "2026-10", "--to", "2026-09"), "no day is in between"),
    ],
)
def test_what_means_nothing_is_refused(
    days: PrintedDays, command: Command, words: tuple[str, ...], told: str
) -> None:
    ended = command("--archive", str(days.archive.folder), "gaps", *words)
    assert ended.status == 2
    assert told in ended.stderr
