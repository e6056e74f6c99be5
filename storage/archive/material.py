"""What the archive holds of articles that are to be read again: captures, listings, and themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, exists, func, or_, select

from storage.articles.article import find_many_delivered
from storage.captures.capture import list_captures_of_many
from storage.database.schema import article, capture, listing
from storage.ledger.contract import find_contract
from storage.ledger.listing import find_known_listings
from storage.ledger.owed import find_many_listings
from storage.records import Capture, KnownListing, Owed, StoredArticle
from storage.records.contract import Contract


@dataclass(frozen=True, slots=True)
class MaterialFilter:
    """Which articles to read again; what is empty or None asks for nothing.

    Days are those of the publication, or of the first listing while an article is not archived; ``since`` is
    included, ``until`` is not. ``states`` are those of articles (``archived``, ``gone``) and of listings
    (``quarantined``, ``failed``). ``older_than``: by a parser of an earlier version. ``found_by``: with a
    field that this rule found, ``FIELD:RULE`` or the rule alone.
    """

    info_codes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    states: tuple[str, ...] = ()
    older_than: int | None = None
    parser_version: int | None = None
    found_by: str | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """All that is kept of one info code, captures in the order in which they came.

    ``payloads`` are the captures that hold the bodies of revisits, by id; ``contracts`` those of its sources.
    """

    info_code: str
    captures: tuple[Capture, ...]
    listings: tuple[Owed, ...]
    known: tuple[KnownListing, ...] = ()
    stored: StoredArticle | None = None
    payloads: Mapping[int, Capture] = field(default_factory=dict)
    contracts: Mapping[str, Contract] = field(default_factory=dict)


def list_material_codes(connection: Connection, wanted: MaterialFilter, after: str, limit: int) -> list[str]:
    """Return the next info codes of which there are captures and that match, by code after the given one."""
    query = _select(wanted).where(capture.c.info_code > after).distinct()
    return [*connection.execute(query.order_by(capture.c.info_code).limit(limit)).scalars()]


def count_material(connection: Connection, wanted: MaterialFilter, after: str = "") -> int:
    """Return how many info codes match, by code after the given one."""
    query = _select(wanted).where(capture.c.info_code > after).distinct()
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def read_material(connection: Connection, info_codes: Sequence[str]) -> list[Material]:
    """Return what is held of these articles, in their order."""
    stored = find_many_delivered(connection, info_codes)
    listings = find_many_listings(connection, info_codes)
    known = find_known_listings(connection, info_codes)
    captures, payloads = list_captures_of_many(connection, info_codes)
    slugs = {one.source for code in info_codes if code not in stored for one in listings.get(code, ())}
    contracts = {slug: find_contract(connection, slug) for slug in slugs}
    return [
        Material(
            code,
            tuple(captures.get(code, ())),
            tuple(listings.get(code, ())),
            known.get(code, ()),
            stored.get(code),
            payloads,
            contracts,
        )
        for code in info_codes
    ]


def _select(wanted: MaterialFilter) -> Any:
    query = select(capture.c.info_code).where(capture.c.info_code.is_not(None))
    if wanted.info_codes:
        query = query.where(capture.c.info_code.in_(wanted.info_codes))
    about_article, about_listing = _conditions_of_article(wanted), _conditions_of_listing(wanted)
    if about_article or about_listing:
        is_archived = exists().where(article.c.info_code == capture.c.info_code, *about_article)
        query = query.where(
            or_(is_archived, _is_only_listed(about_listing)) if _may_wait(wanted) else is_archived
        )
    if wanted.sources:
        of_source = listing.c.source.in_(wanted.sources)
        query = query.where(exists().where(listing.c.info_code == capture.c.info_code, of_source))
    return query


def _may_wait(wanted: MaterialFilter) -> bool:
    """Tell whether what is not archived may match: it has no parser, and nothing was found in it."""
    has_states = not wanted.states or any(state in ("quarantined", "failed") for state in wanted.states)
    return has_states and (wanted.older_than, wanted.parser_version, wanted.found_by) == (None, None, None)


def _is_only_listed(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return exists().where(listing.c.info_code == capture.c.info_code, *conditions)


def _conditions_of_article(wanted: MaterialFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(article.c.status.in_(wanted.states))
    if wanted.since is not None:
        found.append(article.c.published_at >= wanted.since)
    if wanted.until is not None:
        found.append(article.c.published_at < wanted.until)
    if wanted.older_than is not None:
        found.append(article.c.parser_version < wanted.older_than)
    if wanted.parser_version is not None:
        found.append(article.c.parser_version == wanted.parser_version)
    if wanted.found_by is not None:
        found.append(_was_found_by(wanted.found_by))
    return found


def _was_found_by(wanted: str) -> ColumnElement[bool]:
    name, _, rule = wanted.rpartition(":")
    if name:
        found: ColumnElement[bool] = article.c.found_by[name].as_string() == rule
        return found
    return cast(article.c.found_by, String).contains(f'": "{rule}"', autoescape=True)


def _conditions_of_listing(wanted: MaterialFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(listing.c.state.in_([one for one in wanted.states if one in ("quarantined", "failed")]))
    if wanted.since is not None:
        found.append(listing.c.first_listed_at >= wanted.since)
    if wanted.until is not None:
        found.append(listing.c.first_listed_at < wanted.until)
    if found and not wanted.states:
        is_there = exists().where(article.c.info_code == listing.c.info_code)
        found.append(and_(~is_there))
    return found
