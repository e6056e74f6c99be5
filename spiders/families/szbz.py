"""``Html/szbz/YYYYMMDD/szbzA1.Html``: articles are called as pages are, ``szbzID.Html``.

An id has four digits and more, a page's number at most three; the text of a link (``第A1版``) decides first.
"""

from __future__ import annotations

import re

from spiders.families.family import Family, Spot
from spiders.families.page_name import read_page_name

_DAY = r"(?P<before>.*/szbz/)(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)/"
_PAGE = re.compile(r"[A-Za-z]{0,3}\d{1,3}[A-Za-z]?|")


def _is_page(spot: Spot, text: str) -> bool:
    return not spot.name or read_page_name(text) is not None or _PAGE.fullmatch(spot.name) is not None


SZBZ = Family(
    name="szbz",
    told="Html/szbz/20260320/szbzA1.Html and szbz123456.Html",
    is_numbered=True,
    page=re.compile(_DAY + r"(?:szbz(?P<name>\w+)|index)\.s?html?", re.IGNORECASE),
    article=re.compile(_DAY + r"(?:szbz(?P<name>[\w-]+)|(?P<name2>\d{4,}[\w-]*))\.s?html?", re.IGNORECASE),
    is_page=_is_page,
)
