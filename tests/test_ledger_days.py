"""What is kept of the ledger's days is what counting the whole ledger gives, whatever happens to listings."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, delete, insert, select, update

from jianbao.upkeep.index import count_days_anew
from jianbao.upkeep.verify import verify_quickly
from storage.archive.folder import Archive
from storage.database.ledger_days import list_wrong_days
from storage.database.schema import ledger_day, listing, source
from storage.ledger.day_ledger import DayLedger, read_day_ledgers
from storage.ledger.holes.day_sums import count_by_source_and_day
from storage.ledger.listing import count_states
from storage.records import UNARCHIVED, info_code_day
from storage.records.press_days import press_day

SLUGS = ("one", "two")
STATES = ("owed", "archived", "failed", "quarantined", "gone", "furniture")
CODES = ("NW202603200000000001", "NW202613450000000002", "site-20260321.7", "site-20260230.8", "site-x.9")
BEGIN = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
MOMENTS = st.integers(0, 40).map(lambda hours: BEGIN + timedelta(hours=hours))
SUMMER = st.just(datetime(1990, 7, 1, 15, 30, tzinfo=UTC))  # in which China's clocks were ahead
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(STATES),
        "published_at": st.none() | MOMENTS | SUMMER,
        "first_listed_at": MOMENTS,
        "last_listed_at": MOMENTS,
        "source": st.sampled_from(SLUGS),
        "info_code": st.sampled_from(CODES),
    },
)
KEYS = st.tuples(st.sampled_from(SLUGS), st.sampled_from(CODES))
STEPS = st.lists(st.tuples(st.sampled_from(("list", "change", "drop", "undo")), KEYS, VALUES), max_size=25)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("days") / "archive") as opened:
        with opened.writing() as connection:
            connection.execute(insert(source), [_source(slug) for slug in SLUGS])
        yield opened


class Undone(Exception):
    """A transaction is taken back."""


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_what_is_kept_is_what_is_counted(
    archive: Archive, steps: list[tuple[str, tuple[str, str], dict[str, object]]]
) -> None:
    for what, key, values in steps:
        with suppress(Undone), archive.writing() as connection:
            _do(connection, what, key, values)
    with archive.reading() as view:
        assert list_wrong_days(view) == []
        rows = view.execute(select(listing)).all()
        assert view.execute(select(ledger_day).where(ledger_day.c.listings < 1)).all() == []
        for slug, ledger in read_day_ledgers(view).items():
            _compare(ledger, [row for row in rows if row.source == slug])
        assert _sums(view) == Counter((row.source, _day(row), row.state) for row in rows)
        states = {(slug, state): n for slug, own in count_states(view).items() for state, n in own.items()}
        assert states == Counter((row.source, row.state) for row in rows)


def _do(connection: Connection, what: str, key: tuple[str, str], values: dict[str, object]) -> None:
    slug, code = key
    here = (listing.c.source == slug) & (listing.c.info_code == code)
    if what == "drop":
        connection.execute(delete(listing).where(here))
    elif what == "list":
        entry = {**_entry(slug, code), **values, "source": slug, "info_code": code}
        connection.execute(insert(listing).prefix_with("OR IGNORE").values(entry))
    elif values:
        connection.execute(update(listing).prefix_with("OR IGNORE").where(here).values(values))
    if what == "undo":
        raise Undone


def _compare(ledger: DayLedger, rows: Sequence[Row[Any]]) -> None:
    published = Counter(press_day(row.published_at) for row in rows if row.published_at)
    assert ledger.published == published
    assert ledger.coded == Counter(day for row in rows if (day := info_code_day(row.info_code)))
    waiting = [row for row in rows if row.state in UNARCHIVED]
    assert ledger.unarchived == Counter(
        info_code_day(row.info_code) or press_day(row.first_listed_at) for row in waiting
    )
    moments = ((press_day(row.published_at or row.first_listed_at), row.state) for row in rows)
    assert ledger.states == Counter(moments)


def _sums(view: Connection) -> Counter[tuple[str, date, str]]:
    sums: Counter[tuple[str, date, str]] = Counter()
    for one in count_by_source_and_day(view):
        for state, number in one.states.items():
            sums[one.source, one.day, state] += number
    return sums


def _day(row: Row[Any]) -> date:
    if row.published_at is not None:
        return press_day(row.published_at)
    return info_code_day(row.info_code) or press_day(row.first_listed_at)


def test_an_archive_that_was_filled_in_bulk_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with Archive.open(folder) as archive, archive.writing() as connection:
        connection.execute(insert(source), _source("one"))
    raw = sqlite3.connect(folder / "archive.db")
    raw.execute("PRAGMA foreign_keys=OFF")
    columns = "source, info_code, form, url, title, first_listed_at, last_listed_at, state"
    row = ("one", CODES[0], "media", "u", "t", "2026-03-20 01:00:00", "2026-03-20 01:00:00", "owed")
    raw.execute(f"INSERT INTO listing ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    raw.commit()
    with Archive.open_existing(folder) as archive, archive.reading() as view:
        assert read_day_ledgers(view)["one"].unarchived == {date(2026, 3, 20): 1}
    raw.execute("UPDATE listing SET state = 'archived'")  # as nobody should: it is seen, and mended
    raw.commit()
    raw.close()
    problems = verify_quickly(folder).problems
    assert [(one.count, one.command) for one in problems if one.kind == "days_miscounted"] == [
        (1, "jianbao reindex")
    ]
    with Archive.open_existing(folder) as archive:
        count_days_anew(archive)
        with archive.reading() as view:
            assert read_day_ledgers(view)["one"].unarchived == {}
            assert list_wrong_days(view) == []


def _source(slug: str) -> dict[str, object]:
    return {"slug": slug, "name": slug, "kind": "category", "timezone": "Asia/Shanghai", "enabled": True}


def _entry(slug: str, code: str) -> dict[str, object]:
    return {
        "source": slug,
        "info_code": code,
        "form": "media",
        "url": f"http://127.0.0.1/{code}",
        "title": "t",
        "first_listed_at": BEGIN,
        "last_listed_at": BEGIN,
        "state": "owed",
    }
