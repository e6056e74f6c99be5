"""FTS5 expressions over tokens, and what their tokens tell about how many articles they concern."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, Connection, column, literal_column, table
from sqlalchemy import text as sql_text

search = table("search", column("rowid"), column("tokens"))
"""The FTS5 table, as SQLAlchemy may name it."""
_PROBED = 30
_PROBE = sql_text(
    "SELECT count(*), min(rowid), max(rowid) FROM "
    "(SELECT rowid FROM search WHERE search MATCH :token ORDER BY rowid DESC LIMIT :few)"
)


def tokens_match(expression: str | BindParameter[str]) -> Any:
    """Return the condition that an article of the index holds an expression of tokens."""
    return literal_column("search").op("MATCH")(expression)


def any_of(alternatives: Iterable[tuple[Iterable[str], Iterable[str]]]) -> str:
    """Return the expression for articles that hold all tokens of an alternative, and none it excludes."""
    return " OR ".join(
        f"({_all_of(held)}" + "".join(f" NOT {_quoted(token)}" for token in excluded) + ")"
        for held, excluded in alternatives
    )


def with_token(expression: str, token: str) -> str:
    """Return the expression for those articles of another one that hold a token."""
    return f"({expression}) AND {_quoted(token)}"


def without_token(expression: str, token: str) -> str:
    """Return the expression for those articles of another one that do not hold a token."""
    return f"({expression}) NOT {_quoted(token)}"


def pick_rarest(connection: Connection, tokens: list[str], most: int) -> list[str]:
    """Return those tokens that fewest articles hold, judged by how far back their newest ones reach."""
    if len(tokens) <= most:
        return tokens
    return sorted(tokens, key=lambda token: _commonness(connection, token))[:most]


def _all_of(tokens: Iterable[str]) -> str:
    return "(" + " AND ".join(map(_quoted, tokens)) + ")"


def _commonness(connection: Connection, token: str) -> tuple[bool, int]:
    """Return a measure that grows with the number of articles that hold a token."""
    count, oldest, _ = connection.execute(_PROBE, {"token": _quoted(token), "few": _PROBED}).one()
    return count == _PROBED, oldest if count == _PROBED else count


def _quoted(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'
