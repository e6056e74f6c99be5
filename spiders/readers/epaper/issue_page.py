"""A page of an issue: the pages that it links to, its articles, its picture and where they stand on it.

Links decide by their addresses alone, ``<a>`` and ``<area>`` alike: a page of the same dated folder, an
article of the same paper and day (`spiders.families`). No selector is needed for them, and
``id="ozoom"`` on an issue's page is no article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import urljoin

from lxml.html import HtmlElement

from spiders.families.family import Family, Spot, is_of_folder, is_of_issue
from spiders.families.page_name import read_page_name
from spiders.readers.base_address import base_of
from spiders.readers.epaper.elements import parse_page
from spiders.readers.epaper.image_map import Corners, find_picture, picture_size, read_corners
from storage.records import SetAside
from storage.records.saying import say

_MOST_PAGES = 400
_MOST_ARTICLES = 1_000
"""Pages of an issue and articles of a page, beyond which the page is no newspaper's."""
_BLANKS = re.compile(r"[\s\u3000\xa0]+")
_TAG = re.compile(r"<[^<>]*>")
_WRITTEN = re.compile(r"\"((?:[^\"\\\n]|\\.){0,500})\"|'((?:[^'\\\n]|\\.){0,500})'")
_THUMBNAIL = re.compile(r"(\.(?:jpe?g|png|gif|webp))\.\d{1,2}\Z", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp)(?:\.\d{1,2})?\Z", re.IGNORECASE)
_OWN_NUMBER = re.compile(r"<founder-pagenum>\s*([^<>\s]{1,12})\s*</founder-pagenum>", re.IGNORECASE)
_FEW = 6
"""Elements of a line that may be a page's name, itself among them."""
_LINES = ("td", "div", "p", "li", "span", "h1", "h2", "h3", "strong", "b", "title")
_MOST_LINES, _LONGEST_LINE, _DEEPEST = 20_000, 300, 100
_MOST_AREAS = 50
"""Areas of one article, beyond which none is kept."""
_DRAWN = ("tplimg", "template", "/images/icon")


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of the issue: its address, and number and name as the link prints them, where it does."""

    url: str
    spot: Spot
    number: str | None = None
    name: str = ""
    pdf: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """An article of the page: its address, its title as the page prints it, and its areas on the picture."""

    url: str
    spot: Spot
    title: str = ""
    areas: tuple[Corners, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueSheet:
    """What one page of an issue tells. ``elsewhere`` are hosts, not the paper's, with articles of that day.

    ``picture`` is the largest known picture of the page, ``shown`` the one that the map lies on, if that is
    another; ``size`` is that one's.
    """

    pages: tuple[PageLink, ...] = ()
    articles: tuple[ArticleLink, ...] = ()
    number: str | None = None
    name: str = ""
    picture: str | None = None
    shown: str | None = None
    size: tuple[int, int] | None = None
    pdf: str | None = None
    elsewhere: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Found:
    """What has been found so far, in the page's order."""

    pages: dict[str, PageLink] = field(default_factory=dict)
    articles: dict[str, ArticleLink] = field(default_factory=dict)
    further: dict[str, ArticleLink] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    hints: dict[str, str] = field(default_factory=dict)
    loose_pdf: str | None = None
    last_page: str | None = None


def read_issue_page(html: str, url: str, family: Family, page: Spot, hosts: Iterable[str] = ()) -> IssueSheet:
    """Return what a page of an issue tells; ``page`` is what its address names, ``hosts`` are the paper's.

    Raises `SetAside` where it is no page anybody writes, or links to more than any newspaper's page does.
    """
    tree, base = parse_page(html), base_of(html, url)
    found = _Found()
    areas = [link for link in islice(tree.iter("area"), _MOST_ARTICLES) if link.get("href")]
    for link in tree.iter("a", "area"):
        if href := (link.get("href") or "").strip():
            _take(link, _join(base, href), found, family, page, tuple(hosts))
    if len(found.pages) > _MOST_PAGES or len(found.articles) > _MOST_ARTICLES:
        raise SetAside(say("page.too_many_of_page"))
    return _sheet(tree, html, base, page, found, areas)


def _take(
    link: HtmlElement, url: str | None, found: _Found, family: Family, page: Spot, hosts: tuple[str, ...]
) -> None:
    """Note what a link leads to: a page, an article, a page's PDF, or nothing of the issue."""
    if url is None:
        return
    address = url if family.matches_address else url.partition("?")[0]
    if address.casefold().endswith(".pdf"):
        _take_pdf(address, found)
        return
    text = _text_of(link)
    other, article = family.page_at(url), family.article_at(url)
    if other is not None and article is not None:
        is_page = family.is_page is None or family.is_page(other, text)
        other, article = (other, None) if is_page else (None, article)
    if other is not None and is_of_folder(other, page):
        _take_page(address, other, text, found)
    elif article is not None:
        _take_article(link, address, article, text, found, page, hosts)


def _take_page(url: str, spot: Spot, text: str, found: _Found) -> None:
    key = _key(url)
    named = read_page_name(text)
    known = found.pages.get(key)
    if known is None or (known.number is None and named is not None):
        number, name = named or (None, "")
        found.pages.pop(key, None)  # its place is where it is named, and not where "next page" leads to it
        found.pages[key] = PageLink(known.url if known else url, spot, number, name)
    elif named and named[1] and not known.name:
        found.pages[key] = PageLink(known.url, spot, named[0], named[1], known.pdf)
    found.last_page = key if named else None


def _take_pdf(url: str, found: _Found) -> None:
    """Give a PDF to the page whose name was just printed, or to the page itself."""
    known = found.pages.get(found.last_page or "")
    if known is None:
        found.loose_pdf = found.loose_pdf or url
    elif known.pdf is None:
        found.pages[found.last_page or ""] = PageLink(known.url, known.spot, known.number, known.name, url)
    found.last_page = None


def _take_article(
    link: HtmlElement, url: str, spot: Spot, text: str, found: _Found, page: Spot, hosts: tuple[str, ...]
) -> None:
    if not is_of_issue(spot, page, hosts):
        if spot.day == page.day and spot.host != page.host:
            found.elsewhere.add(spot.host)
        return
    group = found.articles if spot.root == page.root or spot.host != page.host else found.further
    known = group.get(_key(url)) or ArticleLink(url, spot)
    corners = read_corners(link) if link.tag == "area" else ()
    is_title = bool(text) and read_page_name(text) is None
    if is_title and link.tag == "area":
        found.hints.setdefault(_key(url), text)
    title = known.title or (text if is_title and link.tag == "a" else "")
    group[_key(url)] = ArticleLink(
        known.url, spot, title, (*known.areas, corners) if corners else known.areas
    )


def _sheet(
    tree: HtmlElement, html: str, base: str, page: Spot, found: _Found, areas: list[HtmlElement]
) -> IssueSheet:
    articles = found.articles or found.further
    own = next((one for one in found.pages.values() if one.spot.name == page.name and one.number), None)
    number, name = (own.number, own.name) if own else _own_name(tree, html)
    shown, size = _picture(tree, base, areas, page)
    picture = _THUMBNAIL.sub(r"\1", shown) if shown else None
    return IssueSheet(
        pages=tuple(sorted(found.pages.values(), key=lambda one: one.number is None)),
        articles=tuple(
            one if one.title else replace(one, title=found.hints.get(key, ""))
            for key, one in articles.items()
        ),
        number=number,
        name=name,
        picture=picture,
        shown=shown if shown != picture else None,
        size=size,
        pdf=(own.pdf if own else None) or found.loose_pdf,
        elsewhere=frozenset(found.elsewhere) if not articles else frozenset(),
    )


def _picture(
    tree: HtmlElement, base: str, areas: list[HtmlElement], page: Spot
) -> tuple[str | None, tuple[int, int] | None]:
    """Return the picture of the page as it is shown, and its size there."""
    mapped = find_picture(tree, areas)
    image = mapped if mapped is not None else _dated_picture(tree, page)
    if image is None:
        return None, None
    return _join(base, (image.get("src") or "").strip()), picture_size(image)


def _dated_picture(tree: HtmlElement, page: Spot) -> HtmlElement | None:
    """Return the first picture whose address names the issue's day: pages without a map have one too."""
    days = {f"{page.day:%Y%m}/{page.day:%d}", f"{page.day:%Y-%m}/{page.day:%d}", f"{page.day:%Y-%m-%d}"}
    days |= {f"{page.day:%Y%m%d}", f"{page.day:%Y/%m/%d}"}
    for image in tree.iter("img"):
        source = image.get("src") or ""
        is_drawn = any(word in source for word in _DRAWN)
        if _PICTURE.search(source) and not is_drawn and any(day in source for day in days):
            return image
    return None


def _own_name(tree: HtmlElement, html: str) -> tuple[str | None, str]:
    """Return number and name of a page as it prints them itself: ``第A01版：<STRONG>头版</STRONG>``."""
    if match := _OWN_NUMBER.search(html):
        hidden: str | None = match[1].upper()
    else:
        hidden = None
    for element in islice(tree.iter(*_LINES), _MOST_LINES):
        text = _short_text(element)
        read = read_page_name(text) if "版" in text else None
        if read is not None and hidden in (None, read[0]) and not _is_linked(element):
            return read
    return hidden, ""


def _short_text(element: HtmlElement) -> str:
    """Return the text of an element that is but a line, empty for one with links or many parts."""
    parts: list[str] = []
    for looked_at, one in enumerate(element.iter()):
        if looked_at >= _FEW or one.tag == "a":
            return ""
        parts.append(one.text or "" if isinstance(one.tag, str) else "")
        if one is not element:
            parts.append(one.tail or "")
    return _BLANKS.sub(" ", "".join(parts)[:_LONGEST_LINE]).strip()


def _is_linked(element: HtmlElement) -> bool:
    return any(one.tag == "a" for one in islice(element.iterancestors(), _DEEPEST))


def _text_of(link: HtmlElement) -> str:
    """Return the text of a link, else the first that a script in it writes, else what it is titled."""
    texts = (text for text, tag in _texts(link) if tag != "script")
    if text := _BLANKS.sub(" ", " ".join(texts)).strip():
        return text
    for script in link.iter("script"):
        if match := _WRITTEN.search(script.text or ""):
            return _BLANKS.sub(" ", _TAG.sub(" ", match[1] or match[2] or "")).strip()
    return _BLANKS.sub(" ", link.get("title") or link.get("alt") or "").strip()


def _texts(link: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield the texts in a link with the tag that they stand in; nothing of comments."""
    for element in link.iter():
        tag = element.tag if isinstance(element.tag, str) else "script"
        if element.text:
            yield element.text, tag
        if element is not link and element.tail:
            yield element.tail, "a"


def _join(base: str, href: str) -> str | None:
    try:
        absolute = urljoin(base, href).partition("#")[0]
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) else None


def _key(url: str) -> str:
    """Return what two addresses of the same page have in common."""
    return url.partition("//")[2].removeprefix("www.").casefold()
