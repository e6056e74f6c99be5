"""Whether the search index holds what the texts say: by its own totals, and token by token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from sqlalchemy import Connection, func, select
from sqlalchemy import text as sql_text

from storage.database.schema import article
from storage.records.problem import Problem
from storage.records.saying import say
from storage.search.index import list_owed, read_index_state
from storage.search.tokens import article_tokens

_AVERAGES = 1  # the row of FTS5 that begins with how many texts it holds
_VIEW = (
    "PRAGMA query_only=OFF",  # for a table of this connection alone
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_tokens USING fts5vocab(main, search, instance)",
    "PRAGMA query_only=ON",
)
_MORE = 0x80  # set in every byte of a number but its last
_MASK = (1 << 64) - 1
_REINDEX = "jianbao reindex"


def check_index(connection: Connection) -> Iterator[Problem]:
    """Yield what the index's own totals tell: it is not of this version, not built, or of other articles."""
    state = read_index_state(connection)
    if not state.is_current:
        yield Problem("index_not_built", say("custody.index_not_built"), _REINDEX, file="archive.db")
        return
    stray = connection.execute(
        sql_text("SELECT count(*) FROM search_owed WHERE id NOT IN (SELECT id FROM article)")
    ).scalar_one()
    articles = connection.execute(select(func.count()).select_from(article)).scalar_one()
    held = count_held(connection)
    if stray or held + state.owed - stray != articles:
        said = say("custody.index_incomplete", held=held, owed=state.owed, articles=articles)
        yield Problem("index_incomplete", said, _REINDEX, file="archive.db")


def count_held(connection: Connection) -> int:
    """Return of how many texts the index says that it holds tokens."""
    block = connection.execute(
        sql_text("SELECT block FROM search_data WHERE id = :id"), {"id": _AVERAGES}
    ).scalar()
    return _read_number(block) if block else 0


class TokenSums:
    """Sums of tokens, the same for the same tokens in any order: of the index's, and of the texts'."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of_index(self, connection: Connection) -> dict[int, int]:
        """Return for each id the sum of the tokens that the index holds of it; reads all of the index."""
        for statement in _VIEW:
            connection.exec_driver_sql(statement)
        sums: dict[int, int] = {}
        last, number = "", 0
        driver = connection.connection.cursor()
        driver.execute("SELECT term, doc FROM temp.search_tokens")
        while rows := driver.fetchmany(10_000):
            for term, identity in rows:
                if term != last:
                    last, number = term, _number_of(term)
                sums[identity] = (sums.get(identity, 0) + number) & _MASK
        return sums

    def of_text(self, title: str, text: str) -> int:
        """Return the sum of the tokens that the index should hold of an article."""
        return sum(map(self._number, _indexed(article_tokens(title, text)))) & _MASK

    def _number(self, token: str) -> int:
        number = self._known.get(token)
        if number is None:
            number = self._known[token] = _number_of(token)
        return number


def compare_index(connection: Connection, articles: Iterable[tuple[int, str, int]]) -> Iterator[Problem]:
    """Yield the articles whose tokens in the index are not those of their texts.

    ``articles`` are id, info code and `TokenSums.of_text` of every article that the index should hold.
    """
    held = TokenSums().of_index(connection)
    owed = set(list_owed(connection))
    for identity, code, expected in articles:
        found = held.pop(identity, None)
        if identity not in owed and found != expected:
            said = say("custody.index_differs", code=code)
            yield Problem("index_differs", said, _REINDEX, file="archive.db", info_code=code)
    if stray := len(held.keys() - owed):
        said = say("custody.index_strays", count=stray)
        yield Problem("index_differs", said, _REINDEX, file="archive.db", count=stray)


def _indexed(tokens: str) -> set[str]:
    """Return the tokens as FTS5's ascii tokenizer leaves them: parted at blanks, each once, a-z lowered."""
    return {token.translate(_LOWERED) for token in tokens.split(" ") if token}


_LOWERED = {ord("A") + place: ord("a") + place for place in range(26)}


def _number_of(token: str) -> int:
    return int.from_bytes(blake2b(token.encode("utf-8", "replace"), digest_size=8).digest())


def _read_number(block: bytes) -> int:
    """Return the first number of a record of FTS5: seven bits of each byte, the highest first."""
    number = 0
    for byte in block[:9]:
        number = number << 7 | byte & ~_MORE
        if not byte & _MORE:
            break
    return number
