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

    results = try_channels(Invocation.of(context).configuration(), os.environ, channel)
    for name, reason in results.items():
        print_line(f"{name}: {reason or 'sent'}")
    raise typer.Exit(ExitStatus.FAILED if any(results.values()) else ExitStatus.OK)


@app.command("send")
def send(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Send now what channels are to be told."""
    from jianbao.terminal.output import print_json, print_line
    from jianbao.upkeep.alerts.account import send_alerts

    outcomes = send_alerts(Invocation.of(context).configuration(), os.environ, datetime.now(UTC))
    if as_json:
        print_json({"channels": [_present(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            print_line(_describe(outcome))
    raise typer.Exit(ExitStatus.FAILED if _is_refused(outcomes) else ExitStatus.OK)


@app.command("list")
def list_notices(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show what waits to be sent, to whom, and what kept it."""
    from jianbao.documents.notices import read_notices
    from jianbao.terminal.output import print_json, print_line

    with Invocation.of(context).read_archive() as archive:
        found = read_notices(archive)
    if as_json:
        print_json(found)
        return
    for row in found["notices"]:
        kept = f": {row['error']}" if row["error"] else ""
        print_line(f"{row['channel']}  {row['what']} {row['subject']}, next try {row['next_try_at']}{kept}")
    if not found["notices"]:
        print_line("nothing waits")


def _is_refused(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.refused is not None for outcome in outcomes)


def _present(outcome: Outcome) -> dict[str, object]:
    reason = None if outcome.refused is None else str(outcome.refused)
    return {"channel": outcome.channel, "sent": outcome.sent, "held": outcome.held, "error": reason}


def _describe(outcome: Outcome) -> str:
    held = f", {outcome.held} wait" if outcome.held else ""
    refused = "" if outcome.refused is None else f": {outcome.refused}"
    return f"{outcome.channel}: {outcome.sent} sent{held}{refused}"
