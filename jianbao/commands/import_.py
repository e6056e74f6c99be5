"""`jianbao import`: bring in what others kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.import_text import text
from jianbao.commands.import_warc import warc
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.importing.counts import ImportCounts
    from storage.records.saying import Language

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def import_() -> None:
    """Bring in posts of the Jekyll site, plain texts, or WARC files."""


@app.command("posts", epilog="Example: jianbao import posts ../finews")
def posts(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of posts.", metavar="PATH…")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Import posts as upstream's repository keeps them.

    Run it again to go on where it was cut short.
    """
    from jianbao.crawl.opening import open_archive
    from jianbao.importing.counts import ImportCounts
    from jianbao.importing.posts import import_posts
    from jianbao.terminal.progress import telling

    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    counted = ImportCounts()
    with open_archive(configuration, polls=False) as archive, telling("importing") as tell:
        watch = (lambda counted: tell(counted.describe())) if tell else None
        import_posts(archive, paths, configuration.http.max_size, counted, watch)
    _print_counts(counted, invocation.language(for_programs=as_json), as_json=as_json)
    raise typer.Exit(ExitStatus.INTERRUPTED if counted.interrupted else counted.status != "ok")


_TEXT = "Example: jianbao import text page.txt --source srrb --media 上饶日报 --date 2026-03-01"
app.command("text", epilog=_TEXT)(text)
app.command("warc", epilog="Example: jianbao import warc crawl.warc.gz")(warc)


def _print_counts(counted: ImportCounts, language: Language, *, as_json: bool) -> None:
    from jianbao.documents.said import tell_document
    from jianbao.importing.counts import OUTCOMES
    from jianbao.terminal.output import print_json, print_line, print_note, print_table

    if as_json:
        print_json(tell_document(counted.as_json(), language))
        return
    columns = [name for name in OUTCOMES if any(counts[name] for counts in counted.sources.values())]
    rows = ([slug, *(counts[name] for name in columns)] for slug, counts in sorted(counted.sources.items()))
    if counted.sources:
        print_table(["source", *columns], rows)
    print_line(f"{'interrupted: ' if counted.interrupted else ''}{counted.describe()}")
    for error in counted.errors:
        print_note(f"  {error.tell(language)}")
    if counted.unsaid:
        print_note(f"  and {counted.unsaid:,} more")
    if counted.interrupted:
        print_note("run it again to go on: what is stored already is passed over")
