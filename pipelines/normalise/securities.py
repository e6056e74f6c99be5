"""Which securities an article mentions, and how: by a chart, a link, or in its text.

docs/upstream.md#links-to-securities has the shapes of all three.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag

from pipelines.normalise.security_names import REACH, name_before, name_mentions
from storage.records import Mention, Security

_DATA_CODE_COMMA = re.compile(r"(?P<market>\d{1,3}),(?P<code>[\w.-]{1,16})", re.ASCII)
_DATA_CODE_BAR = re.compile(r"(?:K )?(?P<code>[\w.-]{1,16})\|(?P<market>\d{1,3})(?:\|.{0,8})?", re.ASCII)
_QUOTE_PAGE = re.compile(
    r"quote\.eastmoney\.com/(?:unify/)?r/(?P<market>\d{1,3})\.(?P<code>[\w-]{1,16})", re.ASCII
)
_CHART_PICTURE = re.compile(r"webquoteklinepic|/GetPic\.aspx", re.IGNORECASE)
_CHART_ID = re.compile(r"[?&]nid=(?P<market>\d{1,3})\.(?P<code>[\w-]{1,16})", re.ASCII)
_BRACKETS = re.compile(r"[(（]([^()（）]{4,60})[)）]")
_SEPARATOR = re.compile(r"[;；,，、/\s]+")
_PRINTED_CODE = re.compile(
    r"(?P<digits>\d{5,6})(?:\.(?P<exchange>SZ|SH|SS|BJ))?|(?P<hongkong>\d{1,5})\.HK"
    r"|(?P<ticker>[A-Z]{1,5})\.(?P<us>O|OQ|N|A)",
    re.ASCII,
)
_HONG_KONG = "116"
_MARKETS = {"SZ": "0", "BJ": "0", "SH": "1", "SS": "1", "O": "105", "OQ": "105", "N": "106", "A": "107"}
# Shares only: six digits in brackets are as often a month or a post code.
_BARE_CODES = {
    re.compile(r"60[0135]\d{3}|68[89]\d{3}|900\d{3}"): "1",
    re.compile(r"00[0123]\d{3}|30[012]\d{3}|200\d{3}|(?:43|83|87)\d{4}|920\d{3}"): "0",
    re.compile(r"0\d{4}"): _HONG_KONG,
}


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute as text, empty when it is absent; a class list becomes words again."""
    value = tag.attrs.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else " ".join(value)


def is_glossary_link(tag: Tag) -> bool:
    """Tell whether a link explains a word; it names no security even where it leads to an index's quotes."""
    return "infokey" in attribute(tag, "class").split()


def read_link(tag: Tag, text: str) -> Security | None:
    """Return the security that a link or a later mention's span names, None when it is another link."""
    data_code, href = attribute(tag, "data-code"), attribute(tag, "href")
    found = (
        _DATA_CODE_COMMA.fullmatch(data_code)
        or _DATA_CODE_BAR.fullmatch(data_code)
        or _QUOTE_PAGE.search(href)
    )
    if found:
        return Security(found["market"], found["code"], text, "link")
    market = _market_of_bare(data_code)
    return Security(market, data_code, text, "link") if market else None


def read_chart(image: Tag, anchor: Tag | None) -> list[Security] | None:
    """Return the security whose chart an image is, as a list (empty: unknown); None if it is no chart.

    A chart prints no name, so the name is empty.
    """
    source, own_code = attribute(image, "src"), attribute(image, "data-code")
    if not _CHART_PICTURE.search(source) and not own_code.startswith("K "):
        return None
    linked_code = attribute(anchor, "data-code") if anchor is not None else ""
    found = (
        _DATA_CODE_BAR.fullmatch(linked_code)
        or _DATA_CODE_BAR.fullmatch(own_code)
        or _CHART_ID.search(source)
    )
    return [Security(found["market"], found["code"], "", "chart")] if found else []


def read_printed(texts: Iterable[str]) -> Iterator[Security]:
    """Yield the securities that a text names with their codes in brackets: ``潍柴动力(000338.SZ)``.

    The name is empty where nothing tells where it begins (`normalise_security_names`).
    """
    for text in texts:
        for brackets in _BRACKETS.finditer(text):
            for part in _SEPARATOR.split(brackets[1]):
                yield from _printed(part, text[max(0, brackets.start() - REACH) : brackets.start()])


def gather(mentions: Iterable[Security]) -> tuple[Security, ...]:
    """Return each (market, code, mention) once, in order, named as a link names it where one does."""
    found: dict[tuple[str, str, Mention], Security] = {}
    for security in mentions:
        found.setdefault((security.market, security.code, security.mention), security)
    return name_mentions(found.values())


def _printed(code: str, before: str) -> Iterator[Security]:
    match = _PRINTED_CODE.fullmatch(code)
    if not match:
        return
    if match["ticker"]:
        market, code = _MARKETS[match["us"]], match["ticker"]
    elif match["hongkong"]:
        market, code = _HONG_KONG, match["hongkong"].zfill(5)
    else:
        code = match["digits"]
        market = _MARKETS[match["exchange"]] if match["exchange"] else _market_of_bare(code)
    if market:
        yield Security(market, code, name_before(before, market), "text")


def _market_of_bare(code: str) -> str:
    """Return the market that a code without one belongs to by its first digits; empty for no share's code."""
    return next((market for shape, market in _BARE_CODES.items() if shape.fullmatch(code)), "")
