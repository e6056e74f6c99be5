"""Addresses with the day of an issue in them, and templates of them: ``html/{Y}-{m}/{d}/node_1.htm``.

``{Y}``, ``{m}`` and ``{d}`` are year, month and day with their zeros, ``{M}`` and ``{D}`` month and day
without.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST_ADDRESS = 2_000
"""Characters of an address, beyond which it is none of a newspaper."""
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/_]?)(\d\d?)([-/_]?)(\d\d?)(?!\d)")
_YEAR = re.compile(r"(?<=/)((?:19|20)\d\d)(?=/)")
_MARK = re.compile(r"\{([YmdMD])\}")


def fill_day(template: str, day: date) -> str:
    """Return a template with a day written into it."""
    written = {"Y": f"{day:%Y}", "m": f"{day:%m}", "d": f"{day:%d}", "M": str(day.month), "D": str(day.day)}
    return _MARK.sub(lambda mark: written[mark[1]], template)


def has_day(template: str) -> bool:
    """Return whether a template says year, month and day."""
    marks = {mark.casefold() for mark in _MARK.findall(template)}
    return marks == {"y", "m", "d"}


def template_of(url: str, day: date) -> str | None:
    """Return the template of a dated address, None when it does not name that day."""
    host, path = _split(url)

    def open_day(match: re.Match[str]) -> str:
        if day_of(match[1], match[3], match[5]) != day:
            return match[0]
        month = "{m}" if len(match[3]) == 2 else "{M}"  # noqa: PLR2004 - written with its zero
        return "{Y}" + match[2] + month + match[4] + ("{d}" if len(match[5]) == 2 else "{D}")  # noqa: PLR2004

    opened = _DAY.sub(open_day, path)
    if opened == path:
        return None
    return host + _YEAR.sub(lambda year: "{Y}" if int(year[1]) == day.year else year[0], opened)


def day_of(year: str, month: str, day: str) -> date | None:
    """Return a day of its digits, None for digits that are no day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@lru_cache(maxsize=1_000)
def host_and_path(url: str) -> tuple[str, str] | None:
    """Return host and path of an address of the web, both folded for comparison; None for any other.

    A host with and without ``www.`` is the same; the port stays.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > LONGEST_ADDRESS:
            return None
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return None
    return parts.hostname.removeprefix("www.") + port, parts.path


def relative_to(address: str, base: str) -> str:
    """Return an address, or a template of one, as short as it can be said beside the address ``base``."""
    folder = base[: base.rfind("/", base.find("//") + 2) + 1]
    if folder and address.startswith(folder):
        return address.removeprefix(folder)
    host, path = _split(address)
    return path if path and host == _split(base)[0] else address


def _split(url: str) -> tuple[str, str]:
    """Return an address up to its host, and the rest, in which a day may stand."""
    start = url.find("/", url.find("//") + 2)
    return (url[:start], url[start:]) if start > 0 else (url, "")
