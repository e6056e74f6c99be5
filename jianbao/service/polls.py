"""Whether newspapers are polled, as the archive's sources tell it: asked beside the scheduler, not of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from jianbao.crawl.overdue import watch_overdue
from jianbao.documents.overdue import find_stopped
from scheduler.vocabulary.refusal import HistoryRefused
from storage.archive.folder import Archive
from storage.events.event import open_event, resolve_events
from storage.records.saying import say


class ArchivePolls:
    """`scheduler.settings.Polls` over the source table, by the schedule or the own pace of each."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._late: dict[str, datetime] = {}
        self._began = datetime.now(UTC)

    def are_going_on(self) -> bool:
        """Tell whether anything was polled since something should have been."""
        with _refusing(), self._archive.reading() as view:
            self._late = find_stopped(view, datetime.now(UTC))
        return not self._late

    def watch_each(self) -> None:
        """Open the events of single sources that are late by far, resolve those of others."""
        with _refusing():
            watch_overdue(self._archive, datetime.now(UTC), self._began)

    def tell(self, is_polling: bool, /) -> None:
        """Open the event that polls have stopped, or resolve it."""
        now = datetime.now(UTC)
        with _refusing(), self._archive.writing() as connection:
            if is_polling:
                resolve_events(connection, ("polling_stopped",), now)
                return
            since = min(self._late.values()).isoformat(timespec="minutes")
            message = say("service.polling_stopped", count=len(self._late), since=since)
            open_event(connection, "polling_stopped", message, now, examples=sorted(self._late))


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise HistoryRefused(str(getattr(error, "orig", None) or error)) from error
