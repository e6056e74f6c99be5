"""`jianbao notify`: tells events to those who do not look, tries a channel, shows what waits."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jianbao.upkeep.alerts.sending import Outcome
    from storage.records.saying import Saying

app = typer.Typer(help="Tell events to channels: mail, chat groups, webhooks.", no_args_is_help=True)


@app.command("test")
def try_channel(
    context: typer.Context,
    channel: Annotated[
        str | None, typer.Argument(help="Only this channel.", metavar="CHANNEL", show_default=False)
    ] = None,
) -> None:
    """Send every channel, or one, a test message."""
    from jianbao.terminal.output import print_line
    from jianbao.upkeep.alerts.trial import try_channels
    from storage.records.saying import say

    invocation = Invocation.of(context)
    results = try_channels(invocation.configuration(), os.environ, channel)
    for name, reason in results.items():
        told = (
            say("alerts.not_sent", channel=name, reason=reason)
            if reason
            else say("alerts.sent_test", channel=name)
        )
        print_line(told.tell(invocation.language()))
    raise typer.Exit(ExitStatus.FAILED if any(results.values()) else ExitStatus.OK)


@app.command("send")
def send(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Send now what channels are to be told."""
    from jianbao.terminal.output import print_json, print_line
    from jianbao.upkeep.alerts.account import send_alerts

    invocation = Invocation.of(context)
    outcomes = send_alerts(invocation.configuration(), os.environ, datetime.now(UTC))
    if as_json:
        print_json({"channels": [_present(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            print_line(_describe(outcome).tell(invocation.language()))
    raise typer.Exit(ExitStatus.FAILED if _is_refused(outcomes) else ExitStatus.OK)


@app.command("list")
def list_notices(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show what waits to be sent, to whom, and what kept it."""
    from jianbao.documents.notices import read_notices
    from jianbao.terminal.output import print_json, print_line
    from storage.records.saying import as_saying, say

    invocation = Invocation.of(context)
    with invocation.read_archive() as archive:
        found = read_notices(archive)
    if as_json:
        print_json(found)
        return
    for row in found["notices"]:
        waits = say(
            "alerts.waits",
            channel=row["channel"],
            what=row["what"],
            subject=row["subject"],
            at=row["next_try_at"],
        )
        told = say("alerts.refused", what=waits, reason=as_saying(row["error"])) if row["error"] else waits
        print_line(told.tell(invocation.language()))
    if not found["notices"]:
        print_line(say("alerts.nothing_waits").tell(invocation.language()))


def _is_refused(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.refused is not None for outcome in outcomes)


def _present(outcome: Outcome) -> dict[str, object]:
    reason = None if outcome.refused is None else str(outcome.refused)
    return {"channel": outcome.channel, "sent": outcome.sent, "held": outcome.held, "error": reason}


def _describe(outcome: Outcome) -> Saying:
    from storage.records.saying import say

    key = "alerts.sent_held" if outcome.held else "alerts.sent"
    sent = say(key, channel=outcome.channel, count=outcome.sent, held=outcome.held)
    return sent if outcome.refused is None else say("alerts.refused", what=sent, reason=outcome.refused)
