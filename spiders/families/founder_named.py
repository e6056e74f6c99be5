"""Founder's named nodes: ``nbs.D110000PAPER_01.htm`` and ``nw.D110000PAPER_YYYYMMDD_N-01.htm`` beside it.

The number of an article counts within its page and day alone, so its page is part of what names it.
"""

from __future__ import annotations

import re

from spiders.families.family import Family
from spiders.families.founder_classic import DAY

FOUNDER_NAMED = Family(
    name="founder-named",
    told="html/2026-03/20/nbs.D110000paper_01.htm and nw.D110000paper_20260320_1-01.htm",
    is_numbered=True,
    page=re.compile(DAY + r"nbs\.[A-Za-z]\d+[A-Za-z]\w*?_(?P<name>[0-9A-Za-z]+)\.html?", re.IGNORECASE),
    article=re.compile(
        DAY
        + r"nw\.[A-Za-z]\d+[A-Za-z]\w*?_(?P<Y2>\d{4})(?P<m2>\d\d)(?P<d2>\d\d)_(?P<name>[0-9A-Za-z-]+)\.html?",
        re.IGNORECASE,
    ),
    months=("{before}{Y}-{m}/period.xml", "{before}{Y}-{m}/navi.xml"),
    indexes=("{before}../paperindex.htm", "{before}paperindex.htm"),
)
