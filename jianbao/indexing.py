"""The search index's upkeep: what is owed to it after a crawl or an import, and building it anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from storage.archive import Archive
from storage.search import (
    build_part,
    count_index_bytes,
    count_unindexed,
    create_index,
    index_owed,
    merge_index,
    read_index_state,
)


def index_news(archive: Archive) -> int:
    """Index what has been stored and is still owed to the index; return how many articles that were."""
    with archive.reading() as connection:
        if not read_index_state(connection).owed:
            return 0
    with archive.writing() as connection:
        return index_owed(connection)


def rebuild_index(archive: Archive, *, anew: bool) -> Iterator[int]:
    """Build the search index, anew or from where it was left; yield how many articles each step did.

    Crawls may go on meanwhile; an interrupted build goes on where it was.
    """
    with archive.writing() as connection:
        if anew:
            create_index(connection)
    while True:
        with archive.writing() as connection:
            done = build_part(connection)
        yield done
        if not done:
            break
    with archive.writing() as connection:
        merge_index(connection)


def is_half_built(archive: Archive) -> bool:
    """Return whether an earlier building of the index, by this version, was left before its end."""
    with archive.reading() as connection:
        state = read_index_state(connection)
    return state.is_of_this_version and not state.is_current


def describe_index(archive: Archive) -> dict[str, Any]:
    """Return the state of the index as `reindex --json` prints it; sizes are bytes."""
    with archive.reading() as connection:
        state = read_index_state(connection)
        return {
            "version": state.version,
            "current": state.is_current,
            "left": count_unindexed(connection),
            "bytes": count_index_bytes(connection),
        }
