"""Any Chinese newspaper's article page of which nothing is declared, to a draft."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement

from spiders.readers.base_address import base_of
from spiders.readers.chinese.author import find_author
from spiders.readers.chinese.body import find_body
from spiders.readers.chinese.deck import find_kicker, find_subtitle
from spiders.readers.chinese.heads import Head, folded, read_head
from spiders.readers.chinese.media import find_media
from spiders.readers.chinese.negatives import check_article, check_headed, check_language
from spiders.readers.chinese.next_page import find_next_page
from spiders.readers.chinese.paragraphs import Text, is_dropped, paragraph_of, take_text
from spiders.readers.chinese.pictures import find_images
from spiders.readers.chinese.printed_moment import ADDRESS, Moment, find_moment
from spiders.readers.chinese.script_text import read_script_text
from spiders.readers.chinese.sheet import Line, Sheet, lay_out
from spiders.readers.chinese.title import Titled, cut_site, find_agreeing, find_prominent
from spiders.readers.markup import parse_document
from storage.records import MEDIA, Draft, SetAside
from storage.records.saying import say

_XML_PROLOG = re.compile(r"\A\s*<\?xml\b[^>]*>", re.IGNORECASE)
_OVER_TITLE, _UNDER_TEXT = 10, 12
READER = "reader"
_LEAST_SHOWN = 40
"""Characters below which a text may be the place of one that a script shows."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page taken apart: its text and tree, what its head says, its lines. ``fetched_at`` is aware."""

    html: str
    url: str
    fetched_at: datetime | None
    tree: HtmlElement
    head: Head
    sheet: Sheet

    @classmethod
    def parse(cls, html: str, url: str, fetched_at: datetime | None = None) -> Page:
        """Return a page's parts; raise `SetAside` for what is no page anybody writes."""
        try:
            tree = parse_document(_XML_PROLOG.sub("", html, count=1))
        except (etree.LxmlError, ValueError) as error:
            raise SetAside(say("page.no_markup", error=str(error))) from error
        return cls(html, url, fetched_at, tree, read_head(tree), lay_out(tree))


def read_chinese_page(html: str, url: str, fetched_at: datetime | None = None) -> Draft:
    """Return the draft of an article on a page of which nothing is declared.

    ``fetched_at``, aware, is when the page came: words like 昨天 are resolved against it. Raises `NoArticle`
    for a page that is something else, and `SetAside` for one whose text is not found.
    """
    return read_page(Page.parse(html, url, fetched_at))


def read_page(page: Page) -> Draft:
    """Return what `read_chinese_page` does, of a page that was taken apart before."""
    title, text = _shown_text(page)
    if sum(len(line.text) for line in text.lines) < _LEAST_SHOWN:
        text = _scripted_text(page) or text
    if not text.lines:
        raise SetAside(say("page.no_article_text"))
    check_article(page.tree, page.head, page.sheet, title, text)
    check_language(text)
    draft = draft_of(page, title, text)
    check_headed(draft.title, is_dated=draft.published_at is not None)
    return draft


def _shown_text(page: Page) -> tuple[Titled | None, Text]:
    """Return the headline and the text that the page's own markup shows."""
    title = find_agreeing(page.sheet.lines, page.head)
    body = find_body(page.sheet, title)
    if body is None:
        return title, Text([], 0, -1, [])
    if title is None:
        title = find_prominent(page.sheet.lines, body.first)
        body = find_body(page.sheet, title) or body
    return title, take_text(page.sheet, body, title)


def _scripted_text(page: Page) -> Text | None:
    """Return the text that only a script would show; None without one."""
    lines = [line for line in read_script_text(page.tree) if not is_dropped(line)]
    end = len(page.sheet.lines)
    return Text(lines, end, end - 1, []) if lines else None


def draft_of(page: Page, title: Titled | None, text: Text, rule: str = READER) -> Draft:
    """Return the draft of a text and its headline with what stands around them; ``rule`` found the text."""
    rows = [
        line
        for line in _rows_above(page.sheet, title, text)
        if title is None or folded(line.text) != folded(title.text)
    ]
    behind = _behind(page.sheet, text)
    taken = {line.index for line in (*rows, *behind)} | set(range(text.first, text.last + 1))
    others = [
        line
        for line in page.sheet.lines
        if line.index not in taken and not line.is_hidden and not line.is_margin
    ]
    moment = find_moment(rows, behind, others, page)
    base = base_of(page.html, page.url)
    draft = Draft(
        info_code=None,
        url=page.url,
        form=MEDIA,
        title=title.text if title else cut_site(page.head.title) or None,
        published_at=moment.moment if moment else None,
        precision=moment.precision if moment else "second",
        witness="address" if moment and moment.rule == ADDRESS else "page",
        media=find_media(
            rows,
            text.lines[-2:],
            behind,
            moment.line if moment else None,
            _around(page.sheet, text),
            [*text.lines[:2], *text.lines[-2:]],
        ),
        author=find_author([*rows, *behind], text.lines[-2:]),
        kicker=find_kicker(page.sheet.lines, title),
        subtitle=find_subtitle(page.sheet.lines, title, text.first),
        paragraphs=tuple(paragraph_of(line, text.pictures) for line in text.lines),
        pictures=find_images(text.pictures, text.lines, base),
        base=base if base != page.url else None,
        incomplete=say("fetch.goes_on_at", address=address)
        if (address := find_next_page(page.sheet.lines, text.first, text.last, page.url))
        else None,
    )
    return replace(draft, found_by=_found_by(draft, moment, rule))


def _found_by(draft: Draft, moment: Moment | None, rule: str) -> tuple[tuple[str, str], ...]:
    named = [
        (name, READER) for name in ("title", "media", "author", "kicker", "subtitle") if getattr(draft, name)
    ]
    timed = [("published_at", moment.rule)] if moment else []
    return (*named, *timed, ("paragraphs", rule))


def _rows_above(sheet: Sheet, title: Titled | None, text: Text) -> list[Line]:
    """Return the lines around the headline and between it and the text; those right under it first."""
    end = text.first
    if title is None or title.lines[-1].index >= end:
        return [line for line in sheet.lines[max(0, end - _OVER_TITLE) : end] if not line.is_hidden]
    at = title.lines[-1].index
    own = {line.index for line in title.lines}
    under = [line for line in sheet.lines[at + 1 : min(end, at + 40)] if not line.is_hidden]
    over = [
        line
        for line in sheet.lines[max(0, at - _OVER_TITLE) : at]
        if not line.is_hidden and line.index not in own
    ]
    return [*under, *over]


def _around(sheet: Sheet, text: Text) -> list[Line]:
    """Return the lines over a text in whose neighbourhood an account may be named."""
    return [line for line in sheet.lines[max(0, text.first - 60) : text.first] if not line.is_hidden]


def _behind(sheet: Sheet, text: Text) -> list[Line]:
    known = {line.index for line in text.behind}
    after = [
        line
        for line in sheet.lines[text.last + 1 : text.last + 1 + _UNDER_TEXT]
        if not line.is_hidden and line.index not in known
    ]
    return sorted([*text.behind, *after], key=lambda line: line.index)[: 4 * _UNDER_TEXT]
