"""`jianbao verify`: is the archive whole?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.upkeep.verify import Found
    from storage.records.problem import Problem


def verify(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Read every record, text and token, on two cores.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="With --full: begin anew where one was interrupted.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Prove that the archive is whole, or say what mends it.

    Ends with status 1 when something is not as it should be.
    """
    from jianbao.documents.verification import present_found
    from jianbao.terminal.output import print_json
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.backup_age import watch_backups
    from jianbao.upkeep.verify import verify_quickly
    from jianbao.upkeep.verify_full import verify_fully

    if restart and not full:
        raise typer.BadParameter("--restart goes with --full")
    configuration = Invocation.of(context).configuration()
    folder = configuration.archive
    if full:
        with telling("verifying") as tell:
            found = verify_fully(folder, tell, restart=restart)
    else:
        found = verify_quickly(folder)
    watch_backups(configuration)
    if as_json:
        print_json(present_found(found))
    else:
        _print(found)
    raise typer.Exit(ExitStatus.OK if found.is_ok else ExitStatus.FAILED)


def _print(found: Found) -> None:
    from jianbao.terminal.output import print_line

    for problem in found.problems:
        print_line(f"problem: {_describe(problem)}")
    for note in found.notes:
        print_line(f"note: {_describe(note)}")
    if found.untold:
        print_line(f"and {found.untold:,} more")
    checked = found.checked
    counts = ", ".join(
        f"{checked[name]:,} {called}"
        for name, called in (
            ("article", "articles"),
            ("capture", "captures"),
            ("warc_files", "WARC files"),
            ("records", "records read"),
            ("texts", "texts read"),
        )
        if name in checked
    )
    print_line(f"{'whole' if found.is_ok else 'not whole'}: {counts or 'nothing could be looked at'}")


def _describe(problem: Problem) -> str:
    mended = f" -> {problem.command}" if problem.command else ""
    return f"{problem.said}{mended}"
