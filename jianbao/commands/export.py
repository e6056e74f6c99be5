"""`jianbao export`: take articles out, into files for other programs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.filters import Authors, FromDay, Media, Securities, Sources, ToDay, read_query, settle
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from jianbao.exporting.formats import Format
    from storage.archive.folder import Archive
    from storage.search import Query, Settled

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_STANDARD_OUTPUT = "-"

Dest = Annotated[Path, typer.Argument(help="The file to write.", metavar="DEST")]
DestOrOutput = Annotated[Path, typer.Argument(help="The file to write; - is stdout.", metavar="DEST")]
QueryText = Annotated[
    str,
    typer.Option("--query", help="Only articles that answer this query, as search has it.", metavar="QUERY"),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if there is one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the manifest as one JSON document.")]


@app.callback()
def export() -> None:
    """Take articles out, into files for other programs."""


@app.command("jsonl", epilog="Example: jianbao export jsonl articles.jsonl")
def jsonl(
    context: typer.Context,
    dest: DestOrOutput,
    query: QueryText = "",
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export JSON Lines: one article a line, as `show` prints it."""
    from jianbao.exporting.formats import jsonl_format

    asked = read_query(query, source, media, security, from_day, to_day, authors=author)
    _export(context, jsonl_format(), asked, dest, force=force, as_json=as_json)


@app.command("csv", epilog="Example: jianbao export csv power.csv --query 光伏 --bom")
def csv(
    context: typer.Context,
    dest: DestOrOutput,
    query: QueryText = "",
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin with a byte order mark, for Excel.")] = False,
    excel_safe: Annotated[
        bool, typer.Option("--excel-safe", help="Put ' before text that a spreadsheet would run.")
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export comma-separated values: one article a row."""
    from jianbao.exporting.formats import csv_format

    asked = read_query(query, source, media, security, from_day, to_day, authors=author)
    _export(context, csv_format(mark=bom, excel_safe=excel_safe), asked, dest, force=force, as_json=as_json)


@app.command("parquet", epilog="Example: jianbao export parquet articles.parquet --from 2026-01")
def parquet(
    context: typer.Context,
    dest: Dest,
    query: QueryText = "",
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export Apache Parquet: typed columns, for pandas, DuckDB, Spark."""
    from jianbao.exporting.formats import parquet_format

    asked = read_query(query, source, media, security, from_day, to_day, authors=author)
    _export(context, parquet_format(), asked, _on_disk(dest), force=force, as_json=as_json)


@app.command("atom", epilog="Example: jianbao export atom feed.xml --media 上饶日报")
def atom(
    context: typer.Context,
    dest: Dest,
    query: QueryText = "",
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export an Atom feed, the newest article first."""
    from jianbao.exporting.formats import atom_format

    asked = read_query(query, source, media, security, from_day, to_day, authors=author)
    _export(context, atom_format(), asked, _on_disk(dest), force=force, as_json=as_json)


@app.command("warc", epilog="Example: jianbao export warc originals.warc.gz")
def warc(
    context: typer.Context,
    dest: Dest,
    query: QueryText = "",
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export the originals as a WARC file; name it .warc.gz."""
    from jianbao.exporting.formats import warc_format

    asked = read_query(query, source, media, security, from_day, to_day, authors=author)
    _export(context, warc_format(), asked, _on_disk(dest), force=force, as_json=as_json)


@app.command("posts", epilog="Example: jianbao export posts my-site")
def posts(
    context: typer.Context,
    dest: Annotated[Path, typer.Argument(help="The folder to write them into.", metavar="DEST")],
    query: QueryText = "",
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also where files are, replacing those of the same name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Export posts for a Jekyll site, in DEST/_posts.

    Imported ones come out byte for byte.
    """
    from jianbao.exporting.posts import export_posts
    from jianbao.terminal.progress import telling

    asked = read_query(query, source, media, security, from_day, to_day, authors=author)
    dest = _on_disk(dest)
    with Invocation.of(context).read_archive() as archive, telling("exporting") as tell:
        settled = settle(archive, asked)
        watch = (lambda count: tell(f"{count:,} articles")) if tell else None
        manifest = export_posts(archive, settled.query, dest, datetime.now(UTC), force=force, watch=watch)
    _report(manifest, settled, dest, as_json=as_json)
    raise typer.Exit(ExitStatus.FAILED if manifest["missing"] else ExitStatus.OK)


def _on_disk(dest: Path) -> Path:
    if str(dest) == _STANDARD_OUTPUT:
        raise typer.BadParameter("only jsonl and csv can go to stdout: name a place to write to")
    return dest


def _export(
    context: typer.Context, form: Format, query: Query, dest: Path, *, force: bool, as_json: bool
) -> None:
    from jianbao.exporting.taking_out import export_file
    from jianbao.terminal.progress import telling

    with Invocation.of(context).read_archive() as archive, telling("exporting") as tell:
        settled = settle(archive, query)
        if str(dest) == _STANDARD_OUTPUT:
            _stream(archive, form, settled)
            return
        watch = (lambda count: tell(f"{count:,} articles")) if tell else None
        manifest = export_file(
            archive, form, settled.query, dest, datetime.now(UTC), force=force, watch=watch
        )
    _report(manifest, settled, dest, as_json=as_json)
    raise typer.Exit(ExitStatus.FAILED if manifest["missing"] else ExitStatus.OK)


def _stream(archive: Archive, form: Format, settled: Settled) -> None:
    """Write to stdout; when its reader has gone away (`… | head`), nobody is left to tell."""
    from jianbao.exporting.taking_out import export_stream
    from jianbao.terminal.output import print_note
    from jianbao.terminal.streams import printing_bytes

    count = 1  # where the reader goes away, something was there to read
    with printing_bytes() as stdout:
        count = export_stream(archive, form, settled.query, stdout, datetime.now(UTC))
    for hint in settled.tell(count):
        print_note(hint.sentence)


def _report(manifest: Document, settled: Settled, dest: Path, *, as_json: bool) -> None:
    from jianbao.terminal.output import print_json, print_line, print_note

    if as_json:
        print_json(manifest)
    else:
        print_line(f"{dest}: {manifest['articles']:,} articles, {manifest['bytes']:,} bytes")
        unarchived = {name: manifest["ledger"][name] for name in ("owed", "failed", "quarantined")}
        lacking = ", ".join(f"{count:,} {name}" for name, count in unarchived.items() if count)
        if lacking:
            print_line(f"not in the archive, of these sources and days: {lacking}")
    for sentence in (*manifest["missing"], *(hint.sentence for hint in settled.tell(manifest["articles"]))):
        print_note(sentence)
