"""What must hold between the rows of the archive: asked of the database, and told by a few examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, String, and_, cast, exists, func, literal_column, or_, select

from storage.database.schema import article, capture, facsimile, listing, picture, wording
from storage.records.listing import ListingState
from storage.records.problem import Problem
from storage.records.saying import Saying, say

SHOWN = 20
"""Problems of one kind that are told one by one; of the rest, how many they are."""
_LISTED: tuple[ListingState, ...] = ("archived", "gone")
_STATES: tuple[ListingState, ...] = ("owed", "archived", "failed", "quarantined", "gone", "furniture")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Something that no row may be: the query gives ``code`` and ``source`` of those that are."""

    kind: str
    found: Select[Any]
    command: str


def check_rows(connection: Connection) -> Iterator[Problem]:
    """Yield what does not hold between rows, the first of each kind one by one."""
    for rule in _rules():
        rows = connection.execute(rule.found.limit(SHOWN + 1)).all()
        for row in rows[:SHOWN]:
            yield Problem(
                rule.kind,
                say(f"custody.{rule.kind}", code=row.code or "", source=row.source or ""),
                rule.command.format(code=row.code, source=row.source),
                info_code=row.code,
                source=row.source,
            )
        if len(rows) > SHOWN:
            yield _tell_rest(connection, rule)
    yield from check_references(connection)


def check_references(connection: Connection) -> Iterator[Problem]:
    """Yield for each table how many of its rows refer to something that is not there."""
    broken: dict[tuple[str, str], int] = {}
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        broken[row[0], row[2]] = broken.get((row[0], row[2]), 0) + 1
    for (table, parent), count in broken.items():
        said = say("custody.reference_broken", table=table, parent=parent, count=count)
        yield Problem("reference_broken", said, "jianbao rebuild --replace", file="archive.db", count=count)


def count_rows(connection: Connection) -> Mapping[str, int]:
    """Return how many rows the tables that people know have."""
    tables = (article, wording, capture, listing, picture, facsimile)
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables
    }


def sum_ledger(connection: Connection) -> Mapping[str, int | bool]:
    """Return the ledger's sum: what was listed, by what became of it, and whether that is all."""
    rows = connection.execute(select(listing.c.state, func.count()).group_by(listing.c.state))
    states: dict[str, int] = {row[0]: row[1] for row in rows}
    sums: dict[str, int] = {state: states.get(state, 0) for state in _STATES}
    listed = sum(states.values())
    return {"listed": listed, **sums, "holds": listed == sum(sums.values())}


def _tell_rest(connection: Connection, rule: _Rule) -> Problem:
    count = connection.execute(select(func.count()).select_from(rule.found.subquery())).scalar_one() - SHOWN
    said: Saying = say("custody.more", count=count, kind=rule.kind)
    return Problem(rule.kind, said, rule.command.format(code="CODE", source="SLUG"), count=count)


def _rules() -> tuple[_Rule, ...]:
    again = "jianbao recrawl --code {code}"
    return (
        _Rule("article_missing", _listed_without_article(), again),
        _Rule("state_unknown", _in_no_known_state(), again),
        _Rule("original_unknown", _without_capture(), again),
        _Rule("wording_gap", _with_gaps(), "jianbao restore BACKUP --to DIR"),
        _Rule("copy_of_nothing", _copies_of_nothing(), again),
        _Rule("revisit_broken", _broken_revisits(), again),
        _Rule("picture_lost", _pictures_without_capture(), again),
        _Rule("facsimile_lost", _facsimiles_without_capture(), "jianbao crawl {source}"),
    )


def _listed_without_article() -> Select[Any]:
    held = exists().where(article.c.info_code == listing.c.info_code)
    return (
        select(listing.c.info_code.label("code"), listing.c.source)
        .where(listing.c.state.in_(_LISTED), ~held)
        .order_by(listing.c.info_code)
    )


def _in_no_known_state() -> Select[Any]:
    return select(listing.c.info_code.label("code"), listing.c.source).where(listing.c.state.not_in(_STATES))


def _without_capture() -> Select[Any]:
    return select(article.c.info_code.label("code"), _nothing()).where(article.c.capture_id.is_(None))


def _with_gaps() -> Select[Any]:
    numbers = (
        select(
            wording.c.info_code,
            func.count().label("count"),
            func.min(wording.c.number).label("first"),
            func.max(wording.c.number).label("last"),
        )
        .group_by(wording.c.info_code)
        .subquery()
    )
    whole = and_(
        numbers.c.count == article.c.revision, numbers.c.first == 1, numbers.c.last == article.c.revision
    )
    return (
        select(article.c.info_code.label("code"), _nothing())
        .select_from(article.outerjoin(numbers, numbers.c.info_code == article.c.info_code))
        .where(or_(numbers.c.count.is_(None), ~whole))
        .order_by(article.c.info_code)
    )


def _copies_of_nothing() -> Select[Any]:
    first = article.alias()
    held = exists().where(first.c.info_code == article.c.duplicate_of)
    return select(article.c.info_code.label("code"), _nothing()).where(
        article.c.duplicate_of.is_not(None), ~held
    )


def _broken_revisits() -> Select[Any]:
    """Revisits of a revisit, or of another payload: their own bodies are nowhere."""
    held = capture.alias()
    return (
        select(func.coalesce(capture.c.info_code, capture.c.url).label("code"), _nothing())
        .join(held, held.c.id == capture.c.refers_to)
        .where(or_(held.c.refers_to.is_not(None), held.c.payload_digest != capture.c.payload_digest))
    )


def _pictures_without_capture() -> Select[Any]:
    lost = (picture.c.state == "archived") & picture.c.capture_id.is_(None)
    return select(picture.c.info_code.label("code"), picture.c.source).where(lost)


def _facsimiles_without_capture() -> Select[Any]:
    lost = (facsimile.c.state == "archived") & facsimile.c.capture_id.is_(None)
    return select(cast(facsimile.c.day, String).label("code"), facsimile.c.source).where(lost)


def _nothing() -> Any:
    return literal_column("NULL", String).label("source")
