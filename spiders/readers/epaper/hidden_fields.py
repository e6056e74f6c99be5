"""What a page of Founder's says of itself in a comment: ``<!--enpproperty <founder-type>1</…``."""

from __future__ import annotations

import re
from itertools import islice

from spiders.readers.epaper.comments import list_comments

_FIELD = re.compile(r"<(?P<name>[a-z][a-z-]{1,30})>(?P<value>[^<]*)</", re.IGNORECASE)
_META = re.compile(r"<meta\s[^<>]{0,300}\bname\s*=\s*['\"]?pagetype['\"]?\s[^<>]{0,300}>", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*['\"]?\s*(\d)", re.IGNORECASE)
_LONGEST, _MOST = 200_000, 10
ARTICLE, ISSUE_PAGE = "1", "2"


def read_hidden(html: str) -> dict[str, str]:
    """Return what a page says of itself by names without ``founder-``; the first word of each counts."""
    found: dict[str, str] = {}
    told = (said for _, _, said in list_comments(html) if said.startswith("enpproperty"))
    for said in islice(told, _MOST):
        for one in _FIELD.finditer(said[:_LONGEST]):
            name = one["name"].casefold().removeprefix("founder-")
            if value := one["value"].strip():
                found.setdefault(name, value)
    return found


def is_issue_page(html: str, hidden: dict[str, str]) -> bool:
    """Return whether a page says that it is an issue's page, and no article."""
    if said := hidden.get("type"):
        return said == ISSUE_PAGE
    meta = _META.search(html)
    content = _CONTENT.search(meta[0]) if meta else None
    return content is not None and content[1] == ISSUE_PAGE
