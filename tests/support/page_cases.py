"""Case folders: a page as it was served, why it is a case, and what reading it must give.

``cases/<reader>/<case>/`` holds ``input.html`` (or json, bin), ``meta.json`` (says, url, content_type,
info_code) and ``expected.json``. Values that are empty are left out of the expectations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.doubt.belief import doubt
from pipelines.normalise.article import normalise
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.encoding import decode_page
from spiders.readers.listing_page import read_listing
from storage.records import Draft, SetAside, Vanished

CASES = Path(__file__).parent.parent / "cases"
READERS = ("article_json", "article_page", "encoding", "listing_page")
CAPTURED_AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class PageCase:
    """One case folder."""

    folder: Path

    @property
    def name(self) -> str:
        """Reader and case, the test's id."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def body(self) -> bytes:
        """The page as it was served."""
        return next(self.folder.glob("input.*")).read_bytes()

    @property
    def meta(self) -> dict[str, str]:
        """Where the page came from, and what the case shows."""
        return load(self.folder / "meta.json")

    @property
    def expected(self) -> dict[str, Any]:
        """What reading the page must give."""
        return load(self.folder / "expected.json")

    @property
    def text(self) -> str:
        """The page decoded."""
        return decode_page(self.body, self.meta.get("content_type"))

    def read(self) -> dict[str, Any]:
        """Read the page with the reader that the case belongs to; a page set aside gives the reason."""
        try:
            return _READ[self.folder.parent.name](self)
        except SetAside as refused:
            return {"set_aside": str(refused)}
        except Vanished as nothing:
            return {"vanished": str(nothing)}


def find_cases(reader: str | None = None) -> list[PageCase]:
    """Return the cases of one reader, or all."""
    return [PageCase(path.parent) for path in sorted(CASES.glob(f"{reader or '*'}/*/meta.json"))]


def find_case(name: str) -> PageCase:
    """Return one case by reader and name."""
    return PageCase(CASES / name)


def load(path: Path) -> dict[str, Any]:
    """Return the JSON document in a file."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def describe(draft: Draft) -> dict[str, Any]:
    """Return what becomes of a draft, as an expectation is written."""
    article = normalise(draft)
    described = {
        "info_code": article.info_code,
        "form": article.form,
        "title": article.title,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "precision": article.precision if article.precision != "second" else None,
        "media": article.media,
        "author": article.author,
        "summary": article.summary,
        "source_line": article.source_line,
        "continued": article.continued,
        "paragraphs": [
            paragraph.text if paragraph.kind == "text" else {paragraph.kind: paragraph.text}
            for paragraph in article.paragraphs
        ],
        "images": [
            _filled(
                {
                    "url": image.url,
                    "caption": image.caption,
                    "after": image.position,
                    "size": f"{image.width}x{image.height}" if image.width else None,
                }
            )
            for image in article.images
        ],
        "players": [f"{one.kind} {one.url} after {one.position}" for one in article.players],
        "securities": [
            f"{one.mention} {one.market}.{one.code} {one.name}".strip() for one in article.securities
        ],
        "links": {link.url: link.text for link in article.links},
        "doubt": doubt(article, CAPTURED_AT),
    }
    return _filled(described)


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, False)}


def _read_json(case: PageCase) -> dict[str, Any]:
    return describe(read_article_json(case.text, case.meta["url"], case.meta["info_code"]))


def _read_article(case: PageCase) -> dict[str, Any]:
    return describe(read_article(case.text, case.meta["url"]))


def _read_listing(case: PageCase) -> dict[str, Any]:
    listed = read_listing(case.text, case.meta["url"])
    return {"listed": [f"{one.info_code} {one.form} {one.url} {one.title}" for one in listed]}


_READ = {
    "article_json": _read_json,
    "article_page": _read_article,
    "encoding": lambda case: {"text": case.text},
    "listing_page": _read_listing,
}
