"""The data dictionary says of every table and column what the database says, and its examples answer."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.newsroom import Newsroom

from storage.archive.folder import Archive
from storage.sql.statement import read_sql

DOCUMENT = (Path(__file__).parent.parent / "docs" / "data-dictionary.md").read_text("utf-8")
DATASETTE = (Path(__file__).parent.parent / "docs" / "datasette.yaml").read_text("utf-8")
TYPES = {
    "VARCHAR": "text",
    "TEXT": "text",
    "INTEGER": "integer",
    "DATETIME": "time",
    "DATE": "day",
    "BOOLEAN": "boolean",
    "JSON": "JSON",
    "FLOAT": "number",
    "BLOB": "blob",
}
VIEWS = {"revision": "wording"}
"""Views by the table whose columns they show: of an expression SQLite tells no type."""
OWN = {"search", "search_data", "search_idx", "search_config"}
"""The tables of the index: named, but for nobody to read."""


def documented() -> dict[str, dict[str, str]]:
    """Return the type of every column of every table, as the document has it."""
    tables = re.search(r"^## Tables$(.*?)^## ", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert tables
    parts = re.split(r"^### (\w+)$", tables[1], flags=re.MULTILINE)[1:]
    return {
        name: dict(re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE))
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Return the same, as a new archive has it."""
    folder = tmp_path_factory.mktemp("dictionary")
    Archive.open(folder).close()
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        found = {name: dict(columns(connection, name)) for (name,) in names}
        for view, table in VIEWS.items():
            shown = dict(columns(connection, view))
            found[view] = {name: kind for name, kind in found[table].items() if name in shown}
        return found


def columns(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    """Yield the columns of a table, and their types in the document's words."""
    for _, name, declared, required, _, key in connection.execute(f"PRAGMA table_info({table})"):
        kind = TYPES.get(declared.partition("(")[0], declared)
        yield name, kind if required or key else f"{kind}, null"


def test_every_table_is_in_the_dictionary(schema: dict[str, dict[str, str]]) -> None:
    assert set(documented()) | OWN == set(schema)
    assert [name for name in OWN if f"`{name}`" not in DOCUMENT] == []


@pytest.mark.parametrize("table", sorted(set(documented()) - OWN))
def test_every_column_is_what_the_dictionary_says(table: str, schema: dict[str, dict[str, str]]) -> None:
    assert documented()[table] == schema.get(table)


def examples() -> dict[str, str]:
    """Return the example queries by what they are for."""
    block = DOCUMENT.partition("## Examples")[2]
    return dict(re.findall(r"^-- ([^\n]+)\n(.*?;)$", block, re.MULTILINE | re.DOTALL))


def test_there_are_examples() -> None:
    assert len(examples()) >= 12
    assert DOCUMENT.count("\n-- ") == len(examples())


def test_the_examples_answer(newsroom: Newsroom) -> None:
    newsroom.crawl()
    database = newsroom.archive_folder / "archive.db"
    answers = {purpose: read_sql(database, statement) for purpose, statement in examples().items()}
    assert all(answer.columns for answer in answers.values())
    assert answers["articles by newspaper and month"].rows[0][-1] == 2
    assert len(answers["the longest articles"].rows) == 2
    assert len(answers["what the last crawls did"].rows) == 1


def test_the_example_for_datasette_fits_the_tables(
    schema: dict[str, dict[str, str]], newsroom: Newsroom
) -> None:
    tables, _, queries = DATASETTE.partition("    queries:\n")
    named = set(re.findall(r"^      (\w+):", tables, re.MULTILINE))
    hidden = set(re.findall(r"^      (\w+): \{hidden: true\}", tables, re.MULTILINE))
    assert named <= set(schema)
    assert hidden >= OWN
    newsroom.crawl()
    statements = re.findall(r"^        sql: \|\n((?: {10}.*\n)+)", queries, re.MULTILINE)
    assert len(statements) == queries.count("title: ")
    with closing(sqlite3.connect(newsroom.archive_folder / "archive.db")) as connection:
        for statement in statements:
            connection.execute(statement, {"word": "", "month": "2026-03", "code": "300999"})
