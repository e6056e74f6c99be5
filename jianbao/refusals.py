"""Known errors, and the exit status that each ends a command with. Anything else is a defect."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DatabaseError

from jianbao.configuration import ConfigurationError
from jianbao.crawl.run import CrawlBusy, UnknownSource
from jianbao.crawl.selection import NotArchived, NothingNamed
from jianbao.exporting.destination import DestinationUnusable
from jianbao.exporting.parquet import ParquetMissing
from jianbao.importing.post_reading import ReadingStopped
from jianbao.terminal.invocation import ExitStatus
from jianbao.terminal.streams import OutputLost
from jianbao.web.server import ExtraMissing, PortTaken
from scheduler.service_lock import ArchiveBusy
from storage.archive.folder import ArchiveLost, NoArchive
from storage.database.opening import WITHOUT_LOCKS, ArchiveTooNew, ArchiveTooOld, ArchiveUnusable
from storage.records import BadInfoCode
from storage.search import BadQuery, IndexNotOurs
from storage.sql.statement import BadStatement, DatabaseBusy, TooCostly

_STATUS: tuple[tuple[type[Exception], ExitStatus], ...] = (
    (ConfigurationError, ExitStatus.USAGE),
    (UnknownSource, ExitStatus.USAGE),
    (BadInfoCode, ExitStatus.USAGE),
    (BadQuery, ExitStatus.USAGE),
    (NothingNamed, ExitStatus.USAGE),
    (DestinationUnusable, ExitStatus.USAGE),
    (BadStatement, ExitStatus.USAGE),
    (CrawlBusy, ExitStatus.BUSY),
    (ArchiveBusy, ExitStatus.BUSY),
    (DatabaseBusy, ExitStatus.BUSY),
    (IndexNotOurs, ExitStatus.BUSY),
    (OutputLost, ExitStatus.FAILED),
    (TooCostly, ExitStatus.FAILED),
    (PortTaken, ExitStatus.BUSY),
    (ExtraMissing, ExitStatus.FAILED),
    (ParquetMissing, ExitStatus.FAILED),
    (NoArchive, ExitStatus.FAILED),
    (ArchiveLost, ExitStatus.FAILED),
    (ArchiveTooOld, ExitStatus.FAILED),
    (NotArchived, ExitStatus.FAILED),
    (ArchiveTooNew, ExitStatus.FAILED),
    (ArchiveUnusable, ExitStatus.FAILED),
    (ReadingStopped, ExitStatus.FAILED),
)


_LOCK_ERRORS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def status_of(error: Exception) -> ExitStatus | None:
    """Return the exit status of a known error, None for one that nobody foresaw."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    if isinstance(error, DatabaseError) and isinstance(error.orig, sqlite3.Error):
        return ExitStatus.BUSY if "locked" in str(error.orig) else ExitStatus.FAILED
    return ExitStatus.FAILED if isinstance(error, OSError) else None


def describe(error: Exception) -> str:
    """Return what a known error says to people, without the words of the libraries that it went through."""
    if isinstance(error, DatabaseError):
        return f"the archive's database cannot be used: {error.orig}"
    if isinstance(error, OSError) and error.errno in _LOCK_ERRORS:
        place = error.filename or "the archive's folder"
        return f"{place} {WITHOUT_LOCKS}"
    if isinstance(error, OSError) and error.filename is not None and error.strerror is not None:
        return f"{error.filename} cannot be used: {error.strerror.lower()}"
    return str(error)
