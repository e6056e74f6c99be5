"""The record that every WARC file begins with: what wrote it, and in which format."""

from __future__ import annotations

from datetime import datetime

from storage.warc.record import format_record, new_record_id, pack_record, warc_date

_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


def describe_file(
    name: str, software: str, at: datetime, level: int = 6, description: str | None = None
) -> bytes:
    """Return the warcinfo record of a file of that name, as a gzip member; ``at`` is aware.

    ``description`` is one line of what is in it.
    """
    fields = (
        ("WARC-Record-ID", new_record_id()),
        ("WARC-Date", warc_date(at)),
        ("WARC-Filename", name),
        ("Content-Type", "application/warc-fields"),
    )
    text = f"software: {software}\r\nformat: WARC File Format 1.1\r\nconformsTo: {_CONFORMS_TO}\r\n"
    if description is not None:
        text += f"description: {' '.join(description.split())}\r\n"
    return pack_record(format_record("warcinfo", fields, text.encode()), level)
