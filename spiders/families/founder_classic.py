"""Founder's (方正) first generation: ``html/YYYY-MM/DD/node_N.htm``, ``content_ID.htm`` in the same folder.

The number in ``node_N`` belongs to the page's slot and tells nothing of its place; two clients of it list a
month in ``period.xml`` or ``navi.xml``, and write ``content_NODE_ID`` or ``content_ID``.
"""

from __future__ import annotations

import re

from spiders.families.family import Family

DAY = r"(?P<before>.*/)(?P<Y>\d{4})-(?P<m>\d\d?)[/-](?P<d>\d\d?)/"

FOUNDER_CLASSIC = Family(
    name="founder-classic",
    told="html/2026-03/20/node_1.htm and content_123.htm",
    page=re.compile(
        DAY + r"(?:node_?(?P<name>\w+)|index_(?P<Y2>\d{4})-(?P<m2>\d\d?)-(?P<d2>\d\d?))\.html?", re.IGNORECASE
    ),
    article=re.compile(DAY + r"content_?(?P<name>[\w-]+)\.html?", re.IGNORECASE),
    months=("{before}{Y}-{m}/period.xml", "{before}{Y}-{m}/navi.xml"),
    indexes=("{before}../paperindex.htm", "{before}paperindex.htm"),
)
