"""`jianbao status`: is everything running, and what should somebody know?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from storage.archive.folder import Archive
    from storage.records.saying import Language, Saying

_COLUMNS = ("source", "poll", "next", "archived", "owed", "failed", "quarantined")


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
        print_line(_describe_service(found["service"], now).tell(invocation.language()))
    else:
        _print_status(tell_document(found, invocation.language()), now, invocation.language())
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


def _describe_service(service: Document, now: datetime) -> Saying:
    from jianbao.terminal.short_time import short_time
    from storage.records.saying import say

    state = say(f"status.{service['state']}")
    told = say("status.service", state=state)
    if service.get("since"):
        told = say("status.service_since", state=state, since=short_time(service["since"], now))
    return told if service["clean"] else say("status.service_died", service=told)


def _print_status(found: Document, now: datetime, language: Language) -> None:
    from jianbao.terminal.output import print_line, print_table
    from storage.records.saying import say

    columns = [say(f"status.column_{name}").tell(language) for name in _COLUMNS]
    print_table(columns, (_row(source, now, language) for source in found["sources"]), narrow=True)
    for told in _describe(found, now):
        print_line(told.tell(language))


def _describe(found: Document, now: datetime) -> Iterator[Saying]:
    """Yield what is to be known beside the table, line by line."""
    from jianbao.terminal.short_time import ZONE_NOTE, short_time
    from storage.records.saying import join_sayings, say

    yield join_sayings([_describe_service(found["service"], now), ZONE_NOTE])
    if backup := found["backup"]:
        status, made = say(f"status.backup_{backup['status']}"), short_time(backup["finished_at"], now)
        yield say("status.backup", status=status, at=made, destination=backup["destination"])
    yield from _describe_issues(found)
    for row in found["sources"]:
        yield from _describe_source(found, row, now)
    for host in found["hosts"]:
        yield say("status.rest", host=host["name"], until=short_time(host["rests_until"], now))
    yield from _describe_what_is_wrong(found, now)


def _describe_what_is_wrong(found: Document, now: datetime) -> Iterator[Saying]:
    from storage.records.saying import say

    for name, wrong in (("now", "faults"), ("standstill", "standstills")):
        for one in found[wrong]:
            yield say(f"status.{name}", what=one["message"])
    if not found["events"]:
        yield say("status.no_events")
    for obstacle in _obstacles(found):
        yield say("status.paused", what=obstacle["message"])
    for event in found["events"]:
        yield from _describe_event(event, now)


def _describe_event(event: Document, now: datetime) -> Iterator[Saying]:
    from jianbao.terminal.short_time import short_time
    from storage.records.saying import say

    since, count = short_time(event["opened_at"], now), event["times"]
    told = {"id": event["id"], "kind": event["kind"], "what": event["message"]}
    yield say("status.event", since=since, count=count, **told)
    severity = say(f"alerts.{event['severity']}")
    if count > 1:
        severity = say("status.event_last", last=short_time(event["last_seen_at"], now), severity=severity)
    if event["examples"]:
        severity = say("status.event_examples", told=severity, examples=", ".join(event["examples"]))
    yield say("status.below", what=severity)


def _obstacles(found: Document) -> Sequence[Document]:
    """Return what pauses crawling, as the service that runs says."""
    return found["service"].get("obstacles") or () if found["service"]["state"] == "running" else ()


def _describe_source(found: Document, row: Document, now: datetime) -> Iterator[Saying]:
    """Yield what should be known of a source beside its row of the table."""
    from jianbao.terminal.short_time import short_time
    from storage.records.saying import say

    slug = row["slug"]
    if row["overdue_since"]:
        yield say("status.overdue", source=slug, due=short_time(row["overdue_since"], now))
    if row["pace"] and row["enabled"]:
        yield say("status.of_source", source=slug, what=row["pace"])
    if row["arrears"] and not _is_told(found, slug):
        yield say("status.arrears", what=row["arrears"]["message"])
    if (history := row["history"]) and history["state"] != "done":
        yield say("status.history", source=slug, what=_describe_history(history, now))


def _describe_history(history: Document, now: datetime) -> Saying:
    from jianbao.terminal.short_time import short_time
    from storage.records.saying import say

    far = say("status.history_begun")
    if history["of"]:
        far = say("status.history_done", done=history["done"], of=history["of"])
    if history["state"] != "failed":
        return far
    at = short_time(history["next_try_at"], now)
    return say("status.history_failed", far=far, reason=history["reason"], at=at)


def _describe_issues(found: Document) -> Iterator[Saying]:
    from jianbao.documents.issue_sums import describe_issues
    from storage.records.saying import say

    for row in found["sources"]:
        if row["issues"]:
            yield say("status.of_source", source=row["slug"], what=describe_issues(row["issues"]))


def _is_told(found: Document, slug: str) -> bool:
    return any(one["kind"] == "articles_overdue" and one["source"] == slug for one in found["events"])


def _row(source: Document, now: datetime, language: Language) -> tuple[object, ...]:
    from jianbao.terminal.short_time import short_time
    from storage.records.saying import say

    polled = say(f"status.poll_{source['last_poll']}" if source["last_poll"] else "status.never")
    due = short_time(source["next_run"], now) if source["enabled"] else say("status.off").tell(language)
    return (
        "\n".join(dict.fromkeys((source["name"], source["slug"]))),
        f"{polled.tell(language)}\n{short_time(source['last_polled_at'], now)}".rstrip(),
        due,
        *(source[count] for count in ("archived", "owed", "failed", "quarantined")),
    )
