"""Articles that others point at and the archive lacks: links, copies, the parts of a story."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, Text, cast, exists, literal, select

from storage.database.batches import batches
from storage.database.schema import article, code_alias, listing
from storage.ledger.holes.asked import Asked, Missing
from storage.ledger.holes.contradictions import day_of
from storage.ledger.holes.owners import Owners
from storage.records import find_info_code, info_code_day
from storage.records.hole import Hole, HoleKind
from storage.records.press_days import press_day
from storage.records.saying import quote, say

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
    found: dict[str, tuple[str, date]] = {}
    for address, (_, day) in list_link_addresses(connection).items():
        identity = identify(address)
        if identity is not None:
            found.setdefault(identity[1], (identity[0], day))
    for code in _leave_known_out(connection, found):
        slug, day = found[code]
        yield slug, info_code_day(code) or day, "mentioned", say("holes.mentioned"), code


def _leave_known_out(connection: Connection, codes: Mapping[str, object]) -> list[str]:
    """Return those of some codes that neither an article nor a listing has, now or by a former name."""
    known: set[str] = set()
    for part in batches(codes):
        for column in (article.c.info_code, listing.c.info_code, code_alias.c.alias):
            known |= set(connection.execute(select(column).where(column.in_(part))).scalars())
    return sorted(codes.keys() - known)


def _list_pointed(
    connection: Connection, kind: HoleKind, pointer: ColumnElement[str | None]
) -> Iterator[Missing]:
    """Return what a column of articles names and neither articles nor listings have."""
    other, listed = article.alias("other"), listing.alias("listed")
    rows = connection.execute(
        select(pointer.label("code"), article.c.info_code, article.c.published_at, listing.c.source)
        .join(listing, listing.c.info_code == article.c.info_code)
        .where(
            pointer.is_not(None),
            ~exists().where(other.c.info_code == pointer),
            ~exists().where(code_alias.c.alias == pointer),
            ~exists().where(listed.c.info_code == pointer),
        )
        .order_by(article.c.info_code)
    )
    told: set[str] = set()
    for row in rows:
        if row.code not in told:
            told.add(row.code)
            yield row.source, day_of(row.code, row.published_at), kind, say(f"holes.{kind}"), row.code


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
