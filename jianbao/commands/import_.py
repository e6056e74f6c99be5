"""`jianbao import`: bring in what others kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.import_text import text
from jianbao.terminal.invocation import ExitStatus, Invocation

if TYPE_CHECKING:
    from jianbao.importing.counts import ImportTally

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def import_() -> None:
    """Bring in posts of the Jekyll site, or plain texts."""


@app.command("posts", epilog="Example: jianbao import posts ../finews")
def posts(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of posts.", metavar="PATH…")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Import posts as upstream's repository keeps them.

    Run it again to go on where it was cut short.
    """
    from jianbao.crawl.run import open_archive
    from jianbao.importing.counts import ImportTally
    from jianbao.importing.posts import import_posts
    from jianbao.terminal.progress import telling

    configuration = Invocation.of(context).configuration()
    tally = ImportTally()
    with open_archive(configuration, polls=False) as archive, telling("importing") as tell:
        watch = (lambda tally: tell(tally.describe())) if tell else None
        import_posts(archive, paths, configuration.http.max_size, tally, watch)
    _print_tally(tally, as_json=as_json)
    raise typer.Exit(ExitStatus.INTERRUPTED if tally.interrupted else tally.status != "ok")


_TEXT = "Example: jianbao import text page.txt --source srrb --media 上饶日报 --date 2026-03-01"
app.command("text", epilog=_TEXT)(text)


def _print_tally(tally: ImportTally, *, as_json: bool) -> None:
    from jianbao.importing.counts import OUTCOMES
    from jianbao.terminal.output import print_json, print_line, print_note, print_table

    if as_json:
        print_json(tally.as_json())
        return
    columns = [name for name in OUTCOMES if any(counts[name] for counts in tally.sources.values())]
    rows = ([slug, *(counts[name] for name in columns)] for slug, counts in sorted(tally.sources.items()))
    if tally.sources:
        print_table(["source", *columns], rows)
    print_line(f"{'interrupted: ' if tally.interrupted else ''}{tally.describe()}")
    for error in tally.errors:
        print_note(f"  {error}")
    if tally.unsaid:
        print_note(f"  and {tally.unsaid:,} more")
    if tally.interrupted:
        print_note("run it again to go on: what is stored already is passed over")
