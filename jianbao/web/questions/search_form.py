"""What the search form asks for: the query, narrowed by the form's fields, and where in the answer we are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self, cast

from starlette.requests import Request

from jianbao.web.answers.errors import NotUnderstood
from jianbao.web.answers.rendering import address
from jianbao.web.questions.addresses import ask_moments
from storage.articles.lists import ArticleFilter
from storage.records.asking import ORDERS, UNITS, Order, Unit
from storage.records.saying import say
from storage.search import Query, narrow, parse_query

PAGE = 20
LAST_PAGE = 50
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form holds, as it was sent. ``from_`` and ``to`` are days, months or years."""

    q: str = ""
    source: str = ""
    media: str = ""
    security: str = ""
    author: str = ""
    from_: str = ""
    to: str = ""
    order: str = "newest"
    by: str = "month"
    stories: str = ""
    share: str = ""
    split: str = ""
    exact: str = ""

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return what a request's address holds."""
        given = request.query_params
        fields = {name: given.get(name.rstrip("_"), "").strip()[:_LONGEST] for name in cls.__slots__}
        return cls(**{name: value for name, value in fields.items() if value})

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked for."""
        return not any((self.q, self.source, self.media, self.security, self.author, self.from_, self.to))

    @property
    def is_narrow(self) -> bool:
        """Whether more than words is asked for."""
        return (
            any((self.source, self.media, self.security, self.author, self.from_, self.to, self.stories))
            or self.order != "newest"
        )

    def read_query(self) -> Query:
        """Return the query; raise `BadQuery` or `NotUnderstood`."""
        since, until = ask_moments(self.from_, self.to)
        wanted = ArticleFilter(
            sources=_one(self.source),
            media=_one(self.media),
            securities=_one(self.security),
            authors=_one(self.author),
            since=since,
            until=until,
            one_of_story=bool(self.stories),
        )
        return narrow(parse_query(self.q), wanted)

    @property
    def checked_order(self) -> Order:
        """The order; raises `NotUnderstood` for one that we do not know."""
        return cast(Order, _choose("order", self.order, ORDERS))

    @property
    def unit(self) -> Unit:
        """The unit of time of a trend; raises `NotUnderstood` for one that we do not know."""
        return cast(Unit, _choose("by", self.by, UNITS))

    def at(self, path: str, **changed: str) -> str:
        """Return the address of a page that is asked the same, but for what is changed."""
        wanted = {name: changed.get(name, getattr(self, name)) for name in self.__slots__}
        asked = {name: value for name, value in wanted.items() if value != _USUAL[name]}
        more = {name: value for name, value in changed.items() if name not in wanted}
        return address(path, **asked, **more)


_USUAL = {each.name: each.default for each in fields(Asked)}


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _choose(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise NotUnderstood(say("reader.no_choice", name=name, text=text[:40], choices=", ".join(choices)))
    return text
