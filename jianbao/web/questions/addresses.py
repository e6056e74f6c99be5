"""What addresses ask for, read strictly: days, revisions, sources, pages of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import Connection

from jianbao.web.answers.errors import NotShown, NotUnderstood
from storage.ledger.source import find_source, list_sources
from storage.records import StoredSource
from storage.records.press_days import BadDay, first_moment, last_moment, press_day
from storage.records.saying import say

_LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class ListPage:
    """Which page of a list is asked for, the first is 1, and of which source; "" is all of them."""

    source: str
    number: int

    @property
    def parameters(self) -> dict[str, object]:
        """What the templates of lists ask for."""
        return {"source": self.source, "page": self.number}

    def narrow(self, view: Connection) -> str | None:
        """Return the source, None for all; raise `NotShown` when there is none of that name."""
        return ask_source(view, self.source).slug if self.source else None


def ask_list_page(source: str = "", page: Annotated[int, Query(ge=1, le=_LAST_PAGE)] = 1) -> ListPage:
    """Return the page of a list that an address asks for."""
    return ListPage(source, page)


AskedPage = Annotated[ListPage, Depends(ask_list_page)]


def ask_day(text: str) -> date:
    """Return a day; raise `NotUnderstood` for anything else."""
    since, until = ask_moments(text, text)
    assert since is not None
    assert until is not None
    if until - since > timedelta(days=1):
        raise NotUnderstood(say("reader.no_day", text=text))
    return press_day(since)


def ask_moments(first: str, last: str) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of a day, month or year and the first after another; None for an empty text."""
    try:
        return first_moment(first) if first else None, last_moment(last) if last else None
    except BadDay as error:
        raise NotUnderstood(str(error)) from error


def name_sources(view: Connection) -> dict[str, str]:
    """Return the name of each source by its slug."""
    return {row.slug: row.name for row in list_sources(view)}


def ask_source(view: Connection, slug: str) -> StoredSource:
    """Return a source; raise `NotShown` when there is none."""
    if (found := find_source(view, slug)) is not None:
        return found
    raise NotShown(say("reader.no_source", source=slug))
