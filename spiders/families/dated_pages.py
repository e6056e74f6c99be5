"""``YYYY/YYYYMMDD/YYYYMMDD_001/YYYYMMDD_001.html``: a folder a page, articles ``YYYYMMDD_001_N.html``."""

from __future__ import annotations

import re

from spiders.families.family import Family

_DAY = r"(?P<before>.*/)(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)/\d{8}_\w{1,4}/"
_AGAIN = r"(?P<Y2>\d{4})(?P<m2>\d\d)(?P<d2>\d\d)_"

DATED_PAGES = Family(
    name="yyyymmdd",
    told="2026/20260320/20260320_001/20260320_001.html and 20260320_001_1.html",
    is_numbered=True,
    page=re.compile(_DAY + _AGAIN + r"(?P<name>[A-Za-z0-9]{1,4})\.html?", re.IGNORECASE),
    article=re.compile(_DAY + _AGAIN + r"(?P<name>[A-Za-z0-9]{1,4}_\w+)\.html?", re.IGNORECASE),
)
