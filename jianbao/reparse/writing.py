"""Writing what a re-parse found: what changes, who reads it now, and how far all has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from jianbao.crawl.pictures import PictureWishes
from jianbao.reparse.finding import Finding, state_of
from jianbao.reparse.summary import Summary
from jianbao.upkeep.contracts import watch_contracts
from pipelines.compare.precedence import FILE_SCHEME
from pipelines.decide_reread import decide_reread
from pipelines.judge import PARSER_VERSION
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.events.event import list_open_sources, open_event, resolve_events
from storage.ledger.counts import CrawlCounts
from storage.ledger.reparse import note_parser, step_reparse
from storage.ledger.set_events import resolve_empty_sets
from storage.records import Decision, Snapshot, Wanted
from storage.records.contract import Terms
from storage.records.saying import as_saying, say
from storage.search import ReadyTokens

_TOGETHER = 16
"""Changed articles in one transaction: others wait no longer than for as many deliveries of a crawl."""
_KEPT = ("unchanged", "improved", "revised")
"""What the present reader reads as it is archived, once that is written."""


@dataclass(slots=True)
class PendingReread:
    """An article that was read again, on its way into the archive; ``is_stale``: another changed it since."""

    finding: Finding
    now: datetime
    wishes: PictureWishes
    is_stale: bool = False
    failure: str = field(default="")

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        return Wanted(self.finding.info_code)

    @property
    def tokens(self) -> Sequence[ReadyTokens]:
        """The tokens of its text."""
        return self.finding.tokens

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it: nothing, where it is another one by now."""
        self.is_stale = state_of(snapshot.stored) != self.finding.seen
        if self.is_stale or self.finding.reread is None:
            return Decision(self.finding.info_code, self.now, "unchanged")
        decision = decide_reread(self.finding.reread, snapshot, self.now)
        return self.wishes.add_to(decision, self.finding.source)

    def give_up(self, _snapshot: Snapshot, error: Exception) -> Decision:
        """Return that it stays as it is: it cannot be written."""
        self.failure = say("reparse.unjudged", reason=f"{type(error).__name__}: {error}")
        return Decision(self.finding.info_code, self.now, "failed", as_saying(self.failure))


def write_findings(
    archive: Archive, findings: Sequence[Finding], wishes: PictureWishes
) -> tuple[list[Finding], list[str]]:
    """Write what changes; return the findings as they came to be, and the codes that must be read once more.

    Raises what tells of an archive that cannot be written.
    """
    now = datetime.now(UTC)
    changed = [PendingReread(one, now, wishes) for one in findings if one.reread is not None]
    for at in range(0, len(changed), _TOGETHER):
        settle(archive, changed[at : at + _TOGETHER])
    stale = [one.finding.info_code for one in changed if one.is_stale]
    failed = {one.finding.info_code: one.failure for one in changed if one.failure}
    written = [
        Finding(one.info_code, one.source, "odd", failed[one.info_code]) if one.info_code in failed else one
        for one in findings
        if one.info_code not in stale
    ]
    return written, stale


def note_progress(
    archive: Archive, number: int, done_to: str, findings: Sequence[Finding], summary: Summary
) -> None:
    """Note by which reader articles are what they are, and how far the re-parse has come."""
    read = [one.info_code for one in findings if one.kind in _KEPT]
    with archive.writing() as connection:
        note_parser(connection, read, PARSER_VERSION)
        step_reparse(connection, number, done_to, summary.as_counts(), datetime.now(UTC))


def tell_contracts(archive: Archive, summary: Summary, terms: Mapping[str, Terms]) -> None:
    """Settle the events about sources that broke, by what came in of them."""
    counted = CrawlCounts()
    for source in summary.new_of:
        counted.count(source, "new")
    if counted.sources:
        with archive.writing() as connection:
            watch_contracts(connection, counted, datetime.now(UTC), terms, may_doubt_layout=lambda _: False)


def tell_refused(archive: Archive, summary: Summary, *, is_whole: bool, sources: Sequence[str]) -> None:
    """Open an event for each source whose archived articles the present reader does not believe.

    Where ``is_whole`` sources were read, those of the others are over: of ``sources``, of all without any.
    So are those about articles that were set aside and have all come in.
    """
    now = datetime.now(UTC)
    with archive.writing() as connection:
        for source, codes in summary.refused.items():
            count, reason = summary.refused_of[source], summary.reasons[source]
            told = say("reparse.event_refused", count=count, source=source, reason=reason)
            open_event(connection, "reparse_refused", told, now, source=source, examples=codes)
        over = list_open_sources(connection, "reparse_refused") if is_whole else set()
        for source in over - set(summary.refused):
            if not sources or source in sources:
                resolve_events(connection, ("reparse_refused",), now, source=source)
        resolve_empty_sets(connection, now, FILE_SCHEME)
