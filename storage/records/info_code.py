"""Info codes: an article's identity.

``NW`` + 18 digits; the bare 18 digits of rolling news mean the same article, so the canonical form
always carries the ``NW``. The digits are a day (``YYYYMMDD``) and a ten-digit global counter that is
not in time order (docs/upstream.md#times-and-codes).

Elsewhere ``SITE-ID`` (``jxrb-20230519.7712601``): the site as it is declared, and its own id for the
article. An id that begins with a day and a dot is of that day; of any other no day is known.
"""

from __future__ import annotations

import re
from datetime import date

from storage.records.remedy import Mistaken

LONGEST_CODE = 64
"""Characters of an info code, at most."""
SITE_PATTERN = "[a-z0-9]+"
"""What a site is named: lower-case letters and digits."""
SITE_CODE_PATTERN = rf"{SITE_PATTERN}-[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
"""What ``SITE-ID`` looks like: safe as a part of an address or a file name, and in a cell of a table."""

_CODE = re.compile(r"(?:NW)?([0-9]{18})", re.IGNORECASE)
_SITE_CODE = re.compile(SITE_CODE_PATTERN)
_DATED_ID = re.compile(r"[a-z0-9]+-([0-9]{8})\.")


class BadInfoCode(Mistaken, ValueError):
    """The text is not an info code; the message says what one looks like."""


def canonical_info_code(text: str) -> str:
    """Return the info code that a text spells: ``NW`` + 18 digits, or ``SITE-ID``; raise `BadInfoCode`.

    The letters of a ``SITE-ID`` are the site's own: another case is another article.
    """
    text = text.strip()
    if match := _CODE.fullmatch(text):
        return f"NW{match[1]}"
    if len(text) <= LONGEST_CODE and _SITE_CODE.fullmatch(text):
        return text
    raise BadInfoCode(
        f"{text!r} is not an info code: expected NW and 18 digits, or the 18 digits alone, or SITE-ID such "
        f"as jxrb-20230519.7712601, of {LONGEST_CODE} characters at most"
    )


def is_info_code(text: str) -> bool:
    """Return whether a text is an info code in its one canonical spelling."""
    try:
        return canonical_info_code(text) == text
    except BadInfoCode:
        return False


def site_code(site: str, identity: str) -> str:
    """Return the info code of an article that a site knows under an id; raise `BadInfoCode`."""
    return canonical_info_code(f"{site}-{identity}")


def has_digits_alone(info_code: str) -> bool:
    """Return whether an info code is ``NW`` + 18 digits, which the digits alone mean as well."""
    return _CODE.fullmatch(info_code) is not None


def info_code_day(info_code: str) -> date | None:
    """Return the day (UTC+8) that an info code, or the id in it, begins with; None when it tells none."""
    dated = _DATED_ID.match(info_code)
    digits = dated[1] if dated else info_code[-18:] if has_digits_alone(info_code) else ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
