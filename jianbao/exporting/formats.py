"""The formats that articles can be exported in, each a function that writes a selection of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from jianbao import __version__
from jianbao.documents.article_fields import EXPORT_FIELDS, TABLE_COLUMNS
from jianbao.documents.coverage import say_coverage, state_filter
from jianbao.exporting.atom import FeedEntry, FeedFacts, entry_of, write_feed
from jianbao.exporting.csv_table import write_csv
from jianbao.exporting.jsonl import write_jsonl
from jianbao.exporting.manifest import describe_query
from jianbao.exporting.parquet import check_parquet, write_parquet
from jianbao.exporting.selection import Selection
from jianbao.exporting.web_archive import write_warc
from storage.ledger.holes.covered import read_coverage
from storage.records.saying import Saying

JSON_FIELDS = tuple(field.name for field in EXPORT_FIELDS)
ATOM_FIELDS = ("id", "title", "published", "updated", "author", "category", "link", "summary", "content")
WARC_FIELDS = ("warcinfo", "response", "revisit", "resource")


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what each article has in it, and the function that writes a selection.

    Writing names the file's own name too, since a WARC file says it.
    """

    name: str
    fields: tuple[str, ...]
    write: Callable[[BinaryIO, Selection, str], object]


def jsonl_format() -> Format:
    """Return JSON Lines."""
    return Format("jsonl", JSON_FIELDS, lambda out, chosen, _name: write_jsonl(out, chosen.articles()))


def csv_format(*, mark: bool, excel_safe: bool) -> Format:
    """Return comma-separated values, with a byte order mark and harmless in Excel if wanted."""

    def write(out: BinaryIO, chosen: Selection, _name: str) -> None:
        write_csv(out, chosen.articles(), mark=mark, excel_safe=excel_safe)

    return Format("csv", tuple(column.name for column in TABLE_COLUMNS), write)


def parquet_format() -> Format:
    """Return Apache Parquet; raise `ParquetMissing` where it can't be written."""
    check_parquet()
    return Format(
        "parquet",
        tuple(column.name for column in TABLE_COLUMNS),
        lambda out, chosen, _name: write_parquet(out, chosen.articles()),
    )


def atom_format() -> Format:
    """Return an Atom feed, the newest article first."""

    def write(out: BinaryIO, chosen: Selection, _name: str) -> None:
        write_feed(out, _facts(chosen), _entries(chosen))

    return Format("atom", ATOM_FIELDS, write)


def warc_format() -> Format:
    """Return a WARC file of the articles' captures."""

    def write(out: BinaryIO, chosen: Selection, name: str) -> None:
        copied = write_warc(
            out,
            chosen.connection,
            chosen.warc_folder,
            chosen.whole(),
            name=name,
            software=f"jianbao/{__version__}",
            now=chosen.now,
            description=_say_coverage(chosen).tell("zh"),
        )
        chosen.missing.extend(copied.unreadable)
        if copied.unsaid:
            chosen.missing.append(f"and {copied.unsaid} more records that could not be read")

    return Format("warc", WARC_FIELDS, write)


def _facts(chosen: Selection) -> FeedFacts:
    """Return a feed's facts: whoever asks the same thing again gets the same feed."""
    asked = chosen.query.text
    everything = json.dumps(describe_query(chosen.query), ensure_ascii=False, sort_keys=True)
    return FeedFacts(
        identity=f"tag:jianbao,2026:export/{hashlib.sha256(everything.encode()).hexdigest()[:32]}",
        title=f"剪报: {asked}" if asked else "剪报",
        updated=chosen.now,
        subtitle=_say_coverage(chosen).tell("zh"),
    )


def _say_coverage(chosen: Selection) -> Saying:
    """Return in a sentence which days of which newspapers a selection rests on."""
    return say_coverage(state_filter(read_coverage(chosen.connection, chosen.now), chosen.query.filter))


def _entries(chosen: Selection) -> Iterator[FeedEntry]:
    return (entry_of(article.whole.stored, article.updated_at) for article in chosen.articles("newest"))
