"""Patterns that a user wrote: they may be slow on some text, but never hold a crawl.

A pattern is searched with a limit of time: one of a few characters can take years on a text of a hundred.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from storage.records import SetAside
from storage.records.saying import say

LONGEST_PATTERN = 2_000
"""Characters of a pattern."""
_LONGEST_TEXT = 20_000
"""Characters of a text in which a pattern is looked for: an info row, a paragraph, an address."""
_PATIENCE = 1.0
"""Seconds that one search may take; a usual one takes some millionths."""


def check_pattern(pattern: str) -> str:
    """Return a pattern as it is; raise `ValueError` with a clause about it where it is none."""
    if not pattern:
        raise ValueError("it is empty")
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"it is longer than {LONGEST_PATTERN:,} characters")
    try:
        _compile(pattern)
    except Exception as error:
        raise ValueError(f"it is no regular expression ({error})") from error
    return pattern


def groups_of(pattern: str) -> frozenset[str]:
    """Return the names of a pattern's groups."""
    return frozenset(_compile(pattern).groupindex)


def search_pattern(pattern: str, text: str) -> dict[str, str] | None:
    """Return the named groups that were found, with the whole match under ``""``; None without a match.

    Raises `SetAside` when the search takes too long.
    """
    found = _run(pattern, text, "search")
    if found is None:
        return None
    named = {name: value for name, value in found.groupdict().items() if value}
    return named | {"": str(found[0])}


def cut_out(pattern: str, text: str) -> str | None:
    """Return what a pattern finds in a text: its first group if it has one, else the whole match."""
    found = _run(pattern, text, "search")
    if found is None:
        return None
    return next((group for group in found.groups() if group is not None), found[0]) or None


def remove_matches(pattern: str, text: str) -> str:
    """Return a text without what a pattern finds in it."""
    try:
        return str(_compile(pattern).sub("", text[:_LONGEST_TEXT], timeout=_PATIENCE))
    except TimeoutError as error:
        raise _too_slow(pattern) from error


def matches_from_beginning(pattern: str, text: str) -> bool:
    """Return whether a pattern matches a text from its first character on."""
    return _run(pattern, text, "match") is not None


def _run(pattern: str, text: str, how: str) -> Any:
    try:
        return getattr(_compile(pattern), how)(text[:_LONGEST_TEXT], timeout=_PATIENCE)
    except TimeoutError as error:
        raise _too_slow(pattern) from error


def _too_slow(pattern: str) -> SetAside:
    return SetAside(say("page.slow_pattern", pattern=pattern, seconds=_PATIENCE))


@lru_cache(maxsize=2_000)
def _compile(pattern: str) -> Any:
    import regex  # noqa: PLC0415 - a configuration without patterns needs none; re has no limit of time

    return regex.compile(pattern)
