"""Years of newspapers, entered into an archive in bulk: what a crawl would have left, without the crawl."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from jianbao.demo.material.background import BEATS, seeded, write_paragraphs
from storage.archive.folder import DATABASE_FILE
from storage.articles.wording import Held, Wording, tell_wording
from storage.database.opening import connect_database
from storage.database.schema import article, capture, listing, wording

_LAST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
_PER_DAY = 80
_PER_MINUTE = 3
_COPIED = 50
"""One of so many articles has the text of an earlier one."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_PARAGRAPHS, _LENGTH = 15, 155  # about 2,300 characters a text, as upstream's are
_CHUNK = 1000
_FIRST_CAPTURE = 1000  # those before are what the archive has already

Rows = dict[str, dict[str, Any]]


Write = Callable[[int], Sequence[str]]
"""Writes the lines of an article, given its number."""


def fill_archive(folder: Path, articles: int, slugs: Sequence[str], write: Write | None = None) -> None:
    """Add so many articles of these sources to an archive that knows them, the last ones of February 2026."""
    engine = connect_database(folder / DATABASE_FILE)
    with engine.connect() as connection:
        # Nothing here need survive a crash.
        _set(connection, "journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF")
        rows = _write_history(articles, slugs, write or _compile())
        with connection.begin():
            while chunk := list(islice(rows, _CHUNK)):
                _insert_chunk(connection, chunk)
        _set(connection, "journal_mode=WAL")
    engine.dispose()


def _set(connection: Connection, *pragmas: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    for pragma in pragmas:
        driver.execute(f"PRAGMA {pragma}")


def _insert_chunk(connection: Connection, chunk: Sequence[Rows]) -> None:
    for table in (capture, article, wording, listing):
        connection.execute(insert(table), [rows[table.name] for rows in chunk])


def _compile() -> Write:
    """Return what puts articles together from one long text, quickly: every word comes again and again."""
    prose = "".join(write_paragraphs(seeded(1), BEATS, 400, sentences=4))
    return lambda number: _lines(number, prose)


def _write_history(articles: int, slugs: Sequence[str], write: Write) -> Iterator[Rows]:
    first_day = _LAST_DAY - timedelta(days=articles // _PER_DAY)
    for number in range(articles):
        minute = _minute(number, first_day)
        first = number - _COPIED // 2 if number % _COPIED == _COPIED - 1 else None
        duplicate_of = None if first is None else _code(first, _minute(first, first_day))
        lines = write(number if first is None else first)
        yield _one(number, slugs[number % len(slugs)], minute, lines, duplicate_of)


def _minute(number: int, first_day: datetime) -> datetime:
    day, turn = divmod(number, _PER_DAY)
    return first_day + timedelta(days=day, hours=-3, minutes=turn // _PER_MINUTE * 5)


def _code(number: int, minute: datetime) -> str:
    return f"NW{minute:%Y%m%d}{number * 104_729 % 10**10:010d}"


def _one(number: int, slug: str, minute: datetime, lines: Sequence[str], duplicate_of: str | None) -> Rows:
    code = _code(number, minute)
    text = "\n".join(lines)
    digest = hashlib.sha256(text.encode()).hexdigest()
    at = minute + timedelta(seconds=number % 60)
    url = f"http://127.0.0.1/{slug}/{minute:%Y/%m/%d}/{code}.html"
    title = lines[0][:24]
    return {
        "capture": {
            "id": _FIRST_CAPTURE + number,
            "url": url,
            "info_code": code,
            "fetched_at": at,
            "status": 200,
            "content_type": "text/html; charset=utf-8",
            "payload_digest": f"sha256:{digest}",
            "warc_file": f"jianbao-{minute:%Y%m%d}-history.warc.gz",
            "warc_offset": number * 6000,
            "warc_length": 6000,
        },
        "article": {
            "id": int((minute - _EPOCH).total_seconds()) // 60 * 4 + number % _PER_DAY % _PER_MINUTE,
            "info_code": code,
            "forms": "media",
            "title": title,
            "media": slug,
            "published_at": at,
            "precision": "second",
            "url": url,
            "continued": False,
            "text": text,
            "paragraphs": ["text"] * len(lines),
            "images": [],
            "links": [],
            "content_hash": digest,
            "duplicate_of": duplicate_of,
            "first_seen_at": at,
            "last_checked_at": at,
            "parser_version": 1,
            "revision": 1,
            "status": "archived",
            "capture_id": _FIRST_CAPTURE + number,
        },
        "wording": {
            "info_code": code,
            "number": 1,
            **tell_wording(
                Wording(title, text, "".join(f"<p>{line}</p>\n" for line in lines), digest),
                Held(title, text, digest),
            ),
            "capture_id": _FIRST_CAPTURE + number,
            "seen_at": at,
            "changed": {},
        },
        "listing": {
            "source": slug,
            "info_code": code,
            "form": "media",
            "url": url,
            "title": title,
            "published_at": at,
            "first_listed_at": at,
            "last_listed_at": at,
            "state": "archived",
            "capture_id": _FIRST_CAPTURE + number,
        },
    }


def _lines(number: int, prose: str) -> list[str]:
    random = seeded(number)
    starts = (random.randrange(len(prose) - _LENGTH) for _ in range(_PARAGRAPHS))
    return [prose[start : start + random.randint(_LENGTH // 2, _LENGTH * 3 // 2)] for start in starts]
