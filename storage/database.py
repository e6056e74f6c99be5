"""Opening the archive's database: how SQLite is set up, and how it is brought to the current schema.

With `storage/search.py` the only place that knows it is SQLite.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    ExceptionContext,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

SCHEMA_REVISION = "0010"
"""The Alembic revision that this version of the code reads and writes."""

_DAMAGE = {
    sqlite3.SQLITE_CORRUPT: "is damaged: bring the archive back from a backup",
    sqlite3.SQLITE_NOTADB: "is no database, or a damaged one: bring the archive back from a backup",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check who may read and write it and its folder",
}
_BUSY_SECONDS = 30
_NUMBERS_AT_ONCE = 500
_CACHE_KIB = 16 * 1024


class ArchiveTooNew(Exception):
    """The archive was written by a newer jianbao: upgrade jianbao to open it."""


class ArchiveUnusable(SQLAlchemyError):
    """The archive's database file is damaged, no database, or cannot be opened: the message says which."""


def open_database(path: Path) -> Engine:
    """Open the archive's database, creating or migrating it; raise `ArchiveTooNew` or `ArchiveUnusable`."""
    # The first connection of all makes the file and its journal mode: SQLite refuses others at that moment.
    with FileLock(path.with_suffix(".migrate.lock"), timeout=_BUSY_SECONDS):
        engine = connect_database(path)
        try:
            if _stored_revision(engine) != SCHEMA_REVISION:
                migrate_database(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine


def connect_database(path: Path) -> Engine:
    """Return an engine for the file as it is, without looking at its schema."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": _BUSY_SECONDS},
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
    )
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", partial(_name_damage, path))
    return engine


def upsert(table: Table) -> sqlite.Insert:
    """Return an INSERT that can say ON CONFLICT (PostgreSQL's has the same methods)."""
    return sqlite.insert(table)


def insert_numbers(connection: Connection, table: Table, rows: Iterable[tuple[int, ...]]) -> None:
    """Insert rows of nothing but numbers, in the order of the columns, handed to the driver as they are.

    SQLAlchemy's own way is for values that need care, and costs five times as much.
    """
    marks = ", ".join("?" * len(table.columns))
    if rows := list(rows):
        connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", rows)  # noqa: S608


def find_numbers(
    connection: Connection, key: Column[int], wanted: Iterable[int], **same: int
) -> Iterator[tuple[int, ...]]:
    """Yield the rows of ``key``'s table in which it is one of the wanted numbers, other columns as given.

    Always as one statement, which is compiled once, and with nothing of SQLAlchemy around each row.
    """
    marks = ", ".join("?" * _NUMBERS_AT_ONCE)
    others = "".join(f" AND {name} = ?" for name in same)
    statement = f'SELECT * FROM {key.table.name} WHERE "{key.name}" IN ({marks}){others}'  # noqa: S608
    rest = sorted(wanted)
    while rest:
        some, rest = rest[:_NUMBERS_AT_ONCE], rest[_NUMBERS_AT_ONCE:]
        some += some[-1:] * (_NUMBERS_AT_ONCE - len(some))
        cursor = connection.connection.cursor()
        yield from cursor.execute(statement, (*some, *same.values())).fetchall()


def damage_of(error: BaseException) -> str | None:
    """Return what is wrong with a database file by what SQLite raised, None when it is not the file."""
    # The rest of the code only says where SQLite stumbled.
    return _DAMAGE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: takes the write lock at once, commits at the end, rolls back on an error."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the archive that never waits for a writer and cannot write."""
    with engine.connect().execution_options(jianbao_reading=True) as connection, connection.begin():
        yield connection


def migrate_database(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to an Alembic revision; raise `ArchiveTooNew` when the archive is ahead of us."""
    from alembic import command  # noqa: PLC0415 - Alembic costs 0.2 s, and is needed once per schema
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", "storage:migrations")
    settings.attributes["engine"] = engine
    try:
        command.upgrade(settings, revision)
    except CommandError as error:
        if "locate revision" not in str(error):
            raise
        raise ArchiveTooNew(
            f"{engine.url.database} has schema {_stored_revision(engine)}, newer than this jianbao knows: "
            "upgrade jianbao to open it"
        ) from error


def _stored_revision(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        f"cache_size=-{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _name_damage(path: Path, context: ExceptionContext) -> None:
    """Raise `ArchiveUnusable` in place of what SQLite says of a file that it can make nothing of."""
    error = context.original_exception
    if damage := damage_of(error):
        raise ArchiveUnusable(f"{path} {damage} ({error})") from error


def _begin(connection: Connection) -> None:
    # A deferred BEGIN that turns into a write fails under contention; IMMEDIATE waits its turn.
    options: Any = connection.get_execution_options()
    reads = options.get("jianbao_reading", False)
    # Only when it changes: SQLite compiles every prepared statement again after any word on query_only.
    if connection.info.get("reads") is not reads:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
        connection.info["reads"] = reads
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
