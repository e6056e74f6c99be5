"""`jianbao list`: the newest articles."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from jianbao.commands.filters import (
    Authors,
    FromDay,
    Media,
    Securities,
    Sources,
    Stories,
    ToDay,
    WithCoverage,
    read_query,
)
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
    state: Annotated[
        Literal["archived", "gone", "changed"] | None,
        typer.Option(help="Only what is at its address, has vanished, or was changed since."),
    ] = None,
    duplicates: Annotated[bool, typer.Option(help="Show copies of one text as well.")] = False,
    stories: Stories = False,
    coverage: WithCoverage = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List archived articles, the newest first."""
    from dataclasses import replace

    from jianbao.commands.coverage_lines import print_answer, print_coverage
    from jianbao.documents.article import print_published
    from jianbao.documents.coverage import read_statement
    from jianbao.documents.search import read_list
    from jianbao.terminal.output import print_line, print_note, print_table
    from storage.ledger.source import check_sources

    asked = read_query("", source, media, security, from_day, to_day, authors=author, stories=stories)
    wanted = replace(asked.filter, with_duplicates=duplicates, state=state)
    invocation = Invocation.of(context)
    with invocation.read_archive() as archive, archive.reading() as view:
        check_sources(view, wanted.sources)
        found = read_list(view, wanted, limit, offset)
        if coverage:
            found["coverage"] = read_statement(view, wanted)
    if as_json:
        print_answer(found, invocation)
        return
    rows = (
        (print_published(item), item["media"], item["title"], item["info_code"]) for item in found["items"]
    )
    print_table(("published", "newspaper", "title", "info code"), rows)
    print_line(f"{len(found['items'])} of {found['total']} articles")
    for sentence in found["hints"]:
        print_note(sentence)
    print_coverage(found, invocation)
