"""East Money's own article pages, ``finance.eastmoney.com/a/<code>.html`` and aliases.

docs/upstream.md#east-money-pages says where things stand on them.
"""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from typing import cast

from lxml import etree
from lxml import html as lxml_html

from spiders.readers.digest import digest_text
from spiders.readers.markup import parse_document
from spiders.readers.printed_time import read_time
from storage.records import ROLLING, Draft, Precision, SetAside, find_info_code
from storage.records.saying import say

_BODY = re.compile(r"\bid=[\"']?(?:ContentBody|zw_body)\b")
_BODY_PATH = '//*[@id="ContentBody" or @id="zw_body"]'
_PAGE_END = re.compile(r"</html\s*>\s*\Z", re.IGNORECASE)
_XML_PROLOG = re.compile(r"\A\s*<\?xml\b[^>]*>", re.IGNORECASE)
"""It declares a charset, which lxml refuses to hear of a text that has been decoded."""
_SOURCE = re.compile(r"来源[:：]\s*(\S.*)")
_AUTHOR = re.compile(r"作者[:：]\s*(\S.*)")
_MOST_ITEMS = 10  # elements inside one another repeat their text; a real row has two or three


def is_eastmoney_page(html: str) -> bool:
    """Tell whether the page has the element that East Money keeps an article's body in."""
    return bool(_BODY.search(html))


def read_eastmoney_page(html: str, url: str) -> Draft:
    """Return the draft of an East Money page; raise `SetAside` when its body is missing or the page was cut.

    ``published_at`` is Beijing time, to the minute; the page prints no seconds.
    """
    if not _PAGE_END.search(html):
        raise SetAside(say("page.cut"))
    page = parse_document(_XML_PROLOG.sub("", html, count=1))
    body = _first(page, _BODY_PATH)
    if body is None:
        raise SetAside(say("page.no_body"))
    info_code, form = find_info_code(url) or (None, ROLLING)
    published_at, precision = _published_at(page)
    return Draft(
        info_code=info_code,
        url=url,
        form=form,
        title=_title(page),
        published_at=published_at,
        precision=precision,
        media=_media(page),
        author=_named_after(_AUTHOR, _info_items(page)),
        summary=_summary(page),
        body_html=_inner_html(body),
    )


def _published_at(page: lxml_html.HtmlElement) -> tuple[datetime | None, Precision]:
    times = (read_time(item) for item in _info_items(page))
    return next((time for time in times if time), (None, "minute"))


def _media(page: lxml_html.HtmlElement) -> str | None:
    """Return the name in the info row: after ``来源：`` on older pages, else the item that is no time."""
    items = [item for item in _info_items(page) if not read_time(item)]
    return _named_after(_SOURCE, items) or next((item for item in items if "：" not in item), None)


def _named_after(word: re.Pattern[str], items: list[str]) -> str | None:
    named = (word.search(item) for item in items)
    return next((found[1].strip() for found in named if found), None)


def _info_items(page: lxml_html.HtmlElement) -> list[str]:
    items = _all(page, '//div[@class="infos"]//div[contains(concat(" ", @class, " "), " item ")]')
    return [text for item in items[:_MOST_ITEMS] if (text := item.text_content().strip())]


def _title(page: lxml_html.HtmlElement) -> str | None:
    title = _first(page, '//div[contains(concat(" ", @class, " "), " title ")]')
    return None if title is None else " ".join(title.text_content().splitlines()).strip() or None


def _summary(page: lxml_html.HtmlElement) -> str | None:
    """Return the digest, which follows the title in the page's description."""
    description = _first(page, '//meta[@name="description"]')
    return None if description is None else digest_text(description.get("content"))


def _first(page: lxml_html.HtmlElement, path: str) -> lxml_html.HtmlElement | None:
    return next(iter(_all(page, path)), None)


def _all(page: lxml_html.HtmlElement, path: str) -> list[lxml_html.HtmlElement]:
    return cast("list[lxml_html.HtmlElement]", page.xpath(path))


def _inner_html(element: lxml_html.HtmlElement) -> str:
    children = (etree.tostring(child, encoding="unicode", method="html") for child in element)
    return (escape(element.text or "", quote=False) + "".join(children)).strip()
