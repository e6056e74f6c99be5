"""One journal record: rows of the archive's tables as they stand, as one JSON document."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from storage.records.remedy import Unusable
from storage.warc.record import Record

CONTENT_TYPE = "application/vnd.jianbao.journal+json"
FORMAT = 1
_NAME = "urn:jianbao:journal:"

Row = list[Any]
"""A row's values as SQLite stores them, in the order of its table's columns in the record."""


class BrokenJournal(Unusable, ValueError):
    """A journal record is not as this version knows them; the message completes "the journal record …"."""


@dataclass(frozen=True, slots=True)
class PackedArticle:
    """Rows of one article, packed against the answer of a capture: see `storage.journal.packing`."""

    info_code: str
    capture_id: int | None
    start: int
    rows: str = field(repr=False)


@dataclass(slots=True)
class JournalRecord:
    """What one record says, of which line and number (see `storage.journal.places`).

    ``lineage`` are the lines from which its own descends, each with the number of its last record that
    counts.

    ``columns`` are those of each table that has rows in it, packed ones too. ``rows`` take the place of those
    of the same key, ``looks`` change their one passing column (key, value), ``gone`` are keys of rows that
    were removed. Keys are lists of values. ``sample`` is what rows of articles are packed against beside
    their answers.
    """

    line: str
    number: int
    schema: str
    lineage: list[tuple[str, int]] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    sample: str = ""
    articles: list[PackedArticle] = field(default_factory=list)
    looks: dict[str, list[tuple[Row, Any]]] = field(default_factory=dict)
    gone: dict[str, list[Row]] = field(default_factory=dict)


def journal_uri(line: str, number: int) -> str:
    """Return what names a journal record as its target."""
    return f"{_NAME}{line}:{number}"


def parse_uri(record: Record) -> tuple[str, int] | None:
    """Return line and number of a journal record, None for any other record."""
    uri = record.fields.get("warc-target-uri", "")
    line, _, number = uri.removeprefix(_NAME).rpartition(":")
    is_one = record.fields.get("warc-type") == "metadata" and uri.startswith(_NAME) and number.isdecimal()
    return (line, int(number)) if is_one else None


def format_journal(record: JournalRecord) -> bytes:
    """Return a record as the block of a WARC record."""
    document = {
        "format": FORMAT,
        "line": record.line,
        "number": record.number,
        "lineage": record.lineage,
        "schema": record.schema,
        "columns": record.columns,
        "rows": record.rows,
        "sample": record.sample,
        "articles": [[one.info_code, one.capture_id, one.start, one.rows] for one in record.articles],
        "looks": record.looks,
        "gone": record.gone,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def parse_journal(block: bytes) -> JournalRecord:
    """Take a WARC record's block apart; raise `BrokenJournal`."""
    try:
        said = json.loads(block)
        _check_shape(said)
        return JournalRecord(
            str(said["line"]),
            int(said["number"]),
            str(said["schema"]),
            [(str(line), int(number)) for line, number in said["lineage"]],
            said["columns"],
            said["rows"],
            str(said["sample"]),
            [_parse_article(one) for one in said["articles"]],
            {name: [(key, value) for key, value in looks] for name, looks in said["looks"].items()},
            said["gone"],
        )
    except BrokenJournal:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenJournal(f"cannot be read ({error})") from error


def _check_shape(said: dict[str, Any]) -> None:
    """Raise `BrokenJournal` for another format, ValueError where a part is not lists by table."""
    if said["format"] != FORMAT:
        raise BrokenJournal(f"has format {said['format']}, and this version knows {FORMAT}")
    said["sample"].encode("utf-8", "surrogatepass")
    for part in ("columns", "rows", "looks", "gone"):
        for name, listed in said[part].items():
            kind = str if part == "columns" else list
            if not isinstance(listed, list) or not all(isinstance(one, kind) for one in listed):
                raise ValueError(f"{part} of {name[:40]}")
    if untold := said["rows"].keys() - said["columns"].keys():
        raise ValueError(f"no columns of {min(untold)[:40]}")


def _parse_article(said: Any) -> PackedArticle:
    code, capture_id, start, rows = said
    is_one = isinstance(code, str) and isinstance(rows, str) and isinstance(capture_id, int | None)
    if not (is_one and isinstance(start, int) and start >= 0):
        raise ValueError("an article")
    return PackedArticle(code, capture_id, start, rows)
