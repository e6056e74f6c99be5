"""A list page in HTML: which of its links are articles, with their titles and dates, and its next page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement
from w3lib.url import safe_url_string

from spiders.declared.declared_page import DeclaredPage
from spiders.declared.field_reading import one_line, read_field, read_moment, text_of
from spiders.declared.identity import day_of
from spiders.declared.listed_item import ListedItem
from spiders.declared.patterns import remove_matches, search_pattern
from spiders.declared.rules import ListRules
from spiders.declared.selectors import select
from spiders.declared.words import REL_NEXT
from storage.records import NOTHING_TOLD, SetAside, Told
from storage.records.saying import say

MOST_LINKS = 10_000
"""Links on one page beyond which it is refused: the busiest real list has a few hundred."""
_LONGEST_ADDRESS = 2_000
_ITEMS = ("li", "tr", "dd", "dt", "article")
_CUT_SHORT = ("..", "…", "‥")
_DOTS = ".…‥"
_NEXT_WORDS = re.compile(
    r"^[\s\[【<《›»>]*(?:下\s*一?\s*页|下\s*一?\s*頁|后一?页|next(?:\s+page)?)[\s\]】>》›»]*$", re.IGNORECASE
)


def read_html_list(page: DeclaredPage, rules: ListRules) -> list[ListedItem]:
    """Return the articles that a page links to, in its order; an article may come several times.

    Dates without a year, or in words, are resolved against the moment of the fetch; one that can't be read
    is left to the article's page. Raises `SetAside` for a page of more links than any list has.
    """
    told: dict[HtmlElement, Told] = {}  # links without items of their own share what is around them
    found = (_item(link, inside, page, rules, told) for link, inside in _links(page, rules))
    return [item for item in found if item is not None]


def find_further(page: DeclaredPage, selector: str) -> tuple[str, ...]:
    """Return the addresses of the further pages that a page links to, in its order, each once.

    ``rel=next`` finds them by that relation, or else by their words (下一页); CSS finds links, or elements
    around them.
    """
    if selector == REL_NEXT:
        links = [link for link in page.tree.iter("a", "link") if _is_next(link)]
    else:
        links = [link for found in select(page.tree, selector) for link in found.iter("a", "link")]
    addresses = (absolute(page.base, link.get("href") or "") for link in links)
    here = page.url.partition("#")[0]
    return tuple(dict.fromkeys(address for address in addresses if address and address != here))


def absolute(base: str, href: str) -> str | None:
    """Return the absolute, encoded address without its fragment; None for ``javascript:`` and the like."""
    href = href.strip()
    if not href or len(href) > _LONGEST_ADDRESS:
        return None
    try:
        address = safe_url_string(urljoin(base, href)).partition("#")[0]
        return (
            address if urlsplit(address).scheme in {"http", "https"} and urlsplit(address).hostname else None
        )
    except ValueError:
        return None


def _is_next(link: HtmlElement) -> bool:
    return "next" in (link.get("rel") or "").lower().split() or (
        link.tag == "a" and _NEXT_WORDS.match(text_of(link)) is not None
    )


def _links(page: DeclaredPage, rules: ListRules) -> Iterator[tuple[HtmlElement, HtmlElement | None]]:
    """Yield the links that may be articles, each with its item."""
    if rules.item is None:
        pairs = ((link, None) for link in page.tree.iter("a", "area"))
    else:
        pairs = ((link, item) for item in select(page.tree, rules.item) for link in item.iter("a", "area"))
    for number, pair in enumerate(pairs):
        if number >= MOST_LINKS:
            raise SetAside(say("page.too_many_links", most=MOST_LINKS))
        yield pair


def _item(
    link: HtmlElement,
    inside: HtmlElement | None,
    page: DeclaredPage,
    rules: ListRules,
    told: dict[HtmlElement, Told],
) -> ListedItem | None:
    href = (link.get("href") or "").strip()
    address = absolute(page.base, href)
    if address is None or address == page.url.partition("#")[0]:
        return None
    groups = search_pattern(rules.link or "", address if rules.link_on == "address" else href)
    if groups is None:
        return None
    around = inside if inside is not None else _item_around(link)
    if around not in told:
        told[around] = _told(around, page, rules)
    return ListedItem(address, _title(link, rules), groups, told[around], day_of(groups))


def _item_around(link: HtmlElement) -> HtmlElement:
    """Return what a link stands in, where no item is declared: one of a list or a table, else its parent."""
    outer = next((element for element in link.iterancestors() if element.tag in _ITEMS), None)
    parent = outer if outer is not None else link.getparent()
    return parent if parent is not None else link


def _title(link: HtmlElement, rules: ListRules) -> str:
    named = _attribute(link, rules.title_attr) if rules.title_attr else None
    if named:
        return named
    text = _shown(link, rules)
    whole = one_line(link.get("title") or "")
    cut = text.rstrip(_DOTS).strip()
    if whole and (not text or (text.endswith(_CUT_SHORT) and whole.startswith(cut))):
        return whole
    return text


def _attribute(link: HtmlElement, name: str) -> str | None:
    values = (one_line(element.get(name) or "") for element in link.iter() if isinstance(element.tag, str))
    return next((value for value in values if value), None)


def _shown(link: HtmlElement, rules: ListRules) -> str:
    without = rules.title_without
    if without is None:
        return text_of(link)
    left_out = set(select(link, without.css)) - {link} if without.css else set()
    parts = (
        str(text)
        for text in link.xpath(".//text()")
        if not left_out or not _is_inside(text.getparent(), left_out, is_tail=bool(text.is_tail))
    )
    shown = one_line("".join(parts))
    return one_line(remove_matches(without.match, shown)) if without.match else shown


def _is_inside(element: HtmlElement, left_out: set[HtmlElement], *, is_tail: bool) -> bool:
    around = [*element.iterancestors()] if is_tail else [element, *element.iterancestors()]
    return any(outer in left_out for outer in around)


def _told(item: HtmlElement, page: DeclaredPage, rules: ListRules) -> Told:
    """Return what an item tells of its article's time, resolved once against the moment of the fetch."""
    if rules.item_date is None:
        return NOTHING_TOLD
    text = read_field(rules.item_date, page, item)
    if text is None:
        return NOTHING_TOLD
    try:
        moment, precision = read_moment(rules.item_date, text, page)
    except SetAside:  # the article's own page may tell it
        return NOTHING_TOLD
    return Told(published_at=moment, precision=precision)
