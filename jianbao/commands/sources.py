"""`jianbao sources`: what is configured, and where its pages stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from storage.records.saying import Language


_COLUMNS = ("source", "kind", "poll", "changed", "archived", "missing")


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
    from storage.records.saying import say

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
    language = invocation.language()
    found = tell_document(found, language)
    now = datetime.now(UTC)
    columns = [say(f"status.column_{name}").tell(language) for name in _COLUMNS]
    print_table(columns, (_row(row, now, language) for row in found), narrow=True)
    for row in found:
        if row["issues"]:
            told = say("status.of_source", source=row["slug"], what=describe_issues(row["issues"]))
            print_line(told.tell(language))
        if row["contract"] and (usual := row["contract"]["usual"]):
            print_line(say("status.of_source", source=row["slug"], what=usual).tell(language))
    print_line(ZONE_NOTE.tell(language))


def _row(row: Document, now: datetime, language: Language) -> tuple[object, ...]:
    from jianbao.terminal.short_time import short_time
    from storage.records.saying import say

    unplanned = say("status.by_hand" if row["enabled"] else "status.off").tell(language)
    polled = say(f"status.poll_{row['last_poll']}" if row["last_poll"] else "status.never")
    return (
        "\n".join(dict.fromkeys((row["name"], row["slug"]))),
        f"{row['kind']}\n{(row['enabled'] and row['schedule']) or unplanned}",
        f"{polled.tell(language)}\n{short_time(row['last_polled_at'], now)}".rstrip(),
        short_time(row["last_changed_at"], now),
        row["listings"].get("archived", 0),
        sum(count for state, count in row["listings"].items() if state not in ("archived", "furniture")),
    )
