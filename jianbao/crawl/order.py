"""Orders of crawls, and what comes of them: what is to be polled and fetched, and what that did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jianbao.configuration import Configuration
from storage.ledger.counts import CrawlCounts
from storage.ledger.source import INFOCODE_SOURCE, UnknownSource
from storage.records import Owed
from storage.records.span import Span

CHECK = "check"
"""The trigger of a crawl that looks at archived pages again."""


@dataclass(frozen=True, slots=True)
class HistoryOrder:
    """What a backfill is to do: these spans of one source.

    ``neighbours`` are the sources that share a host with it, itself among them: a crawl of one of them goes
    before. After ``seconds`` no further step is made; None: until the spans are done.
    """

    source: str
    spans: tuple[Span, ...]
    neighbours: tuple[str, ...]
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CrawlOrder:
    """What a crawl is to do.

    ``wanted`` None: poll the sources and fetch what they owe; otherwise fetch just these. ``due_only``:
    leave failed listings alone until their next try. ``due_at`` (aware) is when a scheduled run was due.
    ``leftovers``: fetch as well what sources owe that are polled no more, or never were, where no other
    crawl is at it. ``history``: poll nothing, go back into the history of a source; ``slugs`` are none then,
    for the source's own crawls are others.
    """

    trigger: str
    slugs: tuple[str, ...]
    wanted: Sequence[Owed] | None = None
    due_at: datetime | None = None
    due_only: bool = False
    leftovers: bool = False
    history: HistoryOrder | None = None

    @property
    def is_check(self) -> bool:
        """Whether it looks at archived pages again, beside their sources' crawls: ``slugs`` are none."""
        return self.trigger == CHECK

    @property
    def tells_of_today(self) -> bool:
        """Whether what it finds tells of a source as it is today: not its history, nor single old pages."""
        return self.history is None and not self.is_check

    @property
    def about(self) -> tuple[str, ...]:
        """The sources of an order that keeps out no crawl of theirs."""
        if self.history is not None:
            return (self.history.source,)
        return tuple(dict.fromkeys(owed.source for owed in self.wanted or ())) if self.is_check else ()

    @property
    def polls(self) -> bool:
        """Whether it polls sources for what is new."""
        return self.wanted is None and self.history is None

    def may_doubt_layout(self, slug: str) -> bool:
        """Return whether a source's articles, all set aside, make its layout suspect.

        Not those that somebody asked for: they are a choice, and need not even be articles.
        """
        return self.polls and slug != INFOCODE_SOURCE


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl did."""

    crawl_id: int
    counted: CrawlCounts

    @property
    def succeeded(self) -> bool:
        """Nothing failed, nothing was set aside, nothing was interrupted."""
        return self.counted.status == "ok"

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape that others rely on."""
        return {
            "crawl_id": self.crawl_id,
            "status": self.counted.status,
            "requests": self.counted.requests,
            "sources": self.counted.by_source(),
            "errors": self.counted.errors,
            "interrupted": self.counted.interrupted,
        }


def choose_slugs(
    configuration: Configuration, wanted: Iterable[str], *, skip_unknown: bool = False
) -> tuple[str, ...]:
    """Return the sources to poll: those named, or every enabled one; raise `UnknownSource`.

    ``skip_unknown`` passes over names that the configuration no longer has, as long as one is left: a service
    goes on with the sources of the day it was started.
    """
    known = {source.slug: source for source in configuration.sources if source.is_polled}
    named = tuple(dict.fromkeys(wanted))
    if skip_unknown:
        named = tuple(slug for slug in named if slug in known) or named
    for slug in named:
        if slug not in known:
            raise UnknownSource(
                f"the configuration has no source {slug!r} to poll: it has {', '.join(known) or 'none'}"
            )
    chosen = named or tuple(slug for slug, source in known.items() if source.enabled)
    if not chosen:
        raise UnknownSource("the configuration has no enabled source to poll: add one under [[sources]]")
    return chosen
