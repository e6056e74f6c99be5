"""Info codes: an article's identity.

``NW`` + 18 digits; the bare 18 digits of rolling news mean the same article, so the canonical form
always carries the ``NW``. The digits are a day (``YYYYMMDD``) and a ten-digit global counter that is
not in time order (UPSTREAM, section 3).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

Form = Literal["media", "rolling"]
"""How one article is delivered: by its newspaper (``NW…``), or in the rolling news (bare digits)."""

_CODE = re.compile(r"(?:NW)?([0-9]{18})", re.IGNORECASE)
_CODE_IN_ADDRESS = re.compile(
    r"(?:^|[/=,_-])(?P<prefix>NW)?(?P<digits>[0-9]{18})(?=(?:\.html?|\.md)?(?:[?#&]|\Z))", re.IGNORECASE
)


class BadInfoCode(ValueError):
    """The text is not an info code; the message says what one looks like."""


def canonical_info_code(text: str) -> str:
    """Return ``NW`` + 18 digits for an info code in any of its spellings; raise `BadInfoCode`."""
    match = _CODE.fullmatch(text.strip())
    if not match:
        raise BadInfoCode(f"{text!r} is not an info code: expected NW and 18 digits, or the 18 digits alone")
    return f"NW{match[1]}"


def find_info_code(address: str) -> tuple[str, Form] | None:
    """Return the canonical info code in a URL or file name, and the form that its spelling tells.

    Reads dated URLs, ``/old_post/DATE-CODE.html``, ``news/<column>,<code>.html`` and
    ``NewsShare.html?infoCode=CODE``; None when the address names no article.
    """
    match = _CODE_IN_ADDRESS.search(address)
    if not match:
        return None
    return f"NW{match['digits']}", "media" if match["prefix"] else "rolling"


def info_code_day(info_code: str) -> date | None:
    """Return the day (UTC+8) that an info code begins with, None when its digits are not a day."""
    digits = info_code[-18:]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
