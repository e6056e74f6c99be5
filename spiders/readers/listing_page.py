"""A category page: which articles a newspaper lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urljoin, urlsplit

from lxml import html as lxml_html
from w3lib.url import safe_url_string

from spiders.readers.base_address import base_of
from spiders.readers.markup import list_links, parse_fragment
from spiders.readers.section import cut_section, with_name
from storage.records import Listed, SetAside, find_info_code
from storage.records.saying import say

MOST_LINKS = 10_000
"""Links on one page beyond which it is refused: the busiest real listing has a few hundred."""

_BROKEN_HOST = re.compile(r"(?:https?:)?//[^/?#]*(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_LONGEST_PATH = 2_000
_LONGEST_TITLE = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


_FURNITURE = {"nav", "header", "footer", "aside"}
_HOME = re.compile(r"/*(?:(?:index|default)\.\w+)?|/category/[^/]*/*", re.IGNORECASE)
_NO_PAGE = ("#", "mailto:", "tel:")
_LONGEST_HEADING = 200


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a category page says: its articles, and how many links its list has without an info code.

    ``links`` counts the links of the list, ``unread`` those of them that name no article; the page's
    furniture (navigation, home, other lists) is neither. ``heading`` is what stands above the list.
    """

    listed: tuple[Listed, ...]
    links: int = 0
    unread: int = 0
    heading: str | None = None


def read_listing(html: str, url: str) -> tuple[Listed, ...]:
    """Return the articles that a category page lists; raise `SetAside` as `read_list_page` does."""
    return read_list_page(html, url).listed


def read_list_page(html: str, url: str) -> ListPage:
    """Return the articles that a category page lists, in its order, each info code once, and what it counts.

    An empty list gives none. A page that lists both forms of an article lists one article: the first form
    on the page stands, as the ledger has one line for a source and an info code. Addresses are absolute and
    percent-encoded, on whatever host the page names; where that can be no host (its port is 99999, say), on
    the page's own, since the info code is owed all the same. Links to anything but the web are passed over.
    Raises `SetAside` for a page that is no listing, or whose list was cut off.
    """
    section = parse_fragment(cut_section(html))
    lists = section.xpath("//ul | //ol")
    if not lists:
        raise SetAside(with_name(say("page.no_list"), html))
    links = list(islice(list_links(section), MOST_LINKS + 1))
    if len(links) > MOST_LINKS:
        raise SetAside(say("page.listing_too_long", most=MOST_LINKS))
    base = base_of(html, url)
    entries = [_entry(link, base) for link in links]
    read = list(filter(None, entries))
    if not read and section.xpath("//li"):
        raise SetAside(with_name(say("page.no_code_in_list"), html))
    unread = sum(
        _is_unread(link, base, url) for link, entry in zip(links, entries, strict=True) if entry is None
    )
    return ListPage(_once_each(read), len(read) + unread, unread, _heading(section))


def _heading(section: lxml_html.HtmlElement) -> str | None:
    """Return what stands above the list, None when that is empty or nothing."""
    for element in section.iter("h1", "h2", "h3", "ul", "ol"):
        if element.tag in ("ul", "ol"):
            return None
        return " ".join(_title(element).split())[:_LONGEST_HEADING] or None
    return None


def _is_unread(link: lxml_html.HtmlElement, base: str, url: str) -> bool:
    """Return whether a link of a list that names no article should name one."""
    href = (link.get("href") or "").strip()
    if not (href or _title(link)) or href.lower().startswith(_NO_PAGE):
        return False
    if any(outer.tag in _FURNITURE for outer in link.iterancestors()):
        return False
    address = _absolute(base, href) if href else None
    if address is None:
        return True
    there, here = urlsplit(address), urlsplit(url)
    return not _HOME.fullmatch(there.path) and (there.path, there.query) != (here.path, here.query)


def _once_each(entries: Iterable[Listed]) -> tuple[Listed, ...]:
    found: dict[str, Listed] = {}
    for entry in entries:
        found.setdefault(entry.info_code, entry)
    return tuple(found.values())


def _entry(link: lxml_html.HtmlElement, url: str) -> Listed | None:
    address = _absolute(url, link.get("href", ""))
    identity = find_info_code(address) if address else None
    if not address or not identity:
        return None
    info_code, form = identity
    return Listed(info_code, form, address, _title(link))


def _title(link: lxml_html.HtmlElement) -> str:
    return _CONTROL.sub("", link.text_content()).strip()[:_LONGEST_TITLE]


def _absolute(base: str, href: str) -> str | None:
    """Return the absolute, encoded web address; None for ``javascript:`` and the like."""
    try:
        address = safe_url_string(urljoin(base, href.strip()))
        return address if urlsplit(address).scheme in {"http", "https"} else None
    except ValueError:
        return _at_home(base, href.strip())


def _at_home(base: str, href: str) -> str | None:
    """Return the end of a broken address on the page's own host; None for ``javascript:`` and the like."""
    broken = _BROKEN_HOST.fullmatch(href)
    if not broken:
        return None
    rest = quote(broken["rest"], safe="/?=&,%", errors="replace")[-_LONGEST_PATH:]
    return urljoin(base, f"/{rest.lstrip('/')}")
