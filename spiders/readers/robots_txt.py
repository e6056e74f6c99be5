"""robots.txt: whether a text is one, and which of its groups speak to us."""

from __future__ import annotations

import re

TOKEN = "jianbao"  # noqa: S105 - it is no secret
"""Our product token (RFC 9309, 2.2.1): the groups of this name are ours, in any case, and no others."""

_AGENT = re.compile(r"^([ \t]*user[- ]?agent[ \t]*(?::[ \t]*|[ \t]))(.*)$", re.IGNORECASE | re.MULTILINE)
_TOKEN = re.compile(r"([A-Za-z_-]+)(?![A-Za-z0-9_.-])")
_LINE = re.compile(
    r"^[ \t]*(?:user[- ]?agent|d[a-z]{5,8}w|allow|site-?maps?|crawl[- ]?delay|host|[a-z]+-(?:rate|time))"
    r"[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_NOBODY = "nobody-else"


def is_robots_txt(body: bytes) -> bool:
    """Return whether an answer is a robots.txt, an empty one included; a portal's page is none."""
    text = _decode(body)
    if text.lstrip().startswith("<"):
        return bool(_AGENT.search(text))
    return bool(_LINE.search(text)) or _is_blank(text)


def name_only_us(body: bytes) -> bytes:
    """Return a robots.txt in which every group is named `TOKEN`, ``*``, or as nobody is.

    Parsers look for a group's name anywhere in the User-Agent, or for its beginning: ``archive`` and ``j``
    would be ours. A version after the token, and a star, are no part of it.
    """
    return _AGENT.sub(_name_group, _decode(body)).encode()


def _name_group(line: re.Match[str]) -> str:
    value = line[2].partition("#")[0].strip()
    token = _TOKEN.match(value)
    if value == "*":
        return line[1] + value
    return line[1] + (TOKEN if token and token[1].lower() == TOKEN else _NOBODY)


def _decode(body: bytes) -> str:
    return re.sub(r"\r\n?", "\n", body.decode("utf-8-sig", "ignore"))


def _is_blank(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n"))
