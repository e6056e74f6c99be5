"""What must hold between the rows of the archive: asked of the database, and told by a few examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    String,
    Table,
    and_,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from storage.database.schema import (
    article,
    capture,
    facsimile,
    issue,
    issue_page,
    listing,
    picture,
    story_link,
    story_member,
    wording,
)
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


REFETCH = {
    "picture": "jianbao gaps {source} --repair --kind picture",
    "facsimile": "jianbao gaps {source} --repair --kind facsimile",
}
"""What fetches the pictures of a source's articles, or of its pages, that nothing holds."""
STORIES = "jianbao stories --rebuild"


def check_rows(connection: Connection) -> Iterator[Problem]:
    """Yield what does not hold between rows, the first of each kind one by one."""
    yield from check_references(connection)
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
        _Rule("article_missing", _listed_without_article(), "jianbao gaps {source} --repair --kind absent"),
        _Rule("state_unknown", _in_no_known_state(), again),
        _Rule("original_unknown", _without_capture(), again),
        _Rule("wording_gap", _with_gaps(), "jianbao rebuild --replace"),
        _Rule("copy_of_nothing", _copies_of_nothing(), "jianbao reparse --code {code} --apply"),
        _Rule("revisit_broken", _broken_revisits(), again),
        _Rule("picture_lost", _without_whole_capture(picture), REFETCH["picture"]),
        _Rule("facsimile_lost", _without_whole_capture(facsimile), REFETCH["facsimile"]),
        _Rule("issue_torn", _torn_issues(), "jianbao gaps {source} --repair --kind issue"),
        _Rule("story_torn", _torn_stories(), STORIES),
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
    """Revisits of a revisit, or of another payload, but those of a page that was kept again later."""
    held, later = capture.alias(), capture.alias()
    is_kept_again = exists().where(
        later.c.info_code == capture.c.info_code, later.c.url == capture.c.url, later.c.id > capture.c.id
    )
    return (
        select(capture.c.info_code.label("code"), _nothing())
        .join(held, held.c.id == capture.c.refers_to)
        .where(
            capture.c.info_code.is_not(None),
            or_(held.c.refers_to.is_not(None), held.c.payload_digest != capture.c.payload_digest),
            ~is_kept_again,
        )
    )


def _without_whole_capture(table: Table) -> Select[Any]:
    """Pictures that count as archived without a capture, or whose capture repeats what is nowhere."""
    own, held = capture.alias(), capture.alias()
    is_broken = or_(held.c.refers_to.is_not(None), held.c.payload_digest != own.c.payload_digest)
    code = table.c.info_code if table is picture else cast(table.c.day, String)
    return (
        select(code.label("code"), table.c.source)
        .outerjoin(own, own.c.id == table.c.capture_id)
        .outerjoin(held, held.c.id == own.c.refers_to)
        .where(table.c.state == "archived", or_(own.c.id.is_(None), is_broken))
        .order_by(table.c.source, code)
    )


def _torn_issues() -> Select[Any]:
    """Issues that lack pages, or articles that their pages list."""
    of_day = func.replace(cast(issue.c.day, String), "-", "")
    pages = (
        select(func.count())
        .where(issue_page.c.source == issue.c.source, issue_page.c.day == issue.c.day)
        .scalar_subquery()
    )
    its_day = func.substr(listing.c.info_code, func.instr(listing.c.info_code, "-") + 1, 9)
    counted = (
        select(listing.c.source, its_day.label("day"), func.count().label("articles"))
        .where(listing.c.source.in_(select(issue.c.source)))
        .group_by(listing.c.source, its_day)
        .subquery()
    )
    known = (counted.c.source == issue.c.source) & (counted.c.day == of_day + ".")
    lacks = func.coalesce(counted.c.articles, 0) < issue.c.articles
    return (
        select(cast(issue.c.day, String).label("code"), issue.c.source)
        .outerjoin(counted, known)
        .where(issue.c.state == "listed", or_(pages < issue.c.pages, lacks))
        .order_by(issue.c.source, issue.c.day)
    )


def _torn_stories() -> Select[Any]:
    """Near copies that are not in one story, though they are linked."""
    one, other = story_member.alias(), story_member.alias()
    return (
        select(story_link.c.one.label("code"), _nothing())
        .outerjoin(one, one.c.info_code == story_link.c.one)
        .outerjoin(other, other.c.info_code == story_link.c.other)
        .where(or_(one.c.story.is_(None), other.c.story.is_(None), one.c.story != other.c.story))
        .order_by(story_link.c.one)
    )


def _nothing() -> Any:
    return literal_column("NULL", String).label("source")
