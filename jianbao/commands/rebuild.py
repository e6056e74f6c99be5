"""`jianbao rebuild`: make the database again from the WARC files alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.upkeep.rebuild import Outcome


def rebuild(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(help="Make the database in this folder, and leave the archive as it is.")
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Put it in the place of the one that is there, which is kept aside."),
    ] = False,
    prepare: Annotated[
        bool,
        typer.Option("--prepare", help="Write into the WARC files what they lack of the database; no more."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make the database again from the WARC files alone."""
    from jianbao.terminal.exit_status import ExitStatus
    from jianbao.terminal.output import print_json, print_line
    from jianbao.terminal.progress import telling

    if sum((to is not None, replace, prepare)) > 1:
        raise typer.BadParameter("only one of --to, --replace and --prepare")
    invocation = Invocation.of(context)
    if prepare:
        with invocation.write_archive() as archive:
            written = archive.write_journal(all_of_it=True, even_idle=True)
        if as_json:
            print_json({"journal_records": written})
        else:
            print_line(f"{written:,} journal records written: the database can be made again from them")
        return
    from jianbao import __version__
    from jianbao.commands.import_warc import order_import
    from jianbao.importing.untold.reading import read_untold
    from jianbao.upkeep.rebuild import rebuild_archive

    configuration = invocation.configuration()
    order = order_import(configuration, [])
    with telling("rebuilding the database") as tell:
        outcome = rebuild_archive(
            configuration.archive,
            to,
            replace=replace,
            software=f"jianbao/{__version__}",
            read_untold=lambda archive, warc, after, watch: read_untold(archive, warc, order, after, watch),
            watch=tell,
        )
    if as_json:
        print_json(outcome.as_json())
    else:
        for line in _lines(outcome):
            print_line(line)
    if not outcome.is_whole:
        raise typer.Exit(ExitStatus.FAILED)


def _lines(outcome: Outcome) -> list[str]:
    rebuilt = outcome.rebuilt
    counts = outcome.scanned
    lines = [
        (
            f"{outcome.database} was made of {counts['files']:,} WARC files: {counts['captures']:,} answers "
            f"and {rebuilt.journals:,} journal records about them"
        )
    ]
    if outcome.kept_aside:
        lines.append(f"the database that was there is kept as {outcome.kept_aside}")
    if rebuilt.untold:
        lines.append(f"{rebuilt.untold:,} answers are kept of which no journal record says anything")
    if outcome.reread:
        again = ", ".join(f"{count:,} {name}" for name, count in outcome.reread.as_json().items() if count)
        lines.append(f"they were read again: {again or 'they hold no article of a known source'}")
    if rebuilt.aside:
        lines.append(
            f"{rebuilt.aside:,} journal records are of a database that an older one replaced: what only they "
            "told was read again from its answers"
        )
    if rebuilt.lost:
        named = ", ".join(rebuilt.lost[:5])
        lines.append(f"{len(rebuilt.lost):,} articles are lost with the file that held them: {named}")
    if rebuilt.orphans:
        told = ", ".join(f"{count:,} of {name}" for name, count in rebuilt.orphans.items())
        lines.append(f"rows that refer to nothing were left out: {told}")
    return [*lines, *outcome.damages[:20]]
