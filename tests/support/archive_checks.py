"""The proof that an archive is whole, and equal to the site that it was crawled from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from sqlalchemy import Connection, select, text
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from jianbao.demo import DemoSite, Post
from storage.archive.folder import Archive
from storage.captures.capture import list_captures
from storage.database.schema import article, crawl, listing, revision
from storage.records import Capture
from storage.warc import CaptureUnreadable, read_payload


def prove_archive(archive: Archive, site: DemoSite, edits: Mapping[str, int]) -> list[str]:
    """Return a sentence for everything that is lost, doubled, torn or untrue after a crawl to the end.

    ``edits`` says how often each info code's article was changed since the site opened.
    """
    with archive.reading() as connection:
        return [
            *_database_problems(connection),
            *_ledger_problems(connection, site),
            *_article_problems(connection, site),
            *_revision_problems(connection, edits),
            *_crawl_problems(connection),
            *_capture_problems(archive, connection),
            *_warc_problems(archive),
        ]


def _database_problems(connection: Connection) -> Iterator[str]:
    for (answer,) in connection.execute(text("PRAGMA integrity_check")):
        if answer != "ok":
            yield f"integrity_check: {answer}"
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"foreign_key_check: {tuple(row)}"


def _ledger_problems(connection: Connection, site: DemoSite) -> Iterator[str]:
    rows = connection.execute(
        select(listing.c.source, listing.c.info_code, listing.c.state, listing.c.next_try_at)
    )
    listed = {(slug, post.info_code) for slug in site.slugs for post in site.listed(slug)}
    known = set()
    for slug, code, state, next_try_at in rows:
        known.add((slug, code))
        if state != "archived" or next_try_at is not None:
            yield f"{code} in {slug} is still {state}, to be tried at {next_try_at}"
    for slug, code in listed - known:
        yield f"lost: {code} is listed in {slug}, and the ledger does not know"
    for slug, code in known - listed:
        yield f"doubled: the ledger has {code} in {slug}, which never listed it"


def _article_problems(connection: Connection, site: DemoSite) -> Iterator[str]:
    rows = {row.info_code: row for row in connection.execute(select(article))}
    posts = {post.info_code: _leading(site, post) for post in site.articles}
    for code in posts.keys() - rows.keys():
        yield f"lost: {code} is not archived"
    for code in rows.keys() - posts.keys():
        yield f"doubled: {code} is archived, and the site never had it"
    for code in rows.keys() & posts.keys():
        row, post = rows[code], posts[code]
        if row.title != post.title or tuple(row.text.split("\n")) != post.paragraphs:
            yield f"lost: the archive's text of {code} is not what the site says now"


def _leading(site: DemoSite, post: Post) -> Post:
    """Return the post in the form that leads: the newspaper's, where there is one."""
    return site.find(post.info_code)


def _revision_problems(connection: Connection, edits: Mapping[str, int]) -> Iterator[str]:
    revisions: dict[str, list[tuple[int, str]]] = {}
    for row in connection.execute(select(revision).order_by(revision.c.info_code, revision.c.number)):
        revisions.setdefault(row.info_code, []).append((row.number, row.content_hash))
    for row in connection.execute(select(article)):
        numbers, hashes = zip(*revisions.get(row.info_code, [(0, "")]), strict=True)
        if numbers != tuple(range(1, row.revision + 1)):
            yield f"{row.info_code} is at revision {row.revision}, and has the revisions {numbers}"
        if len(numbers) > 1 + edits.get(row.info_code, 0) or any(a == b for a, b in pairwise(hashes)):
            yield f"doubled: {row.info_code} has {len(numbers)} revisions"
        if hashes[-1] != row.content_hash:
            yield f"lost: the text of {row.info_code} is in no revision"


def _crawl_problems(connection: Connection) -> Iterator[str]:
    for row in connection.execute(
        select(crawl).where(crawl.c.status.not_in(("ok", "killed", "interrupted")))
    ):
        yield f"crawl {row.id} is {row.status}: {row.errors}"


def _capture_problems(archive: Archive, connection: Connection) -> Iterator[str]:
    captures = {capture.id: capture for capture in list_captures(connection, limit=1_000_000)}
    for stored in captures.values():
        held = captures.get(stored.refers_to)
        try:
            exchange = read_payload(
                archive.warc_folder,
                stored.place,
                digest=stored.payload_digest,
                refers_to=held.place if held else None,
            )
        except CaptureUnreadable as error:
            yield f"lost: capture {stored.id} of {stored.url}: {error}"
        else:
            yield from _untrue_capture(stored, exchange.url)


def _untrue_capture(stored: Capture, url: str) -> Iterator[str]:
    if url != stored.url:
        yield f"capture {stored.id} is said to be of {stored.url}, and its record is of {url}"


def _warc_problems(archive: Archive) -> Iterator[str]:
    """Read every file to its end with warcio, which believes nothing that its digests do not show."""
    places: Counter[str] = Counter()
    for path in sorted(archive.warc_folder.glob("*.warc.gz")):
        try:
            with path.open("rb") as file:
                for record in ArchiveIterator(file, check_digests="raise"):
                    record.content_stream().read()
                    places[record.rec_headers.get_header("WARC-Record-ID")] += 1
        except (ArchiveLoadFailed, ValueError, EOFError, OSError) as error:
            yield f"{path.name} cannot be read to its end: {error}"
    yield from (
        f"doubled: record {identity} is stored {times} times"
        for identity, times in places.items()
        if times > 1
    )
