"""JSON: ``journal/YYYY-MM-DD/navi.json`` names pages and articles, ``PAGE/article/ID.json`` is an article."""

from __future__ import annotations

import re

from spiders.families.family import Family

_DAY = r"(?P<before>.*/)(?P<Y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)/"

JSON_NAVI = Family(
    name="json-navi",
    told="journal/2026-03-20/navi.json and 01/article/123.json",
    page=re.compile(_DAY + r"navi\.json", re.IGNORECASE),
    article=re.compile(_DAY + r"(?:\w+/)?article/(?P<name>[\w-]+)\.json", re.IGNORECASE),
    shape="json",
)
