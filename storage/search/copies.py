"""Copies of a text among the answers to a query: which there are, and which of them answer as well."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, or_, select
from sqlalchemy import text as sql_text

from storage.articles.lists import filter_conditions
from storage.database.batches import batches
from storage.database.schema import article
from storage.search.match import matches
from storage.search.query import Query

Key = tuple[datetime, str]
"""Where an article stands in the order of publication: its time, then its info code."""
_TEXTS = (article.c.title, article.c.text)
# The copies' own index, which SQLite would not choose: it knows that an id leads to an article.
_PROPOSED = sql_text(
    "SELECT count(*), json_group_array(json_array(article.info_code, article.duplicate_of))"
    " FILTER (WHERE article.id IS NOT NULL)"
    " FROM search LEFT JOIN article INDEXED BY ix_article_copy"
    " ON article.id = search.rowid AND article.duplicate_of IS NOT NULL"
    " WHERE search MATCH :expression AND search.rowid >= :down_to"
)


def list_copies(connection: Connection, firsts: Iterable[str]) -> dict[str, list[tuple[str, Key]]]:
    """Return for each article that has copies all articles of its text, itself the first, and their keys."""
    copies: dict[str, list[tuple[str, Key]]] = {}
    for codes in batches(dict.fromkeys(firsts)):
        rows = connection.execute(
            select(article.c.info_code, article.c.published_at, article.c.duplicate_of)
            .where(or_(article.c.info_code.in_(codes), article.c.duplicate_of.in_(codes)))
            .order_by(article.c.published_at, article.c.info_code)
        )
        for row in rows:
            key = (row.published_at, row.info_code)
            copies.setdefault(row.duplicate_of or row.info_code, []).append((row.info_code, key))
    return copies


def count_proposed_copies(
    connection: Connection, expression: str, down_to: int
) -> tuple[int, dict[str, str]]:
    """Return how many articles the index proposes, down to an id, and the copies among them.

    These with the first article of their text each.
    """
    count, copies = connection.execute(_PROPOSED, {"expression": expression, "down_to": down_to}).one()
    return count, dict(json.loads(copies))


def count_hidden(connection: Connection, query: Query, firsts: Mapping[str, str]) -> int:
    """Return how many of these copies hide behind an earlier article of their text that answers as well.

    ``firsts`` are copies that answer, each with the first article of its text.
    """
    copies = list_copies(connection, firsts.values())
    others = (code for same in copies.values() for code, _ in same if code not in firsts)
    there = firsts.keys() | matching_articles(connection, query, others)
    shown = {next((code for code, _ in same if code in there), None) for same in copies.values()}
    return sum(code not in shown for code in firsts)


def matches_article(connection: Connection, query: Query, info_code: str) -> bool:
    """Return whether one article answers the query."""
    row = connection.execute(
        select(*_TEXTS).where(article.c.info_code == info_code, *filter_conditions(query.filter))
    ).first()
    return row is not None and matches(query, row.title, row.text)


def matching_articles(connection: Connection, query: Query, info_codes: Iterable[str]) -> set[str]:
    """Return those of the articles that answer the query."""
    found = set[str]()
    for codes in batches(dict.fromkeys(info_codes)):
        rows = select(article.c.info_code, *_TEXTS).where(article.c.info_code.in_(codes))
        for row in connection.execute(rows.where(*filter_conditions(query.filter))):
            if matches(query, row.title, row.text):
                found.add(row.info_code)
    return found
