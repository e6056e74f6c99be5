"""The part of a page of the Jekyll site that holds its content.

Every post leaks its whole body, unescaped, into an attribute of the page's head, and no HTML parser keeps the
two copies apart (docs/upstream.md#the-leaked-head). So the content is cut out of the text before anything is
parsed.
"""

from __future__ import annotations

import re

from storage.records import SetAside
from storage.records.saying import Saying, say

# Each pattern stops at the next "<", so none can be made to scan a hostile page twice.
_PAGE_BODY = re.compile(r"</head>\s*<body\b[^<>]*>", re.IGNORECASE)
_AFTER_HEADER = re.compile(r"</header>\s*<section\b[^<>]*>", re.IGNORECASE)
_SECTION = re.compile(r"<section\b[^<>]*>", re.IGNORECASE)
_SECTION_END = re.compile(r"</section\s*>", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_LONGEST_TITLE = 60


def cut_section(html: str) -> str:
    """Return the inner HTML of the page's own section; raise `SetAside` if it, or its end, is missing."""
    start = _section_start(html)
    if start is None:
        raise SetAside(with_name(say("page.no_section"), html))
    ends = [match.start() for match in _SECTION_END.finditer(html, start)]
    if not ends:
        raise SetAside(say("page.section_cut"))
    return html[start : ends[-1]]


def with_name(what: Saying, html: str) -> Saying:
    """Return a saying about a page with what the page calls itself, where it has a title."""
    match = _TITLE.search(html)
    title = " ".join(match[1].split())[:_LONGEST_TITLE] if match else ""
    return say("page.calls_itself", what=what, title=title) if title else what


def _section_start(html: str) -> int | None:
    """Return where the content begins: after the site's header, whatever the leaked head contains."""
    body = _PAGE_BODY.search(html)
    behind_head = body.end() if body else 0
    match = (
        _AFTER_HEADER.search(html, behind_head) or _SECTION.search(html, behind_head) or _SECTION.search(html)
    )
    return match.end() if match else None
