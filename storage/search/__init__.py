"""Search: every article that contains what is asked for, and only those (docs/design.md#search).

Nothing else knows how the index is made, of SQLite's FTS5.
"""

from storage.records.asking import Order, Unit
from storage.search.find import Found, Hit, iterate_matches, search_articles
from storage.search.index import (
    IndexChange,
    IndexNotOurs,
    IndexState,
    ReadyTokens,
    begin_index,
    build_part,
    clear_part,
    count_index_bytes,
    count_unindexed,
    create_index,
    distrust_index,
    index_article,
    index_articles,
    index_owed,
    list_owed,
    make_tokens,
    merge_index,
    merge_part,
    prepare_owed,
    prepare_part,
    read_index_state,
)
from storage.search.names import Hint, Settled, settle_names, settle_query
from storage.search.query import BadQuery, Group, Query, Word, narrow, parse_query
from storage.search.snippet import Piece, find_hits, make_snippet, mark_hits
from storage.search.tokens import index_version
from storage.search.total import AT_ONCE, COMPLETELY, THOROUGH, Effort
from storage.search.trend import Trend, TrendPoint, count_trend

__all__ = [
    "AT_ONCE",
    "COMPLETELY",
    "THOROUGH",
    "BadQuery",
    "Effort",
    "Found",
    "Group",
    "Hint",
    "Hit",
    "IndexChange",
    "IndexNotOurs",
    "IndexState",
    "Order",
    "Piece",
    "Query",
    "ReadyTokens",
    "Settled",
    "Trend",
    "TrendPoint",
    "Unit",
    "Word",
    "begin_index",
    "build_part",
    "clear_part",
    "count_index_bytes",
    "count_trend",
    "count_unindexed",
    "create_index",
    "distrust_index",
    "find_hits",
    "index_article",
    "index_articles",
    "index_owed",
    "index_version",
    "iterate_matches",
    "list_owed",
    "make_snippet",
    "make_tokens",
    "mark_hits",
    "merge_index",
    "merge_part",
    "narrow",
    "parse_query",
    "prepare_owed",
    "prepare_part",
    "read_index_state",
    "search_articles",
    "settle_names",
    "settle_query",
]
