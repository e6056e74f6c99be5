"""Stored responses are never believed unchecked: damage, hostile places, wrong and huge codings."""

from __future__ import annotations

import gzip
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import pytest
from support.warc_folder import FIRST_FILE, PAGE, an_exchange, end_of, write_pages

from storage.records import Exchange, WarcPlace
from storage.records.content_coding import CodingBroken, TooLarge, read_body
from storage.warc import CaptureUnreadable, decoded_body, payload_digest, read_payload, read_record
from storage.warc.content import zstd

# Reading what can't be trusted


@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_a_damaged_record_is_unreadable(tmp_path: Path, how: str) -> None:
    (place,) = write_pages(tmp_path, PAGE)
    path = tmp_path / FIRST_FILE
    data = bytearray(path.read_bytes())
    if how == "flipped":
        data[place.offset + place.length // 2] ^= 0xFF
    else:
        del data[-3:]
    path.write_bytes(data)
    with pytest.raises(CaptureUnreadable, match=rf"'{FIRST_FILE}' at {place.offset}: the record"):
        read_record(tmp_path, place)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param("信江", "赣江", "block digest", id="another body"),
        pytest.param("\r\nContent-Length: ", "\r\nContent-Length: 1", "not the length", id="another length"),
        pytest.param("\r\n\r\nHTTP/1.1 200", "\r\n\r\nHTTP/1.1 404", "block digest", id="another status"),
        pytest.param("WARC/1.1", "ARC/1.1", "begin like a WARC record", id="no WARC"),
        pytest.param("WARC-Type: response", "WARC-Type: metadata", "is a metadata record", id="another type"),
        pytest.param("WARC-Date: 2026-03-05T", "WARC-Date: never", "no readable date", id="no date"),
        pytest.param("WARC-Target-URI", "X-Target-URI", "lacks the field 'warc-target-uri'", id="no URL"),
        pytest.param(
            "WARC-Type: response", "WARC-Type: revisit", "'warc-refers-to-target-uri'", id="no original"
        ),
    ],
)
def test_a_rewritten_record_is_unreadable(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    """Whole as a gzip member, but not what we wrote."""
    (place,) = write_pages(tmp_path, PAGE)
    path = tmp_path / FIRST_FILE
    data = path.read_bytes()
    record = gzip.decompress(data[place.offset :])
    assert old.encode() in record
    member = gzip.compress(record.replace(old.encode(), new.encode(), 1))
    path.write_bytes(data[: place.offset] + member)
    with pytest.raises(CaptureUnreadable, match=complaint):
        read_record(tmp_path, replace(place, length=len(member)))


def test_another_body_than_the_expected_is_unreadable(tmp_path: Path) -> None:
    (place,) = write_pages(tmp_path, PAGE)
    with pytest.raises(CaptureUnreadable, match=r"digest is sha256:.*, expected sha256:"):
        read_payload(tmp_path, place, digest=payload_digest(b"another"))


@pytest.mark.parametrize(
    ("offset", "length"),
    [(1, 0), (0, -1), (0, 1), (0, 2**62), (-5, 0), (-(10**9), 0), (10**9, 0), (-1, 1)],
    ids=["later", "shorter", "longer", "endless", "earlier", "negative", "beyond", "one before"],
)
def test_a_wrong_place_is_unreadable(tmp_path: Path, offset: int, length: int) -> None:
    place, _ = write_pages(tmp_path, PAGE, b"next")
    wrong = WarcPlace(place.file, place.offset + offset, place.length + length)
    with pytest.raises(CaptureUnreadable, match="the record"):
        read_record(tmp_path, wrong)


def test_a_request_is_no_capture(tmp_path: Path) -> None:
    first, second = write_pages(tmp_path, PAGE, b"next")
    request = WarcPlace(FIRST_FILE, end_of(first), second.offset - end_of(first))
    with pytest.raises(CaptureUnreadable, match="is a request record"):
        read_record(tmp_path, request)


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(CaptureUnreadable, match="can't be read"):
        read_record(tmp_path, WarcPlace(FIRST_FILE, 0, 10))


@pytest.mark.parametrize(
    "name",
    [
        f"../{FIRST_FILE}",
        f"warc/../../{FIRST_FILE}",
        f"{{outside}}/{FIRST_FILE}",
        f"{FIRST_FILE}\n",
        f"{FIRST_FILE}\x00",
        "",
        ".",
        "writer-0.lock",
        "jianbao-20260305-00-00000.warc.gz",
        "jianbao-２０２６0305-0-00000.warc.gz",
    ],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (place,) = write_pages(tmp_path, PAGE)
    (tmp_path / "warc").mkdir()
    hostile = replace(place, file=name.format(outside=tmp_path))
    with pytest.raises(CaptureUnreadable, match="not a WARC file's"):
        read_record(tmp_path / "warc", hostile)


# Content codings


def coded(body: bytes, coding: str) -> Exchange:
    return an_exchange(body, response_headers=(("content-encoding", coding),))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


CODED = [
    pytest.param("gzip", gzip.compress(PAGE), id="gzip"),
    pytest.param(" X-GZIP ", gzip.compress(PAGE), id="x-gzip"),
    pytest.param("gzip", gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:]), id="two gzip members"),
    pytest.param("gzip", gzip.compress(PAGE) + b"\r\n", id="gzip with a line behind"),
    pytest.param("deflate", zlib.compress(PAGE), id="deflate"),
    pytest.param("deflate", raw_deflate(PAGE), id="raw deflate"),
    pytest.param("br", brotli.compress(PAGE), id="br"),
    pytest.param("zstd", zstd.compress(PAGE), id="zstd"),
    pytest.param("zstd", zstd.compress(PAGE[:50]) + zstd.compress(PAGE[50:]), id="two zstd frames"),
    pytest.param("br, gzip", gzip.compress(brotli.compress(PAGE)), id="br, then gzip"),
    pytest.param("identity", PAGE, id="identity"),
    pytest.param("", PAGE, id="none"),
]


@pytest.mark.parametrize(("coding", "body"), CODED)
def test_a_coded_body_is_decoded_within_its_limit(coding: str, body: bytes) -> None:
    limit = max(len(PAGE), 400)  # short bodies grow under two codings
    assert decoded_body(coded(body, coding), limit) == PAGE
    with pytest.raises(CaptureUnreadable, match=f"larger than {len(PAGE) - 1} bytes"):
        decoded_body(coded(body, coding), len(PAGE) - 1)


@pytest.mark.parametrize(
    ("coding", "body"),
    [case for case in CODED if case.values[0] not in ("", "identity") and "behind" not in str(case.id)],
)
def test_a_cut_body_is_unreadable(coding: str, body: bytes) -> None:
    with pytest.raises(CaptureUnreadable, match="can't be decoded"):
        decoded_body(coded(body[:-6], coding), 10_000)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "compress", "gzip, gzip"])
def test_a_body_of_another_coding_is_unreadable(coding: str) -> None:
    with pytest.raises(CaptureUnreadable, match="can't be decoded"):
        decoded_body(coded(PAGE, coding), 10_000)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "compress", "utf-8", "gzip, br"])
@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        b"<p>" + "瑶湖日报：春耕".encode("gb18030") * 9,
        "<p>瑶湖日报：春耕".encode("big5", "ignore"),
        "\ufeff<p>瑶湖".encode("utf-16-le"),
        b'{"text": "<p>short</p>"}',
    ],
    ids=["utf-8", "gbk", "big5", "utf-16", "json"],
)
def test_a_page_that_was_never_coded_is_read_as_it_is(coding: str, page: bytes) -> None:
    assert read_body((("Content-Encoding", coding),), page, 10_000) == page
    with pytest.raises(TooLarge):
        read_body((("Content-Encoding", coding),), page, len(page) - 1)


def test_a_coding_named_twice_and_applied_once_is_undone_once() -> None:
    headers = (("Content-Encoding", "gzip"), ("content-encoding", "GZIP"))
    assert read_body(headers, gzip.compress(PAGE), 10_000) == PAGE


def broken_checksum(body: bytes) -> bytes:
    return body[:-8] + bytes([body[-8] ^ 1]) + body[-7:]


def wrong_length(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


def flipped(body: bytes) -> bytes:
    place = len(body) // 2
    return body[:place] + bytes([body[place] ^ 0x55]) + body[place + 1 :]


LONG_PAGE = "".join(f"<p>{number * number} 瑶湖日报{number}</p>" for number in range(400)).encode()
DAMAGED = {
    "gzip, wrong CRC": ("gzip", broken_checksum(gzip.compress(LONG_PAGE))),
    "gzip, wrong length": ("gzip", wrong_length(gzip.compress(LONG_PAGE))),
    "gzip, cut in its trailer": ("gzip", gzip.compress(LONG_PAGE)[:-3]),
    "gzip, half": ("gzip", gzip.compress(LONG_PAGE)[:600]),
    "gzip, head alone": ("gzip", gzip.compress(LONG_PAGE)[:10]),
    "second member cut": ("gzip", gzip.compress(LONG_PAGE) + gzip.compress(LONG_PAGE)[:300]),
    "gzip, flipped": ("gzip", flipped(gzip.compress(LONG_PAGE))),
    "deflate, wrong sum": ("deflate", wrong_length(zlib.compress(LONG_PAGE))),
    "deflate, cut": ("deflate", zlib.compress(LONG_PAGE)[:-1]),
    "raw deflate, cut": ("deflate", raw_deflate(LONG_PAGE)[:-9]),
    "br, cut": ("br", brotli.compress(LONG_PAGE)[:-2]),
    "zstd, cut": ("zstd", zstd.compress(LONG_PAGE)[:-2]),
    "br inside a good gzip, cut": ("br, gzip", gzip.compress(brotli.compress(LONG_PAGE)[:-9])),
    "gzip under another name": ("br", gzip.compress(LONG_PAGE)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_body_is_never_taken_for_a_page(name: str) -> None:
    coding, body = DAMAGED[name]
    with pytest.raises(CodingBroken):
        read_body((("Content-Encoding", coding),), body, 1_000_000)


def test_a_zstd_window_larger_than_http_allows_is_refused() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    body = packer.compress(PAGE) + packer.flush()
    with pytest.raises(CaptureUnreadable, match="can't be decoded"):
        decoded_body(coded(body, "zstd"), 10_000)


def test_an_empty_body_needs_no_decoding() -> None:
    assert decoded_body(coded(b"", "gzip"), 10) == b""


BOMB = b"\x00" * 200_000_000


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", lambda: gzip.compress(BOMB, 1)),
        ("deflate", lambda: zlib.compress(BOMB, 1)),
        ("br", lambda: brotli.compress(BOMB, quality=1)),
        ("zstd", lambda: zstd.compress(BOMB)),
        ("gzip", lambda: gzip.compress(b"") * 5_000),
    ],
    ids=["gzip", "deflate", "br", "zstd", "gzip members"],
)
def test_a_bomb_costs_little(coding: str, pack: Any) -> None:
    bomb = coded(pack(), coding)
    started = time.process_time()
    with pytest.raises(CaptureUnreadable, match=r"larger than|more than"):
        decoded_body(bomb, 100_000)
    assert time.process_time() - started < 0.5
