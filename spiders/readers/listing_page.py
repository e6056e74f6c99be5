"""A category page: which articles a newspaper lists."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

from lxml import html as lxml_html
from w3lib.url import safe_url_string

from spiders.readers.section import calls_itself, cut_section
from storage.records import Listed, SetAside, find_info_code

MOST_LINKS = 10_000
"""Links on one page beyond which it is refused: the busiest real listing has a few hundred."""

_BROKEN_HOST = re.compile(r"(?:https?:)?//[^/?#]*(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_LONGEST_PATH = 2_000
_LONGEST_TITLE = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read_listing(html: str, url: str) -> tuple[Listed, ...]:
    """Return the articles that a category page lists, in its order, each info code once.

    An empty list gives none. A page that lists both forms of an article lists one article: the first form
    on the page stands, as the ledger has one line for a source and an info code. Addresses are absolute and
    percent-encoded, on whatever host the page names; where that can be no host (its port is 99999, say), on
    the page's own, since the info code is owed all the same. Links to anything but the web are passed over.
    Raises `SetAside` for a page that is no listing, or whose list was cut off.
    """
    section = lxml_html.fragment_fromstring(cut_section(html), create_parent="section")
    lists = section.xpath("//ul | //ol")
    if not lists:
        raise SetAside(f"has no list{calls_itself(html)}")
    links = section.xpath("//li//a[@href]")
    if len(links) > MOST_LINKS:
        raise SetAside(f"lists {len(links):,} links, and no listing has more than {MOST_LINKS:,}")
    listed = _listed(links, url)
    if not listed and section.xpath("//li"):
        raise SetAside(f"has a list without a single info code{calls_itself(html)}")
    return listed


def _listed(links: list[lxml_html.HtmlElement], url: str) -> tuple[Listed, ...]:
    found: dict[str, Listed] = {}
    for link in links:
        entry = _entry(link, url)
        if entry:
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
