"""Captures whose WARC file is missing or too short: found by a look at each file's size, and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, select, union

from storage.captures.capture import committed_end
from storage.database.schema import article, capture
from storage.events.event import is_event_open, open_event, resolve_events
from storage.records.saying import Saying, say

_SHOWN = 5  # files that a sentence names


@dataclass(frozen=True, slots=True)
class LostFile:
    """A WARC file that lacks captures. ``size`` is in bytes, None when it is missing; ``needed`` is how many
    there should be. ``captures`` are those that lie beyond, from ``first`` to ``last`` by their ids;
    ``originals`` counts articles and category pages of which no later original is kept.
    """

    file: str
    size: int | None
    needed: int
    captures: int
    first: int
    last: int
    originals: int


def find_lost_files(connection: Connection, warc_folder: Path) -> list[LostFile]:
    """Return the files that lack captures: one look at each file that a capture names, however many do."""
    return [
        _describe(connection, file, size, needed)
        for file, size, needed in _measure(connection, warc_folder)
        if size is None or size < needed
    ]


def describe_lost_files(lost: Sequence[LostFile]) -> Saying:
    """Return the sentence about files that lack captures."""
    more = [say("ledger.more_files", count=len(lost) - _SHOWN)] if len(lost) > _SHOWN else []
    return say("ledger.originals_lost", files=[*map(_say, lost[:_SHOWN]), *more])


def tell_lost_files(connection: Connection, warc_folder: Path, now: datetime) -> list[LostFile]:
    """Open the event about files that lack captures, or resolve it when nothing lacks; return the files."""
    lost = find_lost_files(connection, warc_folder)
    if any(found.originals for found in lost):
        open_event(connection, "captures_lost", describe_lost_files(lost), now)
    else:
        resolve_events(connection, ("captures_lost",), now)
    return lost


def settle_regained(connection: Connection, warc_folder: Path, now: datetime) -> None:
    """Resolve the event about lost captures when all of them are back, or were fetched again."""
    if is_event_open(connection, "captures_lost") and not any(
        lost.originals for lost in find_lost_files(connection, warc_folder)
    ):
        resolve_events(connection, ("captures_lost",), now)


def _measure(connection: Connection, warc_folder: Path) -> Iterator[tuple[str, int | None, int]]:
    for file in _list_files(connection):
        path = warc_folder / file
        try:
            size: int | None = path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            size = None
        yield file, size, committed_end(connection, file)


def _list_files(connection: Connection) -> Iterator[str]:
    """Yield the names of all files, each found behind the one before it in the index."""
    name = connection.execute(select(func.min(capture.c.warc_file))).scalar()
    while name is not None:
        yield name
        following = select(func.min(capture.c.warc_file)).where(capture.c.warc_file > name)
        name = connection.execute(following).scalar()


def _describe(connection: Connection, file: str, size: int | None, needed: int) -> LostFile:
    beyond = (capture.c.warc_file == file) & (capture.c.warc_offset + capture.c.warc_length > (size or 0))
    counts = select(func.count(), func.min(capture.c.id), func.max(capture.c.id)).where(beyond)
    captures, first, last = connection.execute(counts).one()
    originals = _count_articles(connection, beyond) + _count_pages(connection, beyond)
    return LostFile(file, size, needed, captures, first, last, originals)


def _count_articles(connection: Connection, beyond: ColumnElement[bool]) -> int:
    """Return of how many articles the current text's capture is lost, or the one that it repeats."""
    repeat = capture.alias()
    itself = (
        select(article.c.info_code)
        .join(capture, (capture.c.info_code == article.c.info_code) & (capture.c.id == article.c.capture_id))
        .where(beyond)
    )
    repeated = (
        select(article.c.info_code)
        .join(repeat, (repeat.c.info_code == article.c.info_code) & (repeat.c.id == article.c.capture_id))
        .join(
            capture,
            (capture.c.payload_digest == repeat.c.payload_digest) & (capture.c.id == repeat.c.refers_to),
        )
        .where(beyond)
    )
    lacking = union(itself, repeated).subquery()
    return connection.execute(select(func.count()).select_from(lacking)).scalar_one()


def _count_pages(connection: Connection, beyond: ColumnElement[bool]) -> int:
    """Return of how many category pages the last capture is lost."""
    last = (
        select(func.max(capture.c.id).label("id"))
        .where(capture.c.info_code.is_(None))
        .group_by(capture.c.url)
        .subquery()
    )
    lost = select(func.count()).select_from(capture.join(last, last.c.id == capture.c.id)).where(beyond)
    return connection.execute(lost).scalar_one()


def _say(lost: LostFile) -> Saying:
    counts = {
        "captures": lost.captures,
        "first": lost.first,
        "last": lost.last,
        "originals": lost.originals,
    }
    if lost.size is None:
        return say("ledger.file_missing", file=lost.file, **counts)
    return say("ledger.file_short", file=lost.file, size=lost.size, needed=lost.needed, **counts)
