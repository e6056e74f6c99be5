"""The address from which a page's relative addresses start."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_BASE = re.compile(r"<base\s[^<>]*?\bhref\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s\"'<>]+))", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>|<body\b", re.IGNORECASE)


def base_of(html: str, url: str) -> str:
    """Return what a page's first ``<base href>`` says, else the page's own address.

    Only the head may say it, outside of comments, and only with an address of the web (HTML, 4.2.3).
    """
    found = _BASE.search(html)
    head = _HEAD_END.search(html)
    if found is None or (head is not None and head.start() < found.start()):
        return url
    if html.rfind("<!--", 0, found.start()) > html.rfind("-->", 0, found.start()):
        return url
    try:
        base = urljoin(url, next(filter(None, found.groups()), "").strip())
        parts = urlsplit(base)
        is_of_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return url
    return base if is_of_web else url
