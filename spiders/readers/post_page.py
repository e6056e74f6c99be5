"""A post with its layout: ``/<slug>/<date>/<code>.html`` and ``/old_post/<date>-<code>.html``."""

from __future__ import annotations

import html as entities
import re
from datetime import date, datetime, timedelta

from spiders.readers.post_parts import collapse, plain_text, post_identity, read_digest, split_post
from spiders.readers.printed_time import read_time
from spiders.readers.section import calls_itself, cut_section
from storage.records import Draft, Form, SetAside, info_code_day

_HEADING = re.compile(
    r"\s*(?:<small>\(GMT\+8[^<>()]*\)(?P<time>[^<>]*)</small>\s*)?<h1[^<>]*>(?P<title>.*?)</h1>", re.DOTALL
)
_TAGS = "<small>tags:"
_TAG = re.compile(r"<em>([^<>]*)</em>")
# Jekyll read the first posts' times, printed without a zone, as UTC. Both links of the navigation were
# joined on one line in the same change that gave the times a zone (UPSTREAM, sections 1 and 2).
_ZONELESS_DAYS = frozenset({date(2021, 12, 8), date(2021, 12, 9)})
_ZONELESS_LAG = timedelta(hours=8)
_JOINED_NAVIGATION = "｜"


def read_post_page(html: str, url: str) -> Draft:
    """Return the draft of a post with layout.

    Raises `SetAside` when the page is no post, was cut, or is another article than its address says.
    ``published_at`` is Beijing time, put right where Jekyll was eight hours late; None where none is printed.
    """
    section = cut_section(html)
    heading = _HEADING.match(section)
    if not heading:
        raise SetAside(f"has no article heading{calls_itself(html)}")
    content, tag = _split_tags(section[heading.end() :])
    parts = split_post(content)
    info_code, form = post_identity(url, parts.shared)
    return Draft(
        info_code=info_code,
        url=url,
        form=form,
        title=_title(heading["title"]),
        published_at=_published_at(heading["time"], info_code, parts.tail),
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
    return read_digest(body) if form == "rolling" else None


def _published_at(printed: str | None, info_code: str | None, tail: str) -> datetime | None:
    time = read_time(entities.unescape(printed)) if printed else None
    if time is None:
        return None
    late = info_code and info_code_day(info_code) in _ZONELESS_DAYS and _JOINED_NAVIGATION not in tail
    return time[0] - _ZONELESS_LAG if late else time[0]
