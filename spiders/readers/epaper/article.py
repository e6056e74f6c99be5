"""An article of a digital newspaper, of every generation: only the names of its parts differ.

The time that a page hides (``founder-date``) is when the page was made: of an article its issue's day alone
is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TypedDict

from spiders.families.family import Family
from spiders.families.page_name import read_page_name
from spiders.readers.base_address import base_of
from spiders.readers.chinese.page import read_chinese_page
from spiders.readers.epaper.article_body import ArticleBody, cut_body
from spiders.readers.epaper.elements import Elements, parse_page
from spiders.readers.epaper.headings import Headings, line_of, read_headings, squeeze
from spiders.readers.epaper.hidden_fields import is_issue_page, read_hidden
from storage.records import Draft, SetAside
from storage.records.press_days import PRESS_ZONE
from storage.records.saying import say

FORM = "print"
_TAGS = re.compile(r"<[^<>]*>")
_LONG = 200
"""Characters of a text that stands outside of the place where one should be."""
_HEADING = re.compile(r"<h([1-6])\b[^<>]{0,300}>.{0,1000}?</h\1\s*>", re.DOTALL | re.IGNORECASE)
_PARAGRAPH = re.compile(r"</?p\b[^<>]{0,300}>", re.IGNORECASE)
"""A paragraph in a heading, with which the parser ends the heading."""
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_AUTHORS = (
    "founder-author", "#Author", "meta[name=reporter]", ".sec span:first-child", ".author",
    ".bmnr_con_zuozhe", ".zuozhe", ".byline",
)  # fmt: skip
_LABEL = re.compile(r"^\s*(?:作者|文|记者|本报记者)\s*[:：/]\s*")
_NOT_NAMES = re.compile(r"\d|版|来源|发布|编辑")
_LONGEST_NAMES = 100


class _Page(TypedDict, total=False):
    page: str
    page_name: str | None


_PAGES = (".ban", "#NewsEditionName", ".banci", ".bc", "#pageName")


def read_epaper_article(html: str, url: str, family: Family, day: date, names: Iterable[str] = ()) -> Draft:
    """Return what a page says of the article of an issue of this day, nothing cleaned or judged.

    ``names`` are the paper's, which are no title. A page whose place of text is empty is a picture's or an
    advertisement's (`Draft.is_furniture`). Raises `SetAside` for an issue's page, and for one without any
    place of a text.
    """
    html = _HEADING.sub(lambda heading: _PARAGRAPH.sub("<br>", heading[0]), _CDATA.sub("", html))
    hidden = read_hidden(html)
    if is_issue_page(html, hidden):
        raise SetAside(say("page.page_of_issue"))
    page = Elements(parse_page(html))
    headings = read_headings(page, hidden, family.titles, names)
    body = cut_body(page, html, family, headings.elements)
    if not body.has_text and (found := _read_undeclared(html, url, day, body, headings)) is not None:
        return found
    if not body.has_place:
        raise SetAside(say("page.no_known_place"))
    base, author = base_of(html, url), _author(page, hidden)
    is_author = author is not None and squeeze(headings.subtitle or "") == squeeze(author)
    draft = Draft(
        info_code=None,
        url=url,
        form=FORM,
        title=headings.title,
        published_at=datetime(day.year, day.month, day.day, tzinfo=PRESS_ZONE),
        precision="day",
        witness="address",
        author=author,
        body_html=body.markup,
        base=base if base != url else None,
        kicker=headings.kicker,
        subtitle=headings.subtitle if not is_author else None,
        is_furniture=not body.has_text,
    )
    return replace(draft, **_page(page), found_by=_found_by(draft, f"family:{family.name}"))


def _read_undeclared(html: str, url: str, day: date, body: ArticleBody, headings: Headings) -> Draft | None:
    """Return what is read of a page whose text stands in no known place, None where that is nothing to trust.

    Where a known place is empty, only a long text under the very same title is the article's.
    """
    try:
        draft = read_chinese_page(html, url)
    except SetAside:
        return None
    if body.has_place and not (
        squeeze(draft.title or "") == squeeze(headings.title or "-")
        and len(squeeze(_TAGS.sub("", draft.body_html))) >= _LONG
    ):
        return None
    return replace(
        draft,
        info_code=None,
        form=FORM,
        published_at=datetime(day.year, day.month, day.day, tzinfo=PRESS_ZONE),
        precision="day",
        witness="address",
    )


def _found_by(draft: Draft, rule: str) -> tuple[tuple[str, str], ...]:
    """Return by which rule each field of a draft was found that has one."""
    fields = {
        "title": draft.title, "kicker": draft.kicker, "subtitle": draft.subtitle, "author": draft.author,
        "body": draft.body_html,
    }  # fmt: skip
    return tuple((name, rule) for name, value in fields.items() if value)


def _author(page: Elements, hidden: dict[str, str]) -> str | None:
    """Return who wrote, as the page states it beside the text; days, pages and sources are no names."""
    said = [one.get("content") or "" if one.tag == "meta" else line_of(one) for one in page.select(_AUTHORS)]
    for text in (*said, hidden.get("author", "")):
        names = _LABEL.sub("", text).strip()
        if names and len(names) <= _LONGEST_NAMES and not _NOT_NAMES.search(names):
            return names
    return None


def _page(page: Elements) -> _Page:
    """Return number and name of the page that an article stands on, as its own page prints them."""
    texts = (line_of(one) for one in page.select(_PAGES))
    read = next((read for text in texts if (read := read_page_name(text)) is not None), None)
    return {"page": read[0], "page_name": read[1] or None} if read else {}
