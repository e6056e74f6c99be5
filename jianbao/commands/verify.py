"""`jianbao verify`: is the archive whole?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.configuration import Configuration
    from jianbao.upkeep.verify import Found, Tell
    from jianbao.upkeep.verify_full import Reread
    from storage.archive.folder import Archive
    from storage.records.problem import Problem
    from storage.records.saying import Language, Saying

_SEEN = ("article", "capture", "warc_files", "records", "texts", "reread")
"""What is told of how much was looked at, in order."""


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
    from jianbao.documents.said import tell_document
    from jianbao.documents.verification import present_found
    from jianbao.terminal.output import print_json
    from jianbao.terminal.progress import telling
    from jianbao.upkeep.backup_age import watch_backups
    from jianbao.upkeep.verify import verify_quickly
    from jianbao.upkeep.verify_full import verify_fully

    if restart and not full:
        raise typer.BadParameter("--restart goes with --full")
    invocation = Invocation.of(context)
    configuration, language = invocation.configuration(), invocation.language(for_programs=as_json)
    folder = configuration.archive
    if full:
        with telling("verifying") as tell:
            found = verify_fully(folder, tell, restart=restart, reread=_rereading(configuration))
    else:
        found = verify_quickly(folder)
    watch_backups(configuration)
    if as_json:
        print_json(tell_document(present_found(found), language))
    else:
        _print(found, language)
    raise typer.Exit(ExitStatus.OK if found.is_ok else ExitStatus.FAILED)


def _rereading(configuration: Configuration) -> Reread:
    """Return what reads every article again with a configuration's readers."""
    from jianbao.reparse.proof import prove_reproducible

    def reread(archive: Archive, found: Found, tell: Tell) -> None:
        proof = prove_reproducible(configuration, archive, tell)
        found.add(proof.problems, proof.notes)
        found.checked["reread"] = proof.read

    return reread


def _print(found: Found, language: Language) -> None:
    from jianbao.terminal.output import print_line
    from storage.records.saying import say

    for problem in found.problems:
        print_line(_describe("problem", problem).tell(language))
    for note in found.notes:
        print_line(_describe("note", note).tell(language))
    if found.untold:
        print_line(say("custody.untold", count=found.untold).tell(language))
    seen = [say(f"custody.seen_{name}", count=found.checked[name]) for name in _SEEN if name in found.checked]
    result = "custody.whole" if found.is_ok else "custody.not_whole"
    print_line(say(result, counts=seen or say("custody.nothing_seen")).tell(language))


def _describe(what: str, problem: Problem) -> Saying:
    from storage.records.saying import say

    if problem.command:
        return say(f"custody.{what}_mended", what=problem.said, command=problem.command)
    return say(f"custody.{what}", what=problem.said)
