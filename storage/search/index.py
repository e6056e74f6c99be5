"""The search index: a contentless FTS5 table with ``detail=none``, keyed by ``article.id``.

Written in the transaction that stores the article. It holds for every article with an id up to
``IndexState.built_to``, made by the version of the tokens that is noted beside it; with anything else search
reads the texts themselves, so an answer is never wrong, only slower, until ``jianbao reindex`` has run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, column, exists, func, literal_column, select, table
from sqlalchemy import text as sql_text

from storage.articles import StoredArticle, first_id
from storage.schema import article
from storage.search.tokens import TOKENIZER, article_tokens, index_version

COMPLETE = 1 << 62
"""The id up to which a finished index holds: above that of any article."""
_NOTHING = -COMPLETE
search = table("search", column("rowid"), column("tokens"))
"""The FTS5 table, as SQLAlchemy may name it."""

_STATE = sql_text("SELECT version, built_to, largest_shift FROM search_state")
_INSERT = sql_text("INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)")
_DELETE = sql_text("INSERT INTO search (search, rowid, tokens) VALUES ('delete', :id, :tokens)")
_DISTRUST = sql_text("UPDATE search_state SET version = '' WHERE version <> ''")
_PROBED = 30
_PROBE = sql_text(
    "SELECT count(*), min(rowid) FROM "
    "(SELECT rowid FROM search WHERE search MATCH :token ORDER BY rowid DESC LIMIT :few)"
)
_NOTE_SHIFT = sql_text("UPDATE search_state SET largest_shift = :shift WHERE largest_shift < :shift")


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is built, and the largest distance of an id from its publication minute's first.

    ``is_current`` is false when it was made by another version of the tokens, or is not built to its end.
    """

    version: str
    built_to: int
    largest_shift: int

    @property
    def is_current(self) -> bool:
        """Return whether every article is in the index, as this version of jianbao writes it."""
        return self.built_to >= COMPLETE and self.is_of_this_version

    @property
    def is_of_this_version(self) -> bool:
        """Return whether it was made, as far as it goes, as this version of jianbao writes it."""
        return self.version == index_version()


@dataclass(frozen=True, slots=True)
class ReadyTokens:
    """The tokens of a title and text, made beforehand, perhaps in another process: most of the work."""

    title: str
    text: str
    tokens: str = field(repr=False)


def make_tokens(title: str, text: str) -> ReadyTokens:
    """Return the tokens of a title and text, for `index_article`."""
    return ReadyTokens(title, text, article_tokens(title, text))


def create_index(connection: Connection) -> None:
    """Make the index anew and empty: complete where there is no article yet, else to be built."""
    connection.execute(sql_text("DROP TABLE IF EXISTS search"))
    connection.execute(sql_text("DROP TABLE IF EXISTS search_state"))
    quoted = TOKENIZER.replace('"', '""')
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE search USING fts5("
        f'tokens, content="", detail=none, columnsize=0, tokenize="{quoted}")'
    )
    connection.execute(
        sql_text(
            "CREATE TABLE search_state (version TEXT NOT NULL, built_to INTEGER NOT NULL, "
            "largest_shift INTEGER NOT NULL)"
        )
    )
    connection.execute(
        sql_text("INSERT INTO search_state VALUES (:version, :built_to, 0)"),
        {"version": index_version(), "built_to": _NOTHING if _has_articles(connection) else COMPLETE},
    )


def read_index_state(connection: Connection) -> IndexState:
    """Return how far the index is built."""
    return IndexState(*connection.execute(_STATE).one())


def index_article(
    connection: Connection,
    current: StoredArticle | None,
    previous: StoredArticle | None,
    ready: ReadyTokens | None = None,
) -> bool:
    """Bring the index up to date with an article as it was and as it is; return whether that changed it.

    None is an article that was not there yet, or is no more. An index not yet built as far is left for
    ``reindex`` to build, as is one of another version, which nobody may trust from then on. ``ready`` are
    the article's tokens where they are made already; those of another text do no harm.
    """
    if previous is not None and current is not None and _indexed(previous) == _indexed(current):
        return False
    state = read_index_state(connection)
    if not state.is_of_this_version:
        connection.execute(_DISTRUST)
        return False
    is_in = previous is not None and previous.id <= state.built_to
    if previous is not None and is_in:
        _delete(connection, previous)
    if current is None or current.id > state.built_to:
        return is_in
    if ready is None or (ready.title, ready.text) != (current.article.title, current.article.text):
        ready = make_tokens(current.article.title, current.article.text)
    connection.execute(_INSERT, [{"id": current.id, "tokens": ready.tokens}])
    assert current.article.published_at is not None
    _note_shift(connection, state, current.id - first_id(current.article.published_at))
    return True


def build_part(connection: Connection, articles: int = 500) -> int:
    """Index the next articles by id; return how many that were: 0 when the index is complete."""
    state = read_index_state(connection)
    rows = connection.execute(
        select(article.c.id, article.c.title, article.c.text, article.c.published_at)
        .where(article.c.id > state.built_to)
        .order_by(article.c.id)
        .limit(articles)
    ).all()
    _insert(connection, ((row.id, row.title, row.text) for row in rows))
    if rows:
        _note_shift(connection, state, max(row.id - first_id(row.published_at) for row in rows))
    connection.execute(
        sql_text("UPDATE search_state SET built_to = :id"),
        {"id": rows[-1].id if len(rows) == articles else COMPLETE},
    )
    return len(rows)


def merge_index(connection: Connection) -> None:
    """Merge the index into one piece: smaller, and quicker to ask."""
    connection.execute(sql_text("INSERT INTO search (search) VALUES ('optimize')"))


def count_index_bytes(connection: Connection) -> int:
    """Return how many bytes the index takes."""
    return int(
        connection.execute(sql_text("SELECT coalesce(sum(length(block)), 0) FROM search_data")).scalar_one()
    )


def count_unindexed(connection: Connection) -> int:
    """Return how many articles a building of the index has still to come to."""
    state = read_index_state(connection)
    return int(connection.execute(select(func.count()).where(article.c.id > state.built_to)).scalar_one())


def tokens_match(expression: str) -> Any:
    """Return the condition that an article of the index holds an expression of tokens."""
    return literal_column("search").op("MATCH")(expression)


def pick_rarest(connection: Connection, tokens: list[str], most: int) -> list[str]:
    """Return those tokens that fewest articles hold, judged by how far back their newest ones reach."""
    if len(tokens) <= most:
        return tokens
    return sorted(tokens, key=lambda token: _commonness(connection, token))[:most]


def any_of(alternatives: Iterable[tuple[Iterable[str], Iterable[str]]]) -> str:
    """Return the expression for articles that hold all tokens of an alternative, and none it excludes."""
    return " OR ".join(
        f"({_all_of(held)}" + "".join(f" NOT {_quoted(token)}" for token in excluded) + ")"
        for held, excluded in alternatives
    )


def _has_articles(connection: Connection) -> bool:
    return bool(connection.execute(select(exists().select_from(article))).scalar_one())


def _all_of(tokens: Iterable[str]) -> str:
    return "(" + " AND ".join(map(_quoted, tokens)) + ")"


def _commonness(connection: Connection, token: str) -> tuple[bool, int]:
    """Return a measure that grows with the number of articles that hold a token."""
    count, last = connection.execute(_PROBE, {"token": _quoted(token), "few": _PROBED}).one()
    return count == _PROBED, last if count == _PROBED else count


def _quoted(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


def _indexed(stored: StoredArticle) -> tuple[int, str, str]:
    return stored.id, stored.article.title, stored.article.text


def _insert(connection: Connection, indexed: Iterable[tuple[int, str, str]]) -> None:
    rows = [{"id": id_, "tokens": article_tokens(title, text)} for id_, title, text in indexed]
    if rows:
        connection.execute(_INSERT, rows)


def _delete(connection: Connection, previous: StoredArticle) -> None:
    id_, title, text = _indexed(previous)
    connection.execute(_DELETE, {"id": id_, "tokens": article_tokens(title, text)})


def _note_shift(connection: Connection, state: IndexState, shift: int) -> None:
    if shift > state.largest_shift:
        connection.execute(_NOTE_SHIFT, {"shift": shift})
