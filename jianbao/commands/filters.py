"""The options by which every command narrows articles down, and the query that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.archive.folder import Archive
    from storage.search import Query, Settled

Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only what this source listed; may be repeated.", metavar="SLUG"),
]
Media = Annotated[
    list[str] | None,
    typer.Option(
        "--media", help="Only this newspaper's, as its articles say; may be repeated.", metavar="NAME"
    ),
]
Securities = Annotated[
    list[str] | None,
    typer.Option(
        "--security",
        help="Only what mentions this security: code, market.code or name; may be repeated.",
        metavar="NAME",
    ),
]
Authors = Annotated[
    list[str] | None,
    typer.Option("--author", help="Only what this author wrote; may be repeated.", metavar="NAME"),
]
FromDay = Annotated[
    str | None,
    typer.Option("--from", help="The first day, in UTC+8; also a month or a year.", metavar="YYYY-MM-DD"),
]
ToDay = Annotated[
    str | None,
    typer.Option("--to", help="The last day, in UTC+8; also a month or a year.", metavar="YYYY-MM-DD"),
]

Stories = Annotated[
    bool, typer.Option("--stories", help="Show of near copies, which make a story, the first one only.")
]


def settle(archive: Archive, query: Query) -> Settled:
    """Return the query with its names as the archive has them."""
    from storage.search import settle_query

    with archive.reading() as connection:
        return settle_query(connection, query)


def read_query(
    text: str,
    sources: Sequence[str] | None,
    media: Sequence[str] | None,
    securities: Sequence[str] | None,
    from_day: str | None,
    to_day: str | None,
    *,
    authors: Sequence[str] | None = None,
    stories: bool = False,
) -> Query:
    """Return the query that a text and options make; raise `BadQuery` or `typer.BadParameter`."""
    from jianbao.documents.days import first_moment, last_moment
    from storage.search import narrow, parse_query

    return narrow(
        parse_query(text),
        sources=tuple(sources or ()),
        media=tuple(media or ()),
        securities=tuple(securities or ()),
        authors=tuple(authors or ()),
        since=first_moment(from_day, "--from"),
        until=last_moment(to_day, "--to"),
        one_of_story=stories,
    )
