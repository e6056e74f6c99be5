"""Names: which newspapers, authors and securities of the archive people mean, and what they may have meant.

A name is folded like text before it is compared. One that the archive has not is told with the nearest ones:
a query that finds nothing for a slip in a name looks like an answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Literal, Self, TypeAlias

from sqlalchemy import ColumnElement, Connection, exists, func, select, union

from storage.articles.lists import ArticleFilter, names_security
from storage.database.schema import article, security, security_name
from storage.search.folding import fold
from storage.search.keyboard import FIELDS
from storage.search.query import Query

_NEAREST = 3
_ALIKE = 0.4
_SLIP = 0.6
_PARTED = "、"
"""What stands between the authors of an article."""
Kind: TypeAlias = Literal["field", "media", "author", "security"]
_NAMES = {"media": "newspaper", "author": "author", "security": "security"}


@dataclass(frozen=True, slots=True)
class Hint:
    """A name of a query that the archive has not, or a field that there is none of, and the nearest ones."""

    kind: Kind
    name: str
    nearest: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Return it as a sentence for people."""
        near = ", ".join(self.nearest)
        if self.kind == "field":
            return f'"{self.name}:" is no field, so it was looked for as a word; near it are: {near}'
        known = f"near it are: {near}" if near else "it has none"
        return f'the archive has no {_NAMES[self.kind]} "{self.name}"; {known}'


@dataclass(frozen=True, slots=True)
class Settled:
    """A query whose names are those of the archive, and what there is to tell about the others."""

    query: Query
    hints: tuple[Hint, ...] = ()

    def tell(self, found: int) -> tuple[Hint, ...]:
        """Return what to tell, knowing how many articles were found.

        A word before a colon is told of where it is nearly a field's, and any where nothing was found: it may
        be part of a text (``http://…``, ``结果:输``).
        """
        return self.hints + tuple(_hint_fields(self.query.strange, found))


def settle_query(connection: Connection, query: Query) -> Settled:
    """Return the query with its names as the archive has them; unknown ones stay, and find nothing."""
    wanted, hints = settle_names(connection, query.filter)
    return Settled(replace(query, filter=wanted), hints)


def settle_names(connection: Connection, wanted: ArticleFilter) -> tuple[ArticleFilter, tuple[Hint, ...]]:
    """Return the filter with its names as the archive has them, and what there is to tell about others."""
    hints: list[Hint] = []
    if wanted.media or wanted.not_media:
        known = _Known.of((name, name) for name in _list_different(connection, article.c.media))
        settle = partial(_settle, "media", known, hints)
        wanted = replace(wanted, media=settle(wanted.media), not_media=settle(wanted.not_media))
    if wanted.authors or wanted.not_authors:
        bylines = _list_different(connection, article.c.author)
        known = _Known.of((name, byline) for byline in bylines for name in byline.split(_PARTED))
        settle = partial(_settle, "author", known, hints)
        wanted = replace(wanted, authors=settle(wanted.authors), not_authors=settle(wanted.not_authors))
    if wanted.securities or wanted.not_securities:
        settle = partial(_settle_securities, connection, hints)
        wanted = replace(
            wanted, securities=settle(wanted.securities), not_securities=settle(wanted.not_securities)
        )
    return wanted, tuple(dict.fromkeys(hints))


@dataclass(frozen=True, slots=True)
class _Known:
    """Folded names, each with how it is shown and the stored values that mean it."""

    shown: Mapping[str, str]
    stored: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Return what names and the stored values that hold them make known."""
        shown: dict[str, str] = {}
        stored: dict[str, list[str]] = {}
        for name, value in pairs:
            key = _fold_name(name)
            shown.setdefault(key, name)
            stored.setdefault(key, []).append(value)
        return cls(shown, stored)

    def find(self, name: str) -> Sequence[str]:
        """Return the stored values that a name means; of several names in one, those that hold all."""
        values = [self.stored.get(_fold_name(part), ()) for part in name.split(_PARTED)]
        return [value for value in values[0] if all(value in others for others in values[1:])]

    def nearest(self, name: str) -> tuple[str, ...]:
        """Return the known names that are most like one; where none is, the first by the alphabet."""
        near = get_close_matches(_fold_name(name), self.shown, _NEAREST, _ALIKE) or sorted(self.shown)
        return tuple(self.shown[key] for key in near[:_NEAREST])


def _settle(kind: Kind, known: _Known, hints: list[Hint], names: Sequence[str]) -> tuple[str, ...]:
    settled: list[str] = []
    for name in names:
        found = known.find(name)
        settled += found or [name]
        if not found:
            hints.append(Hint(kind, name, known.nearest(name)))
    return tuple(dict.fromkeys(settled))


def _settle_securities(connection: Connection, hints: list[Hint], names: Sequence[str]) -> tuple[str, ...]:
    """Return securities as the archive names them; all its names are read only where one is unknown."""
    plain = [unicodedata.normalize("NFKC", name).strip() for name in names]
    missing = [name for name in plain if not _has_security(connection, name)]
    if not missing:
        return tuple(plain)
    columns = [table.c[name] for table in (security, security_name) for name in ("code", "market", "name")]
    rows = connection.execute(union(select(*columns[:3]), select(*columns[3:])))
    names_of_all = (name for code, market, own in rows for name in (own, code, f"{market}.{code}"))
    known = _Known.of((name, name) for name in dict.fromkeys(filter(None, names_of_all)))
    settled = _settle("security", known, hints, missing)
    return tuple(dict.fromkeys([name for name in plain if name not in missing] + [*settled]))


def _has_security(connection: Connection, name: str) -> bool:
    return bool(connection.execute(select(exists().where(names_security([name])))).scalar_one())


def _list_different(connection: Connection, column: ColumnElement[str]) -> list[str]:
    """Return the different values of a column, going along its index from one to the next."""
    first = select(func.min(column).label("value")).cte("different", recursive=True)
    following = select(func.min(column)).where(column > first.c.value).scalar_subquery()
    values = first.union_all(select(following).where(first.c.value.is_not(None)))
    return list(connection.execute(select(values.c.value).where(values.c.value.is_not(None))).scalars())


def _hint_fields(strange: Iterable[str], found: int) -> Iterator[Hint]:
    for name in strange:
        near = get_close_matches(fold(name), FIELDS, _NEAREST, _SLIP)
        if near or not found:
            yield Hint("field", name, tuple(f"{field}:" for field in (near or FIELDS)))


def _fold_name(name: str) -> str:
    """Return a name folded, without blanks: 方　敏 is 方敏."""
    return fold(name).replace(" ", "")
