"""The text of an article of an issue, cut out as it was delivered, with its pictures and their captions.

Captions stand in attributes of pictures, or beside pictures in a table above the text: they are written
below their picture, where whoever reads the body finds captions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from spiders.families.family import Family
from spiders.readers.epaper.comments import list_comments
from spiders.readers.epaper.elements import Elements
from spiders.readers.epaper.headings import line_of, squeeze
from spiders.readers.markup import read_fragment

_BODIES = (
    "founder-content", "#articleContent", "#contenttext", "#content", ".newsdetatext", "#ozoom", "#zoom",
    "#newscontent", "#BodyLabel", "div.text_c", ".bmnr_con_con", "table.wz", ".article-content",
    ".article-text", ".detail-art", ".art-content", ".TRS_Editor", ".neirong", "div.content", "#news_content",
)  # fmt: skip
_PICTURES = (
    "table#newspic", "#newspic", "table[bgcolor='#efefef']", ".main_ar_pic_text", "div.attachment",
    "table.pci_c", "table.c_c", "table.pic_c", "#reslist", "#imagelist", ".tushuo",
)  # fmt: skip
_ROWS = (".sec", ".lai", ".info", ".author", "#Author", "founder-author", ".newstime", ".pubtime")
_CAPTIONS = ("data-original-title", "data-caption", "data-title")
_THUMBNAIL = re.compile(r"(\.(?:jpe?g|png|gif|webp))\.\d{1,2}\Z", re.IGNORECASE)
_WORD = re.compile(r"\w")
_CELLS = ("td", "th")
_MOST_LINKED = 0.5
_LONGEST_CAPTION = 1_000
_DRAWN = ("tplimg", "/template/", "spacer")


@dataclass(frozen=True, slots=True)
class ArticleBody:
    """An article's text as markup.

    ``has_text`` tells whether it says anything beside captions, ``has_place`` whether the page has a place
    for a text.
    """

    markup: str
    has_text: bool
    has_place: bool


def cut_body(page: Elements, html: str, family: Family, headings: Iterable[HtmlElement] = ()) -> ArticleBody:
    """Return the body of an article's page; what ``headings`` say is none of it.

    It is what the page marks as the text, else the first known place with a text that is no list of links.
    """
    marked = _marked(html)
    places = [one for one in page.select((*family.bodies, *_BODIES)) if not _is_list(one)]
    place = next((one for one in places if _WORD.search(line_of(one))), None)
    if marked is not None:
        body = _fragment(marked)
    elif place is not None:
        body = _copied(place, headings)
    else:
        body = etree.Element("section")
    has_text = bool(_WORD.search(line_of(body)))
    has_place = bool(places) or marked is not None
    figures = _figures(page, body, place, has_captions=has_text) if has_place else []
    _write_captions(body, has_captions=has_text)
    markup = "".join([*figures, _inner(body)])
    return ArticleBody(markup, has_text, has_place)


def _marked(html: str) -> str | None:
    """Return what stands between the comments that mark a text, None for nothing."""
    begin: int | None = None
    for start, end, said in list_comments(html):
        if said.casefold() == "enpcontent":
            begin = end
        elif said.casefold() == "/enpcontent" and begin is not None:
            if _says(html[begin:start]):
                return html[begin:start]
            begin = None
    return None


def _says(markup: str) -> bool:
    return bool(_WORD.search(re.sub(r"<[^<>]*>|&\w+;", "", markup)))


def _fragment(markup: str) -> HtmlElement:
    return read_fragment(markup, lxml_html.HTMLParser(huge_tree=True))


def _is_list(place: HtmlElement) -> bool:
    """Return whether an element is the list of an issue's page: more than half of its text is links to it."""
    whole = len(squeeze(line_of(place)))
    linked = [line_of(link) for link in place.iter("a") if _leads(link.get("href") or "")]
    return whole > 0 and len(linked) > 1 and sum(len(squeeze(one)) for one in linked) > whole * _MOST_LINKED


def _leads(href: str) -> bool:
    name = href.partition("?")[0].rpartition("/")[2].casefold()
    return bool(name) and name.startswith(("content", "node", "nw.", "nbs.", "page", "articel", "con_", "c_"))


def _copied(place: HtmlElement, headings: Iterable[HtmlElement]) -> HtmlElement:
    """Return a copy of a place without its headings and the rows of names and days that stand with them."""
    inside = {one for one in headings if any(around is place for around in one.iterancestors())}
    copy = lxml_html.fragment_fromstring("<section></section>")
    copied = _deep(place)
    headed = [its for one, its in zip(place.iter(), copied.iter(), strict=True) if one in inside]
    if copied.tag in _CELLS:
        copied.tag = "div"  # without its table it is no cell, whose lines would be one
    copy.append(copied)
    if headed:
        for one in (*headed, *Elements(copied).select(_ROWS)):
            if one is not copied and one.getparent() is not None:
                one.drop_tree()
    return copied


def _deep(element: HtmlElement) -> HtmlElement:
    copy = deepcopy(element)
    copy.tail = None
    return copy


def _inner(body: HtmlElement) -> str:
    """Return the markup in an element, without the element itself."""
    text = lxml_html.tostring(body, encoding="unicode", with_tail=False)
    start, end = text.find(">") + 1, text.rfind("</")
    return text[start:end].strip() if end >= start else ""


def _write_captions(body: HtmlElement, *, has_captions: bool) -> None:
    """Write below each picture the caption that only an attribute of it has, and name its full size.

    A picture's page without a text is no article for its caption.
    """
    for image in list(body.iter("img")):
        if source := image.get("src"):
            image.set("src", _THUMBNAIL.sub(r"\1", source.strip()))
        caption = next((text for name in _CAPTIONS if (text := image.get(name))), "")
        if has_captions and squeeze(caption):
            _put_below(image, " ".join(caption.replace("\u3000", " ").split()))


def _put_below(image: HtmlElement, caption: str) -> None:
    line = etree.Element("p", {"style": "text-align: center"})
    line.text = caption[:_LONGEST_CAPTION]
    block = next((one for one in image.iterancestors("p", "td", "div")), None)
    if block is not None and block.tag == "p" and block.getparent() is not None:
        block.addnext(line)
        line.tail, block.tail = block.tail, None
    else:
        line.tail, image.tail = image.tail, None
        image.addnext(line)


def _figures(
    page: Elements, body: HtmlElement, place: HtmlElement | None, *, has_captions: bool
) -> list[str]:
    """Return the pictures that stand outside of the text as markup, each with its caption."""
    known = {image.get("src") for image in body.iter("img")}
    figures: list[str] = []
    for box in page.select(_PICTURES):
        if place is not None and any(one is place for one in box.iterancestors()):
            continue
        images = [one for one in box.iter("img") if _is_picture(one) and one.get("src") not in known]
        if not images or _holds(box, place):
            continue
        known |= {one.get("src") for one in images}
        captions = [*map(_own_caption, images[:-1]), _own_caption(images[-1]) or line_of(box)]
        figures += [
            _figure(image, caption if has_captions else "")
            for image, caption in zip(images, captions, strict=True)
        ]
    return figures


def _holds(box: HtmlElement, place: HtmlElement | None) -> bool:
    return place is not None and any(one is box for one in place.iterancestors())


def _is_picture(image: HtmlElement) -> bool:
    source = image.get("src") or ""
    return bool(source) and not any(word in source for word in _DRAWN)


def _own_caption(image: HtmlElement) -> str:
    return next((text for name in _CAPTIONS if (text := (image.get(name) or "").strip())), "")


def _figure(image: HtmlElement, caption: str) -> str:
    picture = etree.Element("p")
    picture.append(etree.Element("img", {"src": _THUMBNAIL.sub(r"\1", (image.get("src") or "").strip())}))
    parts = [lxml_html.tostring(picture, encoding="unicode")]
    if squeeze(caption):
        line = etree.Element("p", {"style": "text-align: center"})
        line.text = caption[:_LONGEST_CAPTION]
        parts.append(lxml_html.tostring(line, encoding="unicode"))
    return "".join(parts)
