"""Whether an article goes on, on a page of its own that this one links to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from spiders.readers.chinese.sheet import Line

_NEXT = re.compile(
    r"\s*(?:\[|【|<|›|»)?\s*(?:下一页|下页|后一页|余下全文|阅读下一页|下一页[>》»]{0,2})\s*(?:[\]】>›»]{0,2})\s*"
)
_NEAR = 15
"""Lines behind a text among which its pager stands."""


def find_next_page(lines: Sequence[Line], first: int, last: int, url: str) -> str | None:
    """Return the address of the article's next page; None where it ends here.

    A pager that leads nowhere (``#``, this very page) is that of an article of one page.
    """
    asked: set[HtmlElement] = set()
    for line in lines[first : last + 1 + _NEAR]:
        if line.is_hidden or not line.linked or ("页" not in line.text and "余下全文" not in line.text):
            continue
        if line.block in asked:
            continue
        asked.add(line.block)
        for link in line.block.iter("a"):
            if _NEXT.fullmatch(link.text_content()) and (address := _elsewhere(link.get("href"), url)):
                return address
    return None


def _elsewhere(href: str | None, url: str) -> str | None:
    if not href or href.startswith(("#", "javascript:")):
        return None
    try:
        address = urljoin(url, href.strip())
        is_web = urlsplit(address).scheme in ("http", "https")
    except ValueError:
        return None
    return address if is_web and address.split("#")[0] != url.split("#", maxsplit=1)[0] else None
