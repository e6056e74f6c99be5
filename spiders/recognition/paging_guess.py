"""Where a list goes on: by a link to its next page, by numbered pages, or by a parameter of its address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

_NEXT = re.compile(
    r"<(?:a|link)\b[^<>]{0,500}>\s*(?:<[^<>]{1,100}>\s*){0,3}(?:下\s*一?\s*页|后一页|下页|next)",
    re.IGNORECASE,
)
_REL = re.compile(r"<(?:a|link)\b[^<>]{0,300}\brel\s*=\s*[\"']?next\b", re.IGNORECASE)
_INDEXED = re.compile(
    r"\b(?P<stem>index|list|default|node_\d+)_(?P<number>[12])\.(?P<ending>s?html?)\b", re.IGNORECASE
)
_SCRIPTED = re.compile(
    r"createPage\w{0,10}\s*\(\s*(?:\"?(?P<pages>\d{1,5})\"?)\s*,\s*\"?\d+\"?\s*,\s*[\"'](?P<stem>\w+)[\"']\s*,\s*[\"'](?P<ending>\w+)[\"']"
)
_PAGES = 3
"""Pages of a list that a poll may look at, so that it catches up after an outage."""
_PAGE_NAMES = ("page", "pageindex", "pageno", "pagenum", "pn", "p", "currentpage", "current")


def guess_paging(html: str, profile: str | None) -> dict[str, object]:
    """Return the keys ``next`` and ``pages`` of a list, nothing where it has one page alone."""
    if scripted := _SCRIPTED.search(html):
        if int(scripted["pages"]) > 1:
            return {"next": f"{scripted['stem']}_{{n}}.{scripted['ending']}", "pages": _PAGES}
        return {}
    if _NEXT.search(html) or _REL.search(html):
        return {"next": "rel=next", "pages": _PAGES}
    if found := _INDEXED.search(html):
        number = min(int(one["number"]) for one in _INDEXED.finditer(html) if one["stem"] == found["stem"])
        return {"next": f"{found['stem']}_{{n:{number}}}.{found['ending']}", "pages": _PAGES}
    return {"next": "rel=next"} if profile == "trs" else {}


def guess_json_paging(url: str, said: object) -> tuple[str, str] | None:
    """Return the template of a JSON list's further pages, and the address of the second to try; or None."""
    parts = urlsplit(url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    for place, (name, value) in enumerate(asked):
        if name.lower() in _PAGE_NAMES and value.isdecimal():
            second = [*asked[:place], (name, str(int(value) + 1)), *asked[place + 1 :]]
            template = urlencode(second).replace(
                f"{name}={int(value) + 1}", f"{name}={{n:{int(value) + 1}}}", 1
            )
            return f"?{template}", urljoin(url, f"?{urlencode(second)}")
    named = next((name for name in _names(said) if name.lower() in _PAGE_NAMES), None)
    if named is None:
        return None
    query = f"{parts.query}&" if parts.query else ""
    return f"?{query}{named}={{n:2}}", urljoin(url, f"?{query}{named}=2")


def _names(said: object) -> list[str]:
    """Return the names of a document's numbers, in it and in its objects."""
    if not isinstance(said, dict):
        return []
    own = [str(name) for name, value in said.items() if isinstance(value, int)]
    return own + [name for value in said.values() if isinstance(value, dict) for name in _names(value)]
