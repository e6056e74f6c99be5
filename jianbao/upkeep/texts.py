"""Texts kept once: what earlier versions wrote is shrunk, and what that frees is given back to the disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from storage.archive.folder import DATABASE_FILE, Archive
from storage.archive.turns import Turns
from storage.articles.shrinking import count_unshrunk, is_shrunk, shrink_part
from storage.database.compacting import compact_database, measure_room

AFTER_CRAWL = 5_000
"""Articles shrunk after one crawl: some seconds; the next crawls go on."""
SHORT_ENOUGH = 1_000_000_000
"""Bytes of a database that may be written anew unasked: it takes seconds, in which others wait to write."""
PART = 256
"""Articles in one transaction at most: as many as take some tens of milliseconds."""
_PACE = 50_000_000  # bytes a second at which a database is written anew, on a slow disk


@dataclass(frozen=True, slots=True)
class Shrinking:
    """How far shrinking has come: ``done`` articles by now, ``left`` after them, ``seconds`` for those."""

    done: int
    left: int
    seconds: float


def shrink_texts(
    archive: Archive, limit: int | None = None, turns: Turns | None = None, part: int = PART
) -> Iterator[Shrinking]:
    """Shrink what earlier versions wrote, some ``limit`` articles at most; yield how far each step has come.

    Crawls may go on meanwhile, and whatever interrupts it, the next one goes on where it was. Where nothing
    is to be shrunk nothing is yielded.
    """
    with archive.reading() as connection:
        if is_shrunk(connection):
            return
        left = count_unshrunk(connection)
    turns = turns or Turns(archive)
    began, done, step = time.monotonic(), 0, 1
    while step and (limit is None or done < limit):
        size = turns.fit(part)
        with turns.writing() as connection:
            step = shrink_part(connection, size)
        done, left = done + step, max(0, left - step)
        yield Shrinking(done, left, left * (time.monotonic() - began) / max(1, done))


def shrink_some_texts(archive: Archive) -> None:
    """Shrink a part of what earlier versions wrote: as much as may follow a crawl."""
    for _ in shrink_texts(archive, AFTER_CRAWL):
        pass


def give_back_room(
    archive: Archive, *, asked: bool, watch: Callable[[str], object] | None = None
) -> str | None:
    """Write the database anew where much of its file is free, unasked only where that is short.

    Return what is to be said of it: None when there is nothing. ``watch`` is told how long it takes before
    it begins.
    """
    path = archive.folder / DATABASE_FILE
    room = measure_room(path)
    free = f"{room.free / 1e6:,.0f} MB of the database's file"
    if not (room.free if asked else room.is_worth_it):
        return None
    if not room.has_disk:
        return f"{free} are free for new articles; the disk has no room to give them back to it"
    if not asked and room.used > SHORT_ENOUGH:
        minutes = room.used / _PACE / 60
        return (
            f"{free} are free for new articles; `jianbao reindex --compact` gives them back to the disk, in "
            f"about {minutes:,.0f} minutes in which nothing else can write: stop the service before"
        )
    if watch:
        watch(f"about {room.used / _PACE:,.0f} s, in which others wait to write")
    if not compact_database(path):
        return f"{free} are free for new articles; others use it now, so that they stay in it"
    return f"{free} were given back to the disk"


def describe_shrinking(come: Shrinking) -> str:
    """Return how far shrinking has come, and how long the rest takes."""
    rest = f"{come.seconds / 60:,.0f} minutes" if come.seconds > 120 else f"{come.seconds:,.0f} s"  # noqa: PLR2004
    return f"{come.done:,} articles, {come.left:,} left: about {rest}"
