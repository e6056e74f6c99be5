"""Whether a list is the one that was asked for: a server may lead to its home page, or to another paper's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from spiders.readers.listing_page import ListPage
from storage.records import Listed, PollOrder
from storage.records.saying import say
from storage.records.voices import fold_name

_INDEX = re.compile(r"(?:index|default)(?:\.\w{1,6})?", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:[sxdj]?html?|jsp|php|aspx?|do)\Z", re.IGNORECASE)
_CATEGORY = re.compile(r"/category/[^/]+\Z")
_DATED = re.compile(r"(?P<slugs>/.+)/\d{4}/\d{2}/\d{2}/[^/]+\Z")
_TAG = "新闻"


def doubt_list(order: PollOrder, url: str, page: ListPage) -> str | None:
    """Return why the page at ``url`` is not the list of the source asked for; None when it may be.

    The final address must name the same page. On the Jekyll site a category's posts stand under its name
    (docs/upstream.md#addresses), which decides whatever the heading says, as homophones share a name; where
    addresses do not tell, the heading must not be another source's, nor another newspaper's than before.
    """
    if not _is_same_page(order.url, url):
        return say("page.led_elsewhere", url=url)
    strangers = _strangers(order.url, page.listed)
    if strangers is None:
        return _doubt_heading(order, page.heading)
    if not strangers:
        return None
    return say("page.list_of_others", others=", ".join(sorted(strangers)[:3]))


def _is_same_page(asked: str, came: str) -> bool:
    one, other = urlsplit(asked), urlsplit(came)
    wanted = set(parse_qsl(one.query, keep_blank_values=True))
    return _page_name(one.path) == _page_name(other.path) and wanted <= set(
        parse_qsl(other.query, keep_blank_values=True)
    )


def _page_name(path: str) -> str:
    """Return what a path calls its page, the same for a folder, its index and a page of that name."""
    *folders, name = _plain(path).strip("/").split("/")
    if _INDEX.fullmatch(name):
        name = folders[-1] if folders else ""
    return _ENDING.sub("", name)


def _strangers(url: str, listed: Iterable[Listed]) -> set[str] | None:
    """Return whose articles most of a category's are, when they are not its own; None when nothing tells."""
    path = _plain(urlsplit(url).path)
    if not _CATEGORY.search(path):
        return None
    own = set(_page_name(path).casefold().split())
    slugs = [match["slugs"].strip("/").casefold() for match in _dated(listed)]
    if not slugs or not own:
        return None
    foreign = [slug for slug in slugs if not own & set(slug.split("/"))]
    return set(foreign) if 2 * len(foreign) > len(slugs) else set()


def _dated(listed: Iterable[Listed]) -> Iterator[re.Match[str]]:
    matches = (_DATED.fullmatch(_plain(urlsplit(one.url).path)) for one in listed)
    return (match for match in matches if match)


def _doubt_heading(order: PollOrder, heading: str | None) -> str | None:
    if not heading:
        return None
    own = _names(order.name) | (_names(order.heading) if order.heading else set())
    if _names(heading) & own:
        return None
    if any(_names(heading) & _names(other) for other in order.others):
        return say("page.headed_as_other", heading=heading)
    if order.heading and order.heading.endswith(_TAG) and heading.endswith(_TAG):
        return say("page.headed_anew", heading=heading, before=order.heading)
    return None


def _names(text: str) -> set[str]:
    """Return a name as it may be written: upstream's headings are a name and exactly one 新闻 more."""
    folded = fold_name(text)
    return {folded, folded.removesuffix(_TAG)}


def _plain(path: str) -> str:
    return unicodedata.normalize("NFC", unquote(path))
