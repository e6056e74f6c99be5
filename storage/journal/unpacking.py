"""Reading the journal: its records entered into a database, one after another, and it is as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, ProgrammingError

from storage.database.schema import metadata
from storage.database.schema_journal import PASSING, list_journalled
from storage.journal.originals import Originals
from storage.journal.packing import Rows, unpack_rows
from storage.journal.record import BrokenJournal, JournalRecord
from storage.journal.values import fit_key, fit_rows


class Answers(Protocol):
    """What the WARC files tell of the answers in them."""

    def describe(self, file: str, offset: int) -> Mapping[str, Any] | None:
        """Return what the record at a place tells of its capture, as the row has it; None without one."""


def enter_record(
    connection: Connection, record: JournalRecord, answers: Answers, warc_folder: Path
) -> list[str]:
    """Enter what a record says, in the caller's transaction; return the articles whose answers are lost.

    Raises `BrokenJournal` for what the tables cannot hold: then the transaction is to be taken back. Foreign
    keys are not to be checked meanwhile: rows refer to rows of later records. Columns that this version does
    not have are left out, and those that the record lacks get their defaults.
    """
    try:
        return _enter(connection, record, answers, warc_folder)
    except (IntegrityError, InterfaceError, ProgrammingError, DataError) as error:
        raise BrokenJournal(f"cannot be entered ({error.orig})") from error
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        if isinstance(error, BrokenJournal):
            raise
        raise BrokenJournal(f"cannot be entered ({error})") from error


def _enter(connection: Connection, record: JournalRecord, answers: Answers, warc_folder: Path) -> list[str]:
    columns = _known_columns(record)
    for row in record.rows.get("capture", ()):
        _enter_capture(connection, record.columns["capture"], row, answers)
    for name, rows in record.rows.items():
        if name in columns and name != "capture":
            _replace(connection, name, columns[name], _fit(name, record.columns[name], columns[name], rows))
    lost = _enter_articles(connection, record, columns, warc_folder)
    for name, looks in record.looks.items():
        _enter_looks(connection, name, looks)
    for name, keys in record.gone.items():
        _remove(connection, name, keys)
    return lost


def _known_columns(record: JournalRecord) -> dict[str, list[str]]:
    """Return for each table that this version has those columns of the record that it has."""
    tables = {table.name: table for table in list_journalled(metadata)}
    return {
        name: [column for column in columns if column in tables[name].columns]
        for name, columns in record.columns.items()
        if name in tables
    }


def _enter_capture(
    connection: Connection, columns: Sequence[str], row: Sequence[Any], answers: Answers
) -> None:
    said = dict(zip(columns, row, strict=True))
    told = answers.describe(said["warc_file"], said["warc_offset"])
    if told is None:
        return
    whole = {**told, **{name: value for name, value in said.items() if name != "url" or value is not None}}
    names = [name for name in whole if name in metadata.tables["capture"].columns]
    _replace(connection, "capture", names, fit_rows("capture", names, [[whole[name] for name in names]]))


def _fit(
    name: str, columns: Sequence[str], known: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """Return of some rows the values of the columns that this version has."""
    places = [columns.index(column) for column in known]
    return fit_rows(name, known, [[row[place] for place in places] for row in rows])


def _enter_articles(
    connection: Connection, record: JournalRecord, columns: Mapping[str, list[str]], warc_folder: Path
) -> list[str]:
    originals = Originals(connection, warc_folder)
    sample = record.sample.encode("utf-8", "surrogatepass")
    lost: list[str] = []
    for one in record.articles:
        text = originals.read_text(one.capture_id)
        if one.capture_id is not None and not text:
            lost.append(one.info_code)
            continue
        try:
            rows: Rows = unpack_rows(one.rows, text, one.start, sample)
            fitted = {
                name: _fit(name, record.columns[name], columns[name], part)
                for name, part in rows.items()
                if name in columns
            }
        except (ValueError, LookupError, TypeError):  # broken rows, and broken values, are ValueErrors
            lost.append(one.info_code)
            continue
        for name, part in fitted.items():
            _replace(connection, name, columns[name], part)
    return lost


def _enter_looks(connection: Connection, name: str, looks: Sequence[tuple[Sequence[Any], Any]]) -> None:
    column = next(iter(PASSING.get(name, ())), None)
    if column is None:
        return
    statement = f'UPDATE {name} SET "{column}" = ? WHERE {_same(name)}'  # noqa: S608 - names of our own
    for key, value in looks:
        [[passing]] = fit_rows(name, [column], [[value]])
        connection.exec_driver_sql(statement, (passing, *fit_key(name, key)))


def _remove(connection: Connection, name: str, keys: Sequence[Sequence[Any]]) -> None:
    if name not in {table.name for table in list_journalled(metadata)}:
        return
    for key in keys:
        connection.exec_driver_sql(f"DELETE FROM {name} WHERE {_same(name)}", fit_key(name, key))  # noqa: S608


def _same(name: str) -> str:
    return " AND ".join(f'"{column.name}" = ?' for column in metadata.tables[name].primary_key)


def _replace(
    connection: Connection, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    marks = ", ".join("?" * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"INSERT OR REPLACE INTO {name} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own
    for row in rows:
        connection.exec_driver_sql(statement, tuple(row))
