"""Sources that are polled far too seldom: looked for by whoever polls, the service or a crawl for cron."""

from __future__ import annotations

from datetime import datetime

from jianbao.documents.overdue import find_late, find_stopped
from storage.archive.folder import Archive
from storage.events.event import list_open_about, list_open_sources
from storage.ledger.overdue_events import tell_overdue


def watch_overdue(archive: Archive, now: datetime, began: datetime | None = None) -> None:
    """Open or resolve the events of sources that are late by far; ``began`` as in `find_late`.

    While nothing at all is polled nobody is told of single sources.
    """
    with archive.reading() as view:
        if find_stopped(view, now):
            return
        late = find_late(view, now, began)
        is_told = bool(list_open_sources(view, "source_overdue") or list_open_about(view, "source_overdue"))
    if late or is_told:
        with archive.writing() as connection:
            tell_overdue(connection, late, now)
