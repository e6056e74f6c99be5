"""`jianbao status`: is everything running, and what should somebody know?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from storage.archive.folder import Archive


def status(
    context: typer.Context,
    events: Annotated[
        list[int] | None,
        typer.Argument(help="With --resolve: only the events with these numbers.", metavar="ID"),
    ] = None,
    alive: Annotated[
        bool, typer.Option("--alive", help="Say only whether the service runs; status 1 if not.")
    ] = False,
    resolve: Annotated[
        bool,
        typer.Option("--resolve", help="Resolve these open events; without ID all, and every host's rest."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show sources, runs, what is owed, open events and the service.

    Ends with status 1 when somebody should look.
    """
    from jianbao.documents.said import tell_document
    from jianbao.documents.status import read_status
    from jianbao.terminal.output import print_json, print_line

    if events and not resolve:
        raise typer.BadParameter("numbers of events go with --resolve")
    now = datetime.now(UTC)
    invocation = Invocation.of(context)
    with invocation.write_archive() if resolve else invocation.read_archive() as archive:
        found = read_status(archive, now)
        if resolve:
            _resolve(archive, events or (), now)
    if as_json:
        print_json(tell_document(found, invocation.language(for_programs=True)))
    elif alive:
        print_line(_describe_service(found["service"], now))
    else:
        _print_status(tell_document(found, invocation.language()), now)
    well = found["service"]["state"] == "running" if alive else _is_well(found)
    raise typer.Exit(ExitStatus.OK if well else ExitStatus.FAILED)


def _resolve(archive: Archive, numbers: Sequence[int], now: datetime) -> None:
    from storage.events.event import resolve_all_events, resolve_numbered_events
    from storage.ledger.host import forget_manners
    from storage.ledger.host_places import end_rests

    with archive.writing() as connection:
        if not numbers:
            resolve_all_events(connection, now)
            forget_manners(connection)
            end_rests(archive.folder)
        elif missing := resolve_numbered_events(connection, numbers, now):
            raise typer.BadParameter(f"no open event has the number {', '.join(map(str, missing))}")


def _is_well(found: Document) -> bool:
    """Return whether nobody needs to look: no event or fault, nothing overdue, no service that died."""
    overdue = any(source["overdue_since"] or source["arrears"] for source in found["sources"])
    service = found["service"]
    quiet = not found["events"] and not found["faults"] and not overdue
    return bool(quiet and service["clean"] and service["state"] != "stuck")


def _describe_service(service: Document, now: datetime) -> str:
    from jianbao.terminal.short_time import short_time

    since = f" since {short_time(service['since'], now)}" if service.get("since") else ""
    died = "" if service["clean"] else ": it ended without saying so"
    return f"service: {service['state']}{since}{died}"


def _print_status(found: Document, now: datetime) -> None:
    from jianbao.terminal.output import print_line, print_table
    from jianbao.terminal.short_time import ZONE_NOTE, short_time

    columns = ("source", "last poll", "next run", "archived", "owed", "failed", "quarantined")
    print_table(columns, (_row(source, now) for source in found["sources"]), narrow=True)
    print_line(f"{_describe_service(found['service'], now)}; {ZONE_NOTE}")
    if backup := found["backup"]:
        made = short_time(backup["finished_at"], now)
        print_line(f"last backup: {backup['status']} {made}, to {backup['destination']}")
    _print_issues(found)
    for row in found["sources"]:
        _print_source(found, row, now)
    for host in found["hosts"]:
        rest = short_time(host["rests_until"], now)
        print_line(f"at rest: {host['name']} asked to be left alone until {rest}")
    _print_what_is_wrong(found)
    if not found["events"]:
        print_line("no open events")
    for obstacle in _obstacles(found):
        print_line(f"paused: {obstacle['message']}")
    for event in found["events"]:
        since = short_time(event["opened_at"], now)
        print_line(f"{event['id']}  {event['kind']} since {since} ({event['times']}x): {event['message']}")
        last = f"last {short_time(event['last_seen_at'], now)}; " if event["times"] > 1 else ""
        examples = f"; e.g. {', '.join(event['examples'])}" if event["examples"] else ""
        print_line(f"   {last}{event['severity']}{examples}")


def _print_what_is_wrong(found: Document) -> None:
    from jianbao.terminal.output import print_line

    for fault in found["faults"]:
        print_line(f"now: {fault['message']}")
    for standstill in found["standstills"]:
        print_line(f"standstill: {standstill['message']}")


def _obstacles(found: Document) -> Sequence[Document]:
    """Return what pauses crawling, as the service that runs says."""
    return found["service"].get("obstacles") or () if found["service"]["state"] == "running" else ()


def _print_source(found: Document, row: Document, now: datetime) -> None:
    """Print what should be known of a source beside its row of the table."""
    from jianbao.terminal.output import print_line
    from jianbao.terminal.short_time import short_time

    if row["overdue_since"]:
        due = short_time(row["overdue_since"], now)
        print_line(f"overdue: {row['slug']} was due at {due} and nothing polled it")
    if row["pace"] and row["enabled"]:
        print_line(f"{row['slug']}: {row['pace']}")
    if row["arrears"] and not _is_told(found, row["slug"]):
        print_line(f"arrears: {row['arrears']['message']}")
    if (history := row["history"]) and history["state"] != "done":
        print_line(f"history: {row['slug']} {_describe_history(history, now)}")


def _describe_history(history: Document, now: datetime) -> str:
    from jianbao.terminal.short_time import short_time

    far = f"{history['done']} of {history['of']} done" if history["of"] else "has begun"
    if history["state"] != "failed":
        return far
    return f"{far}; {history['reason']}; tried again after {short_time(history['next_try_at'], now)}"


def _print_issues(found: Document) -> None:
    from jianbao.documents.issue_sums import describe_issues
    from jianbao.terminal.output import print_line

    for row in found["sources"]:
        if row["issues"]:
            print_line(f"{row['slug']}: {describe_issues(row['issues'])}")


def _is_told(found: Document, slug: str) -> bool:
    return any(one["kind"] == "articles_overdue" and one["source"] == slug for one in found["events"])


def _row(source: Document, now: datetime) -> tuple[object, ...]:
    from jianbao.terminal.short_time import short_time

    return (
        "\n".join(dict.fromkeys((source["name"], source["slug"]))),
        f"{source['last_poll'] or 'never'}\n{short_time(source['last_polled_at'], now)}".rstrip(),
        short_time(source["next_run"], now) if source["enabled"] else "off",
        *(source[count] for count in ("archived", "owed", "failed", "quarantined")),
    )
