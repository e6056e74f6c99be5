"""`jianbao list`: the newest articles."""

from __future__ import annotations

from typing import Annotated

import typer

from jianbao.invocation import Invocation


def list_articles(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(help="Only what this source listed.", metavar="SLUG")] = None,
    media: Annotated[str | None, typer.Option(help="Only this newspaper's, as its articles say.")] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", help="The first day, in UTC+8.", metavar="YYYY-MM-DD")
    ] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", help="The last day, in UTC+8.", metavar="YYYY-MM-DD")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 20,
    offset: Annotated[int, typer.Option(help="How many to pass over first.", min=0, max=1_000_000_000)] = 0,
    duplicates: Annotated[bool, typer.Option(help="Show copies of one text as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List archived articles, the newest first."""
    from jianbao.crawling import check_sources
    from jianbao.days import first_moment, last_moment
    from jianbao.output import print_json, print_line, print_table
    from jianbao.reading import read_list
    from storage.article_lists import ArticleFilter

    wanted = ArticleFilter(
        sources=(source,) if source else (),
        media=(media,) if media else (),
        since=first_moment(from_day, "--from"),
        until=last_moment(to_day, "--to"),
        with_duplicates=duplicates,
    )
    with Invocation.of(context).read_archive() as archive:
        if source:
            check_sources(archive, [source])
        found = read_list(archive, wanted, limit, offset)
    if as_json:
        print_json(found)
        return
    rows = (
        (item["published_at"][:16].replace("T", " "), item["media"], item["title"], item["info_code"])
        for item in found["items"]
    )
    print_table(("published", "newspaper", "title", "info code"), rows)
    print_line(f"{len(found['items'])} of {found['total']} articles")
