"""SQL from people: one statement that only reads, within limits of time, rows and memory.

Four doors stand between a statement and the archive: the file is opened for reading only, the connection is
told to write nothing, an authorizer lets only reading and known functions pass, and the statement must begin
like one that reads. It needs SQLite by name, like `storage.database.opening`.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from storage.database.opening import ArchiveUnusable, damage_of
from storage.database.read_only import UnreadChanges, open_for_reading
from storage.records.remedy import Busy, Mistaken, Unusable
from storage.sql.functions import replace_functions
from storage.sql.printing import Cell
from storage.sql.vocabulary import FUNCTIONS, PRAGMAS

Row = tuple[Cell, ...]

LONGEST_STATEMENT = 100_000
"""Bytes of UTF-8."""
LONGEST_CELL = 8 * 1024 * 1024
"""Bytes of a value, a row as it is stored, or anything that a function makes."""
MOST_MEMORY = 256 * 1024 * 1024
"""Bytes that SQLite may use, in the whole process: a limit that once set is never raised again."""
MOST_ANSWER = 64 * 1024 * 1024
"""Bytes, roughly, of the rows that `read_sql` holds at once."""

Hung = Callable[[str], object]
"""Told, from another thread and in a sentence, that SQLite works on long after a statement's time is over."""

_BUSY_SECONDS = 5.0
_STEPS = 100  # of SQLite's machine between two looks at the clock: few calls of a function that takes long
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_CELL,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: LONGEST_STATEMENT,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_TOO_MUCH = {sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_FULL}

_BEGINS = re.compile(r"(?:\s|;|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$))*(\w*)", re.DOTALL)
_READS = {"select", "with", "values", "explain", "pragma"}
_ACTIONS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}


class BadStatement(Mistaken, ValueError):
    """The statement is wrong, or does something else than reading: the message says what."""


class TooCostly(Unusable):
    """The statement takes longer or more memory than it may: narrow it, or allow it more time."""


class DatabaseBusy(Busy):
    """The archive's database is locked by another process: try again in a moment."""


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """What a statement answered; ``truncated`` when there was more than was allowed."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    truncated: bool


def read_sql(
    database: Path,
    statement: str,
    *,
    limit: int = 1_000,
    seconds: float = 30.0,
    hung: Hung | None = None,
    patience: float = 2.0,
) -> SqlAnswer:
    """Run a statement and return its first rows; raise what `open_sql` does.

    At most ``limit`` rows, and about `MOST_ANSWER` bytes of them.
    """
    rows: list[Row] = []
    left = MOST_ANSWER
    with open_sql(database, statement, seconds=seconds, hung=hung, patience=patience) as query:
        for row in query:
            left -= _weigh(row)
            if len(rows) == limit or left < 0:
                return SqlAnswer(query.columns, tuple(rows), truncated=True)
            rows.append(row)
        return SqlAnswer(query.columns, tuple(rows), truncated=False)


@contextmanager
def open_sql(
    database: Path,
    statement: str,
    *,
    seconds: float = 30.0,
    hung: Hung | None = None,
    patience: float = 2.0,
) -> Iterator[SqlQuery]:
    """Run a statement, and give its rows as they come, in flat memory.

    ``seconds`` are those that SQLite takes, not those between two rows. Raise `BadStatement`, `TooCostly`,
    `DatabaseBusy`, or `ArchiveUnusable` for a file that cannot be read. ``hung`` is told when SQLite does not
    stop within ``patience`` seconds: no thread can stop another's call, only a process can end itself.
    """
    _check_beginning(statement)
    connection = open_read_only(database)
    watch = _Watch(seconds)
    try:
        with watch.telling(hung, patience):
            yield SqlQuery(connection, database, statement, watch)
    finally:
        connection.close()


class _Watch:
    """The clock of a statement: it runs while SQLite works, and not while somebody reads the rows."""

    def __init__(self, seconds: float) -> None:
        self.seconds = self._left = seconds
        self._deadline: float | None = None
        self.late = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let it run for as long as the block does."""
        began = monotonic()
        self._deadline = began + self._left
        try:
            yield
        finally:
            self._deadline = None
            self._left -= monotonic() - began

    def is_over(self) -> bool:
        """Tell SQLite to stop when the time is over."""
        self.late = self.late or self._overrun() > 0
        return self.late

    @property
    def verdict(self) -> str:
        """What is to be said when the time is over."""
        return f"the statement took longer than {self.seconds:g} seconds: narrow it, or raise --timeout"

    @contextmanager
    def telling(self, hung: Hung | None, patience: float) -> Iterator[None]:
        """Watch from another thread, if somebody wants to be told."""
        if hung is None:
            yield
            return
        ended = threading.Event()
        thread = threading.Thread(target=self._watch, args=(hung, ended, patience), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _watch(self, hung: Hung, ended: threading.Event, patience: float) -> None:
        while not ended.wait(patience / 4):
            if self._overrun() > patience:
                hung(self.verdict)
                return

    def _overrun(self) -> float:
        """Return the seconds since the time was over; none while the clock stands."""
        deadline = self._deadline
        return 0.0 if deadline is None else monotonic() - deadline


class SqlQuery:
    """A statement that runs: the names of its columns, and its rows, once."""

    columns: tuple[str, ...]

    def __init__(self, connection: sqlite3.Connection, database: Path, statement: str, watch: _Watch) -> None:
        self._database = database
        self._watch = watch
        self._denied: str | None = None
        connection.set_authorizer(self._authorize)
        connection.set_progress_handler(watch.is_over, _STEPS)
        replace_functions(connection, LONGEST_CELL, watch.is_over)
        with self._watched():
            self._cursor = connection.execute(statement)
        self.columns = tuple(column[0] for column in self._cursor.description or ())

    def __iter__(self) -> Iterator[Row]:
        """Return the rows; raise `TooCostly` and what else can happen under way."""
        while True:
            with self._watched():
                row: Row | None = self._cursor.fetchone()
            if row is None:
                return
            yield row

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Let SQLite work until its time is over; turn what it raises into our errors."""
        try:
            with self._watch.running():
                yield
        except (sqlite3.Error, sqlite3.Warning, MemoryError, ValueError) as error:
            raise self._explain(error) from error

    def _authorize(self, action: int, one: str | None, two: str | None, _: object, __: object) -> int:
        """Tell SQLite whether a part of the statement may be; it asks for each while it compiles."""
        if self._watch.is_over():
            return sqlite3.SQLITE_DENY
        if action in _ACTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (two or "").lower() in FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA and (one or "").lower() in PRAGMAS:
            return sqlite3.SQLITE_OK
        self._denied = self._denied or _name_action(action, one, two)
        return sqlite3.SQLITE_DENY

    def _explain(self, error: Exception) -> BaseException:
        """Return our error for one of SQLite's."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it only says where SQLite stumbled
        if self._watch.late:
            return TooCostly(self._watch.verdict)
        if code == sqlite3.SQLITE_INTERRUPT:  # not by us: what a signal raises in our handler is swallowed
            return KeyboardInterrupt()
        if isinstance(error, MemoryError) or code in _TOO_MUCH:
            return TooCostly(
                f"the statement needs too much memory ({str(error) or 'out of memory'}): narrow it"
            )
        if self._denied:
            return BadStatement(f"{self._denied} is not allowed: sql only reads")
        return _name_trouble(self._database, error) or BadStatement(_sentence(error))


def open_read_only(database: Path) -> sqlite3.Connection:
    """Return a connection that can only read, with limits set; raise `ArchiveUnusable` or `DatabaseBusy`."""
    try:
        return open_for_reading(database, _connect)
    except UnreadChanges as error:
        raise ArchiveUnusable(str(error)) from error
    except sqlite3.Error as error:
        raise _name_trouble(database, error) or error from error


def _connect(address: str, _unwritten: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.text_factory = _decode
        connection.execute(f"PRAGMA hard_heap_limit={MOST_MEMORY}")
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # only now is the file opened
    except BaseException:
        connection.close()
        raise
    for name in _list_virtual_tables(connection):
        connection.execute(f'SELECT 1 FROM "{name}" LIMIT 0').close()  # noqa: S608 - a name of the schema's
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    return connection


def _list_virtual_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables that SQLite sets up when they are first asked for, which looks like writing."""
    functions = ["json_each", "json_tree", *(f"pragma_{name}" for name in sorted(PRAGMAS))]
    found = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    return functions + [str(name).replace('"', '""') for (name,) in found]


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _check_beginning(statement: str) -> None:
    """Refuse what does not begin like reading: VACUUM INTO, for one, asks no authorizer before it runs."""
    match = _BEGINS.match(statement)
    word = match[1] if match else ""
    if not word:
        raise BadStatement("there is no statement: write one such as SELECT count(*) FROM article")
    if word.lower() not in _READS:
        raise BadStatement(
            f"{word[:40]} is not allowed: sql only reads, with SELECT, WITH, VALUES, EXPLAIN or PRAGMA"
        )


def _name_action(action: int, one: str | None, two: str | None) -> str:
    """Return what a statement wanted to do, in SQL's words."""
    names = {
        sqlite3.SQLITE_FUNCTION: f"the function {two}",
        sqlite3.SQLITE_PRAGMA: f"PRAGMA {one}",
        sqlite3.SQLITE_INSERT: "INSERT",
        sqlite3.SQLITE_UPDATE: "UPDATE",
        sqlite3.SQLITE_DELETE: "DELETE",
        sqlite3.SQLITE_ATTACH: "ATTACH",
        sqlite3.SQLITE_DETACH: "DETACH",
    }
    return names.get(action, "this")


def _name_trouble(database: Path, error: Exception) -> Exception | None:
    """Return our error for a database that cannot be read now, None when it is the statement's fault."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(f"{database} is locked by another process: try again in a moment")
    damage = damage_of(error)
    return ArchiveUnusable(f"{database} {damage} ({error})") if damage else None


def _sentence(error: Exception) -> str:
    words = str(error)
    if isinstance(error, UnicodeError):
        return "the statement is no valid UTF-8"
    if "user-defined function" in words:
        return "a function cannot work with what it was given, such as a pattern of over 1,000 characters"
    if "bindings" in words:
        return "the statement has a parameter such as ? or :name: write the value itself"
    if isinstance(error, sqlite3.Warning) or "one statement" in words:  # a Warning before Python 3.12
        return "there is more than one statement: run them one by one"
    return words


def _weigh(row: Row) -> int:
    return sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in row) + 64
