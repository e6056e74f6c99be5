"""Batches: long lists in parts that one statement can take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

AT_ONCE = 5_000
"""Values in one statement: SQLite takes 32,766, PostgreSQL 65,535."""


def batches(items: Iterable[Item], size: int = AT_ONCE) -> Iterator[list[Item]]:
    """Yield the items in lists of so many, the last one with what is left."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
