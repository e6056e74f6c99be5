"""`jianbao import warc`: articles out of WARC files that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.configuration import Configuration
    from jianbao.importing.warc.counts import WarcCounts
    from jianbao.importing.warc.order import WarcOrder
    from storage.records.saying import Language, Saying

_MOST_HOSTS = 20


def warc(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="WARC or WACZ files, or folders of them.", metavar="FILE…")
    ],
    source: Annotated[
        str | None,
        typer.Option(
            help="The source for articles that are no source's; made when there is none.", metavar="SLUG"
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken in, and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Import articles from WARC files of others.

    Run it again to go on where it was cut short.
    """
    from jianbao.crawl.opening import open_archive
    from jianbao.importing.warc.counts import WarcCounts
    from jianbao.importing.warc.run import import_warc
    from jianbao.terminal.progress import telling

    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    order = order_import(configuration, files, _check_source(source), dry_run=dry_run)
    counted = WarcCounts()
    opened = invocation.read_archive() if dry_run else open_archive(configuration, polls=False)
    with opened as archive, telling("importing") as tell:
        watch = (lambda counted: tell(counted.describe())) if tell else None
        import_warc(archive, order, counted, watch)
    _print_counts(counted, invocation.language(for_programs=as_json), dry_run=dry_run, as_json=as_json)
    raise typer.Exit(ExitStatus.INTERRUPTED if counted.interrupted else counted.status != "ok")


def order_import(
    configuration: Configuration, files: list[Path], source: str | None = None, *, dry_run: bool = False
) -> WarcOrder:
    """Return the order to import files as a configuration says."""
    from functools import partial

    from jianbao.configuration.declared import list_declared
    from jianbao.crawl.pictures import read_wishes
    from jianbao.crawl.run import context_of
    from jianbao.crawl.selection import endpoint_source
    from jianbao.crawl.voices import find_voices
    from jianbao.importing.warc.order import WarcOrder
    from jianbao.upkeep.mentions import identify_articles

    wishes = read_wishes(configuration)
    return WarcOrder(
        paths=tuple(files),
        context=context_of(configuration),
        declared={row.slug: row for row in (endpoint_source(configuration), *list_declared(configuration))},
        identify=partial(identify_articles, configuration),
        voices=find_voices(configuration),
        max_size=configuration.http.max_size,
        source=source,
        dry_run=dry_run,
        complete=wishes.add_to,
        owe=wishes.owe,
        pictured=wishes.sources,
        max_picture_size=wishes.max_size,
    )


def _check_source(slug: str | None) -> str | None:
    from jianbao.configuration.values import check_slug

    if slug is None:
        return None
    try:
        return check_slug(slug)
    except ValueError as error:
        raise typer.BadParameter(f"--source {slug!r} cannot be used: {error}") from error


def _print_counts(counted: WarcCounts, language: Language, *, dry_run: bool, as_json: bool) -> None:
    from jianbao.documents.said import tell_document
    from jianbao.importing.warc.counts import OUTCOMES
    from jianbao.terminal.output import print_json, print_line, print_note, print_table
    from storage.records.saying import say

    if as_json:
        print_json(tell_document(counted.as_json(is_applied=not dry_run), language))
        return
    columns = [name for name in OUTCOMES if counted.total(name)]
    rows = ([slug, *(counts[name] for name in columns)] for slug, counts in sorted(counted.sources.items()))
    if columns:
        print_table(["source", *columns], rows)
    line = counted.describe()
    print_line(say("warc.interrupted", counts=line).tell(language) if counted.interrupted else line)
    for note in _notes(counted):
        print_note(f"  {note.tell(language)}")
    if dry_run:
        print_note(say("warc.dry").tell(language))
    elif counted.interrupted:
        print_note(say("warc.go_on").tell(language))


def _notes(counted: WarcCounts) -> Iterator[Saying]:
    """Yield the sentences about what is wrong, and about what is no source's."""
    from storage.records.saying import say

    for one in counted.damages:
        if one.offset is None:
            yield say("warc.of_file", file=one.file, why=one.fault.why)
        else:
            yield say("warc.at_place", file=one.file, offset=one.offset, why=one.fault.why)
    for file in counted.packed_as_a_whole:
        yield say("warc.packed_as_a_whole", file=file)
    yield from counted.errors
    unsaid = counted.unsaid + counted.faults.total() - len(counted.damages)
    if unsaid:
        yield say("warc.more", count=unsaid)
    if counted.hosts:
        hosts = [f"{host} ({count:,})" for host, count in counted.hosts.most_common(_MOST_HOSTS)]
        yield say("warc.hosts", hosts=", ".join(hosts))
        more = counted.hosts.total() - sum(count for _, count in counted.hosts.most_common(_MOST_HOSTS))
        if more + counted.hosts_unsaid:
            yield say("warc.more_hosts", count=more + counted.hosts_unsaid)
