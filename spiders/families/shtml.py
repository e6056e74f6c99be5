"""``shtml/PAPER/YYYYMMDD/v01.shtml`` (or ``vA1``, or ``index``) and ``ID.shtml`` in the same folder."""

from __future__ import annotations

import re

from spiders.families.family import Family
from spiders.families.html_index import DAY

SHTML = Family(
    name="shtml",
    told="shtml/paper/20260320/v01.shtml and 123456.shtml",
    is_numbered=True,
    page=re.compile(DAY + r"(?:v(?P<name>[A-Za-z]{0,3}\d{1,3}[A-Za-z]?)|index)\.shtml?", re.IGNORECASE),
    article=re.compile(DAY + r"(?P<name>\d[\w-]*)\.s?html?", re.IGNORECASE),
    titles=(".bmnr_con_biaoti", ".neirong h2"),
    bodies=("#zoom", "#contenttext", ".bmnr_con_con"),
)
