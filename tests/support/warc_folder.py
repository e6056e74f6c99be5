"""A small ``warc`` folder to test on, and crawl processes that fill it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from storage.records import Exchange, WarcPlace
from storage.warc import WarcWriter, read_record

PAGE = "<html><body><h1>信江两岸春耕忙</h1><p>清晨的田埂上，拖拉机已经开动。</p></body></html>".encode()
NOON = datetime(2026, 3, 5, 12, 0, 0, 123456, tzinfo=UTC)
FIRST_FILE = "jianbao-20260305-0-00000.warc.gz"


def an_exchange(body: bytes = PAGE, **changes: Any) -> Exchange:
    exchange = Exchange(
        url="http://127.0.0.1/2026/03/05/NW202603051234567890.html?from=首页",
        fetched_at=NOON,
        status=200,
        request_headers=(("User-Agent", "jianbao/test"), ("Accept", "text/html")),
        response_headers=(("Content-Type", "text/html; charset=utf-8"), ("ETag", '"a1"')),
        body=body,
    )
    return replace(exchange, **changes)


def a_writer(folder: Path, **changes: Any) -> WarcWriter:
    return WarcWriter(folder, **{"software": "jianbao/test", "clock": lambda: NOON, **changes})


def write_pages(folder: Path, *bodies: bytes) -> list[WarcPlace]:
    with a_writer(folder) as writer:
        return [writer.write(an_exchange(body)) for body in bodies]


def end_of(place: WarcPlace) -> int:
    return place.offset + place.length


def warcio_records(path: Path) -> list[dict[str, Any]]:
    """Read a file as others do, with warcio, every digest checked."""
    with path.open("rb") as file:
        return [
            {
                "type": record.rec_type,
                "payload": record.raw_stream.read(),
                "passed": record.digest_checker.passed,
                "http": record.http_headers,
                **{name.lower(): value for name, value in record.rec_headers.headers},
            }
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def assert_valid(folder: Path) -> None:
    """Read every file with warcio and believe it to the last digest."""
    records = [record for name in names_in(folder) for record in warcio_records(folder / name)]
    assert records
    assert all(record["passed"] for record in records if record["type"] != "revisit")


def body_at(folder: Path, place: WarcPlace) -> bytes:
    return read_record(folder, place).exchange.body


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.warc.gz"))


CRAWLER = Path(__file__).with_name("warc_crawler.py")


def start_crawler(
    folder: Path, *, seed: int, size: int, times: int, ends: dict[str, int] | None = None
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(CRAWLER), str(folder), str(seed), str(size), str(times)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write("".join(f"{name} {end}\n" for name, end in (ends or {}).items()))
    process.stdin.close()
    return process


def told_next(process: subprocess.Popen[str]) -> tuple[WarcPlace, str]:
    """Wait for the next capture that a crawler makes durable: its place and digest."""
    assert process.stdout
    return parse_told(process.stdout.readline())


def told_by(process: subprocess.Popen[str]) -> list[tuple[WarcPlace, str]]:
    """Read what else a crawler said that it made durable, up to its end."""
    assert process.stdout
    with process.stdout:
        told = [parse_told(line) for line in process.stdout if line.endswith("\n")]
    process.wait()
    return told


def parse_told(line: str) -> tuple[WarcPlace, str]:
    file, offset, length, digest = line.split()
    return WarcPlace(file, int(offset), int(length)), digest
