"""The headings of an article of an issue: title, what stands over it (引题) and under it (副题)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from spiders.readers.epaper.elements import Elements

_TITLES = (
    "#Title", "founder-title", "#news_content h1", "td.font01", ".font01", "div.main-article-alltitle",
    "div.main-article-title", ".article h1", ".newsdetatit h3", "h1.art-title", "h2.art-title", ".totalTitle",
    ".detail-art h2", "#ScroLeft h3", ".bmnr_con_biaoti", ".neirong h2", "h2.detConTit", "p.BSHARE_TEXT",
    "p.title1", "#list .article h1", ".text_c h1", "#ozoom h1", ".article-title", "h1", ".title h2",
    "#ozoom h2", ".text_c h2", "tr[valign=top] strong",
)  # fmt: skip
_KICKERS = (
    "#PreTitle", "founder-introtitle", ".introtitle", ".bmnr_con_yinti", ".yinti", ".pretitle", ".intro",
)  # fmt: skip
_SUBTITLES = ("#SubTitle", "founder-subtitle", ".subtitle", ".bmnr_con_futi", ".futi", ".subTitle")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_BYLINE = re.compile(r"[□■●○◎◆▲\s（(]*(?:本报|本刊|特约|见习|实习|首席)*(?:记者|通讯员|作者|文/|文\s*[:：])")
_MOST_PARTS = 1_000
"""Elements of a line, beyond which none is read."""
_LONGEST = 300
"""Characters of a title: longer ones are a text."""


@dataclass(frozen=True, slots=True)
class Headings:
    """What stands above an article's text, and the elements that say so."""

    title: str | None = None
    kicker: str | None = None
    subtitle: str | None = None
    elements: tuple[HtmlElement, ...] = ()


def read_headings(
    page: Elements, hidden: dict[str, str], own: Iterable[str] = (), not_titles: Iterable[str] = ()
) -> Headings:
    """Return the headings of an article's page; ``own`` are selectors of titles to be tried first.

    ``not_titles`` are names of the paper, which stand in headings of its own. Empty headings are passed over.
    """
    names = {squeeze(one) for one in not_titles}
    for element in page.select((*own, *_TITLES)):
        text = line_of(element)
        if text and len(text) <= _LONGEST and squeeze(text) not in names:
            return _with_neighbours(page, element, text, hidden)
    title = hidden.get("title")
    return Headings(title, hidden.get("introtitle"), hidden.get("subtitle"))


def _with_neighbours(page: Elements, element: HtmlElement, title: str, hidden: dict[str, str]) -> Headings:
    """Return the headings around a title, by their marks, else by their places."""
    before, after = _by_place(page, element)
    kicker, subtitle = _first(page, _KICKERS), _first(page, _SUBTITLES)
    kicker, subtitle = kicker if kicker is not None else before, subtitle if subtitle is not None else after
    told = [
        line_of(one) if one is not None else hidden.get(name)
        for one, name in ((kicker, "introtitle"), (subtitle, "subtitle"))
    ]
    over, under = (one if one and squeeze(one) != squeeze(title) else None for one in told)
    return Headings(title, over, under, tuple(one for one in (element, kicker, subtitle) if one is not None))


def _by_place(page: Elements, title: HtmlElement) -> tuple[HtmlElement | None, HtmlElement | None]:
    """Return the headings that stand next to a title: cells of Founder's table, else ``h2`` to ``h5``."""
    cell = next((one for one in (title, *title.iterancestors()) if _has_class(one, "font01")), None)
    if cell is not None:
        others = [one for one in page.select((".font02",)) if not _is_authors(one)]
        place = page.place_of(cell)
        before = [one for one in others if page.place_of(one) < place]
        after = [one for one in others if page.place_of(one) > place]
        return _filled(reversed(before), cell), _filled(after, cell)
    return (
        _filled(_headings(title.itersiblings(preceding=True)), title),
        _filled(_headings(title.itersiblings()), title),
    )


def _is_authors(cell: HtmlElement) -> bool:
    """Return whether a cell is that of the author, which looks as the subtitle's does."""
    return next(cell.iter("founder-author"), None) is not None


def _headings(siblings: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the headings that follow each other; anything else with a text ends them."""
    for one in siblings:
        if one.tag in _HEADINGS:
            yield one
        elif isinstance(one.tag, str) and one.tag not in ("script", "style") and line_of(one):
            return


def _filled(elements: Iterable[HtmlElement], title: HtmlElement) -> HtmlElement | None:
    around = next(title.iterancestors("table"), None)
    for one in elements:
        if (
            around is not None
            and _has_class(one, "font02")
            and next(one.iterancestors("table"), None) is not around
        ):
            continue
        if 0 < len(line_of(one)) <= _LONGEST and not _is_byline(one):
            return one
    return None


def _is_byline(element: HtmlElement) -> bool:
    """Return whether a heading says who wrote: it stands where a subtitle does."""
    return _BYLINE.match(line_of(element)) is not None


def _first(page: Elements, css: Iterable[str]) -> HtmlElement | None:
    """Return the first element that is marked so and has a text of a heading's length."""
    return next((one for one in page.select(css) if 0 < len(line_of(one)) <= _LONGEST), None)


def _has_class(element: HtmlElement, name: str) -> bool:
    return name in (element.get("class") or "").split()


def line_of(element: HtmlElement) -> str:
    """Return the text of an element in a line: breaks are blanks, comments and scripts nothing.

    Of a long text, only the beginning: no heading is as long.
    """
    parts: list[str] = []
    for looked_at, one in enumerate(element.iter()):
        if looked_at > _MOST_PARTS:
            break
        if isinstance(one.tag, str) and one.tag not in ("script", "style"):
            parts.append(" " if one.tag in ("br", "p", "div") and one is not element else "")
            parts.append(one.text or "")
        if one is not element:
            parts.append(one.tail or "")
    return " ".join("".join(parts).replace("\u3000", " ").replace("\xa0", " ").split())


def squeeze(text: str) -> str:
    """Return a text without blanks, for comparison."""
    return "".join(text.split())
