"""What the ledger has of the days of sources: read together, from what is kept of them.

None of it grows with the articles of a day. Days are in UTC+8.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, select

from storage.database.ledger_days import day_of_code, day_of_moment
from storage.database.prepared import Prepared, among
from storage.database.schema import issue, ledger_day
from storage.ledger.source import list_sources
from storage.ledger.spans import list_spans
from storage.ledger.unwatched import Pause, list_noted_pauses
from storage.records import UNARCHIVED, StoredSource
from storage.records.span import Span


@dataclass(frozen=True, slots=True)
class IssueDay:
    """What is known of one day's issue: its state, and how many articles its pages list."""

    state: str
    articles: int


@dataclass(frozen=True, slots=True)
class DayLedger:
    """What the ledger has of one source's days.

    ``published`` counts by day of publication; ``unarchived`` what is owed, failed or quarantined by the day
    that the info code tells, or else that of the first listing; ``coded`` all by the code's day alone;
    ``states`` all by state and day of publication, or else of the first listing. ``pauses`` are those that
    were noted.
    """

    source: StoredSource
    published: Counter[date] = field(default_factory=Counter)
    unarchived: Counter[date] = field(default_factory=Counter)
    coded: Counter[date] = field(default_factory=Counter)
    states: Counter[tuple[date, str]] = field(default_factory=Counter)
    issues: dict[date, IssueDay] = field(default_factory=dict)
    spans: Sequence[Span] = ()
    pauses: Sequence[Pause] = ()

    @property
    def is_by_issue(self) -> bool:
        """Whether its days are those of issues."""
        return bool(self.issues)


_Key = TypeVar("_Key", date, tuple[date, str])
_Owned = TypeVar("_Owned", Span, Pause)
_Both = tuple[Prepared, Prepared]
"""A statement for all sources, and for some."""


def _of_all_or_some(table: Table, *names: str) -> _Both:
    columns = [table.c[name] for name in names]
    return Prepared(select(*columns)), Prepared(select(*columns).where(among(table.c.source, "slugs")))


_COUNTS = _of_all_or_some(ledger_day, "source", "published", "coded", "listed", "state", "listings")
_ISSUES = _of_all_or_some(issue, "source", "day", "state", "articles")


def read_day_ledgers(connection: Connection, slugs: Sequence[str] = ()) -> dict[str, DayLedger]:
    """Return what the ledger has of the days of some sources (none: of all), by slug."""
    spans = _by_source(list_spans(connection, slugs[0] if len(slugs) == 1 else None))
    pauses = _by_source(list_noted_pauses(connection, slugs))
    ledgers = {
        row.slug: DayLedger(row, spans=spans.get(row.slug, ()), pauses=pauses.get(row.slug, ()))
        for row in list_sources(connection)
        if not slugs or row.slug in slugs
    }
    _count(ledgers, _read(connection, _COUNTS, slugs))
    for source, day, state, articles in _read(connection, _ISSUES, slugs):
        if source in ledgers:
            ledgers[source].issues[date.fromisoformat(day)] = IssueDay(state, articles)
    return ledgers


def day_of_listing(info_code: str, first_listed_at: str) -> date:
    """Return the day of a listing that is not archived; ``first_listed_at`` is as the database has it."""
    return date.fromisoformat(day_of_code(info_code) or day_of_moment(first_listed_at))


def _by_source(rows: Iterable[_Owned]) -> dict[str, list[_Owned]]:
    found: dict[str, list[_Owned]] = {}
    for row in rows:
        found.setdefault(row.source, []).append(row)
    return found


def _count(ledgers: Mapping[str, DayLedger], rows: Iterable[tuple[Any, ...]]) -> None:
    """Enter how many listings are alike in their days and state."""
    days = _Days()
    for source, published, coded, listed, state, listings in rows:
        if (ledger := ledgers.get(source)) is None:
            continue
        day = days[published or listed]
        _add(ledger.states, (day, state), listings)
        if published:
            _add(ledger.published, day, listings)
        if coded:
            _add(ledger.coded, days[coded], listings)
        if state in UNARCHIVED:
            _add(ledger.unarchived, days[coded or listed], listings)


def _add(sums: Counter[_Key], key: _Key, number: int) -> None:
    sums[key] = sums.get(key, 0) + number  # a key that is new costs a Counter much more


class _Days(dict[str, date]):
    """Days by their text; none is the first day of all."""

    def __missing__(self, text: str) -> date:
        day = self[text] = date.fromisoformat(text) if text else date.min
        return day


def _read(connection: Connection, statements: _Both, slugs: Sequence[str]) -> list[tuple[Any, ...]]:
    return statements[bool(slugs)].run(connection, {"slugs": json.dumps(slugs)}).fetchall()
