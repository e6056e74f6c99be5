"""Declared rules by themselves: fields, layouts, identities, lists, paging; and what a wrong one says."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml.html import fromstring
from support.configuration_file import load_error, source_table, write_file

from jianbao.configuration import load_configuration
from spiders.declared.article_reading import read_declared_article
from spiders.declared.declared_page import DeclaredPage
from spiders.declared.field_reading import read_field, read_moment, text_of
from spiders.declared.field_rule import FieldRule
from spiders.declared.html_list import find_further, read_html_list
from spiders.declared.identity import code_of, day_of, groups_of, normalised
from spiders.declared.json_list import read_json_list
from spiders.declared.list_words import ListWords
from spiders.declared.listed_item import as_listed
from spiders.declared.paging import Paging
from spiders.declared.part_address import is_part
from spiders.declared.patterns import search_pattern
from spiders.declared.rules import ListRules, resolve_rules
from spiders.kinds.declared_encoding import decode_as_declared
from spiders.kinds.kind import Answer
from storage.records import MEDIA, Draft, Owed, SetAside

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
URL = "https://news.example.org/xw/20260320/100.html"
LINES = ("河堤上的柳树今年抽芽比往年早了十来天，护堤的老人说水也来得早。", "村里连夜清了两条水渠。")


def rules(text: str) -> ListRules:
    return resolve_rules(ListWords.model_validate(tomllib.loads(text)))


def page(body: str, url: str = URL) -> DeclaredPage:
    return DeclaredPage(f"<html><head></head><body>{body}</body></html>", url, NOW)


def read(declared: str, html: str, url: str = URL, at: str | None = None) -> Draft:
    return read_declared_article(html, at or url, NOW, Owed("a", "a-1", MEDIA, url, ""), rules(declared), "a")


# Fields

INFO = (
    '<div class="info"><span>发布时间：2026-03-20 08:15</span> <span>来源：灵溪日报 作者：周渡</span></div>'
)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("div.info span", "发布时间：2026-03-20 08:15"),
        ({"css": "div.info span", "last": True}, "来源：灵溪日报 作者：周渡"),
        ({"css": "div.info span", "after": "来源：", "until": "作者"}, "灵溪日报"),
        ({"css": "div.info", "after": ["稿源：", "来源："], "until": ["作者", "编辑"]}, "灵溪日报"),
        ({"css": "div.info", "match": r"作者：(\S+)"}, "周渡"),
        ({"css": "div.info", "match": r"\d{4}-\d\d-\d\d"}, "2026-03-20"),
        ({"css": "a.x", "attr": "title", "all": True}, "一 二"),
        ({"meta": "PubDate"}, "2026-03-20"),
        ({"css": "div.info", "after": "稿源："}, None),
        ({"css": "p.none"}, None),
    ],
)
def test_a_field_is_found_and_cut(rule: Any, found: str | None) -> None:
    shown = page(
        INFO
        + '<meta name="pubdate" content="2026-03-20"><a class="x" title="一"></a><a class="x" title="二"></a>'
    )
    assert read_field(FieldRule.model_validate(rule), shown) == found


def test_a_time_is_read_by_its_format_or_by_its_words() -> None:
    rule = FieldRule.model_validate({"css": "p", "format": "%d.%m.%Y %H:%M"})
    moment, precision = read_moment(rule, "20.03.2026 08:15", page(""))
    assert (moment.isoformat(), precision) == ("2026-03-20T08:15:00+08:00", "minute")
    moment, _ = read_moment(FieldRule.model_validate("p"), "昨天 23:01", page(""))
    assert moment.isoformat() == "2026-03-19T23:01:00+08:00"
    with pytest.raises(SetAside, match="择日"):
        read_moment(FieldRule.model_validate("p"), "择日", page(""))


def test_a_catastrophic_pattern_ends() -> None:
    with pytest.raises(SetAside, match="takes more than 1 s"):
        search_pattern(r"^(a|aa)+$", "a" * 80 + "b")


# Layouts

TWO = r"""
link = '/(?P<date>\d{8})/(?P<id>\d+)\.html'
[[layout]]
name = "new"
valid = ["2020-01-01", ""]
title = "h1"
body = "#text"
time = "i"
[[layout]]
when = "td"
title = "td.title"
body = "td.text"
"""


def text(lines: tuple[str, ...] = LINES) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def test_the_first_layout_reads_whose_parts_are_found() -> None:
    new = read(TWO, page(f'<h1>柳树</h1><i>2026-03-20 08:15</i><div id="text">{text()}</div>').html)
    old = read(TWO, page(f'<table><td class="title">柳树</td><td class="text">{text()}</td></table>').html)
    assert dict(new.found_by)["title"] == "layout:new"
    assert dict(old.found_by)["title"] == "layout:2"
    assert (new.info_code, new.title, old.title) == ("a-1", "柳树", "柳树")


def test_a_layout_is_not_used_outside_of_its_days() -> None:
    html = page(f'<h1>柳树抽芽</h1><i>2019-03-20</i><div id="text">{text()}</div>').html
    early = "https://news.example.org/xw/20190320/7.html"
    assert "layout:new" not in dict(read(TWO, html, early).found_by).values()
    with pytest.raises(SetAside, match="fits none of its source's layouts"):
        read("fallback = false\n" + TWO, html, early)


def test_what_is_no_part_of_the_text_is_dropped_and_the_rest_stays() -> None:
    declared = """
    [[layout]]
    title = "h1"
    body = "#text"
    drop = "div.share"
    drop_text = ["责任编辑", "点击"]
    caption = "p.tu"
    images = "#text img.own, div.cover img"
    """
    html = page(
        '<h1>柳树</h1><div class="cover"><img src="/c.jpg"></div><div id="text"><img class="own" src="a.jpg">'
        f'<p class="tu">护堤</p><img src="ad.gif">{text()}第三行<br>点击进入专题<br>'
        '第四行<div class="share">分享</div>'
        "<p><b>责任</b>编辑：某某</p></div>"
    ).html
    draft = read(declared, html)
    assert "分享" not in draft.body_html
    assert "点击" not in draft.body_html
    assert "责任" not in draft.body_html
    assert "ad.gif" not in draft.body_html
    assert "第三行" in draft.body_html
    assert "第四行" in draft.body_html
    assert "<figcaption" in draft.body_html
    assert [picture.url for picture in draft.pictures] == ["https://news.example.org/c.jpg"]


def test_what_is_dropped_may_be_named_by_what_is_around_the_text() -> None:
    declared = """
    [[layout]]
    title = "h2"
    body = "#text"
    drop = ["div.article div.share", "#text > i"]
    caption = "div.article p.tu"
    images = "div.article img.own"
    """
    html = page(
        '<h1>柳树</h1><h2>护堤</h2><div class="article"><div id="text">'
        '<div class="share">分享</div><i>广告</i>'
        f'<img class="own" src="a.jpg"><p class="tu">堤上</p><img src="ad.gif">{text()}</div></div>'
    ).html
    draft = read(declared, html)
    assert not any(word in draft.body_html for word in ("分享", "广告", "ad.gif"))
    assert "a.jpg" in draft.body_html
    assert "<figcaption" in draft.body_html
    assert (draft.title, draft.subtitle) == ("护堤", None)
    none_named = read(declared.replace("img.own", "img.none"), html)
    assert "<img" not in none_named.body_html


def test_a_page_after_this_one_that_nobody_declared_makes_it_incomplete() -> None:
    html = page(f'<h1>柳树</h1><div id="t">{text()}</div><a href="100_2.html">下一页</a>').html
    draft = read('title = "h1"\nbody = "#t"', html)
    assert "100_2.html" in (draft.incomplete or "")
    other = html.replace("100_2.html", "101.html")
    assert read('title = "h1"\nbody = "#t"', other).incomplete is None


def test_a_page_at_another_address_is_not_simply_believed() -> None:
    html = page(f'<h1>柳树</h1><div id="t">{text()}</div>').html
    assert read('title = "h1"\nbody = "#t"', html, at="https://news.example.org/").info_code is None


def test_the_declaration_names_the_newspaper_and_the_address_the_day() -> None:
    declared = f'media = "灵溪日报"\nfallback = false\n{TWO}'.replace('time = "i"', "")
    draft = read(declared, page(f'<h1>柳树</h1><div id="text">{text()}</div>').html)
    assert (draft.media, draft.witness, draft.precision) == ("灵溪日报", "address", "day")
    assert draft.published_at is not None
    assert draft.published_at.date() == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("further", "url", "expected"),
    [
        ("https://a.example/content_123_2.htm", "https://a.example/content_123.htm", True),
        ("https://a.example/v?id=5&page=2", "https://a.example/v?id=5", True),
        ("https://a.example/v?id=6&page=2", "https://a.example/v?id=5", False),
        ("https://a.example/news_13.html", "https://a.example/news_12.html", False),
        ("https://b.example/content_123_2.htm", "https://a.example/content_123.htm", False),
    ],
)
def test_a_further_page_looks_like_the_first(further: str, url: str, *, expected: bool) -> None:
    assert is_part(further, url) is expected


# Identities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.example.org/a/1.html", "https://example.org/a/1.html"),
        ("https://example.org/a?id=1&utm_source=x", "https://example.org/a?id=1"),
        ("https://example.org/a?b=2&a=1#top", "https://example.org:443/a?a=1&b=2"),
        ("https://EXAMPLE.org/%e6%9f%b3.html", "https://example.org/%E6%9F%B3.html?from=timeline"),
    ],
)
def test_two_addresses_of_a_page_are_one(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_parameters_that_may_name_an_article_count() -> None:
    assert normalised("https://example.org/v?t=1") != normalised("https://example.org/v?t=2")
    assert normalised("https://example.org/v?from=3") != normalised("https://example.org/v?from=4")


@pytest.mark.parametrize(
    ("declared", "url", "code"),
    [
        (r"link = '(?P<id>\d+)\.html'", URL, "a-100"),
        (
            r"""link = '(?P<date>\d{8})/(?P<id>\d+)\.html'
id = "{date}.{id}" """,
            URL,
            "a-20260320.100",
        ),
        (
            r"""link = 'c_(?P<id>\d+)\.htm|/(?P<hash>[0-9a-f]{32})/'
id = "{id|hash}" """,
            f"https://x.example/{'ab' * 16}/c.html",
            f"a-{'ab' * 16}",
        ),
    ],
)
def test_an_id_is_as_declared(declared: str, url: str, code: str) -> None:
    declaration = rules(declared)
    assert code_of("a", url, groups_of(url, declaration), declaration) == code


def test_an_id_is_short_and_safe_and_never_another_ones() -> None:
    declaration = rules(r"link = 'id=(?P<id>.+)'")
    ids = ["a/b", "a_b", "a b", "柳" * 80, "柳" * 81, "x" * 200]
    codes = [code_of("site", "https://e.example/", {"id": one}, declaration) for one in ids]
    assert len(set(codes)) == len(ids)
    assert all(len(code) <= 64 for code in codes)
    assert code_of("site", URL, {}, declaration).startswith("site-")


@pytest.mark.parametrize(
    ("groups", "day"),
    [
        ({"date": "20260320"}, date(2026, 3, 20)),
        ({"date": "2026-03-20"}, date(2026, 3, 20)),
        ({"date": "260320"}, date(2026, 3, 20)),
        ({"y": "2026", "md": "0320"}, date(2026, 3, 20)),
        ({"ym": "2026-03", "d": "20"}, date(2026, 3, 20)),
        ({"y": "2026", "m": "3", "d": "5"}, date(2026, 3, 5)),
        ({"y": "2026", "md": "1340"}, None),
        ({"id": "1"}, None),
    ],
)
def test_the_day_of_an_address(groups: dict[str, str], day: date | None) -> None:
    assert day_of(groups) == day


# Lists


def test_a_list_names_each_article_once_with_title_and_time() -> None:
    declared = rules(r"""
    link = '/a/(?P<id>\d+)\.html'
    item_date = "span"
    title_without = "em"
    """)
    shown = page(
        '<ul><li><a href="/a/1.html"><img src="x.jpg"></a><a href="/a/1.html">柳树抽芽<em>图</em></a>'
        '<span>昨天 23:01</span></li><li><a href="/a/2.html">查看详情</a><a title="水渠清了两条又修了一条" '
        'href="http://news.example.org/a/2.html?#c">水渠清了两条…</a><span>03-18</span></li>'
        '<li><a href="/b/3.html">旁</a></li></ul>'
    )
    listed = as_listed(read_html_list(shown, declared), "a", declared, shown.url)
    assert [(one.info_code, one.title) for one in listed] == [
        ("a-1", "柳树抽芽"),
        ("a-2", "水渠清了两条又修了一条"),
    ]
    times = [one.told.published_at for one in listed]
    assert [time.isoformat() for time in times if time] == [
        "2026-03-19T23:01:00+08:00",
        "2026-03-18T00:00:00+08:00",
    ]


def test_a_base_address_counts() -> None:
    shown = DeclaredPage(
        '<html><head><base href="https://b.example/x/"></head><body><a href="a/1.html">柳</a></body></html>',
        URL,
    )
    items = read_html_list(shown, rules(r"link = '^https://b\.example/x/a/(?P<id>\d)'"))
    assert [item.address for item in items] == ["https://b.example/x/a/1.html"]


def test_a_json_list_may_be_in_a_call_and_its_items_anywhere() -> None:
    declared = rules("""
    [json_list]
    items = "result.groups[].rows[]"
    url = "https://news.example.org/{id}.html"
    id = "id"
    title = "name"
    time = "when"
    media = "from.name"
    """)
    answer = 'jQuery123({"result": {"groups": [{"rows": [{"id": 7, "name": "柳树", "when": 1773963000000, '
    answer += '"from": {"name": "灵溪日报"}}, {"name": "无"}]}]}});'
    (item,) = read_json_list(DeclaredPage(answer, URL, NOW), declared)
    assert (item.address, item.title, item.groups) == ("https://news.example.org/7.html", "柳树", {"id": "7"})
    assert item.told.media == "灵溪日报"
    assert item.told.published_at is not None
    assert item.told.published_at.isoformat() == "2026-03-20T07:30:00+08:00"
    with pytest.raises(SetAside, match="is no JSON"):
        read_json_list(DeclaredPage("<html>维护中</html>", URL, NOW), declared)


@pytest.mark.parametrize(
    ("template", "following", "pages"),
    [
        ("https://e.example/x/", "index_{n}.html", ["x/index_1.html", "x/index_2.html"]),
        ("https://e.example/x/", "index_{n:2}.html", ["x/index_2.html", "x/index_3.html"]),
        ("https://e.example/l", "?start={n:20:20}", ["l?start=20", "l?start=40"]),
        ("https://e.example/l?p={n}", None, ["l?p=2", "l?p=3"]),
    ],
)
def test_numbered_pages(template: str, following: str | None, pages: list[str]) -> None:
    paging = Paging(template, following)
    paging.note(paging.first)
    found = [paging.next(None, has_news=True) for _ in pages]
    assert found == [f"https://e.example/{page}" for page in pages]


def test_a_second_page_that_is_called_2_is_found() -> None:
    paging = Paging("https://e.example/x/", "index_{n}.html")
    paging.note(paging.first)
    assert paging.next(None, has_news=True) == "https://e.example/x/index_1.html"
    assert paging.next(None, has_news=False) == "https://e.example/x/index_2.html"
    assert paging.next(None, has_news=False) is None


def test_a_next_page_by_its_link() -> None:
    shown = page('<a href="?p=1">上一页</a><a href="?p=3">下一页&gt;</a><a class="q" href="?p=9">末页</a>')
    assert find_further(shown, "rel=next") == (f"{URL}?p=3",)
    assert find_further(shown, "a:contains('下一页')") == (f"{URL}?p=3",)
    assert find_further(shown, "a.q, link") == (f"{URL}?p=9",)


@pytest.mark.parametrize("encoding", ["auto", "gb2312", "GBK", "gb18030"])
def test_a_forced_encoding_is_the_newest_of_its_family(encoding: str) -> None:
    body = '<meta charset="utf-8"><p>镕镕柳树抽芽，比往年早了十来天。</p>'
    answer = Answer(URL, URL, 200, body.encode("gb18030"), "text/html; charset=iso-8859-1")
    assert decode_as_declared(answer, encoding).text == body


# Wrong declarations

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(write_file, tmp_path)


PAGE = {"kind": '"page"', "site": '"a"', "link": "'/a/'"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("link = '('", "it is no regular expression (missing )"),
        ('title = "a["', 'sources[hexi].title.css is "a[": it is no CSS selector'),
        ("title = { after = 'x' }", "it has not just one of css, meta and path"),
        ("title = { css = 'x', afer = 'y' }", "sources[hexi].title.afer is no key"),
        ('next = "page_{x}.html"', "it has no place {n}"),
        ('list = "https://a.example/{q}/"', "it has the unknown place {q}"),
        ('encoding = "gb99"', "it is no encoding"),
        ('extends = "nowhere"', "there is no profile nowhere: there are china"),
        ("layouts = []", "did you mean layout?"),
        ("fallback = 1", 'expected true, false or "only"'),
        ("[[sources.layout]]\ntest = 1", "test is a key of the source itself"),
        ("[[sources.layout]]\nlink = 'x'", "write link before the first [[sources.layout]]"),
        ("[[sources.layout]]\nvalid = [2020-01-01]", "it is no list of two days"),
        ('[[sources.layout]]\nvalid = [2020-01-01, "2019-01-01"]', "its first day comes after its last"),
        ("[sources.json_list]\nitems = 'a[]'", "sources[hexi].json_list.url is missing"),
    ],
)
def test_a_wrong_declaration_is_told_with_its_line(line: str, said: str, write: Write) -> None:
    keys = {key: value for key, value in PAGE.items() if not line.startswith(f"{key} =")}
    file = write(source_table(**keys) + line + "\n")
    error = load_error(file)
    number = len((source_table(**keys) + line).splitlines())
    assert said in error
    assert f"line {number}: " in error or (said.endswith("is missing") and f"line {number - 1}: " in error)


def test_a_list_page_must_say_which_links_are_articles(write: Write) -> None:
    assert "sources[hexi].link is missing" in load_error(write(source_table(**{**PAGE, "link": None})))


def test_a_list_is_enough_of_an_address(write: Write) -> None:
    keys: dict[str, str | None] = {**PAGE, "url": None, "list": '"https://a.example/x/{Y}/l.html"'}
    (source,) = load_configuration(write(source_table(**keys)), None, {}).sources
    assert source.url == "https://a.example/x/"


def test_a_layout_of_json_reads_no_page_and_a_page_is_read_all_the_same() -> None:
    layouts = TWO.partition("html'")[2]
    declared = '[[layout]]\nbody = { path = "content" }\ntitle = { path = "title" }\n' + layouts
    draft = read(declared, page(f'<h1>柳树</h1><i>2026-03-20</i><div id="text">{text()}</div>').html)
    assert dict(draft.found_by)["title"] == "layout:new"
    draft = read(declared, '{"title": "水渠", "content": "第一行\\n第二行"}')
    assert (draft.title, draft.body_html) == ("水渠", "<div><p>第一行</p><p>第二行</p></div>")
    with pytest.raises(SetAside, match="is JSON that fits none"):
        read(declared, '{"error": 404}')


def test_of_an_endless_element_the_beginning_is_read() -> None:
    """Items that are nested in each other would each read all that is in the inner ones."""
    many = fromstring(f"<div>甲<script>x</script>{'<i>乙</i>' * 100_000}</div>")
    assert text_of(many).startswith("甲乙")
    assert len(text_of(many)) < 5_000
    assert text_of(fromstring("<p> 甲<!-- x -->乙 <style>x</style>\n丙<b>丁</b>戊</p>")) == "甲乙 丙丁戊"
    assert text_of(fromstring("<div><script>甲</script></div>")[0]) == ""
