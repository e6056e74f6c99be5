"""Coverage: of which days an archive can answer for its sources, and what it knows to be missing there."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import accumulate

from storage.records.hole import Hole
from storage.records.press_days import press_day

Days = tuple[date, date]
"""Days that follow each other, both ends included."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SourceDays:
    """What is known of each day of a source, all its time. Days are in UTC+8.

    ``covered`` are those of which what was published is known, also that nothing was; ``holed`` those that
    miss what the habit expects, or an issue; ``unwatched`` those on which nobody looked in time. Each is in
    order, and no day is in two of them; all other days lie before the source was added, or after ``last``,
    the last day that is judged. ``unarchived`` counts by day what was listed and is no article; ``states``
    all that was listed by state and day, there of publication, or else of the first listing.
    """

    source: str
    name: str
    last: date
    covered: tuple[Days, ...] = ()
    holed: tuple[Days, ...] = ()
    unwatched: tuple[Days, ...] = ()
    unarchived: Mapping[date, int] = field(default_factory=dict)
    states: Mapping[tuple[date, str], int] = field(default_factory=dict)
    holes: tuple[Hole, ...] = ()

    @property
    def first(self) -> date | None:
        """The first day that is covered."""
        return self.covered[0][0] if self.covered else None

    @property
    def end(self) -> date:
        """The last day that is judged or covered."""
        return max(self.last, self.covered[-1][1]) if self.covered else self.last

    def is_holed(self, day: date) -> bool:
        """Return whether a day misses what the habit expects, or its issue."""
        return any(first <= day <= last for first, last in self.holed)

    def is_unwatched(self, day: date) -> bool:
        """Return whether nobody looked at a day in time."""
        return any(first <= day <= last for first, last in self.unwatched)


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """How far an archive answers for a source in a period: of its ``days`` so many are of each sort.

    ``first`` and ``last`` are the first and the last day that is covered; None where none is. ``before``
    counts the days of which nothing is known, since the source was not in the archive. ``missing`` counts
    the listed articles of those days that are not archived. ``ledger`` counts what was listed by its state.
    """

    source: str
    name: str
    first: date | None
    last: date | None
    days: int
    covered: int
    holed: int
    unwatched: int
    before: int
    missing: int
    holes: tuple[Hole, ...] = ()
    ledger: Mapping[str, int] = field(default_factory=dict)

    @property
    def lacking(self) -> int:
        """How many days have holes, or were watched by nobody."""
        return self.holed + self.unwatched

    @property
    def is_whole(self) -> bool:
        """Whether nothing is known to be missing from the first day that is covered on."""
        return not (self.lacking or self.missing or self.holes)


@dataclass(frozen=True, slots=True)
class CoverageStatement:
    """How far an answer is to be trusted: the period that was asked for (None: no end), and each source.

    ``computed_at`` is the aware moment as of which it holds.
    """

    since: date | None
    until: date | None
    computed_at: datetime
    sources: tuple[SourceCoverage, ...]


@dataclass(frozen=True, slots=True)
class ArchiveCoverage:
    """What is known of the days of all sources of an archive, by slug, as of an aware moment."""

    sources: Mapping[str, SourceDays]
    computed_at: datetime

    def of(self, slug: str) -> SourceDays:
        """Return what is known of a source's days: nothing of one that was added since."""
        return self.sources.get(slug) or SourceDays(slug, slug, press_day(self.computed_at))

    def select(self, sources: Sequence[str] = (), not_sources: Sequence[str] = ()) -> list[SourceDays]:
        """Return some sources (none: all) but for others, by slug."""
        return [
            days
            for slug, days in sorted(self.sources.items())
            if (not sources or slug in sources) and slug not in not_sources
        ]


@dataclass(frozen=True, slots=True)
class PeriodCover:
    """How much of a period is covered: ``known`` of so many ``days``, those of several sources together."""

    known: int
    days: int

    @property
    def share(self) -> float:
        """The part that is covered, from 0 to 1."""
        return self.known / self.days if self.days else 0.0

    @property
    def is_none(self) -> bool:
        """Whether nothing at all is known of the period."""
        return not self.known

    @property
    def is_part(self) -> bool:
        """Whether some of its days are covered and some are not."""
        return 0 < self.known < self.days


def state_coverage(
    archive: ArchiveCoverage,
    sources: Sequence[str] = (),
    not_sources: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> CoverageStatement:
    """Return the coverage of some sources (none: all) and days, both included; None is no end.

    Without ``since`` the period begins with the first day that any of them covers.
    """
    chosen = archive.select(sources, not_sources)
    begin = since or min((days.first for days in chosen if days.first), default=None)
    found = (
        replace(_state_source(days, begin, until), ledger=_sum_states(days, since, until)) for days in chosen
    )
    return CoverageStatement(since, until, archive.computed_at, tuple(found))


def cover_periods(sources: Iterable[SourceDays], periods: Sequence[Days]) -> list[PeriodCover]:
    """Return how much of each period is covered; periods are in order and none overlaps the next.

    Of a period count the days of the sources that had begun before its end, up to the last that is judged.
    """
    if not periods:
        return []
    known, counted = _DaySums(periods), _DaySums(periods)
    for days in sources:
        if days.first is not None:
            counted.add(known.begin_of_period(days.first), days.end)
            for first, last in days.covered:
                known.add(first, last)
    sums = zip(known.sums(), counted.sums(), periods, strict=True)
    return [PeriodCover(min(part, whole), whole or _length(period)) for part, whole, period in sums]


class _DaySums:
    """Counts for each of some periods the days of spans that lie in it."""

    def __init__(self, periods: Sequence[Days]) -> None:
        self._periods = [(first.toordinal(), last.toordinal()) for first, last in periods]
        self._starts = [first for first, _ in self._periods]
        self._base = self._starts[0]
        self._steps = [0] * (self._periods[-1][1] - self._base + 2)

    def begin_of_period(self, day: date) -> date:
        """Return the first day of the period that a day lies in; the day itself outside of all of them."""
        at = bisect_right(self._starts, day.toordinal()) - 1
        if at < 0 or day.toordinal() > self._periods[at][1]:
            return day
        return date.fromordinal(self._starts[at])

    def add(self, first: date, last: date) -> None:
        begin = max(first.toordinal() - self._base, 0)
        end = min(last.toordinal() - self._base + 1, len(self._steps) - 1)
        if begin < end:
            self._steps[begin] += 1
            self._steps[end] -= 1

    def sums(self) -> list[int]:
        before = [0, *accumulate(accumulate(self._steps))]
        return [before[last - self._base + 1] - before[first - self._base] for first, last in self._periods]


def _state_source(days: SourceDays, since: date | None, until: date | None) -> SourceCoverage:
    first, last = since or days.last, min(until or days.end, days.end)
    asked = (first, last)
    covered = [part for span in days.covered if (part := _meet(span, asked)) is not None]
    known = sum(_length(part) for part in covered)
    holed, unwatched = _count(days.holed, asked), _count(days.unwatched, asked)
    length = max(_length(asked), 0)
    return SourceCoverage(
        source=days.source,
        name=days.name,
        first=covered[0][0] if covered else None,
        last=covered[-1][1] if covered else None,
        days=length,
        covered=known,
        holed=holed,
        unwatched=unwatched,
        before=length - known - holed - unwatched,
        missing=sum(count for day, count in days.unarchived.items() if first <= day <= (until or day)),
        holes=tuple(hole for hole in days.holes if _has_any_of(hole, first, until)),
    )


def _sum_states(days: SourceDays, since: date | None, until: date | None) -> dict[str, int]:
    """Return how many listings of a period are in each state of the ledger."""
    first, last = since or date.min, until or date.max
    sums: Counter[str] = Counter()
    for (day, state), count in days.states.items():
        if first <= day <= last:
            sums[state] += count
    return dict(sums)


def _has_any_of(hole: Hole, first: date, until: date | None) -> bool:
    return hole.last >= first and (until is None or hole.first <= until)


def _count(spans: Iterable[Days], asked: Days) -> int:
    return sum(_length(part) for span in spans if (part := _meet(span, asked)) is not None)


def _meet(span: Days, other: Days) -> Days | None:
    """Return the days that two spans have in common, None without any."""
    first, last = max(span[0], other[0]), min(span[1], other[1])
    return (first, last) if first <= last else None


def _length(span: Days) -> int:
    return (span[1] - span[0]).days + 1


def join_days(days: Iterable[date]) -> tuple[Days, ...]:
    """Return days as spans in order."""
    spans: list[Days] = []
    for day in sorted(set(days)):
        if spans and day == spans[-1][1] + _DAY:
            spans[-1] = spans[-1][0], day
        else:
            spans.append((day, day))
    return tuple(spans)
