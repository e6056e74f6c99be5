"""The tables that tell what of the database is not yet in the WARC files: see `storage.journal`.

What changes a row is seen by triggers of the connection, made from the tables as they are: no table and no
column can be forgotten, whoever writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table

DERIVED = frozenset(
    {
        "backup",
        "journal",
        "journal_owed",
        "ledger_day",
        "security_name",
        "shrinking",
        "story_key",
        "story_link",
        "story_member",
        "story_owed",
        "story_sketch",
        "verification",
    }
)
"""Tables that are made anew from others, or that speak of this database alone."""
PASSING = {
    "listing": frozenset({"last_listed_at"}),
    "article": frozenset({"last_checked_at"}),
}
"""Columns that a new look at the same thing changes: such a change is noted by itself, without the row."""


def make_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Return the table of journal records and that of rows that are owed to the next one."""
    journal = Table(
        "journal",
        metadata,
        Column("line", String, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("warc_file", String, nullable=False),
        Column("warc_offset", Integer, nullable=False),
        Column("warc_length", Integer, nullable=False),
        Column("is_aside", Boolean, nullable=False),
    )
    owed = Table(
        "journal_owed",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False),
        Column("key", String, nullable=False),
        Column("is_whole", Boolean, nullable=False),
        Column("taken", Integer),
    )
    Index("ix_journal_owed_name", owed.c.name, owed.c.key)
    return journal, owed


@cache
def list_journalled(metadata: MetaData) -> tuple[Table, ...]:
    """Return the tables whose rows are noted, in the order in which their rows may be entered."""
    for module in iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("schema_"):
            import_module(f"storage.database.{module.name}")  # each adds its tables
    return tuple(table for table in metadata.sorted_tables if table.name not in DERIVED)


def row_key(table: Table, row: str) -> str:
    """Return the SQL of what names a row in `journal_owed`; ``row`` is an alias, or ``old`` or ``new``."""
    columns = [f'{row}."{column.name}"' for column in table.primary_key]
    return f"CAST({columns[0]} AS TEXT)" if len(columns) == 1 else f"json_array({', '.join(columns)})"


def watch_changes(connection: sqlite3.Connection, metadata: MetaData) -> None:
    """Have every change that a connection makes noted as owed to the journal, in the same transaction."""
    connection.executescript(_all_triggers(metadata))


@cache
def _all_triggers(metadata: MetaData) -> str:
    made = (statement for table in list_journalled(metadata) for statement in _triggers(table))
    return ";\n".join(("BEGIN", *made, "COMMIT;"))


def _triggers(table: Table) -> Iterator[str]:
    name = table.name
    yield _trigger(table, "insert", "INSERT", _owe(table, "new"))
    yield _trigger(table, "delete", "DELETE", _owe(table, "old"))
    passing = PASSING.get(name, frozenset())
    lasting = " OR ".join(
        f'old."{column.name}" IS NOT new."{column.name}"'
        for column in table.columns
        if column.name not in passing
    )
    key_changes = f"{row_key(table, 'old')} IS NOT {row_key(table, 'new')}"
    yield _trigger(table, "update", "UPDATE", _owe(table, "new"), lasting)
    yield _trigger(table, "renamed", "UPDATE", _owe(table, "old"), key_changes)
    if passing:
        yield _trigger(table, "seen", "UPDATE", _owe_look(table), f"NOT ({lasting})")


def _trigger(table: Table, called: str, change: str, body: str, condition: str = "") -> str:
    when = f" WHEN {condition}" if condition else ""
    return (
        f"CREATE TEMP TRIGGER journal_{table.name}_{called} AFTER {change} ON main.{table.name}{when} "
        f"BEGIN {body} END"
    )


def _owe(table: Table, row: str) -> str:
    key = row_key(table, row)
    return (
        f"DELETE FROM journal_owed WHERE name = '{table.name}' AND key = {key} AND taken IS NULL; "  # noqa: S608 - names of our own
        f"INSERT INTO journal_owed (name, key, is_whole) VALUES ('{table.name}', {key}, 1);"
    )


def _owe_look(table: Table) -> str:
    key = row_key(table, "new")
    return (
        f"INSERT INTO journal_owed (name, key, is_whole) SELECT '{table.name}', {key}, 0 "  # noqa: S608 - names of our own
        f"WHERE NOT EXISTS (SELECT 1 FROM journal_owed WHERE name = '{table.name}' AND key = {key} "
        "AND taken IS NULL);"
    )
