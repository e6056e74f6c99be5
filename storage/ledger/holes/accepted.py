"""Holes that somebody accepted, with the reason: what never was or can't be had, and need not be missed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Row, delete, insert, select

from storage.database.opening import upsert
from storage.database.schema import accepted_hole
from storage.records.hole import DAY_KINDS, Accepted, Hole, HoleKind

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Accounted:
    """What is accounted for: info codes and addresses by their source, and whole days of sources."""

    codes: Collection[tuple[str, str]] = frozenset()
    days: dict[str, list[tuple[date, date]]] = field(default_factory=dict)

    @classmethod
    def read(cls, connection: Connection) -> Accounted:
        """Return what an archive's keepers accepted."""
        codes: set[tuple[str, str]] = set()
        days: dict[str, list[tuple[date, date]]] = {}
        for row in connection.execute(select(accepted_hole)):
            if row.code:
                codes.add((row.source, row.code))
            else:
                days.setdefault(row.source, []).append((row.first_day, row.last_day))
        return cls(codes, days)

    def has(self, slug: str, day: date, kind: HoleKind, code: str) -> bool:
        """Return whether one missing thing is accounted for: by its day where its kind is one of days."""
        return self.has_days(slug, day, day) if kind in DAY_KINDS else (slug, code) in self.codes

    def has_days(self, slug: str, first: date, last: date) -> bool:
        """Return whether all of some days of a source are."""
        return any(start <= first and last <= end for start, end in self.days.get(slug, ()))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which holes are meant: of these sources, days, kinds, codes; what is empty or None leaves none out."""

    sources: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    kinds: tuple[HoleKind, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Chosen()

    def choose(self, holes: Iterable[Hole], codes: int | None = None) -> list[Hole]:
        """Return those of the holes, or what of them, that have the kinds and codes that are meant.

        The holes must have all their codes; so many of them are kept at most.
        """
        return [one for hole in holes if (one := self._choose(hole, codes)) is not None]

    def _choose(self, hole: Hole, most: int | None) -> Hole | None:
        if self.kinds and hole.kind not in self.kinds:
            return None
        if not self.codes:
            return replace(hole, codes=hole.codes[:most])
        codes = tuple(code for code in hole.codes if code in self.codes)
        return replace(hole, count=len(codes), codes=codes[:most]) if codes else None

    def has(self, kind: str, code: str) -> bool:
        """Return whether something of a kind and code is meant."""
        return (not self.kinds or kind in self.kinds) and (not self.codes or code in self.codes)

    def has_days(self, first: date, last: date) -> bool:
        """Return whether one of some days is meant."""
        return (self.first is None or last >= self.first) and (self.last is None or first <= self.last)


def accept_holes(connection: Connection, holes: Sequence[Hole], reason: str, now: datetime) -> int:
    """Note holes as accounted for; return how many articles, pictures and spans of days that are.

    The holes must have all their codes. What was accepted before gets the new reason.
    """
    values = [
        {
            "source": hole.source,
            "code": code,
            "first_day": hole.first,
            "last_day": hole.last,
            "kind": hole.kind,
            "reason": reason,
            "accepted_at": now,
        }
        for hole in holes
        for code in (("",) if hole.kind in DAY_KINDS else hole.codes)
    ]
    statement = upsert(accepted_hole)
    told = {name: statement.excluded[name] for name in ("kind", "reason", "accepted_at")}
    keys = [column.name for column in accepted_hole.primary_key]
    if values:
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=told), values)
    return len(values)


def withdraw_acceptances(connection: Connection, chosen: Chosen) -> int:
    """Have what was accepted be missed again; return how much that was.

    Of days that were accepted together those that are not meant stay accepted.
    """
    rows = [row for row in connection.execute(select(accepted_hole)) if _is_meant(row, chosen)]
    for row in rows:
        same = (column == row._mapping[column.name] for column in accepted_hole.primary_key)
        connection.execute(delete(accepted_hole).where(*same))
        for first, last in () if row.code else _cut(row.first_day, row.last_day, chosen):
            kept = {**row._mapping, "first_day": first, "last_day": last}
            connection.execute(insert(accepted_hole).values(kept))
    return len(rows)


def list_accepted(connection: Connection, chosen: Chosen) -> list[Accepted]:
    """Return what is accounted for, with all its codes: what has source, kind and reason in common is one."""
    groups: dict[tuple[str, HoleKind, str], list[Row[tuple[object, ...]]]] = {}
    for row in connection.execute(select(accepted_hole).order_by(*accepted_hole.primary_key)):
        if _is_meant(row, chosen):
            groups.setdefault((row.source, row.kind, row.reason), []).append(row)
    joined = [_join(*key, rows) for key, rows in groups.items()]
    return sorted(joined, key=lambda one: (one.source, one.first, one.kind, one.reason))


def _is_meant(row: Row[tuple[object, ...]], chosen: Chosen) -> bool:
    of_source = not chosen.sources or row.source in chosen.sources
    return of_source and chosen.has(row.kind, row.code) and chosen.has_days(row.first_day, row.last_day)


def _cut(first: date, last: date, chosen: Chosen) -> Iterator[tuple[date, date]]:
    """Yield what is left of some days without those that are meant."""
    if chosen.first is not None and first < chosen.first:
        yield first, chosen.first - _DAY
    if chosen.last is not None and last > chosen.last:
        yield chosen.last + _DAY, last


def _join(slug: str, kind: HoleKind, reason: str, rows: Sequence[Row[tuple[object, ...]]]) -> Accepted:
    codes = tuple(row.code for row in rows if row.code)
    days = sum((row.last_day - row.first_day).days + 1 for row in rows if not row.code)
    return Accepted(
        slug,
        min(row.first_day for row in rows),
        max(row.last_day for row in rows),
        kind,
        reason,
        max(row.accepted_at for row in rows),
        len(codes) or days,
        codes,
    )
