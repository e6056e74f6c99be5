"""Articles of digital newspapers: every generation's page, and what has been seen to go wrong with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.judge import judge
from pipelines.normalise.article import normalise
from spiders.families.registry import find_family
from spiders.readers.epaper.article import read_epaper_article
from storage.records import Article, Draft, Owed, SetAside

DAY = date(2026, 3, 20)
URL = "http://epaper.lake.example/hpb/html/2026-03/20/content_7.htm"
TEXT = "<p>　　清早五点，堤上的灯还亮着。</p><P>&nbsp;&nbsp;船工老宋把缆绳解开，往湖心去。</P>"
LINES = ["清早五点，堤上的灯还亮着。", "船工老宋把缆绳解开，往湖心去。"]


def read(html: str, family: str = "founder-classic") -> Draft:
    found = find_family(family)
    assert found is not None
    return read_epaper_article(html, URL, found, DAY, ["湖畔报"])


def article(html: str, family: str = "founder-classic") -> Article:
    return normalise(replace(read(html, family), info_code="hpb-20260320.7"))


def lines(html: str, family: str = "founder-classic") -> list[str]:
    return [paragraph.text for paragraph in article(html, family).paragraphs]


PAGES = {
    "a table of the oldest": f"""<table><tr><td class=font02>引题</td></tr>
        <tr><td class=font01>堤上的灯</td></tr><tr><td class=font02>副题</td></tr></table>
        <div id=ozoom>{TEXT}</div>""",
    "founder's elements": f"""<tr><td class=font02><founder-introtitle>引题</founder-introtitle></td></tr>
        <td class=font01><founder-title><![CDATA[堤上的灯]]></founder-title></td>
        <founder-subtitle>副题</founder-subtitle><div id=ozoom>
        <founder-content><![CDATA[{TEXT}]]></founder-content></div>""",
    "named nodes": f"""<div class=text_c><h3>引题</h3><h1>堤上的灯</h1><h2>副题</h2>
        <div class=lai>《湖畔报》（2026年03月20日 01版）</div>
        <div id=ozoom><!--enpcontent-->{TEXT}<!--/enpcontent--></div></div>""",
    "an empty heading first": f"""<h1 class=fl> </h1><div id=ozoom class=article>
        <h3>引题</h3><h1>堤上的灯</h1><h2>副题</h2><p class=sec>本报记者 宋长堤</p>{TEXT}</div>""",
    "a heading with a paragraph": f"""<div class=article><h3>引题</h3><h1><p>堤上的灯</p></h1>
        <h2>副题</h2></div>
        <div id=articleContent>{TEXT}</div>""",
    "ids": f"""<span id=PreTitle>引题</span><p id=Title>堤上的灯</p><span id=SubTitle>副题</span>
        <founder-content>{TEXT}</founder-content>""",
    "the paper's name above": f"""<h1>湖畔报</h1><p class=introtitle>引题</p>
        <div class=newsdetatit><h3>堤上的灯</h3></div>
        <p class=subtitle>副题</p><div class=newsdetatext>{TEXT}</div>""",
    "a comment in the title": f"""<div class=bmnr_con_yinti>引题</div>
        <div class=bmnr_con_biaoti><!--<npm:article-title>-->堤上的灯</div>
        <h4 class=futi>副题</h4><div class=bmnr_con_con><div id=zoom>{TEXT}</div></div>""",
    "hidden words alone": f"""<div id=ozoom>{TEXT}</div>
        <!--enpproperty <articleid>7</articleid><title>堤上的灯</title>
        <introtitle>引题</introtitle><subtitle>副题</subtitle>/enpproperty-->""",
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_headings_and_text_stand_in_many_places(html: str) -> None:
    draft = read(html)
    assert (draft.kicker, draft.title, draft.subtitle) == ("引题", "堤上的灯", "副题")
    assert lines(html) == LINES
    assert (draft.precision, draft.published_at and draft.published_at.date()) == ("day", DAY)
    assert not draft.is_furniture
    assert dict(draft.found_by)["title"] == "family:founder-classic"


def test_a_break_in_a_title_is_a_blank() -> None:
    assert read(f"<td class=font01>湖水<br>回来了</td><div id=ozoom>{TEXT}</div>").title == "湖水 回来了"


def test_a_body_that_stands_twice_is_read_once() -> None:
    hidden = f"<!--enpproperty <founder-content>{TEXT}</founder-content>-->"
    html = f"<h1>堤上的灯</h1><div id=ozoom>{TEXT}</div>{hidden}"
    assert lines(html) == LINES


def test_the_hour_at_which_a_page_was_made_is_no_time_of_an_article() -> None:
    hidden = (
        "<!--enpproperty <founder-date>2026-03-19 23:59:57</founder-date><founder-type>1</founder-type>-->"
    )
    draft = read(f"<h1>堤上的灯</h1><div id=ozoom>{TEXT}</div>{hidden}")
    assert draft.published_at is not None
    assert (draft.published_at.isoformat(), draft.precision) == ("2026-03-20T00:00:00+08:00", "day")


@pytest.mark.parametrize(
    "said",
    ["<!--enpproperty <founder-type>2</founder-type>-->", "<META name='pagetype' content='2'>",
     '<meta content="2" name="pagetype" />'],
)  # fmt: skip
def test_an_issues_page_is_no_article_though_it_has_an_ozoom(said: str) -> None:
    with pytest.raises(SetAside, match="page of an issue"):
        read(f"{said}<div id=ozoom><h1>要闻</h1>{TEXT}</div>")


def test_a_list_of_the_page_is_no_text() -> None:
    links = "".join(f"<li><a href=content_{one}.htm>湖上的第{one}座桥通车了</a>" for one in range(5))
    html = f"<div id=ozoom><ul>{links}</ul></div><h1>堤上的灯</h1><founder-content>{TEXT}</founder-content>"
    assert lines(html) == LINES


@pytest.mark.parametrize(
    "html",
    [
        "<td class=font01>湖</td><table id=newspic><tr><td><img src=1.jpg></table><div id=ozoom>",
        "<h1>广告</h1><founder-content><!--enpcontent--><!--/enpcontent--></founder-content>",
        "<h1>图</h1><founder-content><p><img src=1.jpg data-original-title=渡口的早晨></p></founder-content>",
    ],
)
def test_a_place_without_text_is_furniture(html: str) -> None:
    draft = read(html)
    assert draft.is_furniture
    assert not article(html).paragraphs


def test_captions_stand_below_their_pictures() -> None:
    html = f"""<h1>堤上的灯</h1>
        <table id=newspic><tr><td align=center><img src="../../../res/1.jpg.2"></td></tr>
        <tr><td>渡口的早晨。宋长堤 摄</td></tr></table><founder-content>
        <p><img src=2.jpg data-original-title="　　湖心。"></p>{TEXT}</founder-content>"""
    found = article(html)
    assert [(image.url.rpartition("/")[2], image.caption) for image in found.images] == [
        ("1.jpg", "渡口的早晨。宋长堤 摄"), ("2.jpg", "湖心。"),
    ]  # fmt: skip
    assert [one.text for one in found.paragraphs if one.kind == "caption"] == [
        "渡口的早晨。宋长堤 摄",
        "湖心。",
    ]
    assert [one.text for one in found.paragraphs if one.kind != "caption"] == LINES


@pytest.mark.parametrize(
    ("html", "author"),
    [
        ("<founder-author>本报记者 宋长堤</founder-author>", "宋长堤"),
        ('<meta name="reporter" content="湖畔报记者 宋长堤">', "宋长堤"),
        ("<meta name=author content=第005版>", None),
        ("<p class=sec><span>本报记者 宋长堤</span><span class=date>来源：湖畔报</span></p>", "宋长堤"),
    ],
)
def test_authors_are_names_and_no_pages_or_days(html: str, author: str | None) -> None:
    page = f"{html}<h1>堤上的灯</h1><founder-content>{TEXT}</founder-content>"
    assert article(page).author == author


def test_the_page_of_an_article_is_read_of_itself() -> None:
    draft = read(f"<p class='left ban'> 第05版：湖区 </p><h1>堤上的灯</h1><div id=ozoom>{TEXT}</div>")
    assert (draft.page, draft.page_name) == ("05", "湖区")


def test_a_text_in_no_known_place_is_found_all_the_same() -> None:
    body = "".join(
        f"<p>清早五点，堤上的灯还亮着第{one}夜，船工老宋把缆绳解开，往湖心的方向慢慢去。</p>"
        for one in range(8)
    )
    head = "<html><head><title>堤上的灯亮了一夜</title></head><body><h2>堤上的灯亮了一夜</h2>"
    html = f"{head}<div class=x>{body}</div></body></html>"
    draft = read(html)
    assert draft.title == "堤上的灯亮了一夜"
    assert len(lines(html)) == 8
    assert (draft.precision, draft.form) == ("day", "print")
    assert not draft.is_furniture


def test_a_page_without_any_place_is_set_aside() -> None:
    with pytest.raises(SetAside, match="no place"):
        read("<html><body><p>404</p></body></html>")


@pytest.mark.shared
def test_a_saved_article_is_believed(shared: Path) -> None:
    html = (shared / "pages/zqb/content_430781.excerpt.html").read_text("utf-8")
    family = find_family("founder-new")
    assert family is not None
    url = "https://zqb.cyol.com/pc/content/202609/16/content_430781.html"
    draft = read_epaper_article(html, url, family, date(2026, 9, 16), ["中国青年报"])
    owed = Owed("zqb", "zqb-20260916.430781", "print", url, "谁的房子谁的家")
    found = judge(draft, owed, None, datetime(2026, 9, 17, tzinfo=UTC))
    assert (found.title, found.author, draft.kicker, draft.subtitle) == (
        "谁的房子谁的家", "杜佳冰", "冰点特稿第1354期", None,
    )  # fmt: skip
    assert [one.kind for one in found.paragraphs] == ["caption", "text", "text", "caption", "heading", "text"]
    assert [image.caption is not None for image in found.images] == [True, True]
    assert (draft.page, draft.page_name) == ("05", "冰点周刊")


@pytest.mark.parametrize("tag", ["div=1", 'div="x"', "p[2]=", "div]"])
def test_a_heading_in_an_element_of_no_sense_is_taken_out_of_the_text(tag: str) -> None:
    html = f"<div id=zoom><{tag} class=bmnr_con_biaoti>堤上的灯</{tag}>{TEXT}</div>"
    assert (read(html).title, lines(html)) == ("堤上的灯", LINES)
