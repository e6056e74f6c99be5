"""`jianbao backup`: a copy of the archive that can take its place, made while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.configuration import Configuration
    from jianbao.upkeep.backup import BackupDone, BackupOrder
    from storage.records.saying import Saying


def backup(
    context: typer.Context,
    destination: Annotated[
        Path | None,
        typer.Argument(help="The folder of backups; without it the one of [backup] to.", metavar="DEST"),
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="How many backups are kept: older ones go.", metavar="N")
    ] = None,
    keep_days: Annotated[
        int | None, typer.Option(min=1, help="For how many days a backup is kept.", metavar="DAYS")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read all that was ever copied, not only what is new.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Copy the archive while it is in use: only what is new.

    Ends with status 1 when the backup lacks something.
    """
    from jianbao.terminal.output import print_json, print_line, print_note
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.backup import back_up

    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    order = _order(configuration, destination, keep, keep_days, reads_all=verify)
    with telling("backing up") as tell:
        done = back_up(order, tell or _tell_nobody)
    if as_json:
        print_json(_present(done))
    else:
        print_line(_describe(done).tell(invocation.language()))
        if done.trouble is not None:
            print_note(f"jianbao: {done.trouble.tell(invocation.language())}")
    raise typer.Exit(ExitStatus.OK if done.trouble is None else ExitStatus.FAILED)


def _order(
    configuration: Configuration,
    destination: Path | None,
    keep: int | None,
    keep_days: int | None,
    *,
    reads_all: bool,
) -> BackupOrder:
    from jianbao.upkeep.backup import BackupOrder

    wanted = configuration.backup
    if destination is None and wanted.to is None:
        raise typer.BadParameter("name a folder, or set it as [backup] to")
    return BackupOrder(
        archive=configuration.archive,
        destination=(destination or wanted.to or Path()).absolute(),
        configuration=configuration.file,
        keep=keep or wanted.keep,
        keep_days=keep_days or wanted.keep_days,
        reads_all=reads_all,
    )


def _present(done: BackupDone) -> dict[str, object]:
    return {
        "status": done.status,
        "destination": str(done.destination),
        "snapshot": done.snapshot.name if done.snapshot else None,
        "database_bytes": done.snapshot.size if done.snapshot else None,
        "files": len(done.files),
        "copied_bytes": done.copied,
        "pruned": done.pruned,
        "kept": done.kept,
        "trouble": str(done.trouble) if done.trouble else None,
    }


def _describe(done: BackupDone) -> Saying:
    from storage.records.saying import say

    return say(
        "backup.done",
        destination=str(done.destination),
        database=(done.snapshot.size if done.snapshot else 0) / 1e6,
        copied=done.copied / 1e6,
        files=len(done.files),
        kept=done.kept,
        pruned=done.pruned,
    )


def _tell_nobody(_text: str) -> None:
    return None
