"""`jianbao sources`: what is configured, and where its pages stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document


_COLUMNS = ("source", "kind, schedule", "last poll", "last changed", "archived", "missing")


def sources(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the sources, how their pages stand, and their ledger."""
    from jianbao.configuration.declared import list_declared
    from jianbao.documents.issue_sums import describe_issues
    from jianbao.documents.said import tell_document
    from jianbao.documents.sources import read_sources
    from jianbao.terminal.output import print_json, print_line, print_table
    from jianbao.terminal.short_time import ZONE_NOTE
    from storage.archive.folder import NoArchive

    invocation = Invocation.of(context)
    configured = list_declared(invocation.configuration())
    try:
        with invocation.read_archive() as archive, archive.reading() as view:
            found = read_sources(view, configured)
    except NoArchive:
        found = read_sources(None, configured)
    if as_json:
        print_json(tell_document({"sources": found}, invocation.language(for_programs=True)))
        return
    found = tell_document(found, invocation.language())
    now = datetime.now(UTC)
    print_table(_COLUMNS, (_row(row, now) for row in found), narrow=True)
    for row in found:
        if row["issues"]:
            print_line(f"{row['slug']}: {describe_issues(row['issues'])}")
        if row["contract"] and (usual := row["contract"]["usual"]):
            print_line(f"{row['slug']}: {usual}")
    print_line(ZONE_NOTE)


def _row(row: Document, now: datetime) -> tuple[object, ...]:
    from jianbao.terminal.short_time import short_time

    return (
        "\n".join(dict.fromkeys((row["name"], row["slug"]))),
        f"{row['kind']}\n{(row['schedule'] or 'by hand') if row['enabled'] else 'off'}",
        f"{row['last_poll'] or 'never'}\n{short_time(row['last_polled_at'], now)}".rstrip(),
        short_time(row["last_changed_at"], now),
        row["listings"].get("archived", 0),
        sum(count for state, count in row["listings"].items() if state not in ("archived", "furniture")),
    )
