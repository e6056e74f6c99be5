"""The search index's upkeep: what is owed to it after a crawl or an import, and building it anew."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from storage.archive.folder import Archive
from storage.archive.turns import Turns
from storage.database.ledger_days import count_days, list_wrong_days
from storage.search import (
    build_part,
    clear_part,
    count_index_bytes,
    count_unindexed,
    create_index,
    distrust_index,
    index_owed,
    merge_part,
    prepare_owed,
    prepare_part,
    read_index_state,
)


@dataclass(frozen=True, slots=True)
class Steps:
    """What one transaction of a building does at most: as much as takes some tens of milliseconds.

    ``articles`` are indexed, or pages of the index merged or cleared.
    """

    articles: int = 64
    merged: int = 64
    cleared: int = 500


_STEPS = Steps()


def index_news(archive: Archive) -> int:
    """Index what has been stored and is still owed to the index; return how many articles that were."""
    with archive.reading() as connection:
        if not read_index_state(connection).owed:
            return 0
        ready = prepare_owed(connection)
    with archive.writing() as connection:
        return index_owed(connection, ready)


def count_days_anew(archive: Archive) -> None:
    """Count the days of the ledger anew where what is kept of them is not what the ledger says."""
    with archive.reading() as connection:
        if not list_wrong_days(connection):
            return
    with archive.writing() as connection:
        count_days(connection)


def rebuild_index(
    archive: Archive, *, anew: bool, turns: Turns | None = None, steps: Steps = _STEPS
) -> Generator[int]:
    """Build the search index, anew or from where it was left; yield how many articles each step did.

    Crawls may go on meanwhile, and get their turn after every few articles; an interrupted build goes on
    where it was.
    """
    turns = turns or Turns(archive)
    if anew:
        _begin_anew(turns, steps.cleared)
    done = None
    while done != 0:
        part = turns.fit(steps.articles)
        with archive.reading() as connection:
            ready = prepare_part(connection, part)
        with turns.writing() as connection:
            done = build_part(connection, part, ready)
        yield done
    begin = goes_on = True
    while goes_on:
        with turns.writing() as connection:
            goes_on = merge_part(connection, begin=begin, pages=steps.merged)
        begin = False


def _begin_anew(turns: Turns, pages: int) -> None:
    with turns.writing() as connection:
        distrust_index(connection)
    goes_on = True
    while goes_on:
        with turns.writing() as connection:
            goes_on = clear_part(connection, pages)
    with turns.writing() as connection:
        create_index(connection)


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
