"""``html/YYYY/MM/DD/NN/default.htm``: a folder for each page, its articles ``NN_MM.htm`` in it."""

from __future__ import annotations

import re

from spiders.families.family import Family

_DAY = r"(?P<before>.*/)(?P<Y>\d{4})[/-](?P<m>\d\d?)[/-](?P<d>\d\d?)/"
_FOLDER = r"[A-Za-z]{0,3}\d{1,3}[A-Za-z]?"

UNIFLOWS = Family(
    name="uniflows",
    told="html/2026/03/20/01/default.htm and 01_15.htm",
    is_numbered=True,
    page=re.compile(_DAY + rf"(?P<name>{_FOLDER})/(?:default|index|page)\.html?", re.IGNORECASE),
    article=re.compile(
        _DAY + rf"(?P<name>{_FOLDER})/(?P<name2>(?!(?:default|index|page)\.)[\w-]+)\.html?", re.IGNORECASE
    ),
)
