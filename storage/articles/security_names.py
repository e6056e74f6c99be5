"""What securities are called: a name for each that a chart or a text mentions without one.

A name counts by how many articles link the code under it, else print it so. Mentions are stored as their own
article has them and named on reading, so it is the same in whatever order articles arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from storage.database.opening import upsert
from storage.database.schema import security, security_name
from storage.records import Security

_SAME = and_(
    security_name.c.market == bindparam("of_market"),
    security_name.c.code == bindparam("of_code"),
    security_name.c.name == bindparam("of_name"),
)
_ENTER = upsert(security_name).on_conflict_do_nothing()
_COUNT = (
    update(security_name)
    .where(_SAME)
    .values(
        links=security_name.c.links + bindparam("more_links"),
        texts=security_name.c.texts + bindparam("more_texts"),
    )
)
_PART = 300  # codes asked for in one statement


def count_names(connection: Connection, gone: Iterable[Security], come: Iterable[Security]) -> None:
    """Count the names of an article's mentions: those that it no longer has, and those that it has now."""
    before, after = _votes(gone), _votes(come)
    new = after.keys() - before.keys()
    if new:
        entries = [(*key[:3], 0, 0) for key in sorted(new)]
        names = [column.name for column in security_name.c]
        connection.execute(_ENTER, [dict(zip(names, entry, strict=True)) for entry in entries])
    changes = [_change(key, 1) for key in sorted(new)]
    changes += [_change(key, -1) for key in sorted(before.keys() - after.keys())]
    if changes:
        connection.execute(_COUNT, changes)


def count_all_names(connection: Connection) -> None:
    """Count the names of all mentions anew."""
    links, texts = (func.sum(case((security.c.mention == kind, 1), else_=0)) for kind in ("link", "text"))
    names = (security.c.market, security.c.code, security.c.name)
    counted = (
        select(*names, links, texts)
        .where(security.c.name != "", security.c.mention != "chart")
        .group_by(*names)
    )
    connection.execute(delete(security_name))
    connection.execute(
        insert(security_name).from_select([column.name for column in security_name.c], counted)
    )


def name_securities(connection: Connection, mentions: Sequence[Security]) -> tuple[Security, ...]:
    """Return an article's mentions with charts and texts under the name that the archive knows their code by.

    A link of the same article names it first; where no name is known, the mention keeps what it has.
    """
    return name_many(connection, {"": mentions})[""]


def name_many(
    connection: Connection, articles: Mapping[str, Sequence[Security]]
) -> dict[str, tuple[Security, ...]]:
    """Return the mentions of many articles as `name_securities` names them, asking once for all."""
    wanted = {code for mentions in articles.values() for code in _codes(mentions) - _linked(mentions)}
    names = find_names(connection, wanted) if wanted else {}
    return {key: tuple(_named(mentions, names)) for key, mentions in articles.items()}


def _named(mentions: Sequence[Security], names: Mapping[tuple[str, str], str]) -> Iterator[Security]:
    own = _linked(mentions)
    for one in mentions:
        code = one.market, one.code
        yield one if code in own else replace(one, name=names.get(code, one.name))


def _codes(mentions: Sequence[Security]) -> set[tuple[str, str]]:
    return {(one.market, one.code) for one in mentions}


def _linked(mentions: Sequence[Security]) -> set[tuple[str, str]]:
    return _codes([one for one in mentions if one.mention == "link"])


def find_names(connection: Connection, codes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the names that these (market, code) are known by."""
    found: dict[tuple[str, str], str] = {}
    rest = sorted(codes)
    while rest:
        part, rest = rest[:_PART], rest[_PART:]
        rows = connection.execute(
            select(security_name)
            .where(
                tuple_(security_name.c.market, security_name.c.code).in_(part),
                or_(security_name.c.links > 0, security_name.c.texts > 0),
            )
            .order_by(security_name.c.links.desc(), security_name.c.texts.desc(), security_name.c.name)
        )
        for row in rows:
            found.setdefault((row.market, row.code), row.name)
    return found


def is_called(names: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a mention, by chart or in text, is of a code that other articles call so."""
    called = select(security_name.c.market, security_name.c.code).where(
        security_name.c.name.in_(names), or_(security_name.c.links > 0, security_name.c.texts > 0)
    )
    return and_(security.c.mention != "link", tuple_(security.c.market, security.c.code).in_(called))


def _votes(mentions: Iterable[Security]) -> dict[tuple[str, str, str, str], None]:
    return {
        (one.market, one.code, one.name, one.mention): None
        for one in mentions
        if one.name and one.mention != "chart"
    }


def _change(key: tuple[str, str, str, str], by: int) -> dict[str, str | int]:
    market, code, name, mention = key
    return {
        "of_market": market,
        "of_code": code,
        "of_name": name,
        "more_links": by if mention == "link" else 0,
        "more_texts": by if mention == "text" else 0,
    }
