"""An article's page, in every shape that it has been served in (docs/upstream.md#article-pages)."""

from __future__ import annotations

import re
from dataclasses import replace

from spiders.readers.bare_post import is_bare_post, read_bare_post
from spiders.readers.base_address import base_of
from spiders.readers.eastmoney_page import is_eastmoney_page, read_eastmoney_page
from spiders.readers.post_page import read_post_page
from spiders.readers.section import calls_itself
from storage.records import Draft, SetAside

_SECTION = re.compile(r"<section\b", re.IGNORECASE)


def read_article(html: str, url: str) -> Draft:
    """Return what one page says of its article, nothing cleaned or judged.

    Reads dated posts, ``/old_post/`` pages and posts without layout of the Jekyll site, and East Money's
    own article pages. What a page leaves out (a ghost's title and time, say) is None in the draft.
    Raises `SetAside` when it is no article's page, was cut, or is another article than its address says.
    """
    draft = _read(html, url)
    base = base_of(html, url)
    return draft if base == url else replace(draft, base=base)


def _read(html: str, url: str) -> Draft:
    if _SECTION.search(html):
        return read_post_page(html, url)
    if is_eastmoney_page(html):
        return read_eastmoney_page(html, url)
    if is_bare_post(html):
        return read_bare_post(html, url)
    raise SetAside(f"is no article's page{calls_itself(html)}")
