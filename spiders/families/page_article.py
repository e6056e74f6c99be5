"""``content/YYYYMMDD/Page01XX.htm`` and ``Articel01002XX.htm`` (sic): letters differ by template."""

from __future__ import annotations

import re

from spiders.families.family import Family
from spiders.families.html_index import DAY

PAGE_ARTICLE = Family(
    name="page-article",
    told="content/20260320/Page01DK.htm and Articel01002DK.htm",
    is_numbered=True,
    page=re.compile(DAY + r"Page(?P<name>[A-Za-z]{0,2}\d{1,3})[A-Za-z]{0,3}\.html?", re.IGNORECASE),
    article=re.compile(DAY + r"Arti(?:cel|cle)_?(?P<name>\w+)\.html?", re.IGNORECASE),
    indexes=("{before}PaperIndex.htm",),
    titles=(".bmnr_con_biaoti", ".neirong h2", "h2.detConTit"),
    bodies=("#zoom", "#contenttext", ".bmnr_con_con"),
)
