"""The manifest beside an export: what was asked for, what the file holds, and what the archive lacks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from jianbao import __version__
from jianbao.documents.article import present_time
from jianbao.documents.coverage import present_statement, state_filter
from jianbao.documents.document import Document
from jianbao.documents.said import tell_document
from jianbao.exporting.selection import ExportCounts
from storage.ledger.coverage import Coverage, sum_states
from storage.ledger.holes.covered import read_coverage
from storage.search import Query


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file as it was written. ``fields`` names what each article has in it, ``sha256`` is hex."""

    name: str
    form: str
    bytes: int
    sha256: str
    fields: Sequence[str]


def manifest_path(path: Path) -> Path:
    """Return where the manifest of a file stands: beside it, its name with ``.manifest.json``."""
    return path.with_name(f"{path.name}.manifest.json")


def describe_export(
    connection: Connection,
    query: Query,
    written: WrittenFile,
    counts: ExportCounts,
    missing: Sequence[str],
    now: datetime,
) -> Document:
    """Return the manifest. Its ledger is that of the sources and days asked for, whatever else was asked.

    What no page ever brought cannot be asked for its words: so it is counted for all articles of those days.
    """
    asked = query.filter
    stated = read_coverage(connection, now)
    coverage = [sum_states(one.source, one.ledger) for one in state_filter(stated, asked).sources]
    return {
        "jianbao": __version__,
        "exported_at": present_time(now),
        "format": written.form,
        "file": written.name,
        "bytes": written.bytes,
        "sha256": written.sha256,
        "query": describe_query(query),
        "articles": counts.articles,
        "by_source": dict(sorted(counts.sources.items())),
        "first_published_at": present_time(counts.first),
        "last_published_at": present_time(counts.last),
        "ledger": {
            **_sum(coverage),
            "holds": all(_is_accounted_for(each) for each in coverage),
            "sources": [asdict(each) for each in coverage],
        },
        "coverage": tell_document(present_statement(stated, asked), "en"),
        "missing": list(missing),
        "fields": list(written.fields),
    }


def describe_query(query: Query) -> Document:
    """Return what was asked for: the query as written, and all filters, those of the query included."""
    asked = query.filter
    return {
        "text": query.text,
        "sources": list(asked.sources),
        "media": list(asked.media),
        "securities": list(asked.securities),
        "authors": list(asked.authors),
        "not_sources": list(asked.not_sources),
        "not_media": list(asked.not_media),
        "not_securities": list(asked.not_securities),
        "not_authors": list(asked.not_authors),
        "since": present_time(asked.since),
        "until": present_time(asked.until),
    }


def format_manifest(manifest: Document) -> bytes:
    """Return the manifest as the file has it; of a name that is no UTF-8, what can be written is."""
    return json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"


def _sum(coverage: Sequence[Coverage]) -> dict[str, int]:
    names = [each.name for each in fields(Coverage) if each.name != "source"]
    return {name: sum(getattr(each, name) for each in coverage) for name in names}


def _is_accounted_for(each: Coverage) -> bool:
    """Tell whether every listing is accounted for (docs/design.md#promises)."""
    return (
        each.listed == each.archived + each.owed + each.failed + each.quarantined + each.gone + each.furniture
    )
