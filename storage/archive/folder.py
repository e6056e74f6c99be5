"""The archive: a folder with ``archive.db``, ``warc/`` and lock files.

Who only reads it loads nothing of what writes WARC files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.archive.use import Use, begin_use
from storage.captures.capture import committed_end, find_payload, insert_capture
from storage.captures.lost import tell_lost_files
from storage.database.opening import ArchiveEmpty, open_database, open_for_reading, reading, writing
from storage.events.event import is_event_open, open_event, resolve_events
from storage.records import Capture, Exchange, Resource, Unusable
from storage.records.saying import join_sayings, quote, say

if TYPE_CHECKING:
    from storage.warc import Finding, WarcWriter

DATABASE_FILE = "archive.db"
WARC_FOLDER = "warc"
_JOURNAL_AT_ONCE = 40
"""Records that the journal gets when an archive closes: some seconds; an earlier version's takes several."""


class NoArchive(Unusable):
    """There is no archive in this folder yet: crawl first, or name another folder."""


class ArchiveLost(Unusable):
    """There are originals in the folder, but no database that knows them: bring it back from a backup."""


def find_database(folder: Path) -> Path:
    """Return the database file of the archive in a folder; raise `NoArchive` or `ArchiveLost`."""
    database = folder / DATABASE_FILE
    if not database.is_file() or not database.stat().st_size:
        raise _missing(folder)
    return database


def _missing(folder: Path) -> NoArchive | ArchiveLost:
    """Return the sentence about a folder without a database that knows anything."""
    database = folder / DATABASE_FILE
    state = "is empty" if database.is_file() else "is missing"
    warcs = _list_warc_files(folder)
    if not warcs:
        empty = f" ({database} is empty)" if database.is_file() else ""
        return NoArchive(
            f"there is no archive in {folder}{empty}: crawl first, or name another folder with --archive; if "
            "there was one, look whether its disk is mounted"
        )
    size = sum(path.stat().st_size for path in warcs)
    return ArchiveLost(
        f"{database} {state}, but {folder / WARC_FOLDER} holds {len(warcs)} WARC files with "
        f"{size / 1e6:,.1f} MB of originals: bring {DATABASE_FILE} back from a backup, or make it "
        "anew with `jianbao rebuild`; to begin a new "
        "archive, name another folder with --archive, or move these files away first"
    )


def _list_warc_files(folder: Path) -> list[Path]:
    return sorted((folder / WARC_FOLDER).glob("jianbao-*.warc.gz"))


class Archive:
    """An open archive. Close it when done: that ends its WARC file cleanly and frees the writer's slot."""

    def __init__(self, folder: Path, engine: Engine, software: str, use: Use | None = None) -> None:
        self.folder = folder
        self.engine = engine
        self._software = software
        self._use = use
        self._writer: WarcWriter | None = None
        self._findings: list[Finding] = []

    @classmethod
    def open(cls, folder: Path, software: str = "jianbao") -> Self:
        """Open the archive in a folder to write to it, making both when missing.

        Raise `ArchiveLost` where there are originals without a database that knows them, `ArchiveReplaced`,
        `ArchiveTooNew`, `ArchiveUnusable` or `OSError`.
        """
        (folder / WARC_FOLDER).mkdir(parents=True, exist_ok=True)
        begins = next((folder / WARC_FOLDER).glob("jianbao-*.warc.gz"), None) is None
        return cls._open(folder, software, begins=begins)

    @classmethod
    def _open(cls, folder: Path, software: str, *, begins: bool) -> Self:
        use = begin_use(folder)
        try:
            engine = open_database(folder / DATABASE_FILE, begin=begins)
            _begin_search(engine)
        except BaseException as error:
            use.end()
            if isinstance(error, ArchiveEmpty):
                raise _missing(folder) from error
            raise
        return cls(folder, engine, software, use)

    @classmethod
    def open_existing(cls, folder: Path, software: str = "jianbao") -> Self:
        """Open an archive to write to it; raise `NoArchive` where there is none, else as `open`.

        A database into which nobody ever entered anything is none, and stays as it is.
        """
        try:
            find_database(folder)
        except ArchiveLost:
            begin_use(folder).end()  # it may be on its way: somebody makes it anew
            raise
        (folder / WARC_FOLDER).mkdir(exist_ok=True)
        return cls._open(folder, software, begins=False)

    @classmethod
    def open_reading(cls, folder: Path) -> Self:
        """Open an archive that is only read: in a folder where nothing can be written, as anybody.

        Raise `NoArchive`, `ArchiveLost`, `ArchiveTooOld`, `ArchiveTooNew` or `ArchiveUnusable`.
        """
        try:
            return cls(folder, open_for_reading(find_database(folder)), "")
        except ArchiveEmpty as empty:
            raise _missing(folder) from empty

    @property
    def warc_folder(self) -> Path:
        """Where the WARC files are."""
        return self.folder / WARC_FOLDER

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction; what was kept in it is durable in its WARC file before it commits.

        Files that the writer passed over are told in it, also where a part of it was taken back.
        """
        with writing(self.engine) as connection:
            yield connection
            if self._writer is not None:
                self._writer.sync()
            told = len(self._findings)
            self._tell_findings(connection)
        del self._findings[:told]

    def reading(self) -> AbstractContextManager[Connection]:
        """Return one consistent view."""
        return reading(self.engine)

    def keep(
        self,
        connection: Connection,
        exchange: Exchange,
        *,
        crawl_id: int | None = None,
        info_code: str | None = None,
    ) -> Capture:
        """Write an exchange to the WARC file, and enter its row in a transaction of `writing`.

        A payload that the archive already holds, and can still read, becomes a revisit record that refers to
        it.
        """
        from storage.warc import payload_digest  # noqa: PLC0415

        digest = payload_digest(exchange.body)
        earlier = find_payload(connection, digest, self.warc_folder)
        refers_to = (earlier.url, earlier.fetched_at) if earlier else None
        place = self._open_writer().write(exchange, refers_to=refers_to)
        capture = Capture(
            url=exchange.url,
            fetched_at=exchange.fetched_at,
            status=exchange.status,
            content_type=exchange.header("Content-Type"),
            payload_digest=digest,
            place=place,
            refers_to=earlier.id if earlier else None,
        )
        return insert_capture(connection, capture, crawl_id=crawl_id, info_code=info_code)

    def keep_file(self, connection: Connection, resource: Resource, *, info_code: str | None) -> Capture:
        """Write a file to the WARC file, and enter its row in a transaction of `writing`."""
        from storage.warc import payload_digest  # noqa: PLC0415

        place = self._open_writer().write_resource(resource)
        capture = Capture(
            url=resource.uri,
            fetched_at=resource.fetched_at,
            status=0,
            content_type=resource.content_type,
            payload_digest=payload_digest(resource.body),
            place=place,
        )
        return insert_capture(connection, capture, info_code=info_code)

    def check_captures(self) -> None:
        """Mend what a crash tore, and tell of WARC files that are not as the database says.

        One look at each file; only one that is longer than it should be is read, from where it should end.
        """
        from storage.warc import describe_damage, mend_folder  # noqa: PLC0415

        damaged = [
            describe_damage(mended)
            for mended in mend_folder(self.warc_folder, self._committed_end)
            if mended.damaged_at is not None
        ]
        with self.writing() as connection:
            now = datetime.now(UTC)
            tell_lost_files(connection, self.warc_folder, now)
            if damaged:
                open_event(connection, "warc_damaged", join_sayings(damaged), now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write_journal(
        self, *, all_of_it: bool = False, even_idle: bool = False, most: int | None = None
    ) -> int:
        """Write into a WARC file what of the database is not there yet; see `storage.journal.writing`."""
        from storage.journal.writing import write_journal  # noqa: PLC0415 - loads what writes WARC files

        return write_journal(
            self.engine,
            self.warc_folder,
            self._software,
            all_of_it=all_of_it,
            even_idle=even_idle,
            most=most,
        )

    def close(self) -> None:
        """Write the journal, and close the WARC file and the database."""
        try:
            if self._software:
                self._note_changes()
        finally:
            self._close_files()

    def _note_changes(self) -> None:
        """Write the journal, a portion where it is long; what could not be written is owed on, and told.

        A disk that takes no event either is told by whoever looks at the disk.
        """
        try:
            if self.write_journal(most=_JOURNAL_AT_ONCE):
                self._tell_journal(None)
        except (OSError, SQLAlchemyError) as error:
            with suppress(OSError, SQLAlchemyError):
                self._tell_journal(error)

    def _tell_journal(self, error: Exception | None) -> None:
        """Open the event that the journal cannot be written, or end it."""
        with self.reading() as connection:
            is_told = is_event_open(connection, "journal_unwritten")
        if error is None and not is_told:
            return
        with self.writing() as connection:
            now = datetime.now(UTC)
            if error is None:
                resolve_events(connection, ("journal_unwritten",), now)
            else:
                why = quote(str(getattr(error, "orig", None) or error))
                open_event(connection, "journal_unwritten", say("custody.journal_unwritten", why=why), now)

    def _close_files(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.engine.dispose()
        if self._use is not None:
            self._use.end()

    def _open_writer(self) -> WarcWriter:
        if self._writer is None:
            from storage.warc import WarcWriter  # noqa: PLC0415

            self._writer = WarcWriter(
                self.warc_folder,
                software=self._software,
                known_end=self._committed_end,
                report=self._findings.append,
            )
        return self._writer

    def _tell_findings(self, connection: Connection) -> None:
        """Open events about the files that the writer passed over."""
        if not self._findings:
            return
        from storage.warc import Mended, describe_damage  # noqa: PLC0415

        now = datetime.now(UTC)
        damaged = [describe_damage(found) for found in self._findings if isinstance(found, Mended)]
        if damaged:
            open_event(connection, "warc_damaged", join_sayings(damaged), now)
        if len(damaged) < len(self._findings):
            tell_lost_files(connection, self.warc_folder, now)

    def _committed_end(self, file: str) -> int:
        with self.reading() as connection:
            return committed_end(connection, file)


def _begin_search(engine: Engine) -> None:
    """Make the search index of an archive that was just begun; leave any other's as it is."""
    with reading(engine) as connection:
        made = connection.exec_driver_sql("SELECT version <> '' FROM search_state").scalar_one()
    if made:
        return
    from storage.search import begin_index  # noqa: PLC0415 - folding takes long to load, and is not needed twice

    with writing(engine) as connection:
        begin_index(connection)
