"""`jianbao sources`: what is configured, and where its pages stand."""

from __future__ import annotations

from typing import Annotated

import typer

from jianbao.invocation import Invocation


def sources(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the sources, how their pages stand, and their ledger."""
    from jianbao.crawling import source_rows
    from jianbao.output import print_json, print_table
    from jianbao.reading import read_sources
    from storage.archive import NoArchive

    invocation = Invocation.of(context)
    configured = source_rows(invocation.configuration())
    try:
        with invocation.read_archive() as archive:
            found = read_sources(archive, configured)
    except NoArchive:
        found = read_sources(None, configured)
    if as_json:
        print_json({"sources": found})
        return
    rows = (
        (
            row["slug"],
            row["name"],
            row["kind"],
            row["schedule"] if row["enabled"] else "off",
            row["last_poll"],
            row["last_changed_at"],
            row["listings"].get("archived", 0),
            sum(count for state, count in row["listings"].items() if state != "archived"),
        )
        for row in found
    )
    columns = ("source", "name", "kind", "schedule", "last poll", "last changed", "archived", "not archived")
    print_table(columns, rows)
