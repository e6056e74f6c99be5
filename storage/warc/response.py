"""Stored responses: read from their place in a WARC file, and never believed unchecked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, cast, get_args

from storage.records import Exchange, Unusable, WarcPlace
from storage.warc.member import read_member
from storage.warc.message import parse_response
from storage.warc.record import BrokenRecord, Record, parse_record, payload_digest, unpack_record

if TYPE_CHECKING:
    from pathlib import Path


Kind = Literal["response", "revisit", "resource"]
"""What a stored record is: an answer, an answer that was stored earlier, or a file."""


class CaptureUnreadable(Unusable):
    """A stored response can't be read back; the message names the file, the offset and what is wrong."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response, revisit or resource record. A revisit's exchange has no body: what it refers to has.

    A resource is a file: its exchange has status 0 and no header but its Content-Type.

    The exchange has no request headers. ``payload_digest`` is what the record says of its payload;
    ``refers_to`` is the URL and time of the capture that a revisit repeats.
    """

    kind: Kind
    exchange: Exchange
    payload_digest: str
    refers_to: tuple[str, datetime] | None = None


def read_record(folder: Path, place: WarcPlace) -> StoredResponse:
    """Read the record at a place in the ``warc`` folder; raise `CaptureUnreadable` unless it is whole."""
    try:
        return _parse_stored(parse_record(unpack_record(read_member(folder, place))))
    except BrokenRecord as error:
        raise CaptureUnreadable(f"{_where(place)}: the record {error}") from error
    except OSError as error:
        raise CaptureUnreadable(f"{_where(place)}: the file can't be read ({error.strerror})") from error


def read_payload(
    folder: Path, place: WarcPlace, *, digest: str, refers_to: WarcPlace | None = None
) -> Exchange:
    """Return a capture's response with its body as transferred, checked against ``digest``.

    ``refers_to`` is the place of the capture that holds a revisit's body. Raise `CaptureUnreadable`.
    """
    stored = read_record(folder, place)
    if stored.kind != "revisit":
        return _checked(stored.exchange, digest, place)
    if refers_to is None:
        raise CaptureUnreadable(f"{_where(place)}: a revisit, but the capture that it refers to is not known")
    held = read_record(folder, refers_to)
    if held.kind == "revisit":
        raise CaptureUnreadable(
            f"{_where(refers_to)}: a revisit referred to by another revisit, with no body"
        )
    return _checked(replace(stored.exchange, body=held.exchange.body), digest, refers_to)


def describe_stored(record: Record) -> tuple[str, str, int, str | None, str, str, str | None, str | None]:
    """Return what a record tells of its capture, times as the database stores them; raise `BrokenRecord`.

    Those are address, time, status, content type, digest of the payload, kind of record, and of a revisit
    the address and time of what it repeats. A payload that is there and is not true to its digest is broken.
    """
    stored = _parse_stored(record)
    if stored.kind != "revisit" and payload_digest(stored.exchange.body) != stored.payload_digest:
        raise BrokenRecord("has another body than its digest says")
    refers_to = stored.refers_to
    return (
        stored.exchange.url,
        _stored_time(stored.exchange.fetched_at),
        stored.exchange.status,
        stored.exchange.header("Content-Type"),
        stored.payload_digest,
        stored.kind,
        refers_to[0] if refers_to else None,
        _stored_time(refers_to[1]) if refers_to else None,
    )


def _stored_time(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _checked(exchange: Exchange, digest: str, place: WarcPlace) -> Exchange:
    found = payload_digest(exchange.body)
    if found != digest:
        raise CaptureUnreadable(f"{_where(place)}: the body's digest is {found}, expected {digest}")
    return exchange


def _parse_stored(record: Record) -> StoredResponse:
    fields = record.fields
    kind = fields.get("warc-type")
    try:
        return StoredResponse(
            _known_kind(fields.get("warc-type")),
            _parse_resource(record) if kind == "resource" else _parse_exchange(record),
            fields["warc-payload-digest"],
            _parse_refers_to(fields),
        )
    except KeyError as error:
        raise BrokenRecord(f"lacks the field {error}") from error


def _known_kind(kind: str | None) -> Kind:
    known = next((each for each in get_args(Kind) if each == kind), None)
    if known is None:
        raise BrokenRecord(f"is a {kind} record, not a response")
    return cast(Kind, known)


def _parse_resource(record: Record) -> Exchange:
    return Exchange(
        url=record.fields["warc-target-uri"],
        fetched_at=_parse_date(record.fields["warc-date"]),
        status=0,
        request_headers=(),
        response_headers=(("Content-Type", record.fields["content-type"]),),
        body=record.block,
    )


def _parse_exchange(record: Record) -> Exchange:
    protocol, status, headers, body = parse_response(record.block)
    return Exchange(
        url=record.fields["warc-target-uri"],
        fetched_at=_parse_date(record.fields["warc-date"]),
        status=status,
        request_headers=(),
        response_headers=headers,
        body=body,
        protocol=protocol,
    )


def _parse_refers_to(fields: dict[str, str]) -> tuple[str, datetime] | None:
    if fields["warc-type"] != "revisit":
        return None
    return fields["warc-refers-to-target-uri"], _parse_date(fields["warc-refers-to-date"])


def _parse_date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BrokenRecord(f"has no readable date ({text!r})") from error


def _where(place: WarcPlace) -> str:
    return f"{place.file!r} at {place.offset}"
