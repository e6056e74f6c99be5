"""`jianbao list`: the newest articles."""

from __future__ import annotations

from typing import Annotated

import typer

from jianbao.commands.filters import Authors, FromDay, Media, Securities, Sources, Stories, ToDay, read_query
from jianbao.terminal.invocation import Invocation


def list_articles(
    context: typer.Context,
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 20,
    offset: Annotated[int, typer.Option(help="How many to pass over first.", min=0, max=1_000_000_000)] = 0,
    duplicates: Annotated[bool, typer.Option(help="Show copies of one text as well.")] = False,
    stories: Stories = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List archived articles, the newest first."""
    from dataclasses import replace

    from jianbao.documents.article import print_published
    from jianbao.documents.search import read_list
    from jianbao.terminal.output import print_json, print_line, print_note, print_table
    from storage.ledger.source import check_sources

    asked = read_query("", source, media, security, from_day, to_day, authors=author, stories=stories)
    wanted = replace(asked.filter, with_duplicates=duplicates)
    with Invocation.of(context).read_archive() as archive, archive.reading() as view:
        check_sources(view, wanted.sources)
        found = read_list(view, wanted, limit, offset)
    if as_json:
        print_json(found)
        return
    rows = (
        (print_published(item), item["media"], item["title"], item["info_code"]) for item in found["items"]
    )
    print_table(("published", "newspaper", "title", "info code"), rows)
    print_line(f"{len(found['items'])} of {found['total']} articles")
    for sentence in found["hints"]:
        print_note(sentence)
