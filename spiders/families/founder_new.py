"""Founder's newer generation: ``layout/YYYYMM/DD/node_01.html`` and ``content/YYYYMM/DD/content_ID.html``.

The folders are called otherwise at nearly every paper (``pc/layout``, ``PC/column``, ``col``, none at all;
``content``, ``con``, ``cont``, ``c``), and so are the files (``node_A01``, ``l1``, ``colA1``; ``c123``).
"""

from __future__ import annotations

import re

from spiders.families.family import Family

_DAY = r"(?P<before>.*/)(?P<Y>\d{4})/?(?P<m>\d\d)/(?P<d>\d\d)/"

FOUNDER_NEW = Family(
    name="founder-new",
    told="layout/202603/20/node_01.html and content/202603/20/content_123.html",
    is_numbered=True,
    page=re.compile(
        _DAY
        + r"(?:(?:node|column|col|layout|page|n|l)[_-]?"
        + r"(?P<name>[A-Za-z]{0,4}\d{1,4}[A-Za-z]{0,2}(?:[_-]\d{1,2})?)"
        + r"|\d{1,6}__(?P<name2>[A-Za-z]{0,3}\d{1,3}))\.html?",
        re.IGNORECASE,
    ),
    article=re.compile(
        _DAY
        + r"(?:(?:content|cont|con|art|c)[_-](?P<name>[\w-]+)|(?:content|cont|con|c)(?P<name2>\d[\w-]*)"
        + r"|(?P<name3>\d{4,}[\w-]*))\.html?",
        re.IGNORECASE,
    ),
    months=("{before}{Y}{m}/period.xml",),
    indexes=("{before}index.html", "{before}../index.html"),
)
