"""Month files and paper indexes: every way in which they tell of issues, and what is none."""

from __future__ import annotations

from datetime import date

import pytest

from spiders.readers.epaper.month_file import read_month_file
from spiders.readers.epaper.paper_index import read_addresses, read_leads
from storage.records import SetAside

CLASSIC = "http://epaper.lake.example/hpb/html/2026-03/period.xml"
NEW = "http://epaper.lake.example/pc/layout/202603/period.xml"
DAY = date(2026, 3, 20)
FRONT = "http://epaper.lake.example/hpb/html/2026-03/20/node_7.htm"
ONE = "<period id='9'><period_name>x</period_name><period_date>2026-03-20</period_date>{}</period>"


@pytest.mark.parametrize(
    ("text", "front"),
    [
        (f'<?xml version="1.0" encoding="gb2312"?>\n<periodlist>{ONE.format("")}</periodlist>', None),
        (f"<periodlist>{ONE.format('<front_page>node_7.htm</front_page>')}</periodlist>", FRONT),
        (f"<PeriodList>{ONE.format('<Front_Page>20/node_7.htm</Front_Page>')}</PeriodList>", FRONT),
        (f"<periodlist>{ONE.format(f'<url>{FRONT}</url>')}</periodlist>", FRONT),
        (
            f"<periodlist>{ONE.format('<url>/hpb/html/2026-03/20/node_7.htm?v=1&x</url>')}</periodlist>",
            FRONT + "?v=1",
        ),
        (
            f"<periodlist>{ONE.format('<front_page>html/2026-03/20/node_7.htm</front_page>')}</periodlist>",
            FRONT,
        ),
        (f"<periodlist>{ONE.format('<front_page>javascript:void(0)</front_page>')}</periodlist>", None),
        ('<periodlist><period period_date="20260320" front_page="node_7.htm"/></periodlist>', FRONT),
        ("<navi><calendar><date>2026-03-20</date><rmp_exe_path>a</rmp_exe_path></calendar></navi>", None),
        ("<navi><calendar><date>2026年3月20日</date><url>node_7.htm</url></calendar></navi>", FRONT),
        ("<navi><calendar><date>20</date></calendar></navi>", None),
        (
            '<n:navi xmlns:n="urn:x"><n:calendar><n:DATE>2026-3-20 00:00:00</n:DATE></n:calendar></n:navi>',
            None,
        ),
    ],
)
def test_a_month_is_listed_in_many_words(text: str, front: str | None) -> None:
    assert {
        day: told and told[: len(front or "")] for day, told in read_month_file(text, CLASSIC).fronts.items()
    } == {DAY: front}


def test_the_new_generation_names_pages_of_the_days_folder() -> None:
    text = f"<periodlist>{ONE.format('<front_page>node_01.html</front_page>')}</periodlist>"
    assert read_month_file(text, NEW).fronts == {
        DAY: "http://epaper.lake.example/pc/layout/202603/20/node_01.html"
    }


def test_a_day_with_a_zero_has_it_in_its_folder_too() -> None:
    entry = "<period_date>2026-03-02</period_date><front_page>node_7.htm</front_page>"
    fronts = read_month_file(f"<periodlist><period>{entry}</period></periodlist>", CLASSIC).fronts
    assert fronts == {date(2026, 3, 2): "http://epaper.lake.example/hpb/html/2026-03/02/node_7.htm"}


def test_an_empty_month_is_an_answer() -> None:
    assert read_month_file("<periodlist/>", CLASSIC).fronts == {}
    assert read_month_file("<navi></navi>", CLASSIC).fronts == {}


@pytest.mark.parametrize(
    "text",
    [
        "", "欢迎", "<html><body>404</body></html>", "<rss><item/></rss>",
        '<!DOCTYPE x [<!ENTITY a "b">]><periodlist>&a;</periodlist>', '<!doctype html><html></html>',
        "<periodlist>" + " " * 3_000_000 + "</periodlist>",
    ],
)  # fmt: skip
def test_anything_else_is_no_month_file(text: str) -> None:
    with pytest.raises(SetAside):
        read_month_file(text, CLASSIC)


@pytest.mark.parametrize(
    "html",
    [
        '<META HTTP-EQUIV="REFRESH" CONTENT="0; URL=html/2026-03/20/node_7.htm">',
        "<meta http-equiv=refresh content='0;url=\"html/2026-03/20/node_7.htm\"'>",
        "<meta http-equiv=Refresh content='1,  Url = ./html/2026-03/20/node_7.htm'>",
        "<script>window.location.href = 'html/2026-03/20/node_7.htm';</script>",
        '<script>location.replace("html/2026-03/20/node_7.htm")</script>',
        "<frameset><frame src=html/2026-03/20/node_7.htm></frameset>",
        '<base href="/hpb/html/"><meta http-equiv=refresh content="0;url=2026-03/20/node_7.htm">',
    ],
)
def test_a_page_leads_on_in_many_ways(html: str) -> None:
    assert read_leads(html, "http://epaper.lake.example/hpb/paperindex.htm") == (FRONT,)


def test_links_come_after_what_leads_on_by_itself() -> None:
    html = "<a href=/a.htm></a><select><option value=/b.htm></select>"
    html += "<meta http-equiv=refresh content='0;url=/c.htm'>"
    assert [url[-6:] for url in read_addresses(html, "http://lake.example/")] == [
        "/c.htm",
        "/a.htm",
        "/b.htm",
    ]
