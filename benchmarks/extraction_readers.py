"""The readers that are compared: bytes of a page to title, time, media, authors and lines of text."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.judge import judge
from spiders.readers.any_article import read_any_article
from spiders.readers.encoding import decode_damaged_page
from spiders.readers.markup import parse_fragment
from storage.records import MEDIA, Owed, SetAside

_UNKNOWN = "https://page.invalid/article.html"
_OWN_ADDRESS = re.compile(
    r"<(?:link[^>]{0,200}rel=[\"']?canonical[\"']?[^>]{0,200}href"
    r"|meta[^>]{0,200}og:url[\"'][^>]{0,200}content)=[\"'](?P<url>https?://[^\"'<>\s]{4,300})",
    re.IGNORECASE,
)
_STAMP = re.compile(r"(?<!\d)(20[0-4]\d)[-/](\d{2})[-/](\d{2})(?!\d)")
_CHARSET = re.compile(rb"(<meta[^>]{0,120}charset=[\"']?)[A-Za-z0-9_-]{2,20}", re.IGNORECASE)


@dataclass(slots=True)
class Read:
    """What a reader gives. ``time`` is ``YYYY-MM-DD HH:MM`` or a day alone."""

    is_article: bool = False
    title: str | None = None
    time: str | None = None
    media: str | None = None
    authors: frozenset[str] = frozenset()
    lines: list[str] = field(default_factory=list)
    reason: str = ""


Reader = Callable[[bytes, str | None], Read]


def encoded(body: bytes, charset: str | None, declared: str | None = None) -> bytes:
    """Return a page written in another charset; characters that it lacks are written as numbers.

    ``declared`` is the charset that the page then names: its own by default, ``none`` for no declaration.
    """
    if charset is None:
        return body
    written = decode_damaged_page(body, None).text.encode(charset, "xmlcharrefreplace")
    name = b"" if declared == "none" else (declared or charset).encode()
    return _CHARSET.sub(rb"\g<1>" + name if name else b"<meta x=", written)


def missing_library(name: str) -> str | None:
    """Return the module that a reader needs and this Python has not; None when it has."""
    module = _NEEDS.get(name)
    return module if module and importlib.util.find_spec(module) is None else None


def read_ours(body: bytes, url: str | None) -> Read:
    """Read a page by the whole chain without declarations, to the article that would be archived."""
    now = datetime.now(UTC)
    try:
        text = decode_damaged_page(body, None).text
        url = url or _own_address(text)
        draft = replace(read_any_article(text, url, _saved_at(text, now)), info_code="SITE-1")
        owed = Owed("site", "SITE-1", MEDIA, url, draft.title or "")
        article = judge(draft, owed, None, now)
    except SetAside as reason:
        return Read(reason=str(reason))
    pattern = "%Y-%m-%d" if article.precision == "day" else "%Y-%m-%d %H:%M"
    return Read(
        is_article=True,
        title=article.title,
        time=article.published_at.strftime(pattern) if article.published_at else None,
        media=article.media,
        authors=frozenset(article.author.split("、")) if article.author else frozenset(),
        lines=[paragraph.text for paragraph in article.paragraphs],
    )


def _own_address(text: str) -> str:
    match = _OWN_ADDRESS.search(text[:200_000])
    return match["url"] if match else _UNKNOWN


def _saved_at(text: str, now: datetime) -> datetime:
    """Return when a page was saved, about: the end of the latest day that it names itself."""
    days = [stamp.groups() for stamp in _STAMP.finditer(text)]
    latest = max((day for day in days if _moment(day, now) <= now), default=None)
    return _moment(latest, now) if latest else now


def _moment(day: tuple[str, ...], now: datetime) -> datetime:
    try:
        return datetime(int(day[0]), int(day[1]), int(day[2]), 15, 59, tzinfo=UTC)
    except ValueError:
        return now


def read_trafilatura(body: bytes, url: str | None) -> Read:
    """Read a page by trafilatura, which prefers precision."""
    from trafilatura import bare_extraction

    text = decode_damaged_page(body, None).text
    found: Any = bare_extraction(
        text, url=url, favor_precision=True, include_comments=False, with_metadata=True
    )
    if found is None:
        return Read()
    return Read(
        is_article=bool(found.text),
        title=found.title,
        time=found.date,
        media=None,
        authors=_names(found.author),
        lines=_lines(found.text),
    )


def read_gne(body: bytes, _url: str | None) -> Read:
    """Read a page by GeneralNewsExtractor."""
    from gne import GeneralNewsExtractor  # type: ignore[import-not-found, import-untyped, unused-ignore]

    found = GeneralNewsExtractor().extract(decode_damaged_page(body, None).text)
    return Read(
        is_article=bool(found["content"]),
        title=found["title"],
        time=_time(found["publish_time"]),
        authors=_names(found["author"]),
        lines=_lines(found["content"]),
    )


def read_readability(body: bytes, _url: str | None) -> Read:
    """Read a page by readability-lxml."""
    from readability import Document  # type: ignore[import-not-found, import-untyped, unused-ignore]

    document = Document(decode_damaged_page(body, None).text)
    summary = parse_fragment(document.summary())
    for block in summary.iter("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4"):
        block.tail = "\n" + (block.tail or "")
    lines = _lines(summary.text_content())
    return Read(is_article=bool(lines), title=document.short_title(), lines=lines)


def read_newspaper(body: bytes, url: str | None) -> Read:
    """Read a page by newspaper4k."""
    import newspaper  # type: ignore[import-not-found, import-untyped, unused-ignore]

    article = newspaper.Article(url or _UNKNOWN, language="zh", fetch_images=False)
    article.download(input_html=decode_damaged_page(body, None).text)
    article.parse()
    return Read(
        is_article=bool(article.text),
        title=article.title,
        time=_time(str(article.publish_date or "")),
        authors=_names("、".join(article.authors)),
        lines=_lines(article.text),
    )


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _names(names: str | None) -> frozenset[str]:
    return frozenset(name for name in re.split(r"[、,;，；\s]+", names or "") if name)


def _time(text: str | None) -> str | None:
    match = re.search(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?:[T\s]*(\d{1,2}):(\d{2}))?", text or "")
    if not match:
        return None
    day = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return f"{day} {int(match[4]):02}:{match[5]}" if match[4] else day


READERS: dict[str, Reader] = {
    "ours": read_ours,
    "trafilatura": read_trafilatura,
    "gne": read_gne,
    "readability": read_readability,
    "newspaper4k": read_newspaper,
}
_NEEDS = {
    "trafilatura": "trafilatura",
    "gne": "gne",
    "readability": "readability",
    "newspaper4k": "newspaper",
}
