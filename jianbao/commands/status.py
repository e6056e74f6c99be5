"""`jianbao status`: is everything running, and what should somebody know?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from jianbao.invocation import ExitStatus, Invocation


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show sources, last and next run, what is owed, open events and the service; 1 when events are open."""
    from jianbao.output import print_json
    from jianbao.reading import read_status

    with Invocation.of(context).read_archive() as archive:
        found = read_status(archive, datetime.now(UTC))
    if as_json:
        print_json(found)
    else:
        _print_status(found)
    raise typer.Exit(ExitStatus.FAILED if found["events"] else ExitStatus.OK)


def _print_status(found: dict[str, Any]) -> None:
    from jianbao.output import print_line, print_table

    columns = ("source", "last poll", "polled at", "next run", "archived", "owed", "failed", "quarantined")
    print_table(
        columns,
        (
            (
                row["slug"],
                row["last_poll"],
                row["last_polled_at"],
                row["next_run"] if row["enabled"] else "off",
                row["archived"],
                row["owed"],
                row["failed"],
                row["quarantined"],
            )
            for row in found["sources"]
        ),
    )
    print_line(f"service: {found['service']['state']}")
    if not found["events"]:
        print_line("no open events")
    for event in found["events"]:
        print_line(f"{event['kind']} since {event['opened_at']} ({event['times']}x): {event['message']}")
