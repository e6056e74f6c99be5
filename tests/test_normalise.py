"""Normalising: what is not text goes, the text stays as it is, and only real changes change the hash."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.page_cases import find_case

from pipelines.compare.fingerprint import body_hash, content_hash, fold
from pipelines.doubt.belief import doubt
from pipelines.normalise.article import normalise
from spiders.readers.article_page import read_article
from spiders.readers.encoding import decode_page
from storage.records import Article, Draft, Paragraph, Security, SetAside

URL = "https://finews.withounder.com/yaohuribao/2022/03/11/NW202203112301200001.html"
DRAFT = Draft("NW202203112301200001", URL, "media", title="湖畔新城")
SHARED = Path(__file__).parents[2] / "shared"
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
WORD = st.text(HAN | st.sampled_from("，。、：“”《》（）12aAZ%"), min_size=1, max_size=12)
PROSE = st.lists(st.lists(WORD, min_size=1, max_size=6), min_size=1, max_size=5)


def texts(body: str, **fields: object) -> list[str]:
    return [paragraph.text for paragraph in normalised(body, **fields).paragraphs]


def normalised(body: str, **fields: object) -> Article:
    return normalise(replace(DRAFT, body_html=body, **fields))  # type: ignore[arg-type]


# Twins: unwrapping the rolling form's links gives the newspaper's paragraphs (docs/upstream.md#twins).

QUOTES = "http://quote.eastmoney.com/unify/r"
STOCK = f'<a href="{QUOTES}/1.600160" class="keytip" data-code="1,600160">{{}}</a>'
HONG_KONG = f'<a href="{QUOTES}/116.00700" class="keytip" data-code="116,00700">{{}}</a>'
BOARD = f'<a href="{QUOTES}/90.BK0493" class="keytip" data-code="90,BK0493">{{}}</a>'
SPANS = [
    f'<span id="stock_1.600160">{STOCK}</span><span id="quote_1.600160"></span>',
    f'<span id="Info.116.00700">{HONG_KONG}</span>',
    f'<span id="bk_90.BK0493">{BOARD}</span><span id="bkquote_90.BK0493"></span>',
    f'<span web="1" href="{QUOTES}/90.BK0493" class="em_stock_key_common" data-code="90,BK0493">{{}}</span>',
    '<span id="Info.3321"><a href="http://data.eastmoney.com/bbsj/" class="infokey">{}</a></span>',
    f'<span id="Info.3259"><a href="{QUOTES}/0.399006" class="infokey">{{}}</a></span>',
    "<strong>{}</strong>",
]


@given(PROSE, st.data())
def test_links_leave_the_paragraphs_of_the_twin(prose: list[list[str]], data: st.DataObject) -> None:
    plain = "".join(f"<p>{''.join(words)}</p>" for words in prose)
    wraps = st.sampled_from([*SPANS, "{}", "{}"])
    linked = "\n ".join(
        f"<p>{''.join(data.draw(wraps).format(word) for word in words)}</p>" for words in prose
    )
    assert texts(linked) == texts(plain) == ["".join(words) for words in prose]


def test_the_twins_of_the_cases_have_one_text() -> None:
    rolling = find_case("article_page/rolling-news").expected
    assert rolling["paragraphs"] == find_case("article_page/rolling-news-twin").expected["paragraphs"]


# Any HTML

TAGS = (
    "<p> </p> <div> </div> <br> <br/> <table> <tr> <td> </td> <th> </tr> </table> <center> </center>"
    " <li> <h2> </h2> <pre> <strong> </strong> <blockquote> </blockquote> <svg> </a> </span>"
    " <script> </script> <style> </style> <!-- --> <![CDATA[ ]]> <词> &nbsp; &#31; &#x2028; &#0; &amp;lt; <"
    " （文章来源： ） (600519) (上接第一版) 本报记者"
)
ELEMENTS = [
    "<a href='http://x.cn/'>",
    "<a href='http://[x'>",
    "<span data-code='1,600160'>",
    "<img src='/a.jpg'>",
    "<img src='GetPic.aspx?nid=1.600519'>",
    "<p style='display:none'>",
    "<p style='text-align:center'>",
    "<p class='em_media'>",
    "<?xml version='1.0'?>",
]
MARKUP = st.sampled_from([*TAGS.split(" "), *ELEMENTS])
SOUP = st.lists(MARKUP | st.text(max_size=8), max_size=40).map("".join)


@given(SOUP, st.sampled_from(["media", "rolling"]), st.none() | SOUP)
def test_any_html_gives_clean_paragraphs(soup: str, form: str, second: str | None) -> None:
    article = normalised(soup, form=form, summary=second, linked_html=second, title=soup, tag=soup)
    for text in [paragraph.text for paragraph in article.paragraphs]:
        assert text
        for cell in text.split("\t"):
            assert cell == cell.strip("\u3000\xa0 \n\u200b\ufeff")
        assert text.rstrip("\t") == text
        assert text.splitlines() == [text]
    assert article.text.split("\n") == [p.text for p in article.paragraphs] or not article.paragraphs
    assert all(0 <= image.position <= len(article.paragraphs) for image in article.images)
    assert len({(one.market, one.code, one.mention) for one in article.securities}) == len(article.securities)


def test_deep_nesting_is_no_trouble() -> None:
    assert texts("<div><span>" * 20_000 + "到底了") == ["到底了"]


def test_a_draft_without_info_code_is_set_aside() -> None:
    with pytest.raises(SetAside, match="no info code"):
        normalise(replace(DRAFT, info_code=None))


# Noise and edits


@pytest.mark.parametrize(
    "noisy",
    [
        pytest.param("<p>甲方(瑶湖)签约</p>\n <p>乙方  到场 </p>", id="white space between and inside"),
        pytest.param("<p>甲方（瑶湖）签约</p><p>乙方 到场</p>", id="full-width brackets"),
        pytest.param("<p></p><p>　　甲方(瑶湖)签约</p><p>乙方 到场<br /></p>", id="indent and breaks"),
        pytest.param(
            "<p>甲方(瑶湖)签约</p><p>乙方 到场</p>"
            '<p><a href="/a">返回瑶湖新闻</a>｜<a href="/">返回首页</a></p>',
            id="navigation",
        ),
        pytest.param(
            "<p>甲方(瑶湖)签约</p><p>乙方 到场</p><p>http://a.cn/NewsShare.html?infoCode=NW202203112301200001</p>",
            id="share line",
        ),
        pytest.param(
            "<p>甲方(瑶湖)签约</p><p>乙方 到场</p><small>tags: <em>瑶湖新闻</em></small>", id="tags line"
        ),
        pytest.param(
            "<p>甲方(瑶湖)<b>签约</b></p><p>乙方 到场</p><p class=em_media>（文章来源：瑶湖）</p>",
            id="source",
        ),
    ],
)
def test_noise_does_not_change_the_hash(noisy: str) -> None:
    plain = normalised("<p>甲方(瑶湖)签约</p><p>乙方 到场</p>")
    assert content_hash(
        normalised(noisy, title=" 湖畔 新城", url="https://other.example/x.html")
    ) == content_hash(plain)
    assert body_hash(normalised(noisy)) == body_hash(plain)


@given(PROSE, st.data())
def test_a_real_edit_always_changes_the_hash(prose: list[list[str]], data: st.DataObject) -> None:
    lines = ["".join(words) for words in prose]
    index = data.draw(st.integers(0, len(lines) - 1))
    edited = lines.copy()
    edited[index] = data.draw(WORD.filter(lambda word: fold(word) != "")) + edited[index]
    assume(fold("".join(edited)) != fold("".join(lines)))
    before, after = (normalised("".join(f"<p>{line}</p>" for line in each)) for each in (lines, edited))
    assert content_hash(before) != content_hash(after)
    assert body_hash(before) != body_hash(after)


def test_a_new_title_changes_the_content_hash_alone() -> None:
    before, after = normalised("<p>签约</p>"), normalised("<p>签约</p>", title="湖畔旧城")
    assert content_hash(before) != content_hash(after)
    assert body_hash(before) == body_hash(after)


def test_words_moved_between_title_and_text_are_a_change() -> None:
    assert content_hash(normalised("<p>乙丙</p>", title="甲")) != content_hash(
        normalised("<p>丙</p>", title="甲乙")
    )


@given(st.text())
def test_folding_is_done_once(text: str) -> None:
    folded = fold(text)
    assert not re.search(r"\s", folded)
    assert fold(folded) == folded == unicodedata.normalize("NFKC", folded)


# Names, marks, securities


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("□本报记者张平", "张平"),
        ("本报记者 张平 李四海", "张平、李四海"),
        ("■ 海南日报全媒体记者 李艳玫", "李艳玫"),
        ("□记者 张平 通讯员 李四", "张平、李四"),
        ("□本报记者 张　平", "张平"),
        ("（记者 王小明 实习生 刘洋）", "王小明、刘洋"),
        ("本报记者张平、李四文/图", "张平、李四"),
        ("通讯员 陈宏", "陈宏"),
        ("新华社记者 王五 赵六", "王五、赵六"),
        ("本报记者 阿依古丽·买买提", "阿依古丽·买买提"),
        ("记者手记", None),
        ("本报记者获悉", None),
        ("本报记者张平摄", None),
        ("记者从市政府获悉，今年增长8%。", None),
        ("一线记者队伍建设", None),
        ("记者节快乐", None),
    ],
)
def test_author_is_read_from_a_byline_and_from_nothing_else(line: str, author: str | None) -> None:
    article = normalised(f"<p>{line}</p><p>正文。</p>")
    assert article.author == author
    assert article.paragraphs[0] == Paragraph(line, "byline" if author else "text")


def test_a_byline_in_the_middle_of_a_story_is_text() -> None:
    article = normalised("<p>一。</p><p>二。</p><p>□本报记者张平</p><p>四。</p><p>五。</p>")
    assert article.author is None


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("昇兴股份(002752)", Security("0", "002752", "昇兴股份", "text")),
        ("潍柴动力（000338.SZ）", Security("0", "000338", "潍柴动力", "text")),
        ("索菲亚(002572.SZ，最新价：23.21元)", Security("0", "002572", "索菲亚", "text")),
        ("贵州茅台(600519)", Security("1", "600519", "贵州茅台", "text")),
        ("腾讯控股(00700)", Security("116", "00700", "腾讯控股", "text")),
        ("腾讯控股(700.HK)", Security("116", "00700", "腾讯控股", "text")),
        ("英特尔(INTC.O)", Security("105", "INTC", "英特尔", "text")),
        ("阿里巴巴(BABA.N)", Security("106", "BABA", "阿里巴巴", "text")),
        ("贝特瑞(835185)", Security("0", "835185", "贝特瑞", "text")),
        ("合约(202205)", None),
        ("邮编(330000)", None),
        ("十年(2012-2022)", None),
        ("文号(2022年5号)", None),
    ],
)
def test_a_security_in_the_text_is_known_by_its_code(printed: str, expected: Security | None) -> None:
    assert normalised(f"<p>公告，{printed}。</p>").securities == ((expected,) if expected else ())


def test_a_chart_takes_its_name_from_the_link() -> None:
    chart = '<p><img src="https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid=1.600160"/></p>'
    article = normalised(chart + f"<p>{SPANS[0].format('巨化股份')}涨停。</p>")
    assert [(one.mention, one.name) for one in article.securities] == [
        ("chart", "巨化股份"),
        ("link", "巨化股份"),
    ]


@pytest.mark.parametrize(
    ("tag", "media", "line", "expected"),
    [
        ("瑶湖日报新闻", None, "", "瑶湖日报"),
        ("每日经济新闻新闻", None, "", "每日经济新闻"),
        ("21世纪经济报道  南财理财通新闻", None, "", "21世纪经济报道 南财理财通"),
        ("瑶湖日报新闻", "别家日报", "", "瑶湖日报"),
        (None, " 瑶湖日报 ", "", "瑶湖日报"),
        ("东财滚动新闻", None, "<p>（文章来源：瑶湖证券报）</p>", "瑶湖证券报"),
        ("瑶湖日报新闻", None, '<p class="em_media">来源不明</p>', "瑶湖日报"),
        (None, None, "", None),
    ],
)
def test_media_is_the_source_lines_else_the_tags(
    tag: str | None, media: str | None, line: str, expected: str | None
) -> None:
    assert normalised(f"<p>正文。</p>{line}", tag=tag, media=media).media == expected


def test_a_digest_stands_in_for_a_text_only_when_whole_and_alone() -> None:
    digest = "<blockquote><p>油价上涨。（某报）</p></blockquote>"
    whole = {"form": "rolling", "summary": "油价上涨。（某报）"}
    assert texts(digest, **whole) == ["油价上涨。（某报）"]
    assert texts(digest + "<p>正文。</p>", **whole) == ["正文。"]
    assert texts("<blockquote>油价...</blockquote>", form="rolling", summary="油价...") == []


def test_a_quotation_that_is_no_digest_stays() -> None:
    assert texts("<blockquote>引文一段。</blockquote><p>正文。</p>", form="rolling", summary="另一段。") == [
        "引文一段。",
        "正文。",
    ]
    assert texts("<blockquote>引文一段。</blockquote><p>正文。</p>") == ["引文一段。", "正文。"]


# Belief

NOW = datetime(2022, 3, 11, 9, 0, tzinfo=UTC)
GOOD = replace(normalised("<p>湖畔新城开工。</p>"), published_at=NOW)


def test_a_good_article_is_believed() -> None:
    assert doubt(GOOD, NOW) is None


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ({"title": " "}, "has no title"),
        ({"title": "——"}, "has no title"),
        ({"title": "404 Not Found"}, "title of an error or login page"),
        ({"title": "用户登录"}, "title of an error or login page"),
        ({"paragraphs": ()}, "has no text"),
        ({"paragraphs": (Paragraph("……"),)}, "has no text"),
        ({"published_at": None}, "has no publication time"),
        ({"published_at": datetime(1989, 12, 31, tzinfo=UTC)}, "is before 1990"),
        ({"published_at": NOW + timedelta(days=1, seconds=1)}, "is after it was fetched"),
        ({"paragraphs": (Paragraph("请完成安全验证后继续。"),)}, "challenge page: it says '安全验证'"),
        ({"paragraphs": (Paragraph("502 Bad Gateway"),)}, "Bad Gateway"),
    ],
)
def test_what_is_no_article_is_doubted_with_a_reason(flaw: dict[str, object], reason: str) -> None:
    assert reason in (doubt(replace(GOOD, **flaw), NOW) or "")  # type: ignore[arg-type]


def test_an_article_printed_tomorrow_is_believed() -> None:
    assert doubt(replace(GOOD, published_at=NOW + timedelta(hours=23)), NOW) is None


@pytest.mark.parametrize("title", ["登录火星的第一天", "404号列车", "验证码为何越来越难", "500强企业落户"])
def test_titles_that_only_begin_like_an_error_are_believed(title: str) -> None:
    assert doubt(replace(GOOD, title=title), NOW) is None


# The real site's own pages


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")
@pytest.mark.parametrize(
    ("page", "seed", "count", "media", "author", "continued", "time"),
    [
        (
            "shangraoribao/2022/01/06/NW202201062237806990",
            "000",
            12,
            "上饶日报",
            None,
            True,
            "2022-01-06 08:16:03",
        ),
        (
            "shangraoribao/2022/04/18/NW202204182345810011",
            "001",
            16,
            "上饶日报",
            None,
            False,
            "2022-04-18 08:09:12",
        ),
        (
            "nanchangribao/2022/04/10/NW202204102337429118",
            "002",
            39,
            "南昌日报",
            None,
            False,
            "2022-04-10 06:33:27",
        ),
        (
            "nanchangribao/2022/02/17/NW202202172279248592",
            "004",
            16,
            "南昌日报",
            "张平",
            False,
            "2022-02-17 08:01:58",
        ),
    ],
)
def test_the_sites_own_pages_equal_their_posts(
    page: str, seed: str, count: int, media: str, author: str | None, continued: bool, time: str
) -> None:
    html = decode_page((SHARED / f"site/{page}.html").read_bytes(), "text/html")
    article = normalise(read_article(html, f"https://finews.withounder.com/{page}.html"))
    post = next((SHARED / "seeds").glob(f"{seed}_*")).read_text(encoding="utf-8")
    printed = [unescape(text).strip(" \u3000\xa0") for text in re.findall(r"<p>(.*?)</p>", post)]
    assert [paragraph.text for paragraph in article.paragraphs] == [text for text in printed if text]
    assert len(article.paragraphs) == count
    assert f'title: "{article.title}"' in post
    assert (article.media, article.author, article.continued) == (media, author, continued)
    assert article.published_at is not None
    assert article.published_at.isoformat(" ") == f"{time}+08:00"
    assert article.securities == ()
    assert doubt(article, datetime.now(UTC)) is None
