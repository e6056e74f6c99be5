"""``/PAPER/YYYYMMDD/html/index.htm``: the first page is ``index.htm``, the others are ``page_NN.htm``."""

from __future__ import annotations

import re

from spiders.families.family import Family

DAY = r"(?P<before>.*/)(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)/"

HTML_INDEX = Family(
    name="html-index",
    told="20260320/html/index.htm, page_02.htm and page_02_content_001.htm",
    is_numbered=True,
    page=re.compile(DAY + r"html/(?:index|page_(?P<name>\w{1,4}))\.html?", re.IGNORECASE),
    article=re.compile(
        DAY + r"html/(?:page_)?(?:(?P<name>\w{1,6})_)?content_?(?P<name2>\w+)\.html?",
        re.IGNORECASE,
    ),
    titles=(".bmnr_con_biaoti",),
    bodies=("#zoom", ".bmnr_con_con"),
)
