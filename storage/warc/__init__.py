"""Captures as files: responses written to WARC 1.1, made durable, mended after a crash, and read back."""

from storage.warc.content import decoded_body
from storage.warc.record import payload_digest
from storage.warc.response import CaptureUnreadable, StoredResponse, read_payload, read_record
from storage.warc.tail import (
    CapturesLost,
    KnownEnd,
    Mended,
    describe_damage,
    mend_folder,
    mend_tail,
)
from storage.warc.writer import Finding, RefersTo, WarcWriter

__all__ = [
    "CaptureUnreadable",
    "CapturesLost",
    "Finding",
    "KnownEnd",
    "Mended",
    "RefersTo",
    "StoredResponse",
    "WarcWriter",
    "decoded_body",
    "describe_damage",
    "mend_folder",
    "mend_tail",
    "payload_digest",
    "read_payload",
    "read_record",
]
