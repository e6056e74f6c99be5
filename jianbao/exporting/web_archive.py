"""A WARC file of articles' captures: every record as the archive holds it, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from storage.captures.capture import list_originals
from storage.records import Capture, WholeArticle
from storage.warc.description import describe_file
from storage.warc.member import copy_member
from storage.warc.record import BrokenRecord

_PART = 100
_MOST_SENTENCES = 100


@dataclass(slots=True)
class Copied:
    """What was written: articles and records; and sentences about records that could not be read."""

    articles: int = 0
    records: int = 0
    unreadable: list[str] = field(default_factory=list)
    unsaid: int = 0

    def refuse(self, sentence: str) -> None:
        """Note a record that is missing from the file."""
        if len(self.unreadable) < _MOST_SENTENCES:
            self.unreadable.append(sentence)
        else:
            self.unsaid += 1


def write_warc(  # noqa: PLR0913 - what the file says of itself beside what is in it
    out: BinaryIO,
    connection: Connection,
    folder: Path,
    articles: Iterable[WholeArticle],
    *,
    name: str,
    software: str,
    now: datetime,
    description: str | None = None,
) -> Copied:
    """Write a warcinfo record, then every capture of the articles; return what was written.

    A revisit's payload is held by an earlier record, which is written before it, whichever article it was
    fetched for. Each record is a gzip member of its own, checked against its digest before it is copied; a
    damaged one is left out and told of. ``folder`` is the archive's ``warc`` folder, ``now`` aware;
    ``description`` stands in the warcinfo record.
    """
    out.write(describe_file(name, software, now, description=description))
    copied = Copied()
    written = _Numbers()
    for part in _parts(articles):
        copied.articles += len(part)
        for capture in list_originals(connection, [whole.stored.article.info_code for whole in part]):
            assert capture.id is not None
            if written.add(capture.id):
                _copy(out, folder, capture, copied)
    return copied


def _copy(out: BinaryIO, folder: Path, capture: Capture, copied: Copied) -> None:
    try:
        member = copy_member(folder, capture.place)
    except (BrokenRecord, OSError) as error:
        where = f"{capture.place.file} at {capture.place.offset}"
        what = f"the record {error}" if isinstance(error, BrokenRecord) else error.strerror
        copied.refuse(f"capture {capture.id} of {capture.url} ({where}) is left out: {what}")
        return
    out.write(member)
    copied.records += 1


def _parts(articles: Iterable[WholeArticle]) -> Iterator[list[WholeArticle]]:
    remaining = iter(articles)
    while part := list(islice(remaining, _PART)):
        yield part


class _Numbers:
    """A set of captures' ids that takes one bit for each, not the hundred bytes of a number in a set."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> bool:
        """Add a number; return whether it is new."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        is_new = not self._bits[place] & bit
        self._bits[place] |= bit
        return is_new
