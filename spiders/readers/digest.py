"""Digests: what upstream puts before an article in its lists, ``【title】text（media）``."""

from __future__ import annotations

import re

_TITLE = re.compile(r"\s*【[^】]*】")


def digest_text(digest: str | None) -> str | None:
    """Return a digest without the title that it begins with; None when nothing is left."""
    match = _TITLE.match(digest or "")
    return (digest or "")[match.end() if match else 0 :].strip() or None
