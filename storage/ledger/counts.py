"""What a crawl counted: the truth by which it is judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Literal, get_args

from storage.records import CountsOfSource, Outcome, Poll, PollOutcome
from storage.records.saying import Saying
from storage.records.span import Span

CrawlStatus = Literal["ok", "partial", "failed"]

_ERROR_SAMPLES = 20


@dataclass(slots=True)
class SourceCounts:
    """One source's counts: what its page listed (``poll`` None: not polled), and how each article ended.

    ``lost`` counts the page's characters that were cut or broken on their way.
    ``astray`` counts the articles that were found elsewhere after a page that was not theirs.
    ``pictures`` counts the pictures and facsimiles that were kept, ``pictures_failed`` those that were not.
    ``furniture`` counts the pictures and advertisements without text, which have listings of their own.
    ``links`` are those of the list that was read, ``unread`` those of them that have no info code.
    """

    slug: str
    poll: PollOutcome | None = None
    listed: int = 0
    links: int = 0
    unread: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    gone: int = 0
    failed: int = 0
    quarantined: int = 0
    furniture: int = 0
    astray: int = 0
    lost: int = 0
    pictures: int = 0
    pictures_failed: int = 0


@dataclass(slots=True)
class HistoryCounts:
    """How a backfill comes on: its ``steps``, and the days of issues that these found, by state.

    ``done`` of ``total`` (None: nobody knows) are those of the span under way, whose days are ``first`` to
    ``last``; ``gained`` is what this run has done of them. ``waits`` tells that another crawl goes before.
    """

    steps: int = 0
    days: Counter[str] = field(default_factory=Counter)
    done: int = 0
    total: int | None = None
    gained: int = 0
    first: date | None = None
    last: date | None = None
    waits: bool = False

    def begin(self, span: Span) -> None:
        """Begin to count for a span."""
        self.first, self.last, self.done, self.total = span.first_day, span.last_day, span.done, span.total

    def take(self, poll: Poll) -> None:
        """Count a step."""
        self.steps += 1
        self.days.update(issue.state for issue in poll.issues)
        if poll.headway is not None and poll.headway.of is not None:
            self.gained += max(poll.headway.done - self.done, 0)
        if poll.headway is not None:
            self.done, self.total = poll.headway.done, poll.headway.of


@dataclass(slots=True)
class CrawlCounts:
    """A crawl's counts by source, its requests, and samples of what went wrong.

    ``unwell`` tells that an alarm about its sources is open, whatever this crawl itself came to. ``history``
    is there of a backfill alone.
    """

    sources: dict[str, SourceCounts] = field(default_factory=dict)
    requests: int = 0
    errors: list[Saying] = field(default_factory=list)
    broken: bool = False
    interrupted: bool = False
    unwell: bool = False
    history: HistoryCounts | None = None

    def of(self, slug: str) -> SourceCounts:
        """Return the counts of a source, beginning them when it is new."""
        return self.sources.setdefault(slug, SourceCounts(slug))

    def count(self, slug: str, outcome: Outcome) -> None:
        """Count how one fetched article of a source ended."""
        counted = self.of(slug)
        setattr(counted, outcome, getattr(counted, outcome) + 1)

    def note(self, error: Saying) -> None:
        """Keep a sentence about something that went wrong, as long as there are few."""
        if len(self.errors) < _ERROR_SAMPLES and error not in self.errors:
            self.errors.append(error)

    @property
    def done(self) -> int:
        """How many articles have ended, in whatever way."""
        return sum(
            counted.new
            + counted.revised
            + counted.unchanged
            + counted.gone
            + counted.failed
            + counted.quarantined
            + counted.furniture
            for counted in self.sources.values()
        )

    @property
    def status(self) -> CrawlStatus:
        """``ok`` without a failure, ``failed`` without a success or when it broke, else ``partial``."""
        every = list(self.sources.values())
        troubles = sum((counted.poll == "failed") + counted.failed + counted.quarantined for counted in every)
        successes = sum(
            (counted.poll not in ("failed", None))
            + counted.new
            + counted.revised
            + counted.unchanged
            + counted.gone
            + counted.furniture
            for counted in every
        )
        if self.broken or (troubles and not successes):
            return "failed"
        return "partial" if troubles or self.interrupted or self.unwell else "ok"

    def by_source(self) -> list[CountsOfSource]:
        """Return the counts as JSON has them, by slug."""
        return [asdict(self.sources[slug]) for slug in sorted(self.sources)]

    def with_news(self) -> list[CountsOfSource]:
        """Return the counts of the sources where something happened: most polls find nothing new."""
        return [
            counts
            for counts in self.by_source()
            if counts["poll"] in ("changed", "failed")
            or any(counts[each] for each in (*get_args(Outcome), "pictures", "pictures_failed"))
        ]
