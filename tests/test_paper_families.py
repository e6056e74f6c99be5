"""Families of digital newspapers: which addresses are whose, and what names an article for good."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.families.dated_address import fill_day, has_day, template_of
from spiders.families.declared import BadTemplate, declare_family
from spiders.families.family import Family, Spot, is_of_folder, is_of_issue, issue_id
from spiders.families.page_name import read_page_name
from spiders.families.registry import FAMILIES, find_family, recognise_page, recognise_paper

DAY = date(2026, 3, 20)
HOST = "http://epaper.lake.example"
# family, page, another page of the issue, article of it, its id
ISSUES = [
    ("founder-classic", "/hpb/html/2026-03/20/node_187.htm", "node_9002.htm", "content_401862.htm", "401862"),
    ("founder-classic", "/html/2026-03/20/node_1.htm?v=1", "./node_2.htm", "content_7_31.htm?div=-1", "7_31"),
    ("founder-classic", "/hpb/2026-03/20/node_A1.html", "node_B2.html", "content_9.html#article", "9"),
    ("founder-classic", "/html/2026-03/20/index_2026-3-20.htm", "node_2.htm", "content_12.htm", "12"),
    ("founder-named", "/html/2026-03/20/nbs.D110000hpb_01.htm", "nbs.D110000hpb_A2.htm",
     "nw.D110000hpb_20260320_1-01.htm", "1-01"),
    ("founder-new", "/pc/layout/202603/20/node_01.html", "node_B02.html",
     "../../../content/202603/20/content_430782.html", "430782"),
    ("founder-new", "/hpb/PC/column/202603/20/colA1.html", "colA2.html",
     "/hpb/PC/con/202603/20/c77.html", "77"),
    ("founder-new", "/pc/paper/layout/202603/20/node_08.html", "node_09.html",
     "/pc/paper/c/202603/20/content_5.html", "5"),
    ("founder-new", "/202603/20/l1.html", "l12.html", "c3201.html", "3201"),
    ("founder-new", "/hpb/pc/layout/202603/20/lWBA01.html", "lWBA02.html",
     "/hpb/pc/content/202603/20/c8.html", "8"),
    ("founder-new", "/202603/20/node_01.html", "node_02.html", "/pc/content/202603/20/content_9.html", "9"),
    ("html-index", "/hpb/20260320/html/index.htm", "page_02.htm", "page_02_content_001.htm", "02-001"),
    ("html-index", "/hpb/20260320/html/page_03.htm", "index.htm", "index_content_002.htm", "index-002"),
    ("page-article", "/content/20260320/Page01DK.htm", "Page12DK.htm", "Articel01002DK.htm", "01002DK"),
    ("shtml", "/shtml/hpb/20260320/vA1.shtml", "vA12.shtml", "123456.shtml", "123456"),
    ("shtml", "/shtml/hpb/20260320/index.shtml", "v02.shtml", "99001.shtml", "99001"),
    ("szbz", "/Html/szbz/20260320/szbzA1.Html", "szbzA2.Html", "szbz20455.Html", "20455"),
    ("qpaper", "/Html/2026-03-20/Qpaper.html", "Qpaper_88.html", "4567.html", "4567"),
    ("uniflows", "/epaper/uniflows/html/2026/03/20/01/default.htm", "../02/default.htm",
     "01_15.htm", "01-01_15"),
    ("yyyymmdd", "/2026/20260320/20260320_001/20260320_001.html", "../20260320_002/20260320_002.html",
     "20260320_001_4.html", "001_4"),
    ("json-navi", "/data/journal/2026-03-20/navi.json", "navi.json", "01/article/31.json", "31"),
]  # fmt: skip


def page_of(url: str, *families: Family) -> tuple[Family, Spot]:
    found = recognise_page(url, families or FAMILIES)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "page", "other", "article", "own"), ISSUES, ids=lambda one: str(one)[:40])
def test_addresses_of_an_issue_are_told_apart(
    name: str, page: str, other: str, article: str, own: str
) -> None:

    front = recognise_page(HOST + page)
    assert front is not None
    family, spot = front
    assert (family.name, spot.day) == (name, DAY)
    second = family.page_at(urljoin(HOST + page, other))
    assert second is not None
    assert is_of_folder(second, spot)
    found = family.article_at(urljoin(HOST + page, article))
    assert found is not None
    assert is_of_issue(found, spot)
    assert issue_id(found) == f"20260320.{own}"
    upper = family.page_at((HOST + page).replace("/html/", "/HTML/").replace("node", "NODE"))
    assert upper is not None
    assert is_of_folder(upper, spot)


@pytest.mark.parametrize(
    "stranger",
    [
        "/hwb/pc/content/202603/20/content_1.html",  # the evening paper's
        "/hpb/pc/content/202603/19/content_1.html",  # yesterday's
        "/hpb/pc/content/202602/20/content_1.html",
    ],
)
def test_another_papers_or_days_article_is_none_of_the_issue(stranger: str) -> None:
    family, page = page_of(f"{HOST}/hpb/pc/layout/202603/20/node_01.html")
    article = family.article_at(HOST + stranger)
    assert article is not None
    assert not is_of_issue(article, page)


def test_articles_of_another_host_are_the_papers_where_it_declares_it() -> None:
    family, page = page_of(f"{HOST}/hpb/html/202603/20/node_A01.html")
    article = family.article_at("http://www.second.example/hpb/html/202603/20/content_1.html")
    assert article is not None
    assert not is_of_issue(article, page)
    assert is_of_issue(article, page, ["second.example"])
    assert is_of_issue(article, page, ["www.second.example"])


@pytest.mark.parametrize(
    "url",
    ["", "node_1.htm", "ftp://x.example/html/2026-03/20/node_1.htm", "http://[x/html/2026-03/20/node_1.htm",
     HOST + "/html/2026-13/20/node_1.htm", HOST + "/html/2026-03/32/node_1.htm", HOST + "/html/" + "9" * 5000,
     HOST + "/html/2026-03/20/nbs.D110000hpb_01.htm/x", HOST + "/html/2026-03/20/content_1.htm"],
)  # fmt: skip
def test_no_page_is_seen_elsewhere(url: str) -> None:
    assert recognise_page(url) is None


def test_a_named_article_must_have_the_day_of_its_folder() -> None:
    named = find_family("founder-named")
    assert named is not None
    assert named.article_at(f"{HOST}/html/2026-03/20/nw.D110000hpb_20260319_1-01.htm") is None


def test_the_newest_issue_among_addresses_is_recognised() -> None:
    paper = recognise_paper(
        [
            f"{HOST}/jxrb/html/2026-03/18/node_187.htm",
            f"{HOST}/about.htm",
            f"{HOST}/jxrb/html/2026-03/20/node_187.htm",
            f"{HOST}/jxrb/html/2026-03/20/node_188.htm",
        ]
    )
    assert paper is not None
    assert paper.family.name == "founder-classic"
    assert paper.issue == f"{HOST}/jxrb/html/{{Y}}-{{m}}/{{d}}/node_187.htm"
    assert paper.months[0] == f"{HOST}/jxrb/html/2026-03/period.xml"
    assert paper.months_as_declared[1] == f"{HOST}/jxrb/html/{{Y}}-{{m}}/navi.xml"
    assert f"{HOST}/jxrb/paperindex.htm" in paper.indexes
    assert recognise_paper([HOST, f"{HOST}/a/2026.html"]) is None


@given(st.dates(date(1999, 1, 1), date(2099, 12, 31)), st.dates(date(1999, 1, 1), date(2099, 12, 31)))
def test_a_template_leads_to_every_other_day(day: date, other: date) -> None:
    for _, page, *_ in ISSUES:
        url = (HOST + page).partition("?")[0]
        if "index_" in url:
            continue
        template = template_of(url, DAY)
        assert template is not None
        assert has_day(template)
        assert fill_day(template, DAY) == url
        family, spot = page_of(fill_day(template, day))
        assert spot.day == day
        assert template_of(fill_day(template, day), day) == template
        assert page_of(fill_day(template, other), family)[1].day == other


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_ids_are_stable_and_each_articles_own(one: int, other: int) -> None:
    shapes = {
        "founder-classic": "/html/2026-03/20/content_{}.htm",
        "founder-new": "/pc/content/202603/20/c{}.html",
        "shtml": "/shtml/a/20260320/{}.shtml",
        "qpaper": "/Html/2026-03-20/{}.html",
    }
    for name, shape in shapes.items():
        known = find_family(name)
        assert known is not None
        ids = []
        for number in (one, other, one):
            spot = known.article_at(HOST + shape.format(number))
            assert spot is not None
            ids.append(issue_id(spot))
        assert ids[0] == ids[2]
        assert (ids[0] == ids[1]) == (one == other)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("第A01版：头版", ("A01", "头版")),
        ("01版:要闻", ("01", "要闻")),
        ("A01： 头版", ("A01", "头版")),
        ("\u00a0第 12 版　专题·学与思", ("12", "专题·学与思")),
        ("第十二版：副刊", ("12", "副刊")),
        ("第一〇版", ("10", "")),
        ("DC01版：房产", ("DC01", "房产")),
        ("01B版：百姓", ("01B", "百姓")),
        ("Ａ０１版：头版", ("A01", "头版")),
        ("04", ("04", "")),
        ("下一版", None),
        ("版面导航", None),
        ("2026年03月20日", None),
        ("5岁男孩独自乘车两小时", None),
        ("", None),
        ("01版:" + "长" * 200, None),
    ],
)
def test_page_names_are_read(text: str, page: tuple[str, str] | None) -> None:
    assert read_page_name(text) == page


@given(st.text(max_size=200))
def test_any_text_is_a_page_name_or_none(text: str) -> None:
    read = read_page_name(text)
    assert read is None or read[0]


@given(
    st.from_regex(r"\A[A-Z]{0,3}[0-9]{1,3}[A-Z]?\Z"),
    st.text("头版要闻副刊专题", max_size=8),
    st.sampled_from(["第{}版：{}", "{}版:{}", "{}版： {}", "{}： {}", " 第{}版 {} "]),
)
def test_numbers_of_pages_stay_as_printed(number: str, name: str, shape: str) -> None:
    assert read_page_name(shape.format(number, name)) == (number, name)


def test_one_odd_paper_needs_no_code() -> None:
    family = declare_family(
        "http://paper.lake.example/", "{Y}-{m}-{d}/{page}/index.html", "{Y}-{m}-{d}/{page}/detail-{id}.html"
    )
    page = family.page_at("https://www.paper.lake.example/2026-03-20/1/index.html?x=1")
    article = family.article_at("http://paper.lake.example/2026-03-20/1/detail-88.html")
    assert page is not None
    assert article is not None
    assert (page.day, page.name) == (DAY, "1")
    assert issue_id(article) == "20260320.1-88"
    assert is_of_issue(article, page)
    assert family.page_at("http://else.example/2026-03-20/1/index.html") is None
    asked = declare_family(
        "http://lake.example/",
        "i.html?date={Y}-{m}-{d}&page={page}",
        "i.html?date={Y}-{m}-{d}&id={id}&page={any}",
    )
    found = asked.article_at("http://lake.example/i.html?date=2026-03-20&id=7&page=01")
    assert found is not None
    assert found.name == "7"
    assert asked.page_at("http://lake.example/i.html?date=2026-03-20&id=7&page=01") is None


@pytest.mark.parametrize(
    ("page", "article", "complaint"),
    [
        ("a/{page}.html", "{Y}{m}{d}/{id}.html", "no day"),
        ("{Y}{m}{d}/{page}.html", "{Y}{m}{d}/x.html", "no {id}"),
        ("ftp://x/{Y}{m}{d}/{page}.html", "{Y}{m}{d}/{id}.html", "no http"),
    ],
)
def test_a_template_that_names_nothing_is_refused(page: str, article: str, complaint: str) -> None:
    with pytest.raises(BadTemplate, match=complaint):
        declare_family("http://lake.example/", page, article)


@pytest.mark.shared
def test_the_papers_of_the_table_are_recognised(shared: Path) -> None:
    lines = (shared / "facts/epaper_papers.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    known = Counter[str]()
    for _, generation, template, written, *_ in rows:
        url = template.replace("{date}", DAY.strftime(written))
        paper = recognise_paper([url])
        is_known = paper is not None and fill_day(paper.issue, paper.page.day) == url.partition("?")[0]
        known[generation[:3] if is_known else f"not {generation[:3]}"] += 1
    assert known == {
        "F1 ": 216, "F1n": 8, "F2 ": 163, "HX ": 20, "PA ": 15, "SH ": 17, "SZB": 11, "QP ": 5, "UNI": 5,
        "YMD": 3, "oth": 3, "not PA ": 1, "not oth": 14,
    }  # fmt: skip
