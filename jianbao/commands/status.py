"""`jianbao status`: is everything running, and what should somebody know?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from jianbao.invocation import ExitStatus, Invocation


def status(
    context: typer.Context,
    alive: Annotated[
        bool, typer.Option("--alive", help="Say only whether the service runs; status 1 if not.")
    ] = False,
    resolve: Annotated[
        bool,
        typer.Option("--resolve", help="Resolve every open event, end every host's rest."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show sources, runs, what is owed, open events and the service.

    Ends with status 1 when somebody should look.
    """
    from jianbao.output import print_json, print_line
    from jianbao.reading import read_status
    from storage.events import resolve_all_events
    from storage.hosts import forget_manners

    with Invocation.of(context).read_archive() as archive:
        found = read_status(archive, datetime.now(UTC))
        if resolve:
            with archive.writing() as connection:
                resolve_all_events(connection, datetime.now(UTC))
                forget_manners(connection)
    if as_json:
        print_json(found)
    elif alive:
        print_line(_describe_service(found["service"]))
    else:
        _print_status(found)
    well = found["service"]["state"] == "running" if alive else _is_well(found)
    raise typer.Exit(ExitStatus.OK if well else ExitStatus.FAILED)


def _is_well(found: dict[str, Any]) -> bool:
    """Return whether nobody needs to look: no open event, nothing overdue, no service that died."""
    overdue = any(source["overdue_since"] for source in found["sources"])
    service = found["service"]
    return not found["events"] and not overdue and service["clean"] and service["state"] != "stuck"


def _describe_service(service: dict[str, Any]) -> str:
    since = f" since {service['since']}" if service.get("since") else ""
    died = "" if service["clean"] else ": it ended without saying so"
    return f"service: {service['state']}{since}{died}"


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
    print_line(_describe_service(found["service"]))
    for row in found["sources"]:
        if row["overdue_since"]:
            print_line(f"overdue: {row['slug']} was due at {row['overdue_since']} and nothing polled it")
    for host in found["hosts"]:
        print_line(f"at rest: {host['name']} asked to be left alone until {host['rests_until']}")
    if not found["events"]:
        print_line("no open events")
    for event in found["events"]:
        print_line(f"{event['kind']} since {event['opened_at']} ({event['times']}x): {event['message']}")
