"""Opening the archive's database: how SQLite is set up, and how it is brought to the current schema.

What only SQLite has stands in this room, and in `storage/search/` and `storage/sql/`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    ExceptionContext,
    MetaData,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from storage.database.disk import is_full
from storage.database.ledger_days import add_day_functions, are_uncounted, count_days, keep_days
from storage.database.read_only import UnreadChanges, unread_changes
from storage.database.read_only import open_for_reading as open_read_only
from storage.database.schema import metadata
from storage.database.schema_journal import watch_changes
from storage.records.remedy import Unusable

SCHEMA_REVISION = "0016"
"""The Alembic revision that this version of the code reads and writes."""

_MENDING = (
    "bring the archive back from a backup with `jianbao restore`, or make its database anew from the WARC "
    "files with `jianbao rebuild`"
)
_DAMAGE = {
    sqlite3.SQLITE_CORRUPT: f"is damaged: {_MENDING}",
    sqlite3.SQLITE_NOTADB: f"is no database, or a damaged one: {_MENDING}",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check who may read and write it and its folder",
}
_TORN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
WITHOUT_LOCKS = "is on a disk without file locks, as some network disks are: move the archive to a local one"
_LOCK_ERRORS = {
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_SHMOPEN,
}
_WITHOUT_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
_BUSY_SECONDS = 30
_NUMBERS_AT_ONCE = 500
_BEGUN = 1  # as SQLite's user_version
_CACHE_KIB = 16 * 1024


class ArchiveTooNew(Unusable):
    """The archive was written by a newer jianbao: upgrade jianbao to open it."""


class ArchiveTooOld(Unusable):
    """The archive has the schema of an older jianbao, and this command only reads: migrate it first."""


_OWN_TABLES = {"alembic_version", "source", "capture"}
"""Tables of which every archive has one, however old."""


class ArchiveEmpty(Unusable):
    """The database file is missing or has no tables: nothing was ever archived with it."""


class ArchiveUnusable(Unusable, SQLAlchemyError):
    """The archive's database file is damaged, no database, or cannot be opened: the message says which."""


class ArchiveDamaged(ArchiveUnusable):
    """Pages of the database file are not as SQLite wrote them: bring it back, or make it anew."""


def open_database(path: Path, *, begin: bool = True) -> Engine:
    """Open the archive's database, creating or migrating it; raise `ArchiveTooNew` or `ArchiveUnusable`.

    A database of something else stays as it is. Without ``begin`` so does a file that is missing, or into
    which nobody ever entered a source or a capture, and raises `ArchiveEmpty`.
    """
    from filelock import FileLock  # noqa: PLC0415 - who only reads locks nothing, and it takes 40 ms

    # The first connection of all makes the file and its journal mode: SQLite refuses others at that moment.
    with FileLock(path.with_suffix(".migrate.lock"), timeout=_BUSY_SECONDS):
        _refuse_foreign(path)
        if not begin:
            _refuse_empty(path)
        engine = connect_database(path)
        try:
            revision = _stored_revision(engine)
            if revision != SCHEMA_REVISION:
                migrate_database(engine)
            if revision is None:
                _note_beginning(engine)
            _ensure_days(engine)
            _watch_changes(engine)
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


def open_for_reading(path: Path) -> Engine:
    """Open the archive's database for reading, in any folder and as anybody who may read the file.

    Nothing is made, locked or migrated. A connection whose file was replaced is left for one to the new file.
    Raise `ArchiveEmpty`, `ArchiveTooOld`, `ArchiveTooNew` or `ArchiveUnusable`.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)), creator=partial(_connect_reader, path), poolclass=QueuePool
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkout", partial(_check_file, path))
    event.listen(engine, "handle_error", partial(_name_damage, path))
    try:
        with reading(engine):
            return engine
    except BaseException:
        engine.dispose()
        raise


class _Reader(sqlite3.Connection):
    """A connection that only reads; ``seen`` is what its file was like when it was opened."""

    unwritten = False
    seen: tuple[int, ...] | None = None


def is_of_this_file(path: Path, connection: object) -> bool:
    """Tell whether a connection still reads the file that stands under the archive's name.

    Where there is no file now, or the connection also writes, it does.
    """
    if not isinstance(connection, _Reader):
        return True
    now = _look_at(path, unwritten=connection.unwritten)
    return now is None or now == connection.seen


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
    code = getattr(error, "sqlite_errorcode", 0)
    # The rest of the code only says where SQLite stumbled.
    return WITHOUT_LOCKS if code in _LOCK_ERRORS else _DAMAGE.get(code & 0xFF)


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
    settings.set_main_option("script_location", "storage.database:migrations")
    settings.attributes["engine"] = engine
    try:
        command.upgrade(settings, revision)
    except CommandError as error:
        if "locate revision" not in str(error):
            raise
        raise ArchiveTooNew(_too_new(str(engine.url.database), _stored_revision(engine))) from error


def _connect_reader(path: Path) -> sqlite3.Connection:
    try:
        reader = open_read_only(path, _open_reader)
    except UnreadChanges as error:
        raise ArchiveUnusable(str(error)) from error
    except sqlite3.Error as error:
        if not path.is_file():
            raise ArchiveEmpty(f"{path} is missing") from error
        raise name_error(path, error) or error from error
    try:
        _check_schema(path, reader)
    except BaseException:
        reader.close()
        raise
    return reader


def _open_reader(address: str, unwritten: bool) -> sqlite3.Connection:
    path = Path(unquote(address.removeprefix("file:").partition("?")[0]))
    seen = _look_at(path, unwritten=unwritten)
    reader = sqlite3.connect(
        address,
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=_Reader,
    )
    try:
        add_day_functions(reader)
        reader.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        reader.execute("SELECT 1 FROM sqlite_master").fetchone()  # only now is the file opened
    except BaseException:
        reader.close()
        raise
    reader.unwritten, reader.seen = unwritten, seen
    return reader


def _look_at(path: Path, *, unwritten: bool) -> tuple[int, ...] | None:
    """Return what tells a file from one in its place; of one read as unwritten, from any later state."""
    try:
        found = path.stat()
    except OSError:
        return None
    same = (found.st_dev, found.st_ino)
    if not unwritten:
        return same
    return (*same, found.st_size, found.st_mtime_ns, bool(unread_changes(path)))


def _check_file(path: Path, connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
    """Have the pool open another connection where the file was replaced."""
    if not is_of_this_file(path, connection):
        raise DisconnectionError(f"{path} was replaced")


def _check_schema(path: Path, reader: sqlite3.Connection) -> None:
    """Raise `ArchiveEmpty`, `ArchiveTooOld` or `ArchiveTooNew` for a schema that is not this version's."""
    try:
        row = reader.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise name_error(path, error) or error from error
        row = None
    if row is None:
        raise ArchiveEmpty(f"{path} is empty")
    if row[0] < SCHEMA_REVISION:
        raise ArchiveTooOld(
            f"{path} has schema {row[0]}, and this jianbao reads {SCHEMA_REVISION}: whoever may write the "
            "archive migrates it, with `jianbao reindex` or by starting the service again"
        )
    if row[0] > SCHEMA_REVISION:
        raise ArchiveTooNew(_too_new(path, row[0]))


def _note_beginning(engine: Engine) -> None:
    """Mark a database as begun where there was nothing, so that its being empty is no loss."""
    with writing(engine) as connection:
        connection.exec_driver_sql(f"PRAGMA user_version={_BEGUN}")


def _refuse_foreign(path: Path) -> None:
    """Raise `ArchiveUnusable` for a database with tables, none of which any archive ever had."""
    if not path.is_file() or not path.stat().st_size:
        return
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as reader:
        try:
            rows = reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        except sqlite3.DatabaseError:
            return  # damaged, busy or encrypted: whoever opens it names that
    names = {name for (name,) in rows}
    if names and not names & _OWN_TABLES:
        raise ArchiveUnusable(
            f"{path} is no archive's database (its tables are {', '.join(sorted(names)[:3])}): name another "
            "folder with --archive"
        )


def _refuse_empty(path: Path) -> None:
    if not path.is_file() or not path.stat().st_size:
        raise ArchiveEmpty(f"{path} is {'empty' if path.exists() else 'missing'}")
    engine = connect_database(path)
    try:
        with reading(engine) as connection:
            used = _is_used(connection)
    finally:
        engine.dispose()
    if not used:
        raise ArchiveEmpty(f"{path} is empty")


def _is_used(connection: Connection) -> bool:
    """Tell whether a database was begun in good order, or knows a source or a capture."""
    if connection.exec_driver_sql("PRAGMA user_version").scalar_one() == _BEGUN:
        return True
    tables = [name for name in ("source", "capture") if inspect(connection).has_table(name)]
    return any(
        connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first()  # noqa: S608
        for name in tables
    )


def _too_new(path: Path | str, revision: str | None) -> str:
    return f"{path} has schema {revision}, newer than this jianbao knows: upgrade jianbao to open it"


def _stored_revision(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _ensure_days(engine: Engine) -> None:
    """Have the days of an archive counted that an earlier version made, or something that fills in bulk."""
    with reading(engine) as connection:
        is_in_doubt = are_uncounted(connection)
    if is_in_doubt:
        with writing(engine) as connection:
            count_days(connection)


def _watch_changes(engine: Engine) -> None:
    """Have what is written from now on noted as owed to the journal, and counted by its days."""
    engine.dispose()  # what migrated knew another schema
    event.listen(engine, "connect", partial(_begin_watch, metadata))


def _begin_watch(metadata: MetaData, connection: sqlite3.Connection, _record: object) -> None:
    watch_changes(connection, metadata)
    keep_days(connection)


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    add_day_functions(connection)
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
    if named := name_error(path, error):
        raise named from error


def name_error(path: Path, error: BaseException) -> ArchiveUnusable | None:
    """Return what SQLite's error says of the file or its disk; None when it says nothing of them."""
    if is_full(path.parent) and isinstance(error, sqlite3.OperationalError) and _is_without_room(error):
        return ArchiveUnusable(f"the disk of {path.parent} is full: make room ({error})")
    damage = damage_of(error)
    kind = ArchiveDamaged if getattr(error, "sqlite_errorcode", 0) & 0xFF in _TORN else ArchiveUnusable
    return kind(f"{path} {damage} ({error})") if damage else None


def _is_without_room(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF in _WITHOUT_ROOM


def _begin(connection: Connection) -> None:
    # A deferred BEGIN that turns into a write fails under contention; IMMEDIATE waits its turn.
    options: Any = connection.get_execution_options()
    reads = options.get("jianbao_reading", False)
    # Only when it changes: SQLite compiles every prepared statement again after any word on query_only.
    if connection.info.get("reads") is not reads:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
        connection.info["reads"] = reads
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
