"""A category page: which articles a newspaper lists."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html
from w3lib.url import safe_url_string

from spiders.readers.section import calls_itself, cut_section
from storage.records import Listed, SetAside, find_info_code

MOST_LINKS = 10_000
"""Links on one page beyond which it is refused: the busiest real listing has a few hundred."""


def read_listing(html: str, url: str) -> tuple[Listed, ...]:
    """Return the articles that a category page lists, in its order, each info code once.

    An empty list gives none. Addresses are absolute and percent-encoded, on whatever host the page names.
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
    return Listed(info_code, form, address, link.text_content().strip())


def _absolute(base: str, href: str) -> str | None:
    """Return the absolute, encoded web address; None for ``javascript:`` and the like."""
    try:
        address = safe_url_string(urljoin(base, href.strip()))
        return address if urlsplit(address).scheme in {"http", "https"} else None
    except ValueError:
        return None
