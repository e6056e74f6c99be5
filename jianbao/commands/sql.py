"""`jianbao sql`: one SQL statement that only reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

_ROWS = 1_000
_CELL = 300  # characters of a cell in a table


def sql(
    context: typer.Context,
    statement: Annotated[
        str,
        typer.Argument(help="What to ask: SELECT, WITH, VALUES, EXPLAIN or PRAGMA; - reads it from stdin."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, row by row and without a limit.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(help=f"How many rows at most; {_ROWS:,} when not said.", min=1, max=10_000_000),
    ] = None,
    timeout: Annotated[
        float, typer.Option(help="Seconds that the database may take.", min=0.01, max=86_400)
    ] = 30.0,
) -> None:
    """Ask the archive's database: SQL that only reads."""
    from jianbao.terminal.output import print_json
    from storage.archive.folder import find_database
    from storage.sql.statement import read_sql

    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv are two answers: choose one")
    database = find_database(Invocation.of(context).configuration().archive)
    text = _read_stdin() if statement == "-" else statement
    if as_csv:
        _stream_csv(database, text, limit, timeout)
        return
    answer = read_sql(database, text, limit=limit or _ROWS, seconds=timeout, hung=_give_up)
    if as_json:
        rows = [[_plain(cell) for cell in row] for row in answer.rows]
        print_json({"columns": answer.columns, "rows": rows, "truncated": answer.truncated})
    else:
        _print_rows(answer.columns, answer.rows)
    if answer.truncated:
        _say_truncated(len(answer.rows))


def _give_up(sentence: str) -> None:
    """End the process in the middle of a call that nothing else can end: it has only read."""
    os.write(sys.stderr.fileno(), f"jianbao: {sentence}\n".encode())
    os._exit(ExitStatus.FAILED)


def _read_stdin() -> str:
    from storage.sql.statement import LONGEST_STATEMENT

    return sys.stdin.buffer.read(LONGEST_STATEMENT + 1).decode("utf-8-sig", "replace")


def _stream_csv(database: Path, statement: str, limit: int | None, timeout: float) -> None:
    from itertools import islice

    from jianbao.terminal.output import print_csv
    from storage.sql.statement import open_sql

    with open_sql(database, statement, seconds=timeout, hung=_give_up) as query:
        rows = iter(query)
        print_csv(query.columns, ([_plain(cell) for cell in row] for row in islice(rows, limit)))
        if limit is not None and next(rows, None) is not None:
            _say_truncated(limit)


def _print_rows(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    from jianbao.terminal.output import print_table

    print_table(tuple(columns), ([_short(_plain(cell)) for cell in row] for row in rows))


def _plain(cell: Any) -> Any:
    """Return a value as JSON and CSV can have it: a blob in hexadecimal, infinity in words."""
    if isinstance(cell, bytes):
        return cell.hex()
    return str(cell) if cell in (float("inf"), float("-inf")) else cell


def _short(cell: Any) -> Any:
    return cell if not isinstance(cell, str) or len(cell) <= _CELL else f"{cell[:_CELL]}…"


def _say_truncated(rows: int) -> None:
    from jianbao.terminal.output import print_note

    print_note(f"jianbao: only the first {rows:,} rows are shown; --limit shows more, --csv all of them")
