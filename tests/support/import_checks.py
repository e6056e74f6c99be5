"""The proof that an import is whole: every file once in a capture, every article once, whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pipelines.compare.precedence import FILE_SCHEME
from storage.archive.folder import Archive
from storage.captures.capture import list_captures
from storage.warc import CaptureUnreadable, read_payload

_CONTENTS = {
    "article": "SELECT info_code, forms, title, media, published_at, text, summary, content_hash,"
    " duplicate_of, revision, status FROM article ORDER BY info_code",
    "revision": "SELECT info_code, number, title, text, body_html, content_hash FROM revision"
    " ORDER BY info_code, number",
    "listing": "SELECT source, info_code, form, url, title, state FROM listing ORDER BY source, info_code",
    "security": "SELECT * FROM security ORDER BY info_code, market, code, mention",
    "capture": "SELECT url, info_code, payload_digest FROM capture ORDER BY url, payload_digest",
    "source": "SELECT slug, name, kind, enabled FROM source ORDER BY slug",
}


def read_contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what an archive holds, without what depends on the clock."""
    with Archive.open_existing(folder) as archive, archive.reading() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(query))] for name, query in _CONTENTS.items()
        }


def compare_archives(expected: Path, found: Path) -> list[str]:
    """Return how an archive differs from another: rows that are lost, doubled or changed."""
    wanted, there = read_contents(expected), read_contents(found)
    problems = []
    for table, rows in wanted.items():
        lost, more = Counter(rows) - Counter(there[table]), Counter(there[table]) - Counter(rows)
        problems += [f"lost in {table}: {row[:3]}" for row in list(lost)[:3]]
        problems += [f"doubled in {table}: {row[:3]}" for row in list(more)[:3]]
    return problems


def prove_files(archive_folder: Path, posts: Path) -> list[str]:
    """Return what is wrong with the captures of an import: a file that is not there once, byte for byte."""
    with Archive.open_existing(archive_folder) as archive:
        return list(_file_problems(archive, posts))


def _file_problems(archive: Archive, posts: Path) -> Iterator[str]:
    seen: Counter[str] = Counter()
    with archive.reading() as connection:
        captures = list_captures(connection, limit=10_000_000)
    for capture in captures:
        name = capture.url.removeprefix(FILE_SCHEME)
        seen[name] += 1
        try:
            body = read_payload(archive.warc_folder, capture.place, digest=capture.payload_digest).body
        except CaptureUnreadable as error:
            yield f"lost: {name}: {error}"
            continue
        if body != (posts / name).read_bytes():
            yield f"lost: the capture of {name} is not the file"
    names = {path.relative_to(posts).as_posix() for path in posts.rglob("*.md") if "init" not in path.name}
    yield from (f"lost: {name} has no capture" for name in sorted(names - seen.keys()))
    yield from (f"doubled: {name} has {times} captures" for name, times in seen.items() if times > 1)
