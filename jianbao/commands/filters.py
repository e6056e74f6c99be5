"""The options by which every command narrows articles down, and the query that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.archive.folder import Archive
    from storage.articles.lists import ArticleFilter
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

WithCoverage = Annotated[
    bool,
    typer.Option("--coverage", help="Also say which days of which sources the answer rests on."),
]

Stories = Annotated[
    bool, typer.Option("--stories", help="Show of near copies, which make a story, the first one only.")
]


def first_day(text: str | None) -> datetime | None:
    """Return the first moment of ``--from``, None for none; raise `typer.BadParameter`."""
    from storage.records.press_days import first_moment

    return _read_day(first_moment, text, "--from")


def last_day(text: str | None) -> datetime | None:
    """Return the first moment after ``--to``, None for none; raise `typer.BadParameter`."""
    from storage.records.press_days import last_moment

    return _read_day(last_moment, text, "--to")


def _read_day(read: Callable[[str], datetime], text: str | None, option: str) -> datetime | None:
    from storage.records.press_days import BadDay

    if text is None:
        return None
    try:
        return read(text)
    except BadDay as bad:
        raise typer.BadParameter(f"{option} {bad}") from bad


def settle(archive: Archive, query: Query) -> Settled:
    """Return the query with its names as the archive has them; raise `UnknownSource`."""
    from storage.ledger.source import check_sources
    from storage.search import settle_query

    with archive.reading() as view:
        check_sources(view, query.filter.named_sources)
        return settle_query(view, query)


def read_filter(
    sources: Sequence[str] | None = None,
    media: Sequence[str] | None = None,
    securities: Sequence[str] | None = None,
    from_day: str | None = None,
    to_day: str | None = None,
    *,
    authors: Sequence[str] | None = None,
    stories: bool = False,
) -> ArticleFilter:
    """Return the filter that options make; raise `typer.BadParameter`."""
    from storage.articles.lists import ArticleFilter

    return ArticleFilter(
        sources=tuple(sources or ()),
        media=tuple(media or ()),
        securities=tuple(securities or ()),
        authors=tuple(authors or ()),
        since=first_day(from_day),
        until=last_day(to_day),
        one_of_story=stories,
    )


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
    from storage.search import narrow, parse_query

    wanted = read_filter(sources, media, securities, from_day, to_day, authors=authors, stories=stories)
    return narrow(parse_query(text), wanted)
