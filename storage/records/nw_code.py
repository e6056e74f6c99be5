"""The ``NW`` codes of East Money and the Jekyll site in addresses and file names, and their two forms.

One article is delivered by its newspaper (``NW…``), which leads, or in the rolling news (bare digits).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from storage.records.forms import Form

MEDIA: Form = "media"
"""As its newspaper has it."""
ROLLING: Form = "rolling"
"""As the rolling news have it, with a digest and links."""

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
    return f"NW{match['digits']}", MEDIA if match["prefix"] else ROLLING


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
    part = part[-_LONGEST_PART:]
    if part.isascii() and "%" not in part:
        return part.strip()
    return unicodedata.normalize("NFKC", unquote(part)).strip()
