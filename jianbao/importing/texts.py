"""Importing plain texts of digital newspapers: one file, one article, one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from jianbao.importing.post_folder import FoundFile, Unreadable, load_file
from jianbao.importing.text_identity import TextIdentity, identify_text
from jianbao.upkeep.index import index_news
from pipelines.precedence import FILE_SCHEME
from pipelines.prepare import Prepared, prepare
from pipelines.settle import judge
from pipelines.store import store_article
from spiders.readers.encoding import decode_page
from spiders.readers.plain_text import read_plain_text
from storage.archive.folder import Archive
from storage.articles.article import find_article, find_delivered
from storage.captures.imported_texts import find_text
from storage.ledger.listing import enter_listing
from storage.ledger.owed import find_listings
from storage.ledger.set_events import resolve_empty_sets
from storage.ledger.source import ensure_import_source
from storage.records import Article, Draft, Owed, Resource, SetAside
from storage.warc import payload_digest

TextOutcome = Literal["new", "revised", "unchanged", "known", "failed"]
_CONTENT_TYPE = "text/plain"


class CodeTaken(SetAside):
    """The info code that was derived for a text belongs to another article: the message names both."""


@dataclass(frozen=True, slots=True)
class TextOrder:
    """What an import says of its texts. ``info_code`` is canonical; None: it is derived from each text."""

    source: str
    media: str
    day: date
    info_code: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedText:
    """How one file ended. ``error``, of one that ``failed``, is a sentence that names the file."""

    file: str
    outcome: TextOutcome
    info_code: str | None = None
    title: str | None = None
    author: str | None = None
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as `import text --json` prints it."""
        return {
            "file": self.file,
            "outcome": self.outcome,
            "info_code": self.info_code,
            "title": self.title,
            "author": self.author,
            "error": self.error,
        }


def import_texts(
    archive: Archive, paths: Iterable[Path], order: TextOrder, max_size: int, now: datetime
) -> Iterator[ImportedText]:
    """Import each file, and yield how it ended; one that cannot be taken in fails alone and stores nothing.

    ``now`` is aware. A file that the archive holds already is passed over (``known``).
    """
    for path in paths:
        try:
            yield _import_text(archive, path, order, max_size, now)
        except (Unreadable, SetAside, CodeTaken) as refused:
            yield ImportedText(str(path), "failed", error=f"{path} {refused}")
    with archive.writing() as connection:
        resolve_empty_sets(connection, now, FILE_SCHEME)
    index_news(archive)


def _import_text(
    archive: Archive, path: Path, order: TextOrder, max_size: int, now: datetime
) -> ImportedText:
    body = load_file(FoundFile(path, path.name), max_size)
    text = decode_page(body, None)
    identity = identify_text(order.source, order.day, text)
    digest = payload_digest(body)
    with archive.reading() as connection:
        if known := _known(connection, path, identity, digest, order):
            return known
        identity = _own_identity(connection, identity, order)
        stored = find_delivered(connection, identity.info_code)
    draft = read_plain_text(
        text, identity.uri, info_code=identity.info_code, media=order.media, day=order.day
    )
    prepared = prepare(judge(draft, _owed(draft, order), stored, now), stored)
    with archive.writing_batch() as connection:
        if known := _known(connection, path, identity, digest, order):
            return known
        _own_identity(connection, identity, order)
        return _store(archive, connection, path, order, prepared, body, now)


def _known(
    connection: Connection, path: Path, identity: TextIdentity, digest: str, order: TextOrder
) -> ImportedText | None:
    """Return how a file ends that the archive holds already, None for another."""
    earlier = find_text(connection, identity.uri, digest)
    if earlier is None or order.info_code not in (None, earlier):
        return None
    return _ended(path, "known", earlier, _stored_article(connection, earlier))


def _own_identity(connection: Connection, identity: TextIdentity, order: TextOrder) -> TextIdentity:
    """Return a text's identity under the code that the order names, else its own; raise `CodeTaken`."""
    if order.info_code is not None:
        return replace(identity, info_code=order.info_code)
    _check_free(connection, identity, order.source)
    return identity


def _owed(draft: Draft, order: TextOrder) -> Owed:
    assert draft.info_code is not None
    return Owed(order.source, draft.info_code, "media", draft.url, draft.title or "")


def _store(
    archive: Archive,
    connection: Connection,
    path: Path,
    order: TextOrder,
    prepared: Prepared,
    body: bytes,
    now: datetime,
) -> ImportedText:
    article = prepared.fetched
    stored = find_delivered(connection, article.info_code)
    owed = Owed(order.source, article.info_code, "media", article.url, article.title)
    ensure_import_source(connection, order.source, order.media)
    owed = enter_listing(connection, owed, now)
    resource = Resource(article.url, now, _CONTENT_TYPE, body)
    capture = archive.keep_file(connection, resource, info_code=owed.info_code)
    assert capture.id is not None
    kind = store_article(connection, article, owed, stored, capture.id, now, prepared)
    return _ended(path, kind, owed.info_code, article)


def _check_free(connection: Connection, identity: TextIdentity, source: str) -> None:
    """Raise `CodeTaken` when the derived info code is another article's: one chance in a thousand million."""
    listings = find_listings(connection, identity.info_code)
    own = any(owed.source == source and owed.url == identity.uri for owed in listings)
    if not own and (listings or find_article(connection, identity.info_code)):
        raise CodeTaken(
            f"would get the info code {identity.info_code}, which is another article's already: "
            "name a free one with --code"
        )


def _stored_article(connection: Connection, info_code: str) -> Article | None:
    stored = find_article(connection, info_code)
    return stored.article if stored else None


def _ended(path: Path, outcome: TextOutcome, info_code: str, article: Article | None) -> ImportedText:
    return ImportedText(
        file=str(path),
        outcome=outcome,
        info_code=info_code,
        title=article.title if article else None,
        author=article.author if article else None,
    )
