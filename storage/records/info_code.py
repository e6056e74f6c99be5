"""Info codes: an article's identity.

``NW`` + 18 digits; the bare 18 digits of rolling news mean the same article, so the canonical form
always carries the ``NW``. The digits are a day (``YYYYMMDD``) and a ten-digit global counter that is
not in time order (docs/upstream.md#times-and-codes).

Elsewhere ``SITE-ID`` (``jxrb-20230519.7712601``): the site as it is declared, and its own id for the
article. An id that begins with a day and a dot is of that day; of any other no day is known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Literal
from urllib.parse import unquote

from storage.records.remedy import Mistaken

Form = Literal["media", "rolling"]
"""How one article is delivered: by its newspaper (``NW…``), or in the rolling news (bare digits)."""

LONGEST_CODE = 64
"""Characters of an info code, at most."""
SITE_PATTERN = "[a-z0-9]+"
"""What a site is named: lower-case letters and digits."""
SITE_CODE_PATTERN = rf"{SITE_PATTERN}-[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
"""What ``SITE-ID`` looks like: safe as a part of an address or a file name, and in a cell of a table."""

_CODE = re.compile(r"(?:NW)?([0-9]{18})", re.IGNORECASE)
_SITE_CODE = re.compile(SITE_CODE_PATTERN)
_DATED_ID = re.compile(r"[a-z0-9]+-([0-9]{8})\.")
_ENDING = r"(?:\s*\.(?:[sxdj]?html?|md|jsp|php|aspx?|do))?"
_NAMED = re.compile(
    rf"(?:.*[^0-9A-Za-z])?(?P<prefix>NW)?(?P<digits>[0-9]{{18}})(?:_[0-9]{{1,3}})?{_ENDING}",
    re.IGNORECASE | re.DOTALL,
)
_INDEX = re.compile(rf"(?:index|default)(?:_[0-9]{{1,3}})?{_ENDING}", re.IGNORECASE)
_LONGEST_NAME = 300
_LONGEST_PART = 2_000  # of an address; the end tells, and three characters may encode one
_MOST_VALUES = 50
_PLACE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)


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


def site_code(site: str, identity: str) -> str:
    """Return the info code of an article that a site knows under an id; raise `BadInfoCode`."""
    return canonical_info_code(f"{site}-{identity}")


def has_digits_alone(info_code: str) -> bool:
    """Return whether an info code is ``NW`` + 18 digits, which the digits alone mean as well."""
    return _CODE.fullmatch(info_code) is not None


def find_info_code(address: str) -> tuple[str, Form] | None:
    """Return the canonical info code in a URL or file name, and the form that its spelling tells.

    Reads dated URLs, ``/old_post/DATE-CODE.html``, ``news/<column>,<code>.html`` and
    ``NewsShare.html?infoCode=CODE``, in all the ways in which sites spell one address: percent-encoded or
    full-width, in either case, with any page's ending or none, as a folder or its index, with the number of
    a part (``_1``), a session (``;jsessionid=1``), a query or a fragment. The path counts before the query,
    and that before the fragment. None when the address names no article: a whole address inside a query is
    another page's (a button that shares it, say).
    """
    place = _PLACE.match(address)
    path, _, rest = address[place.end() if place else 0 :].partition("#")
    path, _, query = path.partition("?")
    names = (_last_name(_plain(path)), *_values(query), _last_name(_plain(rest).partition("?")[0]))
    match = next(filter(None, map(_named, names)), None)
    if not match:
        return None
    return f"NW{match['digits']}", "media" if match["prefix"] else "rolling"


def _last_name(path: str) -> str:
    """Return what a path calls its page: its last name, or that of the folder whose index it is."""
    folder, name = ["", *path.rstrip("/").rsplit("/", 2)][-2:]
    return folder if _INDEX.fullmatch(_bare(name)) else name


def _named(name: str) -> re.Match[str] | None:
    bare = _bare(name)
    return _NAMED.fullmatch(bare) if len(bare) <= _LONGEST_NAME and "/" not in bare else None


def _bare(name: str) -> str:
    """Return a name without its parameters (``;jsessionid=1``)."""
    return name.partition(";")[0].strip()


def _values(query: str) -> Iterator[str]:
    """Return what a query asks for, what it calls an info code first."""
    pairs = [pair.partition("=") for pair in re.split("[&;]", query, maxsplit=_MOST_VALUES)[:_MOST_VALUES]]
    pairs.sort(key=lambda pair: _plain(pair[0]).lower() != "infocode")
    return (_plain(value if sign else name) for name, sign, value in pairs)


def _plain(part: str) -> str:
    """Return a part of an address without its encoding, in characters of ordinary width."""
    return unicodedata.normalize("NFKC", unquote(part[-_LONGEST_PART:])).strip()


def info_code_day(info_code: str) -> date | None:
    """Return the day (UTC+8) that an info code, or the id in it, begins with; None when it tells none."""
    dated = _DATED_ID.match(info_code)
    digits = dated[1] if dated else info_code[-18:] if has_digits_alone(info_code) else ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
