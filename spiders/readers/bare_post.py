"""A post of the Jekyll site without its layout, served as its body alone.

Two mistakes upstream make such pages (docs/upstream.md#posts-without-layout): a blank line before the front
matter, which is then printed as text, and a title that is no YAML, after which the front matter is missing
altogether.
"""

from __future__ import annotations

import re

from spiders.readers.markup_signs import is_document
from spiders.readers.post_parts import (
    plain_text,
    post_identity,
    read_digest,
    restore_stars,
    share_address,
    split_post,
)
from spiders.readers.printed_time import read_time
from storage.records import ROLLING, Draft

_FRONT_MATTER = re.compile(
    r"\s*<hr ?/?>\s*<(?P<block>p|h2)\b[^<>]*>(?P<lines>layout:.*?)</(?P=block)>(?:\s*<hr ?/?>)?", re.DOTALL
)
# kramdown makes typographic quotes of the ASCII ones around and inside a title; which of the inner ones
# were ASCII can't be told, so they stay as printed.
_QUOTED = re.compile(r"[\"“”](?P<title>.*)[\"“”]")


def is_bare_post(html: str) -> bool:
    """Tell whether the page is a fragment that ends in a post's share line."""
    return not is_document(html) and share_address(html) is not None


def read_bare_post(html: str, url: str) -> Draft:
    """Return the draft of a post without layout, with the title, time and tag of a printed front matter.

    ``published_at`` is the printed time, Beijing time even without a zone. Raises `SetAside` when the post
    is another article than its address says.
    """
    front_matter = _FRONT_MATTER.match(html)
    fields = _fields(front_matter["lines"]) if front_matter else {}
    parts = split_post(html[front_matter.end() :] if front_matter else html)
    info_code, form = post_identity(url, parts.shared)
    time = read_time(fields.get("date", ""))
    return Draft(
        info_code=info_code,
        url=url,
        form=form,
        title=_title(fields.get("title", "")),
        published_at=time[0] if time else None,
        precision=time[1] if time else "second",
        tag=" ".join(fields.get("tags", "").split()) or None,
        summary=read_digest(parts.body) if form == ROLLING else None,
        body_html=parts.body.strip(),
    )


def _fields(printed: str) -> dict[str, str]:
    """Read printed front matter line by line: YAML would refuse what upstream writes."""
    lines = plain_text(restore_stars(printed)).splitlines()
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _title(value: str) -> str | None:
    quoted = _QUOTED.fullmatch(value)
    return (quoted["title"].strip() if quoted else value) or None
