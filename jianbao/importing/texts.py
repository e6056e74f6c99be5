"""Importing plain texts of digital newspapers: one file, one article, one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, cast

from jianbao.importing.post_folder import FoundFile, Unreadable, load_file
from jianbao.importing.text_identity import TextIdentity, identify_text
from jianbao.upkeep.index import index_news
from pipelines.compare.precedence import FILE_SCHEME
from pipelines.decide_import import Believed, ImportedFile, decide_text, pass_over_text
from spiders.readers.encoding import decode_page
from spiders.readers.plain_text import read_plain_text
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.articles.article import find_article
from storage.ledger.alias import resolve_code
from storage.ledger.owed import find_listings
from storage.ledger.set_events import resolve_empty_sets
from storage.records import MEDIA, Article, Decision, Owed, Resource, SetAside, Snapshot, Wanted
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say
from storage.search import ReadyTokens
from storage.warc import payload_digest

TextOutcome = Literal["new", "revised", "unchanged", "known", "failed"]
_CONTENT_TYPE = "text/plain"


@dataclass(frozen=True, slots=True)
class TextOrder:
    """What an import says of its texts. ``info_code`` is canonical; None: it is derived from each text.

    ``site`` is what the source declares, if it does.
    """

    source: str
    media: str
    day: date
    info_code: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedText:
    """How one file ended. ``error``, of one that ``failed``, is a sentence that names the file."""

    file: str
    outcome: TextOutcome
    info_code: str | None = None
    title: str | None = None
    author: str | None = None
    error: Saying | None = None

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


@dataclass(frozen=True, slots=True)
class PendingText:
    """A text on its way into the archive, under the info code that its order names or its own.

    ``now`` is aware. ``origin`` names the record of another's WARC file that it was taken from.
    """

    order: TextOrder
    identity: TextIdentity
    text: str
    body: bytes
    now: datetime
    tokens: Sequence[ReadyTokens] = ()
    origin: str | None = None

    @property
    def info_code(self) -> str:
        """The code under which it is kept."""
        return self.order.info_code or self.identity.info_code

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        return Wanted(self.info_code, (self.identity.uri, payload_digest(self.body)))

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it; raise `SetAside` for what reads as no text."""
        uri, order = self.identity.uri, self.order
        owed = Owed(order.source, self.info_code, MEDIA, uri, "")
        is_named = order.info_code is not None
        if (passed_over := pass_over_text(owed, snapshot, self.now, is_named=is_named)) is not None:
            return passed_over
        draft = read_plain_text(self.text, uri, info_code=self.info_code, media=order.media, day=order.day)
        resource = Resource(uri, self.now, _CONTENT_TYPE, self.body, self.origin)
        file = ImportedFile(resource, owed, order.media, Believed(draft=draft))
        return decide_text(file, snapshot, self.now)

    def give_up(self, _snapshot: Snapshot, error: Exception) -> Decision:
        """Return why a text is none, and that nothing is kept of it; raise what nobody foresaw."""
        if isinstance(error, SetAside):
            return Decision(self.info_code, self.now, "failed", saying_of(error))
        raise error


def import_texts(
    archive: Archive, paths: Iterable[Path], order: TextOrder, max_size: int, now: datetime
) -> Iterator[ImportedText]:
    """Import each file, and yield how it ended; one that cannot be taken in fails alone and stores nothing.

    ``now`` is aware. A file that the archive holds already is passed over (``known``).
    """
    for path in paths:
        try:
            yield _import_text(archive, path, order, max_size, now)
        except (Unreadable, SetAside) as refused:
            yield ImportedText(
                str(path), "failed", error=say("said.of", subject=str(path), what=saying_of(refused))
            )
    with archive.writing() as connection:
        resolve_empty_sets(connection, now, FILE_SCHEME)
    index_news(archive)


def _import_text(
    archive: Archive, path: Path, order: TextOrder, max_size: int, now: datetime
) -> ImportedText:
    body = load_file(FoundFile(path, path.name), max_size)
    text = decode_page(body, None)
    pending = PendingText(*name_text(archive, order, text), text, body, now)
    (decision,) = settle(archive, [pending])
    if decision.outcome == "failed":
        return ImportedText(
            str(path), "failed", error=say("said.of", subject=str(path), what=decision.reason or "")
        )
    article = decision.brought or _find(archive, decision.info_code)
    return ImportedText(
        file=str(path),
        outcome=cast(TextOutcome, decision.outcome),
        info_code=decision.info_code,
        title=article.title if article else None,
        author=article.author if article else None,
    )


def name_text(archive: Archive, order: TextOrder, text: str) -> tuple[TextOrder, TextIdentity]:
    """Return the order under the code that its article has now, and the identity of its text.

    What was imported before its source declared a site keeps the code that it got then.
    """
    earlier = identify_text(order.source, order.day, text)
    with archive.reading() as connection:
        if order.info_code is not None:
            order = replace(order, info_code=resolve_code(connection, order.info_code))
        if order.site is None or find_listings(connection, earlier.info_code):
            return order, earlier
    return order, identify_text(order.source, order.day, text, order.site)


def _find(archive: Archive, info_code: str) -> Article | None:
    with archive.reading() as connection:
        stored = find_article(connection, info_code)
    return stored.article if stored else None
