"""The port of a backfill: steps back into a source's history, and what they leave owed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Unpack, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from jianbao.crawl.history import join_spans
from jianbao.crawl.order import HistoryOrder
from jianbao.crawl.port import ArchivePort, RunOfPort
from jianbao.crawl.walk import NextStep, Walk, close_span, stop_span
from jianbao.terminal.output import print_note
from storage.archive.folder import Archive
from storage.ledger.counts import CrawlCounts, HistoryCounts
from storage.ledger.issue import issue_states
from storage.ledger.owed import is_owed, list_owed_of
from storage.ledger.poll import record_poll
from storage.ledger.source import order_poll
from storage.ledger.source_locks import HistoryLock
from storage.ledger.spans import list_lost_days, list_spans, replace_spans, save_span
from storage.records import BackOrder, Exchange, IssueState, Owed, Poll, PollOrder
from storage.records.saying import say
from storage.records.span import Span

_LOOK_EVERY = 0.2  # seconds, at the locks of the crawls that go before


_PRINTED = ("listed", "complete", "failed")


class HistoryPort(ArchivePort):
    """The archive as `spiders.port.Port` sees it, for one backfill."""

    def __init__(
        self,
        archive: Archive,
        order: HistoryOrder,
        lock: HistoryLock,
        counted: CrawlCounts,
        **rest: Unpack[RunOfPort],
    ) -> None:
        """``lock`` is the one of the source's backfill."""
        super().__init__(archive, (order.source,), counted, **rest)
        self._order = order
        self._lock = lock
        self._walk = Walk(order.spans)
        self._row = self._rows[order.source]
        self._states: dict[date, IssueState] = {}
        self._begun: tuple[date, date] | None = None
        self._deadline = None if order.seconds is None else time.monotonic() + order.seconds
        self._looked_at, self._gives_way = 0.0, False
        self._history = counted.history = HistoryCounts()

    def orders(self) -> Sequence[PollOrder]:
        """Return nothing: a backfill polls no page for what is new."""
        return ()

    def unpolled(self) -> Sequence[str]:
        """Return the source: what earlier steps listed and nobody fetched comes first."""
        return (self._order.source,)

    def next_step(self) -> BackOrder | None:
        """Return the next step; spans that have none left are done, or put off."""
        while (span := self._walk.span) is not None and not self._is_late:
            if self._walk.wants_days:
                with self._archive.reading() as connection:
                    self._walk.try_days(self._lost_days(connection, span))
            if (step := self._walk.next()) is not None:
                return self._order_step(step)
            with self._archive.writing() as connection:
                self._close(connection, span)
        return None

    def record_step(
        self,
        order: BackOrder,  # noqa: ARG002
        poll: Poll,
        exchanges: Sequence[Exchange],
    ) -> Sequence[Owed]:
        """Enter a step with captures, listings, issues and the span's cursor, in one transaction."""
        self.deliveries.settle()
        try:
            with self._archive.writing() as connection:
                for exchange in exchanges:
                    self._archive.keep(connection, exchange, crawl_id=self._crawl_id)
                span = self._enter(connection, poll)
                owed = list_owed_of(
                    connection, poll.source, [one.info_code for one in poll.listed], datetime.now(UTC)
                )
        except (SQLAlchemyError, OSError) as error:
            self._halt(say("crawl.not_written", error=str(error)))
            raise
        self._states.update((one.day, one.state) for one in poll.issues)
        self._count_step(poll, span)
        return owed

    def has_to_give_way(self) -> bool:
        """Return whether another process crawls this source, or one at the same host."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            self._gives_way = self._lock.is_any_crawled(self._order.neighbours)
            if self._gives_way and not self._history.waits:
                print_note(f"{self._order.source}: a crawl at the same host goes first")
            self._history.waits = self._gives_way
        return self._gives_way

    def is_owed(self, owed: Owed) -> bool:
        """Return whether an article is still to be fetched."""
        with self._archive.reading() as connection:
            return is_owed(connection, owed.source, owed.info_code)

    def end(self) -> None:
        """Settle what waits, and leave the span under way so that the next backfill goes on with it.

        Where that cannot be written, it says on that it runs, and goes on all the same.
        """
        super().end()
        span = self._walk.span
        if self._begun is None or span is None:
            return
        with suppress(SQLAlchemyError, OSError), self._archive.writing() as connection:
            save_span(connection, stop_span(span))

    @property
    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    def _order_step(self, step: NextStep) -> BackOrder:
        if self._begun != (step.span.first_day, step.span.last_day):
            self._begin(step.span)
        plain = order_poll(self._row)
        return BackOrder(
            source=plain.source,
            url=plain.url,
            kind=plain.kind,
            name=plain.name,
            heading=plain.heading,
            now=datetime.now(ZoneInfo(self._row.timezone)),
            issues=self._states,
            known=self._find_known,
            first=step.first,
            last=step.last,
            newest_first=step.span.newest_first,
            cursor=step.cursor,
        )

    def _begin(self, span: Span) -> None:
        """Enter a span that is begun, or gone on with."""
        self._begun = (span.first_day, span.last_day)
        with self._archive.writing() as connection:
            save_span(connection, span)
            found = issue_states(connection, [span.source], *self._begun)
        self._states = dict(found.get(span.source, {}))
        self._history.begin(span)

    def _find_known(self, info_codes: Sequence[str]) -> frozenset[str]:
        return self._find_listed(self._order.source, info_codes)

    def _enter(self, connection: Connection, poll: Poll) -> Span:
        """Enter a step and what it makes of its span; close that when nothing is left of it."""
        before = cast(Span, self._walk.span)
        poll = replace(poll, span=(before.first_day, before.last_day))
        record_poll(connection, poll, self._voices)
        self._wishes.owe(connection, poll.source, poll.issues, poll.polled_at)
        span = self._walk.take(poll, poll.polled_at)
        save_span(connection, span)
        if self._walk.is_at_end:
            return self._close(connection, span)
        if span.state == "failed":
            self._walk.leave()
        return span

    def _close(self, connection: Connection, span: Span) -> Span:
        """Close a span that was walked to its end, and join what is done."""
        closed = close_span(span, self._lost_days(connection, span), datetime.now(UTC))
        self._walk.leave()
        save_span(connection, closed)
        done = [one for one in list_spans(connection, span.source) if one.state == "done"]
        if len(joined := join_spans(done)) < len(done):
            replace_spans(connection, done, joined)
        return closed

    def _lost_days(self, connection: Connection, span: Span) -> list[date]:
        """Return the days that could not be had, none before the first issue of a history without a `since`.

        What the site had before is not there any more: the ledger says so, and nobody asks again.
        """
        lost = list_lost_days(connection, span.source, span.first_day, span.last_day)
        if span.first_day != date.min or not span.newest_first:
            return lost
        began = min((day for day, state in self._states.items() if state in _PRINTED), default=date.min)
        return [day for day in lost if day >= began or self._states.get(day) != "unknown"]

    def _count_step(self, poll: Poll, span: Span) -> None:
        counted = self._counted.of(poll.source)
        self._history.take(poll)
        counted.listed += len(poll.listed)
        counted.links += poll.links
        counted.unread += poll.unread
        counted.lost += poll.lost
        if poll.outcome == "changed" or counted.poll is None:
            counted.poll = poll.outcome
        if span.state == "failed" and span.reason:
            self._counted.note(say("crawl.of", source=poll.source, what=span.reason))
        for one in poll.issues:
            if one.state in ("failed", "unknown"):
                day = say("crawl.day", day=str(one.day), why=one.reason or one.state)
                self._counted.note(say("crawl.of", source=poll.source, what=day))
