"""SQL from people: it answers, and it cannot write, attach, load, hang or eat the memory."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.command_line import PYTHON, Command
from support.crawl_processes import wait_until
from test_articles import make

from storage.archive.folder import Archive
from storage.articles.article import insert_article
from storage.database.opening import ArchiveUnusable
from storage.sql import statement as storage_sql
from storage.sql.statement import BadStatement, SqlAnswer, TooCostly, open_read_only, open_sql, read_sql

COUNT = 40
SECONDS = 0.3  # that a statement may take which takes too long anyway
LONGEST = 120.0  # that any other may take on a busy machine
PATIENCE = 8.0  # seconds of work until it must have ended
MEMORY = 600  # MiB that a process may grow to, whatever is asked
ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive's folder with some articles; nothing may change it."""
    folder = tmp_path_factory.mktemp("sql") / "archive"
    with Archive.open(folder) as archive, archive.writing() as connection:
        for number in range(COUNT):
            insert_article(connection, make(number + 1, content=str(number)))
    return folder


@pytest.fixture
def database(folder: Path) -> Path:
    """Return the database file of that archive."""
    return folder / "archive.db"


def ask(database: Path, statement: str, **limits: float) -> SqlAnswer:
    """Run a statement."""
    return read_sql(database, statement, **{"seconds": LONGEST, **limits})  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but the two that SQLite keeps for readers."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


WRITING = {
    "insert": "INSERT INTO source VALUES ('x')",
    "replace": "REPLACE INTO source(slug) VALUES ('x')",
    "insert with": "WITH x AS (SELECT 1) INSERT INTO source(slug) SELECT 1",
    "insert returning": "INSERT INTO source(slug) VALUES ('x') RETURNING slug",
    "upsert": "INSERT INTO source(slug) VALUES ('x') ON CONFLICT DO UPDATE SET slug = 'y'",
    "update": "UPDATE article SET title = 'x'",
    "update with": "WITH x AS (SELECT 1) UPDATE article SET title = 'x'",
    "delete": "DELETE FROM article",
    "delete with": "WITH x AS (SELECT 1) DELETE FROM article",
    "explain delete": "EXPLAIN DELETE FROM article",
    "explain plan of update": "EXPLAIN QUERY PLAN UPDATE article SET title = 'x'",
    "the schema": "UPDATE sqlite_master SET sql = ''",
    "create table": "CREATE TABLE x (y)",
    "create as": "CREATE TABLE x AS SELECT * FROM article",
    "create temp": "CREATE TEMP TABLE x (y)",
    "create view": "CREATE TEMP VIEW x AS SELECT 1",
    "create trigger": "CREATE TEMP TRIGGER x AFTER INSERT ON article BEGIN SELECT 1; END",
    "create index": "CREATE INDEX x ON article (title)",
    "create virtual": "CREATE VIRTUAL TABLE x USING fts5(y)",
    "create vocabulary": "CREATE VIRTUAL TABLE temp.x USING fts5vocab(main, search, row)",
    "drop": "DROP TABLE article",
    "alter": "ALTER TABLE article RENAME TO x",
    "add column": "ALTER TABLE article ADD COLUMN x",
    "reindex": "REINDEX",
    "analyze": "ANALYZE",
    "vacuum": "VACUUM",
    "begin": "BEGIN EXCLUSIVE",
    "commit": "COMMIT",
    "savepoint": "SAVEPOINT x",
    "release": "RELEASE x",
    "rollback": "ROLLBACK",
    "journal": "PRAGMA journal_mode = DELETE",
    "the journal, asked": "PRAGMA journal_mode",
    "query only": "PRAGMA query_only = OFF",
    "schema": "PRAGMA writable_schema = ON",
    "user version": "PRAGMA user_version = 7",
    "application": "PRAGMA application_id = 7",
    "page size": "PRAGMA main.page_size = 65536; VACUUM",
    "checkpoint": "PRAGMA wal_checkpoint(TRUNCATE)",
    "incremental vacuum": "PRAGMA incremental_vacuum",
    "optimize": "PRAGMA optimize",
    "memory": "PRAGMA hard_heap_limit = 0",
    "temporary folder": "PRAGMA temp_store_directory = '/'",
    "index commands": "INSERT INTO search(search) VALUES ('rebuild')",
    "after a comment": "/* SELECT */ -- SELECT\n DELETE FROM article",
    "two statements": "SELECT 1; DELETE FROM article",
    "two harmless ones": "SELECT 1; SELECT 2",
}
LOADING = {
    "attach": "ATTACH 'other.db' AS x",
    "attach memory": "ATTACH ':memory:' AS x",
    "detach": "DETACH main",
    "vacuum into": "VACUUM INTO 'other.db'",
    "vacuum into, after blanks": "\n\t /**/ vacuum main into 'other.db'",
    "load extension": "SELECT load_extension('evil')",
    "load extension in quotes": """SELECT "load_extension"('evil', 'entry')""",
    "tokenizer": "SELECT fts3_tokenizer('simple', x'00')",
    "fts5 pointer": "SELECT fts5(1)",
    "readfile": "SELECT readfile('/etc/passwd')",
    "writefile": "SELECT writefile('other.db', 'x')",
    "edit": "SELECT edit('x', 'vi')",
    "log": "SELECT sqlite_log(1, 'x')",
    "fsdir": "SELECT * FROM fsdir('.')",
    "a function nobody listed": "SELECT json_patch('{}', '{}')",
}
WRONG = {
    "nothing": "",
    "blanks": " \n;; -- only a comment",
    "an open comment": "/* SELECT 1",
    "no such column": "SELECT x FROM article",
    "no such table": "SELECT 1 FROM nowhere",
    "syntax": "SELECT FROM",
    "parameters": "SELECT ?, :name",
    "a null character": "SELECT 'a\0b'",
    "no text": "SELECT '\ud800'",
    "too long": "SELECT '" + "x" * 200_000 + "'",
    "too deep": "SELECT " + "(" * 900 + "1" + ")" * 900,
    "too many columns": "SELECT " + ",".join("1" * 500),
    "too many selects": " UNION ALL ".join(["SELECT 1"] * 300),
    "a shell's command": ".shell rm -rf",
}
COSTLY = {
    "endless": f"{ENDLESS} SELECT count(*) FROM t",
    "endless and no row": f"{ENDLESS} SELECT n FROM t WHERE n < 0",
    "endless, sorted": f"{ENDLESS} SELECT n FROM t ORDER BY n",
    "endless, one value": f"{ENDLESS} SELECT group_concat(n) FROM t",
    "endless JSON": f"{ENDLESS} SELECT json_group_array(n) FROM t",
    "cross join": "SELECT count(*) FROM " + ",".join(f"article a{i}" for i in range(12)),
    "cross join, sorted": "SELECT a0.* FROM "
    + ",".join(f"article a{i}" for i in range(6))
    + " ORDER BY random()",
    "doubling branches": "WITH t0 AS (SELECT 1 AS x),"
    + ",".join(f"t{i} AS (SELECT * FROM t{i - 1} UNION ALL SELECT * FROM t{i - 1})" for i in range(1, 40))
    + " SELECT * FROM t39",
    "a huge blob": "SELECT zeroblob(1000000000)",
    "a huge random blob": "SELECT hex(randomblob(9000000))",
    "many large cells": "SELECT " + ",".join("randomblob(8000000)" for _ in range(150)),
    "a growing text": "WITH RECURSIVE t(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM t) SELECT 1 FROM t",
    "replace": "SELECT replace(hex(zeroblob(4000000)), '0', hex(zeroblob(4000000)))",
}
SLOW_ELSEWHERE = {
    "instr": "SELECT instr(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || '1')",
    "replace": "SELECT length(replace(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || '1', 'x'))",
    "trim": "SELECT trim(hex(zeroblob(4000000)), hex(randomblob(4000000)))",
    "like": f"SELECT hex(zeroblob(2000000)) LIKE '%{'0' * 200}1'",
    "glob": f"SELECT hex(zeroblob(2000000)) GLOB '{'*0?' * 80}1'",
    "printf": "SELECT printf('%*c', 1000000000, 'x') IS NULL",
    "printf, a precision": "SELECT printf('%.*c', 2e9, 'x') IS NULL",
    "printf, a precision in text": "SELECT printf('%.*c', ' 2000000000', 'x') IS NULL",
    "printf, a negative precision": "SELECT printf('%-.*c', -2000000000, 'x') IS NULL",
    "printf, written out": "SELECT printf('%.2000000000c', 'x') IS NULL",
    "printf, many": f"SELECT printf('{'%.2000000c' * 2_000}') IS NULL",
    "printf, later": "SELECT printf('%d %s %n %% %.*c', 1, 'a', 2000000000, 'x') IS NULL",
    "format": "SELECT format('%.*c', 2000000000, 'x') IS NULL",
    "printf, digits": "SELECT printf('%!.*f', 2000000000, 1.5) IS NULL",
    "like, one literal": f"SELECT hex(zeroblob(4000000)) LIKE '%{'0' * 240}1%'",
    "like, wildcards": f"SELECT hex(zeroblob(1000000)) LIKE '%{'0_' * 100}1%x'",
    "not like": f"SELECT hex(zeroblob(4000000)) NOT LIKE '%{'0' * 240}1' ESCAPE '!'",
    "glob, one literal": f"SELECT hex(zeroblob(4000000)) GLOB '*{'0' * 240}1*'",
    "glob, sets": f"SELECT hex(zeroblob(1000000)) GLOB '*{'[0-9]' * 100}x*'",
    "hex of hex": "SELECT length(hex(hex(zeroblob(1900000))))",
    "quote": "SELECT length(quote(hex(zeroblob(3000000))))",
    "soundex": "SELECT soundex(hex(zeroblob(4000000)))",
    "strftime": "SELECT length(strftime(replace(hex(zeroblob(100000)), '00', '%Y')))",
    "json": "SELECT json_valid('[' || replace(hex(zeroblob(1900000)), '0', '1,') || '1]')",
    "group_concat": f"{ENDLESS} SELECT length(group_concat(n, '、')) FROM (SELECT n FROM t LIMIT 9999)",
}
HEAVY = {
    "like in every row": f"{ENDLESS} SELECT sum(x LIKE '%' || n || '%{'0_' * 50}1%x') FROM t,"
    " (SELECT hex(zeroblob(4000000)) AS x)",
    "glob in every row": f"{ENDLESS} SELECT sum(x GLOB '*' || n || '*{'[0-9]' * 50}x*') FROM t,"
    " (SELECT hex(zeroblob(4000000)) AS x)",
    "large values compared": f"{ENDLESS} SELECT sum(x || n = x || n + 1) FROM t,"
    " (SELECT hex(zeroblob(3000000)) AS x)",
    "random blobs in every row": f"{ENDLESS} SELECT sum(length(hex(randomblob(4000000)))) FROM t",
    "zero blobs in every row": f"{ENDLESS} SELECT sum(length(hex(zeroblob(4000000 + n % 2)))) FROM t",
    "replace in every row": f"{ENDLESS} SELECT sum(length(replace(x, '0', n % 10))) FROM t,"
    " (SELECT hex(zeroblob(4000000)) AS x)",
    "printf in every row": f"{ENDLESS} SELECT sum(length(printf('%.*c', 8000000 + n % 2, 'x'))) FROM t",
    "trim in every row": f"{ENDLESS} SELECT sum(length(trim(x, n % 10))) FROM t,"
    " (SELECT hex(zeroblob(4000000)) AS x)",
    "upper in every row": f"{ENDLESS} SELECT sum(length(upper(x || n))) FROM t,"
    " (SELECT hex(zeroblob(3000000)) AS x)",
    "JSON in every row": f"{ENDLESS} SELECT sum(json_valid(x || n)) FROM t,"
    " (SELECT '[' || replace(hex(zeroblob(1000000)), '0', '1,') AS x)",
    "group_concat in a window": f"{ENDLESS} SELECT length(group_concat(hex(randomblob(999))) OVER (ROWS"
    " BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) FROM (SELECT n FROM t LIMIT 100000)",
}


@pytest.mark.parametrize("statement", [*WRITING.values(), *LOADING.values()], ids=[*WRITING, *LOADING])
def test_nothing_but_reading_is_let_in(statement: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    before = contents(folder)
    with pytest.raises(BadStatement):
        ask(folder / "archive.db", statement)
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["insert", "update", "delete", "drop", "create table"])
def test_the_file_is_not_opened_for_writing(name: str, folder: Path) -> None:
    """What the authorizer would refuse cannot be done without it either."""
    before = contents(folder)
    with closing(open_read_only(folder / "archive.db")) as connection, pytest.raises(sqlite3.Error):
        connection.execute(WRITING[name].replace("VALUES ('x')", "VALUES (" + ", ".join("1" * 18) + ")"))
    assert contents(folder) == before


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG)
def test_a_wrong_statement_is_refused_in_a_sentence(statement: str, database: Path) -> None:
    with pytest.raises(BadStatement) as refusal:
        ask(database, statement)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("statement", [*COSTLY.values(), *HEAVY.values()], ids=[*COSTLY, *HEAVY])
def test_what_costs_too_much_ends(statement: str, database: Path) -> None:
    began = time.process_time()
    with pytest.raises(TooCostly):
        ask(database, statement, seconds=SECONDS)
    assert time.process_time() - began < PATIENCE


@pytest.mark.parametrize("statement", SLOW_ELSEWHERE.values(), ids=SLOW_ELSEWHERE)
def test_no_function_works_for_long(statement: str, database: Path) -> None:
    began = time.process_time()
    ask(database, statement, seconds=PATIENCE)
    assert time.process_time() - began < PATIENCE


def test_no_statement_eats_the_memory(database: Path) -> None:
    program = (
        "import re, sys, json; from pathlib import Path; from storage.sql.statement import *\n"
        "for statement in json.load(sys.stdin):\n"
        "    try: read_sql(Path(sys.argv[1]), statement, seconds=0.3)\n"
        "    except (BadStatement, TooCostly): pass\n"
        # Not getrusage: that begins with what the process had that started this one.
        "print(int(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)\n"
    )
    endless_cells = f"{ENDLESS} SELECT randomblob(4000000) FROM t"
    statements = [*COSTLY.values(), *SLOW_ELSEWHERE.values(), endless_cells]
    ended = subprocess.run(
        [*PYTHON, "-c", program, str(database)],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert int(ended.stdout) < MEMORY


ANSWERED = {
    "SELECT count(*) FROM article": (COUNT,),
    "-- how many?\n/* all */ select count(*) from article;": (COUNT,),
    "VALUES (1, 'a', NULL, 2.5)": (1, "a", None, 2.5),
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 3) SELECT max(n) FROM t": (3,),
    "SELECT name FROM pragma_table_info('host') LIMIT 1": ("name",),
    "SELECT value FROM json_each('[7]')": (7,),
    "SELECT count(*) FROM search WHERE search MATCH 'x'": (0,),
    "SELECT datetime('2026-03-20 20:00:00', '+8 hours')": ("2026-03-21 04:00:00",),
    "SELECT row_number() OVER (ORDER BY id) FROM article LIMIT 1": (1,),
    "SELECT title LIKE '第%题目', substr(title, 1, 2) FROM article LIMIT 1": (1, "第1"),
    "SELECT instr('上饶日报', '日报'), instr(x'0001', x'01'), instr(NULL, 1)": (3, 2, None),
    "SELECT instr(12, 2), instr('', ''), instr('a', '')": (2, 1, 1),
    "SELECT replace('上饶', '饶', '海'), replace('a', '', 'b')": ("上海", "a"),
    "SELECT replace(12.5, '.', ','), replace(NULL, 1, 2), replace('a', '', NULL)": ("12,5", None, "a"),
    "SELECT trim('  a '), ltrim('xxax', 'x'), rtrim('axx', 'x'), trim(NULL)": ("a", "ax", "a", None),
    "SELECT CAST(x'ff' AS TEXT), x'00ff', 9e999": ("\ufffd", b"\x00\xff", float("inf")),
}


@pytest.mark.parametrize("statement", ANSWERED)
def test_statements_that_read_are_answered(statement: str, database: Path) -> None:
    assert ask(database, statement).rows == (ANSWERED[statement],)


@pytest.mark.parametrize("text", ["instr({}, {})", "replace({}, {}, 'x')", "trim({}, {})", "ltrim({}, {})"])
def test_our_functions_answer_as_those_of_sqlite(text: str, database: Path) -> None:
    cells = ("''", "'a'", "' 上饶 '", "'aXa'", "x'61'", "x''", "NULL", "12", "-0.5", "-0.0", "-9e999")
    pairs = ", ".join(text.format(one, other) for one in cells for other in cells)
    with closing(sqlite3.connect(":memory:")) as plain:
        assert ask(database, f"SELECT {pairs}").rows[0] == plain.execute(f"SELECT {pairs}").fetchone()


LIKENESSES = [
    "{} LIKE {}", "{} GLOB {}", "{} NOT LIKE {}", "like({1}, {0}, '!')", "like({1}, {0}, 'A')",
    "like({1}, {0}, '%')",
]  # fmt: skip
PATTERNS = (
    "''", "'%'", "'_'", "'%%'", "'a%'", "'%A'", "'%b%'", "'_b%'", "'%_'", "'a!%'", "'!'", "'aAb'", "'%上_报'",
    "'%É%'", "'*'", "'?'", "'*b*'", "'a*c'", "'[a-c]*'", "'[^a]*'", "'[]a]*'", "'[^]a]'", "'[a-]'", "'[--c]'",
    "'[c-a]'", "'[]'", "'[^]'", "'['", "'[a-c-e]'", "'*[%]'", "'a?c'", "NULL", "12", "'1_.5'",
)  # fmt: skip
TEXTS = (
    "''",
    "'a'",
    "'abc'",
    "'ABC'",
    "'上饶日报'",
    "'é'",
    "'a%'",
    "']'",
    "'-'",
    "'a\nb'",
    "NULL",
    "12.5",
    "12.0",
)


@pytest.mark.parametrize("form", LIKENESSES)
def test_our_patterns_match_as_those_of_sqlite(form: str, database: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as plain:
        for pattern in PATTERNS:
            asked = ", ".join(form.format(text, pattern) for text in TEXTS)
            expected = plain.execute(f"SELECT {asked}").fetchone()
            assert ask(database, f"SELECT {asked}", seconds=PATIENCE).rows[0] == expected, pattern


PRINTED = (
    "'%d', 7", "'%5d|%-5d|%05d', 7, 7, 7", "'%*d', 6, 7", "'%.*f', 3, 1.5", "'%.3s', '上饶'",
    "'%!.1s', '上饶'", "'%,d', 1234567", "'%%'", "'%n%d', 3", "'%c%c', 'a', 'b'",
    "'%.5c', 'x'", "'%q|%Q|%w', 'a''b', NULL, 'c'",
    "'%x %X %o', 255, 255, 8", "'%lld', 3", "'%k', 1", "NULL", "12", "'%s', x'41'", "'%g %e', 1e10, 0.5",
    "'%'", "'%s %s', 'only one'", "'%*d', '6', 7", "'%-*d|', 4, 7",
)  # fmt: skip


@pytest.mark.parametrize("arguments", PRINTED)
def test_our_printf_prints_as_that_of_sqlite(arguments: str, database: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as plain:
        expected = plain.execute(f"SELECT printf({arguments})").fetchone()
    assert ask(database, f"SELECT printf({arguments})").rows == (expected,)


UNHEXED = {
    "unhex('4A-4b', '-')": b"JK",
    "unhex('4-A', '-')": None,
    "unhex('', '')": b"",
    "unhex('4A 4b', '-')": None,
    "unhex(NULL, '')": None,
    "unhex('4A', NULL)": None,
}


@pytest.mark.parametrize("asked", UNHEXED)
def test_hexadecimal_digits_are_read_with_marks_between_them(asked: str, database: Path) -> None:
    assert ask(database, f"SELECT {asked}").rows == ((UNHEXED[asked],),)


def test_hexadecimal_digits_are_read_in_time(database: Path) -> None:
    began = time.process_time()
    marks = "replace(hex(zeroblob(1000000)), '0', 'y') || 'z'"
    ask(database, f"SELECT unhex(replace(hex(zeroblob(4000000)), '0', 'z'), {marks})", seconds=PATIENCE)
    assert time.process_time() - began < PATIENCE


@pytest.mark.parametrize(
    "statement", ["SELECT 'a' LIKE '" + "a" * 2_000 + "'", "SELECT 'a' LIKE 'a' ESCAPE 'ab'"]
)
def test_what_a_function_cannot_work_with_is_said(statement: str, database: Path) -> None:
    with pytest.raises(BadStatement, match="a function cannot work with what it was given"):
        ask(database, statement)


def test_a_function_that_looks_at_no_clock_ends_with_the_process(database: Path) -> None:
    """``abs`` stands for whatever function of SQLite works on for long."""
    program = (
        "import sys, time; from pathlib import Path; from storage.sql import statement as sql\n"
        "from jianbao.commands.sql import _give_up\n"
        "sql.replace_functions = lambda c, *_: c.create_function('abs', 1, lambda _: time.sleep(600))\n"
        "sql.read_sql(Path(sys.argv[1]), 'SELECT abs(1)', seconds=0.05, hung=_give_up, patience=0.1)\n"
    )
    ended = subprocess.run(
        [*PYTHON, "-c", program, str(database)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        "jianbao: the statement took longer than 0.05 seconds: narrow it, or raise --timeout\n"
    )


@pytest.mark.parametrize("words", ["table_info(article)", "table_list", "index_list(listing)"])
def test_pragmas_that_tell_are_answered(words: str, database: Path) -> None:
    answer = ask(database, f"PRAGMA {words}")
    assert "name" in answer.columns
    assert answer.rows


def test_a_plan_is_explained(database: Path) -> None:
    answer = ask(database, "EXPLAIN QUERY PLAN SELECT * FROM article WHERE info_code = 'x'")
    assert any("USING INDEX" in str(cell) for row in answer.rows for cell in row)


def test_rows_and_bytes_are_limited(database: Path) -> None:
    assert len(ask(database, f"{ENDLESS} SELECT n FROM t", limit=7).rows) == 7
    assert ask(database, f"{ENDLESS} SELECT n FROM t", limit=7).truncated
    assert not ask(database, "SELECT 1", limit=1).truncated
    large = ask(database, f"{ENDLESS} SELECT zeroblob(8000000) FROM t", seconds=PATIENCE)
    assert large.truncated
    assert len(large.rows) * 8_000_000 <= storage_sql.MOST_ANSWER


def test_the_time_of_who_reads_the_rows_does_not_count(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(storage_sql, "monotonic", lambda: now[0])
    with open_sql(database, "SELECT id FROM article", seconds=SECONDS) as query:
        rows = iter(query)
        next(rows)
        now[0] += 3600
        assert len(list(rows)) == COUNT - 1


def test_an_archive_that_is_being_written_is_read(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        insert_article(connection, make(1))
        assert ask(tmp_path / "archive.db", "SELECT count(*) FROM article").rows == ((0,),)
        connection.commit()
        assert ask(tmp_path / "archive.db", "SELECT count(*) FROM article").rows == ((1,),)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_file_that_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(content)
    with pytest.raises((ArchiveUnusable, BadStatement)):
        ask(tmp_path / "archive.db", "SELECT count(*) FROM article")


@pytest.fixture
def read_only_folder(folder: Path) -> Iterator[Path]:
    """Return a copy of the archive in a folder that this process may not write, whoever it runs as."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "archive"
        shutil.copytree(folder, copy)
        yield copy
        copy.chmod(0o755)


@contextmanager
def made_read_only(folder: Path) -> Iterator[None]:
    """Take the right to write a folder away, from root as well."""
    for path in (folder.parent, folder):
        path.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.parent.chmod(0o755)
        folder.chmod(0o755)


def test_an_archive_in_a_read_only_folder_is_read(read_only_folder: Path) -> None:
    for name in ("archive.db-wal", "archive.db-shm"):
        (read_only_folder / name).unlink(missing_ok=True)
    with made_read_only(read_only_folder):
        assert ask(read_only_folder / "archive.db", "SELECT count(*) FROM article").rows == ((COUNT,),)


def test_changes_that_cannot_be_read_in_a_read_only_folder_are_not_passed_over(
    read_only_folder: Path,
) -> None:
    (read_only_folder / "archive.db-shm").unlink(missing_ok=True)
    (read_only_folder / "archive.db-wal").write_bytes(b"changes")
    with made_read_only(read_only_folder), pytest.raises(ArchiveUnusable, match=r"archive\.db-wal"):
        ask(read_only_folder / "archive.db", "SELECT 1")


def test_the_command_prints_tables_json_and_csv(command: Command, folder: Path) -> None:
    statement = "SELECT id, title, NULL AS blank, x'0aff' AS raw, 'a\"b,\n' AS odd FROM article LIMIT 2"
    table = command("--archive", folder, "sql", statement)
    assert "第1号题目" in table.stdout
    answer = command("--archive", folder, "sql", statement, "--json").json
    assert answer["columns"] == ["id", "title", "blank", "raw", "odd"]
    assert answer["rows"][0] == [1, "第1号题目", None, "0aff", 'a"b,\n']
    assert answer["truncated"] is False
    printed = command("--archive", folder, "sql", statement, "--csv").stdout
    rows = list(csv.reader(io.StringIO(printed, newline="")))
    assert rows[1] == ["1", "第1号题目", "", "0aff", 'a"b,\n']
    assert len(rows) == 3


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_the_command_says_when_it_cut_rows(form: tuple[str, ...], command: Command, folder: Path) -> None:
    ended = command("--archive", folder, "sql", "SELECT id FROM article", "--limit", "3", *form)
    assert ended.status == 0
    assert "first 3 rows" in ended.stderr


def test_csv_has_every_row(command: Command, folder: Path) -> None:
    many = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 5000) SELECT n FROM t"
    assert len(command("--archive", folder, "sql", many, "--csv").stdout.split()) == 5001
    assert len(command("--archive", folder, "sql", many, "--json").json["rows"]) == 1000


def test_infinity_is_json(command: Command, folder: Path) -> None:
    assert command("--archive", folder, "sql", "SELECT 9e999, -9e999", "--json").json["rows"] == [
        ["inf", "-inf"]
    ]


@pytest.mark.parametrize(
    ("statement", "status", "sentence"),
    [
        ("SELECT x FROM article", 2, "jianbao: no such column: x"),
        ("DELETE FROM article", 2, "jianbao: DELETE is not allowed"),
        (f"{ENDLESS} SELECT count(*) FROM t", 1, "jianbao: the statement took longer than 0.2 seconds"),
    ],
)
def test_errors_are_sentences(
    statement: str, status: int, sentence: str, command: Command, folder: Path
) -> None:
    ended = command("--archive", folder, "sql", statement, "--timeout", "0.2")
    assert (ended.status, ended.stdout) == (status, "")
    assert ended.stderr.startswith(sentence)
    assert len(ended.stderr.splitlines()) == 1


def test_an_archive_that_is_not_there_is_not_made(command: Command, tmp_path: Path) -> None:
    ended = command("--archive", tmp_path / "none", "sql", "SELECT 1")
    assert ended.status == 1
    assert "there is no archive" in ended.stderr
    assert not (tmp_path / "none").exists()


def test_a_statement_comes_from_stdin(folder: Path) -> None:
    ended = subprocess.run(
        [*PYTHON, "-m", "jianbao", "--archive", str(folder), "sql", "-", "--csv"],
        input="\ufeffSELECT count(*) AS articles\nFROM article;\n".encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout == f"articles\r\n{COUNT}\r\n".encode()


def test_an_interrupt_ends_at_once(folder: Path) -> None:
    process = subprocess.Popen(
        [*PYTHON, "-m", "jianbao", "--archive", str(folder), "sql", f"{ENDLESS} SELECT n FROM t", "--csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    interrupted = interrupt_a_count(folder)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    assert interrupted == 130


def interrupt_a_count(folder: Path) -> int:
    """Interrupt a statement that never returns a row; return the exit status."""
    process = subprocess.Popen(
        [*PYTHON, "-m", "jianbao", "--archive", str(folder), "sql", f"{ENDLESS} SELECT count(*) FROM t"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    descriptors = Path(f"/proc/{process.pid}/fd")
    wait_until(lambda: "archive.db" in {one.resolve().name for one in descriptors.iterdir()}, "the statement")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LONGEST)
    return process.returncode


def test_today_is_known(database: Path) -> None:
    ((now,),) = ask(database, "SELECT current_date").rows
    assert abs((datetime.fromisoformat(str(now)).date() - datetime.now(UTC).date()).days) <= 1


def test_csv_ends_with_its_reader(folder: Path) -> None:
    endless = f"{ENDLESS} SELECT n FROM t"
    process = subprocess.Popen(
        [*PYTHON, "-m", "jianbao", "--archive", str(folder), "sql", endless, "--csv"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(LONGEST) == 0
