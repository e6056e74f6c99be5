"""Lists of articles: which match a filter, the newest first, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, exists, func, or_, select, tuple_

from storage.articles.article_row import read_stored
from storage.articles.security_names import is_called
from storage.database.batches import batches
from storage.database.schema import article, listing, security, wording
from storage.records import StoredArticle
from storage.stories.story import is_first_of_story

ArticleState = Literal["archived", "gone", "changed"]
"""``archived``: at its address, as far as was seen; ``gone``: its page has vanished; ``changed``: its
newspaper changed its text after it was archived, wherever it is now."""
ARTICLE_STATES: tuple[ArticleState, ...] = get_args(ArticleState)


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles a list holds; what is empty or None asks for nothing.

    Several sources, newspapers or securities mean any of them, the ``not_`` ones none of them. A security is
    a code (``600519``), market and code (``1.600519``) or a name. Newspapers and authors are compared as they
    are stored: `storage.search.names` finds what people mean by a name. ``since`` is included, ``until``
    is not. ``state`` is what became of an article's page.
    Without ``with_duplicates``, an article is left out whose text also stands in an earlier one of the list;
    with ``one_of_story``, also one that is a near copy of an earlier one of the list.
    """

    sources: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    securities: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    not_media: tuple[str, ...] = ()
    not_securities: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    with_duplicates: bool = False
    one_of_story: bool = False
    state: ArticleState | None = None

    @property
    def named_sources(self) -> tuple[str, ...]:
        """Return every source that is named, also those that are left out: a slip in one must be told."""
        return self.sources + self.not_sources

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name that a person may have typed."""
        asked = self.sources + self.media + self.securities + self.authors
        return asked + self.not_sources + self.not_media + self.not_securities + self.not_authors

    @property
    def with_copies(self) -> ArticleFilter:
        """Return the same filter for a list that leaves out no copy of any kind."""
        return replace(self, with_duplicates=True, one_of_story=False)

    @property
    def is_open(self) -> bool:
        """Return whether every article passes, copies aside."""
        return self.with_copies == ArticleFilter(with_duplicates=True)


def filter_conditions(wanted: ArticleFilter, table: FromClause = article) -> list[ColumnElement[bool]]:
    """Return what must hold of a row of the article table (or an alias of it), copies aside."""
    media, author = table.c.media, table.c.author
    asked: tuple[tuple[Any, Callable[[], ColumnElement[bool]]], ...] = (
        (wanted.sources, lambda: _listed_by(table, wanted.sources)),
        (wanted.not_sources, lambda: ~_listed_by(table, wanted.not_sources)),
        (wanted.media, lambda: media.in_(wanted.media)),
        (wanted.not_media, lambda: or_(media.is_(None), media.not_in(wanted.not_media))),
        (wanted.authors, lambda: author.in_(wanted.authors)),
        (wanted.not_authors, lambda: or_(author.is_(None), author.not_in(wanted.not_authors))),
        (wanted.securities, lambda: _mentions(table, wanted.securities)),
        (wanted.not_securities, lambda: ~_mentions(table, wanted.not_securities)),
        (wanted.since, lambda: table.c.published_at >= wanted.since),
        (wanted.until, lambda: table.c.published_at < wanted.until),
        (wanted.state, lambda: _is_in_state(table, wanted.state)),
    )
    return [condition() for value, condition in asked if value]


def count_articles(connection: Connection, wanted: ArticleFilter | None = None) -> int:
    """Return how many articles match; without a filter, how many there are."""
    wanted = wanted or ArticleFilter(with_duplicates=True)
    if wanted.one_of_story:
        listed = select_matching(wanted, article.c.id).subquery()
        return int(connection.execute(select(func.count()).select_from(listed)).scalar_one())
    counted = connection.execute(_from_cheapest(wanted, func.count(), with_article=False)).scalar_one()
    if not wanted.with_duplicates:
        hidden = (
            select(func.count())
            .where(article.c.duplicate_of.is_not(None), *filter_conditions(wanted))
            .with_hint(article, "INDEXED BY ix_article_duplicate_of", "sqlite")  # copies are few, days many
        )
        counted -= connection.execute(hidden.where(_has_first(wanted))).scalar_one()
    return int(counted)


def list_articles(
    connection: Connection,
    wanted: ArticleFilter,
    limit: int = 20,
    offset: int = 0,
    *,
    after: tuple[datetime, str] | None = None,
    newest_first: bool = True,
) -> list[StoredArticle]:
    """Return the matching articles without their securities, in the order of their publication.

    ``after`` is the publication time and info code of the last article of the page before.
    """
    query = select_matching(wanted, article, after=after, newest_first=newest_first)
    query = query.limit(limit).offset(offset)
    return [read_stored(row, ()) for row in connection.execute(query)]


def select_matching(
    wanted: ArticleFilter,
    *columns: Any,
    newest_first: bool = True,
    after: tuple[datetime, str] | None = None,
) -> Select[Any]:
    """Return a query for columns of the matching articles, in the order of their publication."""
    query = _from_cheapest(wanted, *columns)
    if not wanted.with_duplicates:
        query = query.where(or_(article.c.duplicate_of.is_(None), ~_has_first(wanted)))
    if wanted.one_of_story:
        query = query.where(is_first_of_story(lambda table: filter_conditions(wanted, table)))
    order = (listing if _is_by_listing(wanted) else article).c
    if after is not None:
        query = query.where(_lies_beyond(order, after, newest_first=newest_first))
    if newest_first:
        return query.order_by(order.published_at.desc(), order.info_code.desc())
    return query.order_by(order.published_at, order.info_code)


def list_article_sources(connection: Connection, info_codes: Iterable[str]) -> dict[str, list[str]]:
    """Return for each info code the sources that listed it, the first to list it first."""
    sources: dict[str, list[str]] = {}
    for codes in batches(info_codes):
        rows = connection.execute(
            select(listing.c.info_code, listing.c.source)
            .where(listing.c.info_code.in_(codes))
            .order_by(listing.c.first_listed_at, listing.c.source)
        )
        for code, slug in rows:
            sources.setdefault(code, []).append(slug)
    return sources


def _from_cheapest(wanted: ArticleFilter, *columns: Any, with_article: bool = True) -> Select[Any]:
    """Return a query over the matching articles that reads only the one source's listings where it can."""
    if not _is_by_listing(wanted):
        return select(*columns).select_from(article).where(*filter_conditions(wanted))
    rest = replace(wanted, sources=(), since=None, until=None)
    moment = listing.c.published_at
    query = (
        select(*columns)
        .select_from(listing)
        .where(listing.c.source == wanted.sources[0], moment.is_not(None), *filter_conditions(rest))
    )
    if with_article or not rest.is_open:
        query = query.join(article, article.c.info_code == listing.c.info_code)
    if wanted.since is not None:
        query = query.where(moment >= wanted.since)
    return query if wanted.until is None else query.where(moment < wanted.until)


def _is_by_listing(wanted: ArticleFilter) -> bool:
    return len(wanted.sources) == 1


def _listed_by(table: FromClause, slugs: Sequence[str]) -> ColumnElement[bool]:
    other = listing.alias("other")  # the list itself may go by the listings of a source
    return exists().where(other.c.source.in_(slugs), other.c.info_code == table.c.info_code)


def _is_in_state(table: FromClause, state: ArticleState | None) -> ColumnElement[bool]:
    """Return the condition that an article's page became this."""
    if state != "changed":
        return and_(table.c.status == state)
    changes = exists().where(wording.c.info_code == table.c.info_code, wording.c.number > 1)
    return and_(table.c.revision > 1, changes.where(wording.c.cause == "newspaper"))


def names_security(names: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a mention is of one of these securities, each as a person wrote it."""
    asked: list[ColumnElement[bool]] = [
        security.c.name.in_(names),
        security.c.code.in_(names),
        is_called(names),
    ]
    for name in names:
        market, point, code = name.partition(".")
        if point:
            asked.append(and_(security.c.code == code, security.c.market == market))
    return or_(*asked)


def _mentions(table: FromClause, names: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that an article mentions one of these securities."""
    info_code: ColumnElement[str] = table.c.info_code
    return info_code.in_(select(security.c.info_code).where(names_security(names)))


def _has_first(wanted: ArticleFilter) -> ColumnElement[bool]:
    """Return the condition that an earlier article of the same text is in the list as well."""
    first = article.alias("first")
    return exists().where(
        or_(
            first.c.info_code == article.c.duplicate_of,
            and_(
                first.c.duplicate_of == article.c.duplicate_of,
                tuple_(first.c.published_at, first.c.info_code)
                < tuple_(article.c.published_at, article.c.info_code),
            ),
        ),
        *filter_conditions(wanted, first),
    )


def _lies_beyond(order: Any, after: tuple[datetime, str], *, newest_first: bool) -> ColumnElement[bool]:
    published_at, info_code = after
    # The range comes first: it is what an index can begin at.
    if newest_first:
        code = order.info_code < info_code
        return and_(order.published_at <= published_at, or_(order.published_at < published_at, code))
    code = order.info_code > info_code
    return and_(order.published_at >= published_at, or_(order.published_at > published_at, code))
