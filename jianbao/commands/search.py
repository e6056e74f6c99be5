"""`jianbao search`: every article that contains what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
from storage.records.asking import Order

if TYPE_CHECKING:
    from jianbao.documents.document import Document


def search(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            help='Words; "a phrase", -not, OR, title: source: media: author: security: from: to: narrow it.',
            metavar="QUERY",
        ),
    ],
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    order: Annotated[Order, typer.Option(help="Which articles come first.")] = "newest",
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 20,
    offset: Annotated[int, typer.Option(help="How many to pass over first.", min=0, max=1_000_000_000)] = 0,
    duplicates: Annotated[bool, typer.Option(help="Show copies of one text as well.")] = False,
    stories: Stories = False,
    exact: Annotated[bool, typer.Option(help="Count every match, however long it takes.")] = False,
    coverage: WithCoverage = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find every article that contains the words, and no other."""
    from jianbao.commands.coverage_lines import print_answer, print_coverage
    from jianbao.documents.coverage import read_statement
    from jianbao.documents.search import read_search
    from storage.ledger.source import check_sources
    from storage.search import COMPLETELY, THOROUGH

    asked = read_query(query, source, media, security, from_day, to_day, authors=author, stories=stories)
    invocation = Invocation.of(context)
    with invocation.read_archive() as archive, archive.reading() as view:
        check_sources(view, asked.filter.named_sources)
        found = read_search(
            view,
            asked,
            order,
            limit,
            offset,
            collapse=not duplicates,
            effort=COMPLETELY if exact else THOROUGH,
        )
        if coverage:
            found["coverage"] = read_statement(view, asked.filter)
    if as_json:
        print_answer(found, invocation)
    else:
        _print_found(found)
        print_coverage(found, invocation)


def _print_found(found: Document) -> None:
    from jianbao.documents.article import print_published
    from jianbao.terminal.output import print_line, print_marked, print_note

    for item in found["items"]:
        print_line(f"{print_published(item)}  {item['media'] or ''}  {item['info_code']}")
        print_marked(f"  {item['title']}", item["title_hits"], indent=2, bold=True)
        print_marked(f"    {item['snippet']}", item["snippet_hits"], indent=4)
    total = f"{found['total']:,}" if found["exact"] else f"about {found['total']:,}"
    print_line(f"{len(found['items'])} of {total} articles")
    for sentence in (*found["hints"], found["note"]):
        if sentence:
            print_note(sentence)
