"""An archive of half a year of twenty sources, entered in bulk: what `gaps` looks over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert

from storage.archive.folder import Archive
from storage.articles.article import first_id
from storage.database.schema import article, capture, crawl, listing, picture, source
from storage.ledger.habits import each_day
from storage.records.press_days import PRESS_ZONE, press_day

DAYS = 182
SLUGS = tuple(f"paper{number}" for number in range(20))
"""The sources; the last one printed nothing yesterday."""
_CHARACTERS = 1_500
_ILLUSTRATED, _LINKING = 0.4, 0.05
"""Which part of the articles has pictures, and links to others."""


def store_days(folder: Path, articles: int) -> None:
    """Fill the archive in a folder with so many articles, spread over sources and days."""
    random = Random(4)
    today = press_day(datetime.now(UTC))
    days = each_day(today - timedelta(days=DAYS), today)
    with Archive.open(folder) as archive:
        with archive.writing() as connection:
            connection.execute(insert(source), [_source(slug, days[0]) for slug in SLUGS])
            connection.execute(insert(crawl), [_crawl(day) for day in days])
        entries = list(_spread(articles, days))
        for begin in range(0, len(entries), 5_000):
            part = [_entry(random, begin + at, *one) for at, one in enumerate(entries[begin : begin + 5_000])]
            with archive.writing() as connection:
                connection.execute(insert(capture), [rows["capture"] for rows in part])
                connection.execute(insert(article), [rows["article"] for rows in part])
                connection.execute(insert(listing), [rows["listing"] for rows in part])
                shown = [rows["picture"] for rows in part if rows["picture"]]
                connection.execute(insert(picture), shown)


def _spread(articles: int, days: list[date]) -> Iterator[tuple[str, date]]:
    for at in range(articles):
        slug, day = SLUGS[at % len(SLUGS)], days[at // len(SLUGS) % len(days)]
        if slug != SLUGS[-1] or day < days[-2]:
            yield slug, day


def _entry(random: Random, number: int, slug: str, day: date) -> dict[str, Any]:
    """Return the rows of one article."""
    code, moment = f"NW{day:%Y%m%d}{number:010}", datetime.combine(day, time(0, 30), PRESS_ZONE)
    url = f"http://127.0.0.1/{slug}/{code}.html"
    shown = f"http://127.0.0.1/{code}.jpg" if random.random() < _ILLUSTRATED else None
    linked = [{"url": url, "text": "前文"}] if random.random() < _LINKING else []
    words = "".join(chr(0x4E00 + random.randrange(3_000)) for _ in range(_CHARACTERS))
    return {
        "capture": _capture(number, url, code, moment),
        "article": {
            "id": first_id(moment) + 10_000_000_000 + number,
            "info_code": code,
            "forms": "media",
            "title": words[:20],
            "published_at": moment,
            "precision": "second",
            "url": url,
            "continued": False,
            "text": words,
            "paragraphs": ["text"],
            "images": [{"url": shown, "caption": None, "position": 0}] if shown else [],
            "links": linked,
            "content_hash": code,
            "first_seen_at": moment,
            "last_checked_at": moment,
            "parser_version": 1,
            "revision": 1,
            "status": "archived",
            "capture_id": number + 1,
        },
        "listing": _listing(slug, code, url, moment),
        "picture": _picture(slug, code, shown) if shown else None,
    }


def _capture(number: int, url: str, code: str, moment: datetime) -> dict[str, Any]:
    return {
        "id": number + 1,
        "url": url,
        "info_code": code,
        "fetched_at": moment,
        "status": 200,
        "payload_digest": f"sha256:{number}",
        "warc_file": "jianbao-1.warc.gz",
        "warc_offset": number,
        "warc_length": 1,
    }


def _listing(slug: str, code: str, url: str, moment: datetime) -> dict[str, Any]:
    return {
        "source": slug,
        "info_code": code,
        "form": "media",
        "url": url,
        "title": code,
        "published_at": moment,
        "first_listed_at": moment,
        "last_listed_at": moment,
        "state": "archived",
    }


def _picture(slug: str, code: str, url: str) -> dict[str, Any]:
    return {"info_code": code, "url": url, "source": slug, "position": 0, "state": "archived"}


def _source(slug: str, added: date) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "slug": slug,
        "name": slug,
        "kind": "category",
        "url": f"http://127.0.0.1/category/{slug}.html",
        "timezone": "Asia/Shanghai",
        "enabled": True,
        "added_at": datetime.combine(added, time(), PRESS_ZONE),
        "last_outcome": "changed",
        "last_polled_at": now,
        "last_succeeded_at": now,
    }


def _crawl(day: date) -> dict[str, Any]:
    began = datetime.combine(day, time(11), PRESS_ZONE)
    told = {"trigger": "schedule", "status": "ok", "pid": 1, "polls": 1, "version": "1"}
    return {**told, "started_at": began, "finished_at": began, "sources": [], "errors": []}
