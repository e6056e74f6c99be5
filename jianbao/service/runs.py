"""The service's history, kept in the archive's tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from jianbao.crawl.failed_run import tell_killed
from jianbao.crawl.processes import is_alive
from jianbao.documents.polling import read_histories
from scheduler.adaptive.history import PollHistory
from scheduler.ending import Ending
from scheduler.obstacle import Obstacle
from scheduler.runs import BudgetShort, Child, EventKind, Missed
from scheduler.vocabulary.refusal import HistoryBroken, HistoryRefused
from scheduler.vocabulary.sentence import Sentence
from storage.archive.folder import Archive, find_database
from storage.archive.obstacles import OBSTACLE_KINDS
from storage.database.opening import ArchiveDamaged, open_for_reading
from storage.database.trouble import FORESEEN
from storage.events.event import list_open_about, open_event, open_event_about, resolve_events
from storage.ledger.crawl import (
    account_for_due,
    find_scheduled_crawl,
    last_due,
    list_running_crawls,
    record_unrun,
    settle_dead_crawls,
)
from storage.ledger.source import list_sources
from storage.records.saying import Saying, quote, say


class ArchiveRunHistory:
    """`scheduler.runs.RunHistory` over the crawl and event tables."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def last_due(self, slug: str) -> datetime | None:
        """Return the latest due time that any row accounts for."""
        with self._archive.reading() as connection:
            return last_due(connection, slug)

    def poll_histories(self, slugs: Collection[str]) -> Mapping[str, PollHistory]:
        """Return what is known of the polls of these sources."""
        wanted, now = frozenset(slugs), datetime.now(UTC)
        with _refusing(), self._archive.reading() as connection:
            rows = [row for row in list_sources(connection) if row.slug in wanted]
            return read_histories(connection, rows, now)

    def tell_budgets(self, short: Sequence[BudgetShort]) -> None:
        """Open the events of hosts whose budget is too small; resolve the others."""
        now, hosts = datetime.now(UTC), {one.host for one in short}
        with self._writing() as connection:
            others = list_open_about(connection, "budget_short") - hosts
            for host in sorted(about for about in others if " " not in about):  # others tell of polls put off
                resolve_events(connection, ("budget_short",), now, about=host)
            for one in short:
                told = _say_short(one)
                open_event_about(connection, "budget_short", one.host, told, now, examples=one.slugs)

    def settle_abandoned(self) -> None:
        """Close the crawls still running whose processes are gone."""
        with self._archive.writing() as connection:
            dead = [pid for _, pid in list_running_crawls(connection) if not is_alive(pid)]
            now, reason = datetime.now(UTC), say("crawl.abandoned")
            tell_killed(connection, settle_dead_crawls(connection, dead, now, reason), reason, now)

    def crawl_status(self, child: Child) -> str | None:
        """Return the status of the crawl row that this child wrote.

        The file is opened afresh first: this process may know pages of one that is damaged by now.
        """
        self._look_afresh()
        with _refusing(), self._archive.reading() as connection:
            return find_scheduled_crawl(connection, child.pid, child.started_at, child.due_at)

    def record_missed(self, missed: Missed, reason: str) -> None:
        """Enter one row for the runs that were missed."""
        first = missed.first.isoformat()
        told = say("service.runs_missed", runs=missed.count, first=first, why=tell_sentence(reason))
        self._record_unrun("missed", (missed.slug,), missed.last, told)

    def record_overlapped(self, slugs: tuple[str, ...], due_at: datetime, holder: str) -> None:
        """Enter a run that was not started because its sources were being crawled."""
        self._record_unrun(
            "overlapped", slugs, due_at, say("service.not_started", holder=tell_sentence(holder))
        )

    def record_killed(self, child: Child, reason: str) -> None:
        """Settle the row that a killed child left running, or enter one when it left none."""
        if child.pid is not None:
            with self._writing() as connection:
                killed = settle_dead_crawls(connection, [child.pid], datetime.now(UTC), tell_sentence(reason))
                for crawl_id in killed:
                    account_for_due(connection, crawl_id)
            if killed:
                return
        self._record_unrun("killed", child.slugs, child.due_at, tell_sentence(reason))

    def record_failed_start(self, child: Child, reason: str) -> None:
        """Enter a run whose process ended before it could record itself."""
        self._record_unrun("failed", child.slugs, child.due_at, tell_sentence(reason))

    def open_event(self, kind: EventKind, source: str | None, message: str) -> None:
        """Open an event, or update the open one of the same kind and source."""
        with self._writing() as connection:
            open_event(connection, kind, tell_sentence(message), datetime.now(UTC), source=source)

    def resolve_event(self, kind: EventKind, source: str | None) -> None:
        """Resolve the open event of this kind and source."""
        with self._writing() as connection:
            resolve_events(connection, (kind,), datetime.now(UTC), source=source)

    def account_chore(self, name: str, failed: Ending | None) -> None:
        """Open or resolve the event of a chore."""
        now = datetime.now(UTC)
        with self._writing() as connection:
            if failed is None:
                resolve_events(connection, ("chore_failed",), now, about=name)
            else:
                open_event_about(connection, "chore_failed", name, _say_failed(name, failed), now)

    def account_obstacles(self, obstacles: tuple[Obstacle, ...], at: datetime) -> None:
        """Open or resolve the events of what pauses crawling."""
        with self._writing() as connection:
            found = {obstacle.kind: obstacle.message for obstacle in obstacles}
            for kind, message in found.items():
                open_event(connection, kind, message, at)
            resolve_events(connection, [kind for kind in OBSTACLE_KINDS if kind not in found], at)

    def _look_afresh(self) -> None:
        """Raise `HistoryBroken` where the database's file cannot be read from the disk."""
        try:
            with _refusing():
                engine = open_for_reading(find_database(self._archive.folder))
        except FORESEEN:
            return  # whoever writes next names that
        engine.dispose()

    def _record_unrun(self, status: str, slugs: tuple[str, ...], due_at: datetime, reason: Saying) -> None:
        with self._writing() as connection:
            record_unrun(connection, status, slugs, due_at, datetime.now(UTC), reason)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _refusing(), self._archive.writing() as connection:
            yield connection


def _say_short(short: BudgetShort) -> Saying:
    return say(
        "polling.budget_short",
        host=short.host,
        budget=short.budget,
        needed=short.needed,
        count=len(short.slugs),
    )


def _say_failed(name: str, ending: Ending) -> Saying:
    words = quote(ending.tail[-1]) if ending.tail else say("service.printed_nothing")
    if ending.how == "timed_out":
        return say("service.chore_killed", name=name, seconds=round(ending.seconds), words=words)
    if ending.status is None:
        return say("service.chore_not_started", name=name, words=words)
    return say("service.chore_failed", name=name, status=ending.status, words=words)


def tell_sentence(sentence: str) -> Saying:
    """Return what the scheduler says as the archive keeps it; any other text is a quotation."""
    if not isinstance(sentence, Sentence):
        return quote(sentence)
    values = {
        name: tell_sentence(value) if isinstance(value, Sentence) else value
        for name, value in sentence.values.items()
    }
    return say(f"service.{sentence.key}", **values)


@contextmanager
def _refusing() -> Iterator[None]:
    """Raise `HistoryRefused` where the database refuses: the service keeps what it has to tell for later.

    A damaged database takes nothing later either: `HistoryBroken`.
    """
    try:
        yield
    except ArchiveDamaged as error:
        raise HistoryBroken(str(error)) from error
    except SQLAlchemyError as error:
        raise HistoryRefused(str(getattr(error, "orig", None) or error)) from error
