"""`jianbao doctor`: what newcomers get wrong, looked at and told with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.doctor.finding import Finding
    from storage.records.saying import Language


def doctor(
    context: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Ask each source's page once as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look at installation, configuration, disk, clock and archive.

    Ends with status 1 when something does not work.
    """
    from jianbao.configuration import ConfigurationError
    from jianbao.documents.said import tell_document
    from jianbao.terminal.output import print_json

    invocation = Invocation.of(context)
    findings = list(_examine(invocation, online=online))
    try:
        language = invocation.language(for_programs=as_json)
    except ConfigurationError:
        language = invocation.chosen or "en"
    ok = all(finding.level != "fail" for finding in findings)
    if as_json:
        rows = [
            {"check": one.check, "level": one.level, "message": one.said, "todo": one.todo}
            for one in findings
        ]
        print_json(tell_document({"ok": ok, "findings": rows}, language))
    else:
        _print(findings, language)
    raise typer.Exit(ExitStatus.OK if ok else ExitStatus.FAILED)


def _examine(invocation: Invocation, *, online: bool) -> Iterator[Finding]:
    from jianbao.configuration import ConfigurationError
    from jianbao.doctor.archive import examine_archive
    from jianbao.doctor.finding import ill
    from jianbao.doctor.installation import examine_installation
    from jianbao.doctor.online import examine_sources
    from jianbao.doctor.place import examine_place
    from jianbao.doctor.settings import examine_settings
    from jianbao.terminal.output import print_note

    yield from examine_installation()
    try:
        configuration = invocation.configuration()
    except ConfigurationError as error:
        yield ill("configuration", "bad", "fail", reason=str(error))
        return
    yield from examine_settings(configuration)
    yield from examine_place(configuration.archive)
    yield from examine_archive(configuration.archive)
    if online:
        yield from examine_sources(configuration, print_note)


def _print(findings: list[Finding], language: Language) -> None:
    from jianbao.terminal.output import print_line

    for finding in findings:
        print_line(f"{finding.level:<4}  {finding.said.tell(language)}")
        if finding.todo is not None:
            print_line(f"      -> {finding.todo.tell(language)}")
