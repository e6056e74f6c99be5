"""Hostile pages of digital newspapers take time in proportion to their length."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest

from spiders.families.registry import recognise_page
from spiders.readers.epaper.article import read_epaper_article
from spiders.readers.epaper.issue_page import read_issue_page
from spiders.readers.epaper.month_file import read_month_file
from spiders.readers.epaper.paper_index import read_addresses
from storage.records import SetAside

URL = "http://epaper.lake.example/html/2026-03/20/node_1.htm"
FOUND = recognise_page(URL)
assert FOUND is not None
FAMILY, SPOT = FOUND
READERS: list[Callable[[str], object]] = [
    lambda text: read_epaper_article(text, URL.replace("node", "content"), FAMILY, date(2026, 3, 20)),
    lambda text: read_issue_page(text, URL, FAMILY, SPOT),
    lambda text: read_addresses(text, URL),
    lambda text: read_month_file(text, URL),
]
HOSTILE = [
    "<!--enpcontent-->", "<!--enpproperty <a>", "<![CDATA[", "<h1><p>", "<div class=content>", "<h1></h1>",
    "<a href=content_1.htm>01版", "<area href=content_1.htm coords=1,2,3,4>", "<td>第01版：", "<p>01版</p>",
    "<meta http-equiv=refresh content='0;      url", "<period><period_date>2026-03-20</period_date></period>",
    "location =   ", "<img usemap=#x src=a.jpg>", "（下转第1版", "<table id=newspic><img src=1.jpg></table>",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_page_takes_time_in_proportion(piece: str) -> None:
    """Twice as long takes at most six times as long, and in all no minute of the processor's time."""
    for read in READERS:
        spent = []
        for size in (40_000, 80_000):
            start = time.process_time()
            with suppress(SetAside):
                read(piece * (size // len(piece)))
            spent.append(time.process_time() - start)
        assert spent[1] < 6 * spent[0] + 1, (piece, spent)
