"""`jianbao restore`: an archive brought back from a backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.upkeep.restore import Restored
    from storage.records.saying import Saying


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="The folder of backups.", metavar="SRC")],
    to: Annotated[
        Path | None,
        typer.Option(
            help="The folder that the archive comes into; without it the configured one.", metavar="DIR"
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="The newest backup up to this day or time (UTC unless it says).", metavar="TIME"),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move what is in that folder aside first.")
    ] = False,
    originals: Annotated[
        bool,
        typer.Option("--originals", help="Leave the archive; bring only lost or damaged WARC files back."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Bring an archive back from a backup, into an empty folder.

    Ends with status 1 when something in the backup is damaged.
    """
    from jianbao.terminal.output import print_json, print_line, print_note
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.restore import restore_archive, restore_originals
    from storage.records.saying import say

    if originals and (at or replace):
        raise typer.BadParameter("--originals goes without --at and --replace")
    invocation = Invocation.of(context)
    target = to.absolute() if to else invocation.configuration().archive
    moment = _read_time(at) if at else None
    with telling("restoring") as tell:
        told = tell or _tell_nobody
        if originals:
            done = restore_originals(source.absolute(), target, told)
        else:
            done = restore_archive(source.absolute(), target, told, at=moment, replace=replace)
    if as_json:
        print_json(_present(done))
    else:
        language = invocation.language()
        print_line(_describe(done, only_originals=originals).tell(language))
        for name in done.damaged:
            print_note(f"jianbao: {say('backup.not_as_written', file=name).tell(language)}")
    raise typer.Exit(ExitStatus.FAILED if done.damaged else ExitStatus.OK)


def _read_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day or time such as 2026-03-20T09:00") from None
    if len(text) == len("2026-03-20"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _present(done: Restored) -> dict[str, object]:
    return {
        "folder": str(done.folder),
        "snapshot": done.snapshot.name,
        "at": done.snapshot.at.isoformat(),
        "files": done.files,
        "warc_bytes": done.size,
        "aside": str(done.aside) if done.aside else None,
        "damaged": done.damaged,
    }


def _describe(done: Restored, *, only_originals: bool) -> Saying:
    from storage.records.saying import say

    folder = str(done.folder)
    if only_originals:
        return say("backup.originals_back", count=done.files, folder=folder)
    at, size = done.snapshot.at.isoformat(timespec="seconds"), done.size / 1e6
    if done.aside is None:
        return say("backup.restored", folder=folder, at=at, files=done.files, size=size)
    aside = str(done.aside)
    return say("backup.restored_aside", folder=folder, at=at, files=done.files, size=size, aside=aside)


def _tell_nobody(_text: str) -> None:
    return None
