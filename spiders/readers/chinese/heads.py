"""What a page's head and scripts say of its article: titles, times, source; for where nothing is printed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from spiders.readers.chinese.sheet import shown

_MOST_METAS = 200
_LONGEST_VALUE = 400
_TITLES = frozenset({"og:title", "twitter:title", "articletitle", "title", "headline", "dc.title"})
_TIMES = (
    "article:published_time", "og:published_time", "pubdate", "publishdate", "publish_date",
    "publishtime", "firstpublishedtime", "datepublished", "date.issued", "dc.date", "dc.date.issued",
    "weibo:article:create_at", "og:release_date", "og:time", "article:create_at", "_pubtime",
    "apub:time", "pubtime", "release_date", "releasedate", "published", "date", "og:pubdate",
    "bytedance:published_time", "parsely-pub-date", "weibo: article:create_at", "dateupdate",
    "createdate",
)  # fmt: skip
_JSON_TIME = re.compile(
    r"[\"']?\b(?:datePublished|pubDate|pubdate|publish_?[tT]ime|publish_?[dD]ate|pub_?[tT]ime|ptime|p_time|createdAt|create_?[tT]ime"
    r"|release_?[tT]ime|newsTime|news_time|ctime|postTime|post_time|ct)[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
    r"(?P<value>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|1\d{9}(?:\d{3})?(?!\d))"
)
_MOST_SCRIPT = 300_000


@dataclass(slots=True)
class Head:
    """What is said out of sight. ``titles`` of ``<title>`` and metas, ``times`` by the metas' rank."""

    title: str = ""
    titles: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    generator: str = ""
    kind: str = ""


def read_head(tree: HtmlElement) -> Head:
    """Return what the metas and the title of a page say."""
    head = Head()
    title = tree.find(".//head/title")
    if title is None:
        title = tree.find(".//title")
    if title is not None and title.text:
        head.title = shown(title.text)
        head.titles.append(head.title)
    values: dict[str, str] = {}
    for meta in _first(tree):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower().strip()
        value = shown((meta.get("content") or "")[:_LONGEST_VALUE])
        if name and value:
            values.setdefault(name, value)
    head.titles += [values[name] for name in values if name in _TITLES]
    head.times = [values[name] for name in _TIMES if name in values]
    head.generator = values.get("generator", "")
    head.kind = values.get("og:type", "")
    return head


def _first(tree: HtmlElement) -> list[HtmlElement]:
    metas = []
    for meta in tree.iter("meta"):
        metas.append(meta)
        if len(metas) == _MOST_METAS:
            break
    return metas


def script_times(tree: HtmlElement) -> list[str]:
    """Return the publication times that scripts name, in order."""
    times: list[str] = []
    left = _MOST_SCRIPT
    for script in tree.iter("script"):
        text = script.text or ""
        if not text or left <= 0:
            continue
        times += [match["value"] for match in _JSON_TIME.finditer(text[:left])]
        left -= len(text)
    return times


def folded(text: str) -> str:
    """Return a text in which only words count: NFKC, no white space, small letters, plain quotation marks."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", "", text.translate(_QUOTES))


_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "「": '"', "」": '"', "—": "-", "–": "-", "―": "-"}
)
