"""Articles that others point at and the archive lacks: links, copies, the parts of a story."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, Text, cast, exists, literal, select

from storage.database.prepared import Prepared, among
from storage.database.schema import article, code_alias, listing
from storage.ledger.holes.asked import Asked, Missing
from storage.ledger.holes.contradictions import day_of
from storage.ledger.holes.owners import Owners
from storage.records import find_info_code, info_code_day
from storage.records.hole import Hole, HoleKind
from storage.records.press_days import press_day
from storage.records.saying import quote, say

_KNOWN = [
    Prepared(select(column).where(among(column, "codes")))
    for column in (article.c.info_code, listing.c.info_code, code_alias.c.alias)
]
_SOURCES = Prepared(select(listing.c.info_code, listing.c.source).where(among(listing.c.info_code, "codes")))
Identify = Callable[[str], tuple[str, str] | None]
"""Says of an address the source and the info code of the article that stands there, None where it is none."""


def find_pointers(connection: Connection, asked: Asked, identify: Identify) -> Iterator[Hole]:
    """Return the articles that archived ones link to, are copies of or go on from, and that are not here.

    What the ledger knows is no hole of this kind: it has a state of its own.
    """
    yield from asked.gather(_list_linked(connection, identify))
    yield from asked.gather(_list_pointed(connection, "twin", article.c.duplicate_of))
    yield from asked.gather(_list_pointed(connection, "part", article.c.continues))
    yield from asked.gather(_list_incomplete(connection))


def identify_by_code(connection: Connection) -> Identify:
    """Return what tells an article by the info code in its address, of the source whose site it is."""
    owners = Owners.read(connection)

    def identify(address: str) -> tuple[str, str] | None:
        found = find_info_code(address)
        return None if found is None else (owners.find(found[0], address), found[0])

    return identify


def list_link_addresses(connection: Connection) -> dict[str, tuple[str, date]]:
    """Return the addresses that archived articles link to, each with the first that does, and its day."""
    rows = connection.execute(
        select(article.c.info_code, article.c.published_at, article.c.links)
        .where(cast(article.c.links, Text) != literal("[]", literal_execute=True))
        .order_by(article.c.info_code)
    )
    found: dict[str, tuple[str, date]] = {}
    for row in rows:
        for link in row.links:
            found.setdefault(link["url"], (row.info_code, press_day(row.published_at)))
    return found


def _list_linked(connection: Connection, identify: Identify) -> Iterator[Missing]:
    links = list_link_addresses(connection)
    told = {address: code[0] for address in links if (code := find_info_code(address)) is not None}
    known = _list_known(connection, set(told.values()))
    found: dict[str, tuple[str, date]] = {}
    for address, (_, day) in links.items():
        identity = None if told.get(address) in known else identify(address)
        if identity is not None:
            found.setdefault(identity[1], (identity[0], day))
    for missing in sorted(found.keys() - _list_known(connection, found)):
        slug, day = found[missing]
        yield slug, info_code_day(missing) or day, "mentioned", say("holes.mentioned"), missing


def _list_known(connection: Connection, codes: Collection[str]) -> set[str]:
    """Return those of some codes that an article or a listing has, now or by a former name."""
    asked = {"codes": json.dumps([*codes])}
    return {code for statement in _KNOWN for (code,) in statement.run(connection, asked)}


def _list_pointed(
    connection: Connection, kind: HoleKind, pointer: ColumnElement[str | None]
) -> Iterator[Missing]:
    """Return what a column of articles names and neither articles nor listings have."""
    # In no order, and without their sources: for either, the database would go through all articles.
    other = article.alias("other")
    rows = connection.execute(
        select(pointer.label("code"), article.c.info_code, article.c.published_at).where(
            pointer.is_not(None),
            ~exists().where(other.c.info_code == pointer),
            ~exists().where(code_alias.c.alias == pointer),
            ~exists().where(listing.c.info_code == pointer),
        )
    ).all()
    sources = _find_sources(connection, [row.info_code for row in rows])
    told: set[str] = set()
    for row in sorted(rows, key=lambda row: row.info_code):
        if row.code not in told and row.info_code in sources:
            told.add(row.code)
            yield (
                sources[row.info_code],
                day_of(row.code, row.published_at),
                kind,
                say(f"holes.{kind}"),
                row.code,
            )


def _find_sources(connection: Connection, codes: Sequence[str]) -> dict[str, str]:
    """Return the source of each article that is listed: of several, the first by slug."""
    rows = _SOURCES.run(connection, {"codes": json.dumps(codes)})
    return dict(sorted(rows, reverse=True))


def _list_incomplete(connection: Connection) -> Iterator[Missing]:
    rows = connection.execute(
        select(article.c.info_code, article.c.published_at, article.c.incomplete, listing.c.source)
        .join(listing, listing.c.info_code == article.c.info_code)
        .where(article.c.incomplete.is_not(None))
        .order_by(article.c.info_code)
    )
    for row in rows:
        reason = say("holes.incomplete", why=quote(row.incomplete))
        yield row.source, press_day(row.published_at), "part", reason, row.info_code
