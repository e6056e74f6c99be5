"""The writer of captures: one WARC file per UTC day and writer, rolled by size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from storage.records import Exchange, Resource, WarcPlace
from storage.warc.description import describe_file
from storage.warc.file import WarcFile
from storage.warc.message import format_request, format_response_head
from storage.warc.name import Slot, WarcName, claim_slot, newest_names
from storage.warc.record import (
    Fields,
    count_packed,
    format_record,
    new_record_id,
    pack_record,
    payload_digest,
    warc_date,
    warc_uri,
)
from storage.warc.tail import CapturesLost, KnownEnd, Mended, mend_tail

if TYPE_CHECKING:
    from pathlib import Path

_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_RESPONSE = ("Content-Type", "application/http;msgtype=response")
_REQUEST = ("Content-Type", "application/http;msgtype=request")

ORIGIN = "Jianbao-Origin"
"""The field of a record that names the file, and the place in it, from which it was taken."""

_LAST_NUMBER = 99_999  # five digits

RefersTo = tuple[str, datetime]
"""URL and aware time of the capture that holds a revisit's payload."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _nothing_known(_file: str) -> int:
    return 0


Finding = CapturesLost | Mended
"""Why a file gets no more: it is too short or missing, or damaged behind its last known capture."""


def _tell_nobody(_finding: Finding) -> None:
    return None


class WarcWriter:
    """Appends captures to the archive's ``warc`` folder. For one thread.

    Nothing on the disk is touched before the first `write`, which claims the lowest free writer number
    until `close`. ``known_end`` tells where a file's last committed capture ends, so that only what
    follows is read again when the file is opened; without it the whole file is.
    """

    def __init__(
        self,
        folder: Path,
        *,
        software: str,
        known_end: KnownEnd = _nothing_known,
        roll_at: int = 2**30,
        level: int = 6,
        clock: Callable[[], datetime] = _utc_now,
        report: Callable[[Finding], None] = _tell_nobody,
    ) -> None:
        """``roll_at`` is the bytes after which a file gets no more; ``clock`` returns an aware time.

        ``report`` is told of each file that is not as it was left: it gets no more, and the next is begun.
        """
        self._folder = folder
        self._software = software
        self._known_end = known_end
        self._roll_at = roll_at
        self._level = level
        self._clock = clock
        self._report = report
        self._slot: Slot | None = None
        self._file: WarcFile | None = None
        self._day = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, exchange: Exchange, *, refers_to: RefersTo | None = None) -> WarcPlace:
        """Write a request and its response, and return the response's place; durable after the next `sync`.

        What was taken from another's file was not asked for here: its origin is named in place of a request.
        With ``refers_to`` the response is a revisit record without the payload. Raise OSError:
        then nothing was written, and `sync` tells whether earlier places hold.
        """
        request, response = _records(exchange, refers_to)
        request = pack_record(request, self._level) if exchange.origin is None else b""
        stored = 0 if refers_to else count_packed(exchange.body)
        response = pack_record(response, self._level, stored=stored)
        file = self._current_file()
        offset = file.append(request + response) + len(request)
        return WarcPlace(file.path.name, offset, len(response))

    def write_resource(self, resource: Resource) -> WarcPlace:
        """Write a file as a resource record, and return its place; as `write` in all else."""
        record = pack_record(_resource(resource), self._level)
        file = self._current_file()
        return WarcPlace(file.path.name, file.append(record), len(record))

    def sync(self) -> None:
        """Return when everything written is on the disk: call it before the rows that point there commit.

        One call serves any number of writes. When it raises OSError, none of the places returned since
        the last sync may be committed.
        """
        if self._file:
            self._file.sync()

    def close(self) -> None:
        """Sync, close the file and give the writer number back."""
        try:
            self.sync()
        finally:
            if self._file:
                self._file.close()
            if self._slot:
                self._slot.release()
            self._file = self._slot = None

    def _current_file(self) -> WarcFile:
        day = self._clock().astimezone(UTC).strftime("%Y%m%d")
        if self._file is None or day != self._day or not self._has_room(self._file):
            self._leave_file()
            self._file, self._day = self._open_file(day), day
        if self._file.end == 0:
            name = self._file.path.name
            self._file.append(describe_file(name, self._software, self._clock(), self._level))
        return self._file

    def _leave_file(self) -> None:
        """A file that can't be synced stays, so that `sync` goes on telling it."""
        if self._file:
            self._file.sync()
            self._file.close()
        self._file = None

    def _has_room(self, file: WarcFile) -> bool:
        return file.end < self._roll_at and file.is_as_left()

    def _open_file(self, day: str) -> WarcFile:
        """Open the slot's newest file of a day, or the first after it that is as the database says."""
        slot = self._slot or self._claim()
        name = newest_names(self._folder, day).get(slot.number) or WarcName(day, slot.number)
        refused: CapturesLost | None = None
        while name.number <= _LAST_NUMBER:
            try:
                if self._may_append(name):
                    return WarcFile(self._folder / str(name))
            except CapturesLost as lost:
                refused = refused or self._pass_over(lost)
            name = replace(name, number=name.number + 1)
        raise refused or CapturesLost(f"every WARC file of {day} is full or damaged")

    def _pass_over(self, lost: CapturesLost) -> CapturesLost:
        self._report(lost)
        return lost

    def _may_append(self, name: WarcName) -> bool:
        """Mend a file's tail and return whether it may get more; raise `CapturesLost`."""
        path = self._folder / str(name)
        if path.exists() and path.stat().st_size >= self._roll_at:
            return False
        mended = mend_tail(path, self._known_end(str(name)))
        if mended.damaged_at is not None:
            self._report(mended)
        return mended.damaged_at is None

    def _claim(self) -> Slot:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._slot = claim_slot(self._folder)
        self._mend_newest(self._slot.number)
        return self._slot

    def _mend_newest(self, writer: int) -> None:
        """An earlier day's file gets no more records, but the tail that a crash tore there goes now."""
        newest = newest_names(self._folder).get(writer)
        if newest:
            # A file that lost captures must not stop new ones from being kept.
            with suppress(CapturesLost):
                mend_tail(self._folder / str(newest), self._known_end(str(newest)))


def _records(exchange: Exchange, refers_to: RefersTo | None) -> tuple[bytes, bytes]:
    """Return the request record and the response or revisit record, each naming the other.

    There is no request for what has an origin.
    """
    request_id, response_id = new_record_id(), new_record_id()
    common = (("WARC-Target-URI", warc_uri(exchange.url)), ("WARC-Date", warc_date(exchange.fetched_at)))
    if exchange.origin is not None:
        own = (("WARC-Record-ID", response_id), (ORIGIN, exchange.origin), _RESPONSE, *common)
        return b"", _response(own, exchange, refers_to)
    request = (("WARC-Record-ID", request_id), ("WARC-Concurrent-To", response_id), _REQUEST, *common)
    response = (("WARC-Record-ID", response_id), ("WARC-Concurrent-To", request_id), _RESPONSE, *common)
    return format_record("request", request, format_request(exchange)), _response(
        response, exchange, refers_to
    )


def _response(fields: Fields, exchange: Exchange, refers_to: RefersTo | None) -> bytes:
    head = format_response_head(exchange)
    fields = (*fields, ("WARC-Payload-Digest", payload_digest(exchange.body)))
    if refers_to is None:
        return format_record("response", fields, head + exchange.body)
    url, date = refers_to
    same = (
        ("WARC-Profile", _SAME_PAYLOAD),
        ("WARC-Refers-To-Target-URI", warc_uri(url)),
        ("WARC-Refers-To-Date", warc_date(date)),
    )
    return format_record("revisit", (*fields, *same), head)


def _resource(resource: Resource) -> bytes:
    fields = (
        ("WARC-Record-ID", new_record_id()),
        ("WARC-Target-URI", warc_uri(resource.uri)),
        ("WARC-Date", warc_date(resource.fetched_at)),
        ("Content-Type", resource.content_type),
        ("WARC-Payload-Digest", payload_digest(resource.body)),
        *(((ORIGIN, resource.origin),) if resource.origin is not None else ()),
    )
    return format_record("resource", fields, resource.body)
