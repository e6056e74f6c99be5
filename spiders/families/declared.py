"""A family of one paper: the patterns that its configuration declares, for what no known family is like.

``{page}`` and ``{id}`` stand for a page's and an article's own name, ``{any}`` for whatever stands there; the
day is written as in `dated_address`. A template with ``?`` is compared with the query too.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from spiders.families.dated_address import host_and_path
from spiders.families.family import Family, Shape
from storage.records.remedy import Mistaken

_MARK = re.compile(r"\{(Y|m|d|M|D|page|id|any)\}")
_DAYS = {"Y": r"\d{4}", "m": r"\d\d", "d": r"\d\d", "M": r"\d\d?", "D": r"\d\d?"}
_OTHERS = {"page": r"[^/?&#]+", "id": r"[^/?&#]+", "any": r"[^/?&#]*"}


class BadTemplate(Mistaken, ValueError):
    """A template that names no address; the message is a clause that says why."""


def declare_family(
    base: str, page: str, article: str, calendar: str | None = None, shape: Shape = "html"
) -> Family:
    """Return the family that templates describe, relative to the address ``base``; raise `BadTemplate`."""
    return Family(
        name="declared",
        told="the patterns of the configuration",
        page=template_pattern(base, page, "{page}"),
        article=template_pattern(base, article, "{id}"),
        months=(urljoin(base, calendar),) if calendar else (),
        shape=shape,
        matches_address=True,
    )


def template_pattern(base: str, template: str, needs: str = "") -> re.Pattern[str]:
    """Return the pattern of the addresses that a template describes, host and path and query.

    ``needs`` is the mark without which a template could name but one thing of a day; that of a front page
    may be left out.
    """
    whole = urljoin(base, template)
    found = host_and_path(_MARK.sub("0", whole))
    if found is None:
        raise BadTemplate("it is no http or https address")
    if needs == "{id}" and needs not in whole:
        raise BadTemplate("it has no {id}, which tells one article from another")
    if not all(f"{{{one}}}" in whole or f"{{{other}}}" in whole for one, other in ("YY", "mM", "dD")):
        raise BadTemplate("it has no day: {Y}, {m} and {d}")
    rest = whole.partition("//")[2].partition("#")[0].partition("/")[2]
    return re.compile(re.escape(found[0]) + "/" + _pattern(rest), re.IGNORECASE)


def _pattern(rest: str) -> str:
    """Return the pattern of a template's path: each mark once by name, and the same again after it."""
    seen: dict[str, int] = {}
    parts: list[str] = []
    end = 0
    for mark in _MARK.finditer(rest):
        parts += [re.escape(rest[end : mark.start()]), _group(mark[1], seen)]
        end = mark.end()
    query = "" if "?" in rest else r"(?:\?.*)?"
    return "".join(parts) + re.escape(rest[end:]) + query


def _group(mark: str, seen: dict[str, int]) -> str:
    called = mark if mark in ("Y", "page", "id", "any") else mark.casefold()
    seen[called] = seen.get(called, 0) + 1
    pattern = _DAYS.get(mark) or _OTHERS[mark]
    if mark == "any":
        return pattern
    if called in ("page", "id"):
        group = "name" if called == "page" else "name2"
        return f"(?P<{group}>{pattern})" if seen[called] == 1 else f"(?P={group})"
    if seen[called] == 1:
        return f"(?P<{called}>{pattern})"
    return pattern if mark in ("M", "D") else f"(?P={called})"
