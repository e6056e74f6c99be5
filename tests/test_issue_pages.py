"""Issue pages: exactly the pages and articles of the issue, whatever else a page links to."""

from __future__ import annotations

from pathlib import Path

import pytest

from spiders.families.registry import recognise_page
from spiders.readers.epaper.issue_page import IssueSheet, read_issue_page
from storage.records import SetAside

LAKE = "http://epaper.lake.example/hpb/html/2026-03/20/node_187.htm"
NEW = "https://epaper.lake.example/pc/layout/202603/20/node_01.html"

# file, address, the pages by number, the articles by their id, the page's own number and name
SAVED = [
    ("yytb/江西日报_0.html", "http://epaper.jxnews.com.cn/jxrb/html/2017-10/09/node_187.htm",
     "A01 A02 A03 A04 B01 B02 B03 B04 C01 C02 C03 C04", "401862 401863 401864 401865 401866", "A01 头版"),
    ("yytb/中国旅游报_0.html", "http://www.ctnews.com.cn/zglyb/html/2017-10/13/node_1.htm",
     "01 02 03 04 05 06 08", "306582 306587 306588 306593 306597", "01 旅游报01版"),
    ("yytb/人民日报_0.html", "http://paper.people.com.cn/rmrb/html/2017-10/16/nbs.D110000renmrb_01.htm",
     " ".join(f"{page:02d}" for page in range(1, 25)), "1-01 2-01 3-01 4-01 5-01", "01 要闻"),
    ("yytb/人民日报_1.html", "http://paper.people.com.cn/rmrb/html/2017-10/18/nbs.D110000renmrb_07.htm",
     " ".join(f"{page:02d}" for page in range(1, 25)), " ".join(f"{one}-07" for one in range(1, 10)),
     "07 决胜全面小康 开启新的征程·党的十九大特别报道"),
    ("zqb/node_06.excerpt.html", "https://zqb.cyol.com/pc/layout/202609/16/node_06.html",
     "01 02 03 04 05 06 07 08", "430782 430783 430784", "06 冰点周刊"),
]  # fmt: skip


def read(html: str, url: str = LAKE, hosts: tuple[str, ...] = ()) -> IssueSheet:
    found = recognise_page(url)
    assert found is not None
    return read_issue_page(html, url, *found, hosts)


def names(sheet: IssueSheet) -> list[str]:
    return [one.spot.name for one in sheet.articles]


@pytest.mark.shared
@pytest.mark.parametrize(("file", "url", "pages", "articles", "own"), SAVED, ids=lambda one: str(one)[:20])
def test_saved_pages_give_their_true_pages_and_articles(
    shared: Path, file: str, url: str, pages: str, articles: str, own: str
) -> None:
    sheet = read((shared / "pages" / file).read_text("utf-8"), url)
    assert [one.number for one in sheet.pages] == pages.split()
    assert names(sheet) == articles.split()
    assert f"{sheet.number} {sheet.name}" == own
    assert all(one.title and one.areas for one in sheet.articles)
    assert sheet.picture
    assert not sheet.picture.endswith(".2")


def test_links_count_by_address_alone_from_anchors_and_areas_alike() -> None:
    sheet = read(
        """<div id=ozoom><a id=pageLink href=./node_187.htm>第A01版：头版</a>
        <a id=pageLink href="node_90210.htm?v=1">第A02版：湖区</a><a href=node_188.htm>下一版</a>
        <a href="/hpb/html/2026-03/20/node_188.htm">B01： 副刊</a>
        <a href="http://www.epaper.lake.example/hpb/html/2026-03/20/NODE_189.htm">第十二版：专刊</a>
        <a href="../19/node_187.htm">上一期</a> <a href="../../../hwb/html/2026-03/20/node_1.htm">晚报</a>
        <a href="content_11.htm?div=-1"></a><a href="content_11.htm?div=0#top">堤上的灯亮了</a>
        <a href="../19/content_3.htm">昨日</a><a href="javascript:void(0)">x</a><a href="http://[bad">y</a>
        <MAP NAME="pagepicmap"><Area shape="polygon" coords="1,2,3,2,3,4,1,4" href="content_12.htm">
        <area coords="0,0,10,20" href="content_11.htm"><area shape=circle coords="5,5,2" href=content_11.htm>
        </MAP><img src="../../../page/3/2026-03-20/A01/7.jpg.2" width=400 height="575"
        USEMAP=#PagePicMap></div>"""
    )
    assert [(one.number, one.name, one.spot.name) for one in sheet.pages] == [
        ("A01", "头版", "187"), ("A02", "湖区", "90210"), ("B01", "副刊", "188"), ("12", "专刊", "189"),
    ]  # fmt: skip
    assert [(one.spot.name, one.title, [len(area) for area in one.areas]) for one in sheet.articles] == [
        ("11", "堤上的灯亮了", [4, 12]), ("12", "", [4]),
    ]  # fmt: skip
    assert sheet.articles[0].url == "http://epaper.lake.example/hpb/html/2026-03/20/content_11.htm"
    assert (sheet.number, sheet.name, sheet.size) == ("A01", "头版", (400, 575))
    assert sheet.picture == "http://epaper.lake.example/hpb/page/3/2026-03-20/A01/7.jpg"
    assert sheet.shown == sheet.picture + ".2"


def test_a_title_that_a_script_writes_is_its_text() -> None:
    sheet = read(
        '<li><a href=content_1.htm><script>document.write(view("湖水<br>回来了  "))</script></a>'
        "<li><a href=content_2.htm><img src=x.gif></a><area href=content_2.htm title='渡口'>"
    )
    assert [one.title for one in sheet.articles] == ["湖水 回来了", "渡口"]


def test_a_base_moves_what_is_relative() -> None:
    sheet = read('<head><base href="/hpb/html/2026-03/20/"></head><a href="content_1.htm">一</a>', LAKE)
    assert names(sheet) == ["1"]


def test_pdfs_belong_to_the_page_named_before_them() -> None:
    sheet = read(
        "<a href=all.pdf>下载</a><a href=node_187.htm>01版：要闻</a><a href=1.PDF>p</a>"
        "<a href=node_188.htm>02版：湖区</a><a href=../../2.pdf?x=1>p</a><a href=node_189.htm>03版：x</a>"
    )
    assert sheet.pdf == "http://epaper.lake.example/hpb/html/2026-03/20/1.PDF"
    assert [one.pdf and one.pdf.rpartition("/")[2] for one in sheet.pages] == ["1.PDF", "2.pdf", None]


def test_articles_stand_in_a_folder_of_their_own_above_or_on_a_second_host() -> None:
    own = read(
        '<a href="../../../content/202603/20/content_9.html">一</a><a href=/content/202603/20/c8.html>', NEW
    )
    assert names(own) == ["9", "8"]
    apart = '<a href="http://second.example/hpb/html/202603/20/content_5.html">一</a>'
    assert read(apart, NEW).elsewhere == {"second.example"}
    assert names(read(apart, NEW, ("second.example",))) == ["5"]


def test_szbz_tells_pages_from_articles_by_text_and_length() -> None:
    sheet = read(
        "<a href=szbzA1.Html>第A1版：要闻</a><a href=szbzA2.Html>副刊</a><a href=szbz12.Html>第12版</a>"
        "<a href=szbz20455.Html>湖上新桥</a>",
        "http://szb.lake.example/Html/szbz/20260320/szbzA1.Html",
    )
    assert [one.spot.name for one in sheet.pages] == ["A1", "12", "A2"]
    assert names(sheet) == ["20455"]


def test_a_page_that_names_itself_alone_is_read() -> None:
    sheet = read("<td>第A03版：<STRONG>湖区</STRONG></td><a href=content_1.htm>一</a>")
    assert (sheet.number, sheet.name) == ("A03", "湖区")
    hidden = "<!--enpproperty <founder-pagenum>B02</founder-pagenum> /enpproperty-->"
    assert read(f"<a href=content_1.htm>一</a>{hidden}").number == "B02"


def test_a_page_of_ten_thousand_articles_is_no_newspapers() -> None:
    with pytest.raises(SetAside, match="more pages or articles"):
        read("".join(f"<a href=content_{number}.htm>一</a>" for number in range(10_000)))
