"""What the archive holds, as `stats --json` has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from jianbao.documents.article import present_time
from jianbao.documents.document import Document
from storage.archive.folder import Archive, find_database
from storage.articles.lists import ArticleFilter
from storage.articles.statistics import Counts, count_statistics, measure_archive


def read_statistics(archive: Archive, wanted: ArticleFilter, *, characters: bool = False) -> Document:
    """Return counts by source, newspaper and month, the busiest days, and how large the archive is."""
    with archive.reading() as connection:
        found = count_statistics(connection, wanted, characters=characters)
        sizes = measure_archive(connection, find_database(archive.folder), archive.warc_folder)
    return {
        **asdict(found.total),
        "first": present_time(found.first),
        "last": present_time(found.last),
        "sources": _present_rows("source", found.sources),
        "media": _present_rows("media", found.media),
        "months": _present_rows(
            "month", {f"{month:%Y-%m}": counts for month, counts in found.months.items()}
        ),
        "busiest_days": [{"day": day.isoformat(), "articles": count} for day, count in found.busiest_days],
        "archive": asdict(sizes),
    }


def _present_rows(key: str, rows: Mapping[str | None, Counts] | Mapping[str, Counts]) -> list[Document]:
    return [{key: name, **asdict(counts)} for name, counts in rows.items()]
