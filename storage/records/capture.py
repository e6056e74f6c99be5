"""Captures: one HTTP exchange or one file, and the place in a WARC file where it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as the wire carried them.

    ``body`` is the payload after transfer decoding and *before* content decoding, so a
    ``Content-Encoding`` header still describes it. ``fetched_at`` is aware. ``origin`` names the record of
    another's WARC file that it was taken from; None for what was asked for here.
    """

    url: str
    fetched_at: datetime
    status: int
    request_headers: Headers
    response_headers: Headers
    body: bytes = field(repr=False)
    method: str = "GET"
    protocol: str = "HTTP/1.1"
    origin: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first response header of that name, in any case."""
        wanted = name.lower()
        return next((value for key, value in self.response_headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that was brought in rather than fetched, as it stood.

    ``uri`` names it in its collection, without a place on anybody's machine; ``fetched_at`` (aware) is when
    it was read. ``origin`` is as for an `Exchange`.
    """

    uri: str
    fetched_at: datetime
    content_type: str
    body: bytes = field(repr=False)
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class WarcPlace:
    """Where a record is: file name relative to the archive's ``warc`` folder, offset and length in bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Capture:
    """A stored response or file. ``payload_digest`` is ``sha256:`` + hex of the payload as transferred.

    ``status`` is 0 for a file, which no server answered with.

    ``refers_to`` is the id of the capture that holds the payload when this one is a revisit record.
    ``id`` is None until its row is committed.
    """

    url: str
    fetched_at: datetime
    status: int
    content_type: str | None
    payload_digest: str
    place: WarcPlace
    refers_to: int | None = None
    id: int | None = None
