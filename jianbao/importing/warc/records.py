"""What lists and articles are read from: the records of some WARC files, by address and time."""

from __future__ import annotations

from typing import Protocol

from storage.records import Exchange, Resource
from storage.warc.foreign.index import Entry, RecordIndex


class Records(Protocol):
    """Records that are indexed, and can be loaded."""

    @property
    def index(self) -> RecordIndex:
        """Where they are."""

    def load(self, entry: Entry) -> Exchange | Resource:
        """Return what a record holds; raise `Faulty` if it is lost."""

    def place_of(self, entry: Entry) -> tuple[str, int]:
        """Return the name of a record's file, and where it is there."""
