"""The outward fields of an article, declared once: name, kind, how its value comes, and what it means.

`show --json`, the API and its schema, lists, JSON Lines, CSV and Parquet are made of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from jianbao.documents.document import Document
from storage.records import Image, Link, Player, Security, WholeArticle

FieldKind = Literal[
    "code", "text", "number", "truth", "time", "precision", "witness", "status", "slugs", "texts",
    "paragraph_kinds", "images", "players", "securities", "links", "revisions", "capture", "story",
    "time_changes", "rules",
]  # fmt: skip
ColumnKind = Literal[
    "text", "number", "truth", "time", "texts", "images", "players", "securities", "links", "rules"
]

_COLUMN_KINDS: Mapping[FieldKind, ColumnKind] = {
    "number": "number",
    "truth": "truth",
    "time": "time",
    "slugs": "texts",
    "texts": "texts",
    "paragraph_kinds": "texts",
    "images": "images",
    "players": "players",
    "securities": "securities",
    "links": "links",
    "rules": "rules",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of tables: its name, what kind of value it holds, and how to find that in an article.

    A ``time`` is an aware datetime; ``rules`` are texts by names, and the five kinds before them lists, of
    texts or of documents. It stands where its field does, or behind the column that ``after`` names.
    """

    name: str
    kind: ColumnKind
    value: Callable[[WholeArticle], object]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleField:
    """A field of an article: its name, what kind of value it holds, how to find that, and what it means.

    ``can_lack`` tells that it may be unknown, ``example`` what one looks like. Every document has it, unless
    it is only for lists (not ``documents``); ``exports`` and ``tables`` tell whether those have it, and
    ``columns`` which columns it is in tables where they are not one of its own name.
    """

    name: str
    kind: FieldKind
    value: Callable[[WholeArticle], object]
    meaning: str
    can_lack: bool = False
    example: str | None = None
    documents: bool = True
    exports: bool = True
    tables: bool = True
    columns: tuple[Column, ...] = ()

    def table_columns(self) -> tuple[Column, ...]:
        """Return the columns that tables have of it."""
        if not self.tables:
            return ()
        return self.columns or (Column(self.name, _COLUMN_KINDS.get(self.kind, "text"), self.value),)


@dataclass(frozen=True, slots=True)
class KeptImage:
    """An image of an article, and what is kept of it."""

    url: str
    caption: str | None = None
    position: int = 0
    width: int | None = None
    height: int | None = None
    state: str | None = None
    digest: str | None = None
    type: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What the items of a list field are: their record, and what its fields mean where that is not plain."""

    record: type
    meanings: Mapping[str, str]
    examples: Mapping[str, str]


PARTS: Mapping[FieldKind, Part] = {
    "images": Part(
        KeptImage,
        {
            "position": "How many paragraphs stand before it.",
            "width": "Pixels: of the archived picture, else when the address tells.",
            "height": "Pixels: of the archived picture, else when the address tells.",
            "state": "What the ledger of pictures says of it; null where nobody asked to keep it.",
            "digest": "SHA-256 of the archived picture, as it was transferred.",
            "type": "What its bytes are.",
            "size": "Its bytes.",
        },
        {},
    ),
    "players": Part(
        Player,
        {
            "poster": "The address of its still picture.",
            "position": "How many paragraphs stand before it.",
        },
        {},
    ),
    "securities": Part(
        Security,
        {"market": "Upstream's id: 0 Shenzhen and Beijing, 1 Shanghai, 116 Hong Kong, 90 a board."},
        {"code": "600519"},
    ),
    "links": Part(Link, {}, {}),
}


def _kept(name: str, key: str, kind: ColumnKind = "text") -> Column:
    """Return a column about an article's original."""
    return Column(name, kind, lambda whole: getattr(whole.capture, key) if whole.capture else None)


def _placed(name: str, key: str, kind: ColumnKind = "text") -> Column:
    """Return a column about the place of an article's original."""
    return Column(name, kind, lambda whole: getattr(whole.capture.place, key) if whole.capture else None)


def _plain(items: Iterable[Image | Player | Security | Link]) -> list[Document]:
    return [asdict(item) for item in items]


def _keep_images(whole: WholeArticle) -> Iterator[KeptImage]:
    """Yield an article's images with what the ledger of pictures knows of each."""
    known = {picture.url: picture for picture in whole.pictures}
    for image in whole.stored.article.images:
        kept = known.get(image.url)
        if kept is None:
            yield KeptImage(**asdict(image))
        else:
            size = {"width": kept.width or image.width, "height": kept.height or image.height}
            said = {name: getattr(kept, name) for name in ("state", "digest", "type", "size")}
            yield KeptImage(**asdict(image) | size | said)


def _first_text(whole: WholeArticle) -> str:
    return next((line.text for line in whole.stored.article.paragraphs if line.kind == "text"), "")


_SNIPPET = 80  # characters

FIELDS: tuple[ArticleField, ...] = (
    ArticleField(
        "info_code",
        "code",
        lambda whole: whole.stored.article.info_code,
        "An article's identity.",
    ),
    ArticleField("title", "text", lambda whole: whole.stored.article.title, "The title."),
    ArticleField(
        "media",
        "text",
        lambda whole: whole.stored.article.media,
        "The newspaper, as the article says.",
        can_lack=True,
        example="上饶日报",
    ),
    ArticleField(
        "author",
        "text",
        lambda whole: whole.stored.article.author,
        "The reporters' names, parted by `、`.",
        can_lack=True,
    ),
    ArticleField(
        "published_at",
        "time",
        lambda whole: whole.stored.article.published_at,
        "When it was published.",
        can_lack=True,
    ),
    ArticleField(
        "precision",
        "precision",
        lambda whole: whole.stored.article.precision,
        "How exactly upstream states the time; of `day`, the hour means nothing.",
    ),
    ArticleField(
        "time_witness",
        "witness",
        lambda whole: whole.stored.article.witness,
        "Who states the time: a page, the endpoint, a file, an import, a list, an address.",
        tables=False,
    ),
    ArticleField("url", "text", lambda whole: whole.stored.article.url, "The address of its page."),
    ArticleField(
        "sources",
        "slugs",
        lambda whole: list(whole.sources),
        "Who listed it, the first one first.",
    ),
    ArticleField(
        "snippet",
        "text",
        lambda whole: _first_text(whole)[:_SNIPPET],
        "How it begins; of a search, around the first match.",
        documents=False,
    ),
    ArticleField(
        "summary",
        "text",
        lambda whole: whole.stored.article.summary,
        "The digest that upstream gives.",
        can_lack=True,
    ),
    ArticleField(
        "text", "text", lambda whole: whole.stored.article.text, "The paragraphs, joined by newlines."
    ),
    ArticleField(
        "paragraphs",
        "texts",
        lambda whole: [line.text for line in whole.stored.article.paragraphs],
        "The paragraphs one by one.",
        tables=False,
    ),
    ArticleField(
        "kinds",
        "paragraph_kinds",
        lambda whole: [line.kind for line in whole.stored.article.paragraphs],
        "What each paragraph is.",
    ),
    ArticleField(
        "images",
        "images",
        lambda whole: [asdict(one) for one in _keep_images(whole)],
        "Its images, in order.",
    ),
    ArticleField(
        "players",
        "players",
        lambda whole: _plain(whole.stored.article.players),
        "Films, sounds and frames in it.",
    ),
    ArticleField(
        "securities",
        "securities",
        lambda whole: _plain(whole.stored.article.securities),
        "The securities that it mentions.",
    ),
    ArticleField(
        "links", "links", lambda whole: _plain(whole.stored.article.links), "The links inside its text."
    ),
    ArticleField(
        "continued",
        "truth",
        lambda whole: whole.stored.article.continued,
        "Whether it begins with a jump mark such as 上接第一版.",
    ),
    ArticleField(
        "source_line",
        "text",
        lambda whole: whole.stored.article.source_line,
        "The line that names the source, as printed.",
        can_lack=True,
    ),
    ArticleField(
        "status",
        "status",
        lambda whole: whole.stored.status,
        "`gone`: its page has vanished since.",
    ),
    ArticleField(
        "revision", "number", lambda whole: whole.stored.revision, "The number of the wording shown."
    ),
    ArticleField(
        "revisions",
        "revisions",
        lambda whole: whole.revisions,
        "Every wording, the first one first.",
        tables=False,
    ),
    ArticleField(
        "content_hash",
        "text",
        lambda whole: whole.stored.content_hash,
        "SHA-256 of its folded title and paragraphs.",
    ),
    ArticleField(
        "duplicate_of",
        "code",
        lambda whole: whole.stored.duplicate_of,
        "The earlier article of the same text.",
        can_lack=True,
    ),
    ArticleField(
        "first_seen_at",
        "time",
        lambda whole: whole.stored.first_seen_at,
        "When it came into the archive.",
    ),
    ArticleField(
        "last_checked_at",
        "time",
        lambda whole: whole.stored.last_checked_at,
        "When it was last fetched.",
    ),
    ArticleField(
        "capture",
        "capture",
        lambda whole: whole.capture,
        "Where its original is.",
        can_lack=True,
        columns=(
            _kept("capture_url", "url"),
            _kept("payload_digest", "payload_digest"),
            _placed("warc_file", "file"),
            _placed("warc_offset", "offset", "number"),
            _placed("warc_length", "length", "number"),
        ),
    ),
    ArticleField(
        "story",
        "story",
        lambda whole: whole.story,
        "Its near copies, itself among them.",
        can_lack=True,
        columns=(
            Column(
                "story", "text", lambda whole: whole.story.id if whole.story else None, after="duplicate_of"
            ),
        ),
    ),
    ArticleField(
        "kicker",
        "text",
        lambda whole: whole.stored.article.kicker,
        "The line over the title (引题).",
        can_lack=True,
    ),
    ArticleField(
        "subtitle",
        "text",
        lambda whole: whole.stored.article.subtitle,
        "The line under the title (副题).",
        can_lack=True,
    ),
    ArticleField(
        "page",
        "text",
        lambda whole: whole.stored.article.page,
        "The number of its page (版) in an issue.",
        can_lack=True,
        example="A01",
    ),
    ArticleField(
        "page_name",
        "text",
        lambda whole: whole.stored.article.page_name,
        "The name of that page.",
        can_lack=True,
        example="头版",
    ),
    ArticleField(
        "order",
        "number",
        lambda whole: whole.stored.article.page_order,
        "Its place among the articles of that page, from 1.",
        can_lack=True,
        columns=(Column("page_order", "number", lambda whole: whole.stored.article.page_order),),
    ),
    ArticleField(
        "continues",
        "code",
        lambda whole: whole.stored.article.continues,
        "The info code of the part that it continues.",
        can_lack=True,
    ),
    ArticleField(
        "incomplete",
        "text",
        lambda whole: whole.stored.article.incomplete,
        "What is known to be missing of it; null when nothing is.",
        can_lack=True,
    ),
    ArticleField(
        "found_by",
        "rules",
        lambda whole: dict(whole.stored.article.found_by),
        "For each field the rule by which a reader found it; empty where one reader reads all pages.",
    ),
    ArticleField(
        "time_changes",
        "time_changes",
        lambda whole: whole.time_changes,
        "How its publication time changed, the first change first.",
        exports=False,
        tables=False,
    ),
)


_IN_LISTS = (
    "info_code", "title", "media", "published_at", "precision", "sources", "snippet", "duplicate_of", "status"
)  # fmt: skip

DOCUMENT_FIELDS = tuple(field for field in FIELDS if field.documents)
"""What `show --json` and the API say of one article."""
EXPORT_FIELDS = tuple(field for field in DOCUMENT_FIELDS if field.exports)
"""What each line of JSON Lines says."""
LIST_FIELDS = tuple(field for name in _IN_LISTS for field in FIELDS if field.name == name)
"""What lists say of each article."""


def _table_columns() -> tuple[Column, ...]:
    """Return the columns of tables, each that follows a certain other right behind it."""
    columns = [column for field in DOCUMENT_FIELDS for column in field.table_columns()]
    for moved in [column for column in columns if column.after is not None]:
        columns.remove(moved)
        columns.insert([column.name for column in columns].index(str(moved.after)) + 1, moved)
    return tuple(columns)


TABLE_COLUMNS = _table_columns()
"""What CSV and Parquet hold of each article, in this order."""
