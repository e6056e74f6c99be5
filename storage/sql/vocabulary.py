"""What SQL from people may use: functions that compute, PRAGMAs that tell. Everything else is refused.

Listed is what is let in, since SQLite, its build and its extensions grow: a new function is refused until
somebody has looked at it.
"""

from __future__ import annotations

_SCALARS = """
    abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely lower
    ltrim max min nullif octet_length printf quote random randomblob replace round rtrim said sign soundex
    sqlite_version substr substring trim typeof unhex unicode unlikely upper zeroblob
"""
_TIMES = """
    current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch
"""
_MATHS = """
    acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi
    pow power radians sin sinh sqrt tan tanh trunc
"""
_AGGREGATES = """
    avg count cume_dist dense_rank first_value group_concat lag last_value lead median nth_value ntile
    percent_rank percentile rank row_number string_agg sum total
"""
# json_patch is not among them: its time is that of the one object's keys times the other's.
_JSON = """
    -> ->> json json_array json_array_length json_each json_error_position json_extract json_group_array
    json_group_object json_insert json_object json_pretty json_quote json_remove json_replace
    json_set json_tree json_type json_valid subtype
"""
_SEARCH = "bm25 match"

_TELLING = """
    collation_list compile_options data_version foreign_key_list freelist_count index_info index_list
    index_xinfo page_count page_size table_info table_list table_xinfo
"""

FUNCTIONS = frozenset(f"{_SCALARS} {_TIMES} {_MATHS} {_AGGREGATES} {_JSON} {_SEARCH}".split())
"""The functions that may be used, in lower case: none reads or writes a file, or changes anything."""

PRAGMAS = frozenset(_TELLING.split())
"""The PRAGMAs that may be used: with and without an argument they only tell something."""
