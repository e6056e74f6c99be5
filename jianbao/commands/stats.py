"""`jianbao stats`: what the archive holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.filters import FromDay, Sources, ToDay, WithCoverage, read_filter
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document


_COUNTS = ("articles", "characters", "revisions", "duplicates", "quarantined")


def stats(
    context: typer.Context,
    source: Sources = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    characters: Annotated[
        bool, typer.Option("--characters", help="Count characters too: every text is read for that.")
    ] = False,
    coverage: WithCoverage = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Count what the archive holds, by source, newspaper and month."""
    from jianbao.commands.coverage_lines import print_answer, print_coverage
    from jianbao.documents.coverage import read_statement
    from jianbao.documents.statistics import read_statistics
    from storage.ledger.source import check_sources

    wanted = read_filter(source, from_day=from_day, to_day=to_day)
    invocation = Invocation.of(context)
    with invocation.read_archive() as archive:
        with archive.reading() as view:
            check_sources(view, wanted.sources)
            stated = read_statement(view, wanted) if coverage else None
        found = read_statistics(archive, wanted, characters=characters)
    if stated is not None:
        found["coverage"] = stated
    if as_json:
        print_answer(found, invocation)
    else:
        _print_statistics(found)
        print_coverage(found, invocation)


def _print_statistics(found: Document) -> None:
    from jianbao.terminal.output import print_line, print_table

    for key, title in (("sources", "source"), ("media", "media"), ("months", "month")):
        shown = [name for name in _COUNTS if any(row[name] is not None for row in found[key])]
        rows = ([row[title], *(_figure(row[name]) for name in shown)] for row in found[key])
        print_table(("newspaper" if title == "media" else title, *shown), rows)
    print_table(("busiest day", "articles"), ((row["day"], row["articles"]) for row in found["busiest_days"]))
    for line in _sum_up(found):
        print_line(line)


def _sum_up(found: Document) -> Iterable[str]:
    counted = (f"{found[name]:,} {name}" for name in _COUNTS if found[name] is not None)
    yield ", ".join(counted)
    if found["first"]:
        yield f"published from {found['first'][:10]} to {found['last'][:10]}"
    sizes = found["archive"]
    yield (
        f"database {_megabytes(sizes['database_bytes'])}, {sizes['captures']:,} captures in "
        f"{sizes['warc_files']:,} WARC files of {_megabytes(sizes['warc_bytes'])}"
    )


def _figure(count: int | None) -> str | None:
    return None if count is None else f"{count:,}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
