"""The search index: a contentless FTS5 table with ``detail=none``, keyed by ``article.id``.

The transaction that stores an article owes it to the index, which takes several at once for a third of what
each alone would cost: search reads the texts of the few that are still owed. It holds for every article with
an id up to ``IndexState.built_to``, made by the version of the tokens that is noted beside it; with anything
else search reads the texts themselves, so an answer is never wrong, only slower, until ``jianbao reindex``
has run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Integer, Select, String, column, exists, func, select, table
from sqlalchemy import text as sql_text

from storage.articles.article import first_id
from storage.database.schema import article
from storage.records import StoredArticle
from storage.records.remedy import Busy
from storage.search.tokens import TOKENIZER, article_tokens, index_version

COMPLETE = 1 << 62
"""The id up to which a finished index holds: above that of any article."""
NOTHING = -COMPLETE
"""Below the id of any article."""
_TOGETHER = 64
"""Articles that are owed before they are indexed: twice as many would gain a twentieth."""
_LARGE = 200_000
"""Characters of tokens that do not wait for others: many such at once would hold the write lock for long."""

_STATE = sql_text(
    "SELECT version, built_to, largest_shift, (SELECT count(*) FROM search_owed) FROM search_state"
)
_INSERT = sql_text("INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)")
_DELETE = sql_text("INSERT INTO search (search, rowid, tokens) VALUES ('delete', :id, :tokens)")
_DISTRUST = sql_text("UPDATE search_state SET version = '' WHERE version <> ''")
_OWE = sql_text("INSERT OR REPLACE INTO search_owed (id, tokens) VALUES (:id, :tokens)")
_UNOWE = sql_text("DELETE FROM search_owed WHERE id = :id")
_LIST_OWED = sql_text("SELECT id FROM search_owed ORDER BY id")
_owed = table("search_owed", column("id", Integer), column("tokens", String))
# By rising ids: FTS5 begins anew whenever one is lower than that before.
_READ_OWED = (
    select(article.c.id, _owed.c.tokens, article.c.title, article.c.text)
    .join(_owed, _owed.c.id == article.c.id)
    .order_by(_owed.c.id)
)
_MERGE = sql_text("INSERT INTO search (search, rank) VALUES ('merge', :pages)")
_CLEAR = sql_text(
    "DELETE FROM search_data WHERE id IN (SELECT id FROM search_data WHERE id > 10 LIMIT :pages)"
)
"""Up to 10 are averages and structure (FTS5's format): without them the table cannot be opened."""
_SETTLE_OWED = sql_text("DELETE FROM search_owed")
_NOTE_SHIFT = sql_text("UPDATE search_state SET largest_shift = :shift WHERE largest_shift < :shift")


class IndexNotOurs(Busy):
    """The index is another version's, which may be building it; the message is one sentence for people."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is built, and the largest distance of an id from its publication minute's first.

    ``owed`` counts the articles below that which are not in it yet. ``is_current`` is false when it was made
    by another version of the tokens, or is not built to its end.
    """

    version: str
    built_to: int
    largest_shift: int
    owed: int

    @property
    def is_current(self) -> bool:
        """Return whether every article is in the index or owed, as this version of jianbao writes it."""
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

    def are_of(self, stored: StoredArticle) -> bool:
        """Return whether they are those of an article as it is stored."""
        return (self.title, self.text) == (stored.article.title, stored.article.text)


@dataclass(frozen=True, slots=True)
class IndexChange:
    """An article as it is and as it was: None where it was not there yet, or is no more.

    ``ready`` are the tokens of both where they are made already; those of another text do no harm.
    """

    current: StoredArticle | None
    previous: StoredArticle | None
    ready: Sequence[ReadyTokens] = field(default=(), repr=False)

    @property
    def is_needed(self) -> bool:
        """Return whether the index holds anything else for the one than for the other."""
        if self.previous is None or self.current is None:
            return True
        return _indexed(self.previous) != _indexed(self.current)


_NONE_READY: Mapping[int, ReadyTokens] = MappingProxyType({})


def make_tokens(title: str, text: str) -> ReadyTokens:
    """Return the tokens of a title and text, for `index_article`."""
    return ReadyTokens(title, text, article_tokens(title, text))


def create_index(connection: Connection) -> None:
    """Make the index anew and empty: complete where there is no article yet, else to be built."""
    connection.execute(sql_text("DROP TABLE IF EXISTS search"))
    connection.execute(sql_text("DROP TABLE IF EXISTS search_state"))
    connection.execute(sql_text("DROP TABLE IF EXISTS search_owed"))
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
    connection.execute(sql_text("CREATE TABLE search_owed (id INTEGER PRIMARY KEY, tokens TEXT)"))
    connection.execute(
        sql_text("INSERT INTO search_state VALUES (:version, :built_to, 0)"),
        {"version": index_version(), "built_to": NOTHING if _has_articles(connection) else COMPLETE},
    )


def begin_index(connection: Connection) -> None:
    """Make the index of an archive that has no article, unless it is this version's."""
    if not read_index_state(connection).is_of_this_version and not _has_articles(connection):
        create_index(connection)


def distrust_index(connection: Connection) -> None:
    """Let nobody ask or keep up the index from now on: it is to be made anew."""
    connection.execute(_DISTRUST)


def clear_part(connection: Connection, pages: int = 500) -> bool:
    """Take some pages out of an index that is distrusted; return whether there was anything.

    `create_index` would take it out in one go, and hold the write lock for seconds.
    """
    return connection.execute(_CLEAR, {"pages": pages}).rowcount > 0


def read_index_state(connection: Connection) -> IndexState:
    """Return how far the index is built."""
    return IndexState(*connection.execute(_STATE).one())


def index_article(
    connection: Connection,
    current: StoredArticle | None,
    previous: StoredArticle | None,
    ready: Sequence[ReadyTokens] = (),
) -> bool:
    """Bring the index up to date with one article; return whether that changed it. See `index_articles`."""
    return index_articles(connection, [IndexChange(current, previous, ready)]) > 0


def index_articles(connection: Connection, changes: Iterable[IndexChange]) -> int:
    """Bring the index up to date with articles, in this order; return how many changes it took.

    An index not yet built as far is left for ``reindex`` to build, as is one of another version, which nobody
    may trust from then on.
    """
    changes = [change for change in changes if change.is_needed]
    if not changes:
        return 0
    state = read_index_state(connection)
    if not state.is_of_this_version:
        connection.execute(_DISTRUST)
        return 0
    taken, shift, owed = 0, 0, dict[int, str | None]()
    for change in changes:
        previous, current = change.previous, change.current
        is_in = previous is not None and previous.id <= state.built_to
        if previous is not None and previous.id in owed:
            del owed[previous.id]
        elif previous is not None and is_in:
            _take_out(connection, previous, change.ready)
        is_built = current is not None and current.id <= state.built_to
        if current is not None and is_built:
            owed[current.id] = _find_ready(change.ready, current)
            shift = max(shift, _shift_of(current))
        taken += is_in or is_built
    _owe(connection, state, owed)
    _note_shift(connection, state, shift)
    return taken


def _owe(connection: Connection, state: IndexState, owed: Mapping[int, str | None]) -> None:
    """Owe articles to the index, by id with their tokens; index all that is owed when that is enough."""
    if owed:
        connection.execute(_OWE, [{"id": id_, "tokens": tokens} for id_, tokens in owed.items()])
        largest = max(len(tokens or "") for tokens in owed.values())
        if state.owed + len(owed) >= _TOGETHER or largest > _LARGE:
            index_owed(connection)


def _shift_of(stored: StoredArticle) -> int:
    assert stored.article.published_at is not None
    return stored.id - first_id(stored.article.published_at)


def list_owed(connection: Connection) -> tuple[int, ...]:
    """Return the ids of the articles that are still owed to the index, rising."""
    return tuple(connection.execute(_LIST_OWED).scalars())


def prepare_owed(connection: Connection) -> dict[int, ReadyTokens]:
    """Return by id the tokens that owed articles lack, for `index_owed`: most of the work, and no writing."""
    rows = connection.execute(_READ_OWED.where(_owed.c.tokens.is_(None)))
    return {row.id: make_tokens(row.title, row.text) for row in rows}


def index_owed(connection: Connection, ready: Mapping[int, ReadyTokens] = _NONE_READY) -> int:
    """Index all that is owed, in one go; return how many articles that were.

    ``ready`` are tokens made beforehand; those of another text do no harm.
    """
    if not read_index_state(connection).is_of_this_version:
        return 0
    rows = [
        {"id": row.id, "tokens": row.tokens or _tokens_of(row, ready)}
        for row in connection.execute(_READ_OWED)
    ]
    if rows:
        connection.execute(_INSERT, rows)
    connection.execute(_SETTLE_OWED)
    return len(rows)


def prepare_part(connection: Connection, articles: int = 500) -> dict[int, ReadyTokens]:
    """Return by id the tokens of the next articles, for `build_part`: most of the work, and no writing."""
    rows = connection.execute(_next_articles(read_index_state(connection), articles))
    return {row.id: make_tokens(row.title, row.text) for row in rows}


def build_part(
    connection: Connection, articles: int = 500, ready: Mapping[int, ReadyTokens] = _NONE_READY
) -> int:
    """Index the next articles by id; return how many that were: 0 when the index is complete.

    ``ready`` are tokens made beforehand; those of another text do no harm. Raise `IndexNotOurs` where it was
    begun by another version: an index of two kinds of tokens finds neither.
    """
    state = read_index_state(connection)
    if not state.is_of_this_version:
        raise IndexNotOurs(
            "another version of jianbao has begun to build the search index; "
            "run `jianbao reindex` again once no other one runs"
        )
    rows = connection.execute(_next_articles(state, articles)).all()
    if rows:
        tokens = [{"id": row.id, "tokens": _tokens_of(row, ready)} for row in rows]
        connection.execute(_INSERT, tokens)
        _note_shift(connection, state, max(row.id - first_id(row.published_at) for row in rows))
    connection.execute(
        sql_text("UPDATE search_state SET built_to = :id"),
        {"id": rows[-1].id if len(rows) == articles else COMPLETE},
    )
    return len(rows)


def merge_index(connection: Connection) -> None:
    """Merge the index into one piece, in one go: smaller, and quicker to ask."""
    connection.execute(sql_text("INSERT INTO search (search) VALUES ('optimize')"))


def merge_part(connection: Connection, *, begin: bool = False, pages: int = 64) -> bool:
    """Go some pages on with merging the index into one piece, or ``begin`` it; return whether it goes on."""
    before = _count_changes(connection)
    connection.execute(_MERGE, {"pages": -pages if begin else pages})
    return _count_changes(connection) - before > 1  # FTS5 counts the word itself as one


def count_index_bytes(connection: Connection) -> int:
    """Return how many bytes the index takes."""
    return int(
        connection.execute(sql_text("SELECT coalesce(sum(length(block)), 0) FROM search_data")).scalar_one()
    )


def count_unindexed(connection: Connection) -> int:
    """Return how many articles a building of the index has still to come to."""
    state = read_index_state(connection)
    return int(connection.execute(select(func.count()).where(article.c.id > state.built_to)).scalar_one())


def _has_articles(connection: Connection) -> bool:
    return bool(connection.execute(select(exists().select_from(article))).scalar_one())


def _indexed(stored: StoredArticle) -> tuple[int, str, str]:
    return stored.id, stored.article.title, stored.article.text


def _next_articles(state: IndexState, articles: int) -> Select[Any]:
    """Return the query for the next articles that a building of the index comes to."""
    return (
        select(article.c.id, article.c.title, article.c.text, article.c.published_at)
        .where(article.c.id > state.built_to)
        .order_by(article.c.id)
        .limit(articles)
    )


def _tokens_of(row: Any, ready: Mapping[int, ReadyTokens]) -> str:
    made = ready.get(row.id)
    is_same = made is not None and (made.title, made.text) == (row.title, row.text)
    return made.tokens if made is not None and is_same else article_tokens(row.title, row.text)


def _count_changes(connection: Connection) -> int:
    return int(connection.execute(sql_text("SELECT total_changes()")).scalar_one())


def _find_ready(ready: Sequence[ReadyTokens], stored: StoredArticle) -> str | None:
    return next((made.tokens for made in ready if made.are_of(stored)), None)


def _take_out(connection: Connection, previous: StoredArticle, ready: Sequence[ReadyTokens]) -> None:
    """Remove an article as it was: its tokens, or what was owed of it."""
    id_, title, text = _indexed(previous)
    if not connection.execute(_UNOWE, {"id": id_}).rowcount:
        tokens = _find_ready(ready, previous) or article_tokens(title, text)
        connection.execute(_DELETE, {"id": id_, "tokens": tokens})


def _note_shift(connection: Connection, state: IndexState, shift: int) -> None:
    if shift > state.largest_shift:
        connection.execute(_NOTE_SHIFT, {"shift": shift})
