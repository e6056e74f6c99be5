"""Which holes are asked for, and how what is missing is gathered into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, true

from storage.ledger.holes.accepted import Accounted
from storage.records.hole import Hole, HoleKind
from storage.records.press_days import press_day
from storage.records.saying import Saying

Missing = tuple[str, date, HoleKind, Saying, str]
"""One thing that is missing: source, day, kind, reason, and its info code or address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The holes of these sources (none: of all) on these days in UTC+8, both included; None is no end.

    ``now`` is aware. ``codes``: so many codes are kept with a hole at most; None: all. What is
    ``accounted`` for is no hole.
    """

    now: datetime
    sources: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    codes: int | None = 5
    accounted: Accounted = field(default_factory=Accounted)

    @property
    def today(self) -> date:
        """The day of now."""
        return press_day(self.now)

    def has(self, slug: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition that a column's source is asked for."""
        return slug.in_(self.sources) if self.sources else true()

    def has_source(self, slug: str) -> bool:
        """Return whether a source is asked for."""
        return not self.sources or slug in self.sources

    def has_day(self, day: date) -> bool:
        """Return whether a day is asked for."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def gather(self, missing: Iterable[Missing]) -> Iterator[Hole]:
        """Return what is missing as holes: what has source, day, kind and reason in common is one."""
        groups: dict[tuple[str, date, HoleKind, Saying], list[str]] = {}
        is_open = self.first is None and self.last is None
        for slug, day, kind, reason, code in missing:
            is_asked = (not self.sources or slug in self.sources) and (is_open or self.has_day(day))
            if is_asked and not self.accounted.has(slug, day, kind, code):
                groups.setdefault((slug, day, kind, reason), []).append(code)
        for (slug, day, kind, reason), codes in groups.items():
            yield Hole(slug, day, day, kind, reason, len(codes), tuple(codes[: self.codes]))
