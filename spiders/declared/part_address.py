"""Whether an address is that of a later page of an article."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

_PAGE = re.compile(r"p|pn|page|page_?no|page_?num|pageindex|currentpage|cur_?page", re.IGNORECASE)
_NUMBER = re.compile(r"[_/-](?:p|page)?_?\d{1,3}", re.IGNORECASE)
_EXTENSION = re.compile(r"\.\w{1,6}$")


def is_part(further: str, url: str) -> bool:
    """Return whether an address is that of a later page of the article at another one.

    ``content_123_2.htm`` is of ``content_123.htm``, and ``view?id=5&page=2`` of ``view?id=5``.
    """
    one, other = urlsplit(url), urlsplit(further)
    if one.netloc.lower() != other.netloc.lower():
        return False
    if one.path == other.path:
        asked = dict(parse_qsl(other.query, keep_blank_values=True))
        numbers = [name for name in asked if _PAGE.fullmatch(name)]
        rest = {name: value for name, value in asked.items() if name not in numbers}
        known = dict(parse_qsl(one.query, keep_blank_values=True))
        return bool(numbers) and rest == {name: value for name, value in known.items() if name not in numbers}
    own, its = _EXTENSION.sub("", one.path.rstrip("/")), _EXTENSION.sub("", other.path)
    return its.startswith(own) and _NUMBER.fullmatch(its.removeprefix(own)) is not None
