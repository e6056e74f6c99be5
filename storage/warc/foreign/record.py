"""Others' records, one after another: WARC 0.17 to 1.1, with what is wrong with each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from storage.warc.foreign.digest import check_digest
from storage.warc.foreign.fault import Fault, Faulty, FoundFault, fault
from storage.warc.foreign.flow import Flow

_VERSION = re.compile(rb"WARC/[01]\.[0-9]{1,2}[ \t]*\Z")
_MOST_HEAD = 2**17
_LENGTH = re.compile(r"[0-9]{1,15}")
_DATE = re.compile(
    r"(?P<Y>[0-9]{4})(?:-?(?P<m>[0-9]{2})(?:-?(?P<d>[0-9]{2})"
    r"(?:[T ]?(?P<H>[0-9]{2}):?(?P<M>[0-9]{2})(?::?(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?)?Z?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """One record. Field names are lower case; ``at`` is its place in the file, from where it can be read
    again by itself if it ``is_alone``. With a ``fault`` it is not whole, or nobody can tell.
    """

    at: int
    is_alone: bool
    fields: Mapping[str, str]
    block: bytes = field(repr=False)
    fault: Fault | None = None

    @property
    def kind(self) -> str:
        """Its type, in lower case."""
        return self.fields.get("warc-type", "").lower()

    @property
    def url(self) -> str:
        """The address that it is about, empty where it names none."""
        return self.fields.get("warc-target-uri", "").strip("<> \t")


def read_records(flow: Flow, most: int) -> Iterator[ForeignRecord | FoundFault]:
    """Yield what a file holds; behind damage it goes on at the next record.

    A block of more than ``most`` bytes is passed over. Raises OSError.
    """
    while True:
        try:
            if not flow.begin():
                return
            yield from _read_record(flow, most)
        except Faulty as faulty:
            yield FoundFault(flow.broken_at, faulty.fault)
            if not flow.recover():
                return


def _read_record(flow: Flow, most: int) -> Iterator[ForeignRecord | FoundFault]:
    at, is_alone = flow.at, flow.is_at_start
    head = flow.take_head(_MOST_HEAD)
    fields = parse_fields(head) if head is not None else None
    if fields is None or not _LENGTH.fullmatch(fields.get("content-length", "")):
        flow.find_next()
        yield FoundFault(at, fault("damaged", "no_record").fault)
        return
    length = int(fields["content-length"])
    block, there = (flow.take(length), None) if length <= most else (b"", flow.skip(length))
    wrong = _tell_length(length, len(block) if there is None else there, is_held=there is None)
    flow.skip_blank()
    if (rest := flow.peek(5)) and rest != b"WARC/":
        wrong = fault("cut", "other_length", length=length).fault
    if wrong is not None and wrong.kind == "cut":
        flow.give_back(block)  # the next record may begin in what was taken
        flow.find_next()
    wrong = wrong or _check(fields, block)
    yield ForeignRecord(at, is_alone, fields, block, wrong)


def _tell_length(length: int, there: int, *, is_held: bool) -> Fault | None:
    if there < length:
        return fault("cut", "short", length=length, there=there).fault
    return None if is_held else fault("too_large", "too_large", length=length).fault


def _check(fields: Mapping[str, str], block: bytes) -> Fault | None:
    """Return what a record's own fields say against it, but for its payload's digest."""
    if reason := fields.get("warc-truncated"):
        return fault("truncated", "truncated", reason=reason).fault
    told = fields.get("warc-block-digest")
    if told is None:
        return None
    verdict = check_digest(told, (block,))
    if verdict == "false":
        return fault("digest", "block_digest", digest=told).fault
    if verdict == "unknown" and "warc-payload-digest" not in fields:
        return fault("algorithm", "algorithm", digest=told).fault
    return None


def parse_fields(head: bytes) -> dict[str, str] | None:
    """Return the fields of a record's head, names in lower case; None for what is no head."""
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    if not _VERSION.match(lines[0].rstrip(b"\r")):
        return None
    fields: dict[str, str] = {}
    name = ""
    for line in lines[1:]:
        text = line.decode("utf-8", "replace")
        if text[:1] in (" ", "\t") and name:
            fields[name] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower() if colon else ""
        if name:
            fields[name] = value.strip()
    return fields


def read_date(text: str) -> datetime | None:
    """Return a WARC-Date, aware, to whatever it is exact; None for what is none."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    parts = {name: int(value) for name, value in found.groupdict().items() if value and name != "f"}
    micro = int((found["f"] or "0").ljust(6, "0")[:6])
    try:
        return datetime(
            parts["Y"],
            parts.get("m", 1),
            parts.get("d", 1),
            parts.get("H", 0),
            parts.get("M", 0),
            parts.get("S", 0),
            micro,
            tzinfo=UTC,
        )
    except ValueError:
        return None
