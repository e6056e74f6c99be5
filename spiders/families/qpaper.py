"""``Html/YYYY-MM-DD/Qpaper.html``: its other pages are ``Qpaper_ID.html``, its articles ``ID.html``."""

from __future__ import annotations

import re

from spiders.families.family import Family

_DAY = r"(?P<before>.*/)(?P<Y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)/"

QPAPER = Family(
    name="qpaper",
    told="Html/2026-03-20/Qpaper.html, Qpaper_123.html and 4567.html",
    page=re.compile(_DAY + r"Qpaper(?:_(?P<name>\w+))?\.html?", re.IGNORECASE),
    article=re.compile(_DAY + r"(?P<name>\d[\w-]*)\.html?", re.IGNORECASE),
)
