"""What waits to be sent, as `notify list --json` has it."""

from __future__ import annotations

from jianbao.documents.article import present_event, present_time
from jianbao.documents.document import Document
from storage.archive.folder import Archive
from storage.events.notices import list_unsent
from storage.records.notice import Notice


def read_notices(archive: Archive) -> Document:
    """Return every notice that waits, whatever for, the oldest first."""
    with archive.reading() as view:
        return {"notices": [_present(notice) for notice in list_unsent(view)]}


def _present(notice: Notice) -> Document:
    about = notice.event
    return {
        "channel": notice.channel,
        "what": notice.what,
        "subject": "digest" if about is None else about.source or about.about or about.kind,
        "event": None if about is None else present_event(about),
        "state": notice.state,
        "attempts": notice.attempts,
        "entered_at": present_time(notice.entered_at),
        "next_try_at": present_time(notice.next_try_at),
        "error": None if notice.error is None else str(notice.error),
    }
