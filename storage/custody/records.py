"""Every record of a WARC file read, and compared with what the database says of it.

A file is looked at in stretches that know nothing of each other, so that two processes can share the work
and an interrupted one goes on.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, func, select

from storage.archive.folder import WARC_FOLDER
from storage.captures.capture import committed_end
from storage.custody.rows import REFETCH
from storage.database.schema import article, capture, facsimile, listing, picture
from storage.records.problem import Problem
from storage.records.saying import say
from storage.warc.message import parse_response
from storage.warc.name import parse_name
from storage.warc.record import (
    MAX_RECORD,
    BrokenRecord,
    Record,
    parse_record,
    payload_digest,
    warc_uri,
)

_READ = 2**16  # bytes read at once
_MAGIC = b"\x1f\x8b\x08"
_TOGETHER = 400
"""Captures of one stretch at most."""
_FEW = 32
"""Answers without a row that crashes explain: what was on its way into the database when they came."""
_RESTING = (article, picture, facsimile)
_KINDS = {"response", "revisit", "resource"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of one capture. ``is_needed``: nothing later can take its place.

    ``shown_by`` is ``picture`` or ``facsimile`` and the source whose articles or pages show it.
    """

    id: int
    info_code: str | None
    url: str
    digest: str
    offset: int
    length: int
    is_revisit: bool
    is_needed: bool
    shown_by: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some bytes of a WARC file, and the captures in it by their offset. ``end`` None: to the file's end.

    ``committed`` is where the file's last capture ends.
    """

    file: str
    start: int
    end: int | None
    committed: int
    known: tuple[Known, ...] = field(repr=False)


@dataclass(slots=True)
class StretchChecked:
    """What reading a stretch found. ``unknown`` counts whole records that no capture row names."""

    records: int = 0
    size: int = 0
    unknown: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def list_files(connection: Connection, folder: Path) -> list[str]:
    """Return the names of all WARC files that are there or that captures name, in order."""
    named = set(connection.execute(select(capture.c.warc_file).distinct()).scalars())
    there = {path.name for path in (folder / WARC_FOLDER).glob("*.warc.gz")}
    return sorted(name for name in named | there if parse_name(name) is not None)


def plan_stretches(connection: Connection, file: str, newest: frozenset[int]) -> Iterator[Stretch]:
    """Yield the stretches of a file, from its beginning to its end; ``newest`` are `list_newest_pages`."""
    committed = committed_end(connection, file)
    start, after = 0, -1
    while True:
        known = _read_known(connection, file, after, newest)
        is_last = len(known) < _TOGETHER
        end = None if is_last else known[-1].offset + known[-1].length
        yield Stretch(file, start, end, committed, known)
        if is_last:
            return
        assert end is not None
        start, after = end, known[-1].offset


def check_stretch(folder: Path, stretch: Stretch) -> StretchChecked:
    """Read every record of a stretch of a file in the archive's folder; nothing is changed."""
    found = StretchChecked()
    path = folder / WARC_FOLDER / stretch.file
    try:
        with path.open("rb") as file:
            _Walk(file, stretch, found).go()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        for known in stretch.known:
            _tell(found, stretch, known, known.offset, "record_lost", reason)
    return found


class _Walk:
    """One way through a stretch, record by record; behind a damaged one it goes on at the next capture."""

    def __init__(self, file: IO[bytes], stretch: Stretch, found: StretchChecked) -> None:
        self._file = file
        self._stretch = stretch
        self._found = found
        self._waiting = list(reversed(stretch.known))
        self._size = file.seek(0, 2)

    def go(self) -> None:
        place = self._stretch.start
        end = self._size if self._stretch.end is None else min(self._stretch.end, self._size)
        while place < end:
            place = self._step(place, end)
        for known in reversed(self._waiting):
            _tell(self._found, self._stretch, known, known.offset, "record_lost", "the file ends before it")

    def _step(self, place: int, end: int) -> int:
        """Read the record at a place; return where the next one begins."""
        known = self._waiting[-1] if self._waiting and self._waiting[-1].offset == place else None
        try:
            data, after = read_member_at(self._file, place)
            record = parse_record(data)
        except BrokenRecord as error:
            return self._pass_over(place, end, known, str(error))
        if self._waiting and place < self._waiting[-1].offset < after:
            misplaced = self._waiting.pop()
            _tell(
                self._found,
                self._stretch,
                misplaced,
                misplaced.offset,
                "record_differs",
                "it begins elsewhere",
            )
        self._found.records += 1
        self._found.size += after - place
        if known is not None:
            self._waiting.pop()
            if after - place != known.length:
                _tell(self._found, self._stretch, known, place, "record_differs", "its length is another")
            elif complaint := _compare(record, known):
                _tell(self._found, self._stretch, known, place, "record_differs", complaint)
        elif record.fields.get("warc-type") in _KINDS:
            self._found.unknown += 1
        return after

    def _pass_over(self, place: int, end: int, known: Known | None, reason: str) -> int:
        """Tell of a damaged record; return where to go on: behind it, or at the next capture."""
        if known is not None:
            self._waiting.pop()
            _tell(self._found, self._stretch, known, place, "record_damaged", reason)
        elif place >= self._stretch.committed:
            self._found.notes.append(_tell_tail(self._stretch.file, place, reason))
            return end
        else:
            self._found.notes.append(_tell_beside(self._stretch.file, place, reason))
        following = self._waiting[-1].offset if self._waiting else self._stretch.committed
        if known is not None:
            following = min(following, place + known.length)
        return min(max(following, place + 1), end) if following > place else end


def _compare(record: Record, known: Known) -> str | None:
    """Return in what a record is not as the database says, None when it is."""
    kind = record.fields.get("warc-type")
    if kind not in _KINDS or (kind == "revisit") != known.is_revisit:
        return f"it is a {kind} record"
    if record.fields.get("warc-payload-digest") != known.digest:
        return "its payload has another digest"
    if record.fields.get("warc-target-uri") != warc_uri(known.url):
        return "its address is another"
    if kind == "revisit":
        return None
    try:
        body = record.block if kind == "resource" else parse_response(record.block)[3]
    except BrokenRecord as error:
        return f"it {error}"
    return None if payload_digest(body) == known.digest else "its payload does not match its digest"


def read_member_at(file: IO[bytes], place: int) -> tuple[bytes, int]:
    """Return what the gzip member at a place holds, and where it ends; raise `BrokenRecord`."""
    file.seek(place)
    unpacker = zlib.decompressobj(31)
    parts: list[bytes] = []
    size = 0
    while not unpacker.eof:
        data = file.read(_READ)
        if not data:
            raise BrokenRecord("is cut off before its end")
        place += len(data)
        try:
            parts.append(unpacker.decompress(data, MAX_RECORD))
        except zlib.error as error:
            raise BrokenRecord(f"is damaged ({error})") from error
        size += len(parts[-1])
        if size > MAX_RECORD:
            raise BrokenRecord(f"is larger than {MAX_RECORD} bytes")
    return b"".join(parts), place - len(unpacker.unused_data)


def _tell(found: StretchChecked, stretch: Stretch, known: Known, place: int, kind: str, reason: str) -> None:
    """Tell of a capture that cannot be read: a problem where something needs it, else a note."""
    where = f"{WARC_FOLDER}/{stretch.file}"
    said = say(
        f"custody.{kind}", file=stretch.file, offset=place, reason=reason, code=known.info_code or known.url
    )
    problem = Problem(
        kind, said, _mend(known) if known.is_needed else None, where, place, info_code=known.info_code
    )
    (found.problems if known.is_needed else found.notes).append(problem)


def _mend(known: Known) -> str:
    """Return what brings an original back: fetching it again; of what no article shows, only a backup."""
    if known.info_code is not None:
        return f"jianbao recrawl --code {known.info_code}"
    if known.shown_by is not None:
        kind, source = known.shown_by
        return REFETCH[kind].format(source=source)
    return "jianbao restore BACKUP --originals"


def _tell_tail(file: str, place: int, reason: str) -> Problem:
    said = say("custody.tail_unfinished", file=file, offset=place, reason=reason)
    return Problem("tail_unfinished", said, None, f"{WARC_FOLDER}/{file}", place)


def _tell_beside(file: str, place: int, reason: str) -> Problem:
    said = say("custody.request_damaged", file=file, offset=place, reason=reason)
    return Problem("request_damaged", said, None, f"{WARC_FOLDER}/{file}", place)


def _read_known(connection: Connection, file: str, after: int, newest: frozenset[int]) -> tuple[Known, ...]:
    rows = connection.execute(
        select(
            capture.c.id,
            capture.c.info_code,
            capture.c.url,
            capture.c.payload_digest,
            capture.c.warc_offset,
            capture.c.warc_length,
            capture.c.refers_to,
        )
        .where(capture.c.warc_file == file, capture.c.warc_offset > after)
        .order_by(capture.c.warc_offset)
        .limit(_TOGETHER)
    ).all()
    identities = [row.id for row in rows]
    needed = newest | _list_needed(connection, identities)
    shown = _find_shown(connection, identities)
    return tuple(
        Known(
            row.id,
            row.info_code,
            row.url,
            row.payload_digest,
            row.warc_offset,
            row.warc_length,
            row.refers_to is not None,
            row.id in needed,
            shown.get(row.id),
        )
        for row in rows
    )


def list_newest_pages(connection: Connection) -> frozenset[int]:
    """Return the last captures of list pages and of all else that belongs to no article."""
    newest = select(func.max(capture.c.id)).where(capture.c.info_code.is_(None)).group_by(capture.c.url)
    return frozenset(connection.execute(newest).scalars())


def _list_needed(connection: Connection, identities: Sequence[int]) -> set[int]:
    """Return those captures in whose place no later one stands: what an article, a picture, a facsimile or
    a quarantined listing rests on, and what those repeat.
    """
    repeat = capture.alias()
    repeated = (
        select(repeat.c.refers_to)
        .select_from(repeat.join(article, article.c.capture_id == repeat.c.id))
        .where(repeat.c.refers_to.in_(identities))
    )
    waits = (listing.c.state == "quarantined") & listing.c.capture_id.in_(identities)
    found: set[int] = set()
    for query in (
        repeated,
        select(listing.c.capture_id).where(waits),
        *(select(table.c.capture_id).where(table.c.capture_id.in_(identities)) for table in _RESTING),
    ):
        found.update(connection.execute(query).scalars())
    return found


def _find_shown(connection: Connection, identities: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return those captures that are pictures or facsimiles, with which of both and whose they are."""
    found: dict[int, tuple[str, str]] = {}
    for name, table in (("facsimile", facsimile), ("picture", picture)):
        rows = connection.execute(
            select(table.c.capture_id, table.c.source).where(table.c.capture_id.in_(identities))
        )
        found |= {row.capture_id: (name, row.source) for row in rows}
    return found


def count_known(connection: Connection, file: str, after: int) -> int:
    """Return how many captures of a file begin at a place or behind it."""
    rows = (capture.c.warc_file == file) & (capture.c.warc_offset >= after)
    return connection.execute(select(func.count()).select_from(capture).where(rows)).scalar_one()


def tell_unknown(file: str, after: int, count: int) -> Problem | None:
    """Return that a file holds so many answers that no row names: a note of few, of many a problem."""
    if count <= 0:
        return None
    said = say("custody.records_unknown", file=file, count=count)
    command = "jianbao rebuild --replace" if count > _FEW else None
    return Problem("records_unknown", said, command, f"{WARC_FOLDER}/{file}", after, count=1)
