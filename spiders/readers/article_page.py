"""An article's page, in every shape that it has been served in (docs/upstream.md#article-pages).

A post with its layout, ``/<slug>/<date>/<code>.html`` and ``/old_post/<date>-<code>.html``, is read here, the
rarer shapes in files of their own.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from spiders.readers.bare_post import is_bare_post, read_bare_post
from spiders.readers.base_address import base_of
from spiders.readers.eastmoney_page import is_eastmoney_page, read_eastmoney_page
from spiders.readers.post_parts import collapse, plain_text, post_identity, read_digest, split_post
from spiders.readers.printed_time import read_time
from spiders.readers.section import cut_section, with_name
from storage.records import ROLLING, Draft, Form, Precision, SetAside, info_code_day
from storage.records.saying import say

_SECTION = re.compile(r"<section\b", re.IGNORECASE)
_HEADING = re.compile(
    r"\s*(?:<small>\(GMT\+8[^<>()]*\)(?P<time>[^<>]*)</small>\s*)?<h1[^<>]*>(?P<title>.*?)</h1>", re.DOTALL
)
_TAGS = "<small>tags:"
_TAG = re.compile(r"<em>([^<>]*)</em>")
# Jekyll read some of the first posts' times, those without a zone, as UTC and printed them eight hours late.
# Nothing on the page tells which: of the posts of these days that were moved, all have a zone
# (docs/upstream.md#times-and-codes).
_ZONELESS_DAYS = frozenset({date(2021, 12, 8), date(2021, 12, 9)})
_ZONELESS_LAG = timedelta(hours=8)
_MOVED = "/old_post/"


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
        return _read_post_page(html, url)
    if is_eastmoney_page(html):
        return read_eastmoney_page(html, url)
    if is_bare_post(html):
        return read_bare_post(html, url)
    raise SetAside(with_name(say("page.no_article"), html))


def _read_post_page(html: str, url: str) -> Draft:
    """Return the draft of a post with layout.

    Raises `SetAside` when the page is no post, was cut, or is another article than its address says.
    ``published_at`` is Beijing time as printed, None where none is. On dated addresses of the first days it
    may be eight hours late: then only its day is sure, the one that the info code names if it is in doubt.
    """
    section = cut_section(html)
    heading = _HEADING.match(section)
    if not heading:
        raise SetAside(with_name(say("page.no_heading"), html))
    content, tag = _split_tags(section[heading.end() :])
    parts = split_post(content)
    info_code, form = post_identity(url, parts.shared)
    published_at, precision = _published_at(heading["time"], info_code, url)
    return Draft(
        info_code=info_code,
        url=url,
        form=form,
        title=_title(heading["title"]),
        published_at=published_at,
        precision=precision,
        tag=tag,
        summary=_summary(parts.body, form),
        body_html=parts.body.strip(),
    )


def _title(markup: str) -> str | None:
    """Return the title as printed, None for an empty one; inner blanks stay, they part clauses."""
    return " ".join(plain_text(markup).splitlines()).strip() or None


def _split_tags(content: str) -> tuple[str, str | None]:
    """Cut the tags line off; a tag of two words is printed as two tags and joined here by one space."""
    start = content.rfind(_TAGS)
    if start < 0:
        return content, None
    words = (collapse(plain_text(tag)) for tag in _TAG.findall(content, start))
    return content[:start], " ".join(words) or None


def _summary(body: str, form: Form) -> str | None:
    return read_digest(body) if form == ROLLING else None


def _published_at(printed: str | None, info_code: str | None, url: str) -> tuple[datetime | None, Precision]:
    time = read_time(entities.unescape(printed)) if printed else None
    if time is None:
        return None, "second"
    coded = info_code_day(info_code) if info_code else None
    if _MOVED in urlsplit(url).path or not {coded, time[0].date()} & _ZONELESS_DAYS:
        return time
    earlier = time[0] - _ZONELESS_LAG
    is_coded_day = coded == earlier.date() != time[0].date()
    return earlier if is_coded_day else time[0], "day"
