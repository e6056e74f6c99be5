"""The archive: a folder with ``archive.db``, ``warc/`` and lock files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine

from storage.captures import committed_end, find_payload, insert_capture
from storage.database import open_database, reading, writing
from storage.records import Capture, Exchange, Resource
from storage.warc import WarcWriter, payload_digest

DATABASE_FILE = "archive.db"
WARC_FOLDER = "warc"


class NoArchive(Exception):
    """There is no archive in this folder yet: crawl first, or name another folder."""


def find_database(folder: Path) -> Path:
    """Return the database file of the archive in a folder; raise `NoArchive` where there is none."""
    database = folder / DATABASE_FILE
    if not database.is_file():
        raise NoArchive(
            f"there is no archive in {folder}: crawl first, or name another folder with --archive"
        )
    return database


class Archive:
    """An open archive. Close it when done: that ends its WARC file cleanly and frees the writer's slot."""

    def __init__(self, folder: Path, engine: Engine, software: str) -> None:
        self.folder = folder
        self.engine = engine
        self._software = software
        self._writer: WarcWriter | None = None

    @classmethod
    def open(cls, folder: Path, software: str = "jianbao") -> Self:
        """Open the archive in a folder, making both when missing; raise `ArchiveTooNew` or `OSError`."""
        (folder / WARC_FOLDER).mkdir(parents=True, exist_ok=True)
        return cls(folder, open_database(folder / DATABASE_FILE), software)

    @classmethod
    def open_existing(cls, folder: Path) -> Self:
        """Open an archive for a command that only reads; raise `NoArchive` where there is none."""
        find_database(folder)
        return cls.open(folder)

    @property
    def warc_folder(self) -> Path:
        """Where the WARC files are."""
        return self.folder / WARC_FOLDER

    def writing(self) -> AbstractContextManager[Connection]:
        """Return one write transaction."""
        return writing(self.engine)

    @contextmanager
    def writing_batch(self) -> Iterator[Connection]:
        """One write transaction for many files: what `keep_file` wrote is durable once it has committed."""
        with self.writing() as connection:
            yield connection
            if self._writer is not None:
                self._writer.sync()

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
        """Write an exchange to the WARC file, make that durable, and enter its row in the transaction.

        A payload that the archive already holds becomes a revisit record that refers to it.
        """
        digest = payload_digest(exchange.body)
        earlier = find_payload(connection, digest)
        writer = self._open_writer()
        place = writer.write(exchange, refers_to=(earlier.url, earlier.fetched_at) if earlier else None)
        writer.sync()
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
        """Write a file to the WARC file, and enter its row in a transaction of `writing_batch`."""
        capture = Capture(
            url=resource.uri,
            fetched_at=resource.fetched_at,
            status=0,
            content_type=resource.content_type,
            payload_digest=payload_digest(resource.body),
            place=self._open_writer().write_resource(resource),
        )
        return insert_capture(connection, capture, info_code=info_code)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the WARC file and the database."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.engine.dispose()

    def _open_writer(self) -> WarcWriter:
        if self._writer is None:
            self._writer = WarcWriter(
                self.warc_folder,
                software=self._software,
                known_end=self._committed_end,
            )
        return self._writer

    def _committed_end(self, file: str) -> int:
        with self.reading() as connection:
            return committed_end(connection, file)
