"""Readers: one test runs every case folder; the rest are promises that no single page shows."""

from __future__ import annotations

import codecs
import json
import time
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.page_cases import READERS, PageCase, find_case, find_cases

from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.encoding import decode_page
from spiders.readers.listing_page import MOST_LINKS, read_listing
from spiders.readers.printed_time import read_time
from storage.records import Draft, SetAside, Vanished
from storage.records.press_days import PRINTED_ZONE

SITE = "https://finews.withounder.com"
CODE = "NW202203112301200001"
TEXT = st.text(st.characters(codec="gb18030", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=80)


@pytest.mark.parametrize("case", find_cases(), ids=lambda case: case.name)
def test_case_is_read_as_expected(case: PageCase) -> None:
    assert case.read() == case.expected, case.meta["says"]


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_has_cases_that_it_sets_aside(reader: str) -> None:
    outcomes = ["set_aside" in case.expected for case in find_cases(reader)]
    assert any(outcomes)
    assert not all(outcomes)


# Charsets


@given(
    TEXT,
    st.sampled_from(["utf-8", "UTF8", "gbk", "gb2312", "big5", "iso-8859-1", "utf-7", "rot13", "x-none"]),
)
def test_utf_8_survives_whatever_is_declared(text: str, declared: str) -> None:
    assert decode_page(text.encode(), f"text/html; charset={declared}") == text.removeprefix("\ufeff")


@given(TEXT, st.sampled_from([None, "text/html", "text/html; charset=gb2312", "text/html; charset=utf-8"]))
def test_gb_18030_survives_whatever_is_declared(text: str, content_type: str | None) -> None:
    page = f"<p>镕{text}瑶湖日报报道</p>"
    assert decode_page(page.encode("gb18030"), content_type) == page


@given(TEXT)
def test_utf_16_is_known_by_its_mark(text: str) -> None:
    assert decode_page(codecs.BOM_UTF16_LE + f"<p>{text}".encode("utf-16-le"), None) == f"<p>{text}"


@given(
    st.binary(max_size=400), st.none() | st.sampled_from(["text/html; charset=gbk", "text/html; charset=zip"])
)
def test_any_bytes_become_text_or_are_set_aside(body: bytes, content_type: str | None) -> None:
    with suppress(SetAside):
        assert "\x00" not in decode_page(body, content_type)


def test_a_replacement_character_of_upstreams_own_is_kept() -> None:
    assert decode_page("<p>瑶湖\ufffd日报</p>".encode(), "text/html; charset=gbk") == "<p>瑶湖\ufffd日报</p>"


# Listings


def listing(*items: str) -> str:
    entries = "".join(f"<li>{item}</li>" for item in items)
    return f"<html><body><header></header><section><ul>{entries}</ul></section></body></html>"


def test_a_listing_of_absurd_length_is_refused() -> None:
    links = (f'<a href="/s/2022/03/11/NW{number:018d}.html">题</a>' for number in range(MOST_LINKS + 1))
    with pytest.raises(SetAside, match="more than 10,000 links"):
        read_listing(listing(*links), SITE)


def test_entries_without_links_are_no_empty_window() -> None:
    with pytest.raises(SetAside, match="without a single info code"):
        read_listing(listing("暂无内容"), SITE)


@given(st.text(max_size=300))
def test_any_text_is_a_listing_or_set_aside(soup: str) -> None:
    for page in (soup, listing(soup), listing(f'<a href="{soup}">题</a>')):
        with suppress(SetAside):
            assert isinstance(read_listing(page, SITE), tuple)


# Article pages


def test_title_and_body_come_from_the_page_not_from_its_head() -> None:
    case = find_case("article_page/leaked-head-with-section")
    assert case.text.index("26分钟") < case.text.index("</head>")
    body = read_article(case.text, case.meta["url"]).body_html
    assert body.startswith('<section class="lead">')
    assert body.count("26分钟") == 1
    assert "返回" not in body
    assert "tags:" not in body


def test_a_leak_that_looks_like_a_page_is_not_taken_for_it() -> None:
    case = find_case("article_page/plain-post")
    leak = '"></head><body class="x"><section><small>(GMT+8) 2020-01-01 00:00:00</small><h1>假</h1></section>'
    html = case.text.replace('<meta property="og:description" content="', f"{leak}<meta ", 1)
    assert read_article(html, case.meta["url"]) == read_article(case.text, case.meta["url"])


MOVED = "https://finews.withounder.com/old_post/2021-12-{day}-{code}.html"
DATED = "https://finews.withounder.com/emnews/2021/12/{day}/{code}.html"
NAVIGATIONS = {
    "two-lines": '<p><a href="../emnews/">返回一</a>\n<a href="../">返回首页</a></p>',
    "joined": '<p><a href="//h.example/emnews/">返回一</a>｜<a href="//h.example/">返回首页</a></p>',
    "none": "",
}


@pytest.mark.parametrize("navigation", NAVIGATIONS.values(), ids=NAVIGATIONS)
@pytest.mark.parametrize(
    ("address", "code", "printed", "expected", "precision"),
    [
        (MOVED, "202112082206670001", "08 18:05:11", "08 18:05:11", "second"),
        (MOVED, "202112082206670001", "08 06:05:11", "08 06:05:11", "second"),
        (MOVED, "202112092206670001", "09 22:02:51", "09 22:02:51", "second"),
        (DATED, "202112082206670001", "08 18:05:11", "08 18:05:11", "day"),
        (DATED, "202112082206670001", "09 07:46:18", "08 23:46:18", "day"),
        (DATED, "202112092206670001", "09 07:46:18", "09 07:46:18", "day"),
        (DATED, "202112092206670001", "09 08:00:00", "09 08:00:00", "day"),
        (DATED, "202112092206670001", "10 05:59:59", "09 21:59:59", "day"),
        (DATED, "202112082206670001", "10 12:00:00", "10 12:00:00", "day"),
        (DATED, "202112072206670001", "08 02:30:00", "07 18:30:00", "day"),
        (DATED, "202112072206670001", "07 18:05:11", "07 18:05:11", "second"),
        (DATED, "202112102206670001", "10 07:46:18", "10 07:46:18", "second"),
        (DATED, "NW202112092206670001", "09 18:05:11", "09 18:05:11", "day"),
        (MOVED, "NW202112092206670001", "09 18:05:11", "09 18:05:11", "second"),
        (DATED, "202112092206670001", "09 18:05", "09 18:05:00", "day"),
        (DATED, "202112112206670001", "11 18:05", "11 18:05:00", "minute"),
    ],
)
def test_of_the_first_days_only_what_is_sure_is_said(
    navigation: str, address: str, code: str, printed: str, expected: str, precision: str
) -> None:
    page = (
        f"<section><small>(GMT+8, CST) 2021-12-{printed}</small><h1>题</h1>"
        f'<p>正文。</p>\n<p><a href="http://x.cn/{code}">http://x.cn/{code}</a></p>\n{navigation}\n'
        "<small>tags: <em>东财滚动新闻</em></small></section></html>"
    )
    draft = read_article(page, address.format(day=printed[:2], code=code))
    assert draft.published_at == datetime.fromisoformat(f"2021-12-{expected}+08:00")
    assert draft.precision == precision
    assert draft.witness == "page"


def test_an_address_without_info_code_gets_it_from_the_share_line() -> None:
    case = find_case("article_page/plain-post")
    assert read_article(case.text, f"{SITE}/latest.html").info_code == CODE


@given(st.text(max_size=300))
def test_any_text_is_an_article_or_set_aside(soup: str) -> None:
    page = f"<section><small>(GMT+8, CST) {soup}</small><h1>{soup}</h1>{soup}</section>"
    bare = f'{soup}<p><a href="http://x.cn/{CODE}">http://x.cn/{CODE}</a></p>'
    for html in (soup, page, bare, f'<div id="ContentBody">{soup}</div></html>'):
        with suppress(SetAside):
            assert isinstance(read_article(html, f"{SITE}/{CODE}.html"), Draft)


def test_a_hostile_page_is_read_in_linear_time() -> None:
    pieces = ("<section", "<small>tags:", "&lt;http://", "</header> ", "<em>", '<p><a href="', "<blockquote>")
    for piece in pieces:
        page = f"<section><small>(GMT+8) x</small><h1>题</h1>{piece * 60_000}</section>"
        started = time.process_time()
        read_article(page, f"{SITE}/20220311/{CODE[2:]}.html")
        assert time.process_time() - started < 2, piece


# JSON


def test_nesting_that_would_exhaust_the_parser_is_set_aside() -> None:
    with pytest.raises(SetAside, match="is not JSON"):
        read_article_json("[" * 100_000, SITE, CODE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["text", "content", "title", "showtime", "data", "infoCode", "message", "digest"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_an_article_or_set_aside(document: object) -> None:
    with suppress(SetAside, Vanished):
        draft = read_article_json(json.dumps(document), SITE, CODE)
        assert draft.info_code == CODE
        assert draft.body_html
        assert draft.partial


def test_an_ellipsis_is_no_cut() -> None:
    body = "<p>余音绕梁……</p>"
    assert read_article_json(json.dumps({"text": body}), SITE, CODE).body_html == body


# Printed times


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2022-04-18 08:09:12", "2022-04-18T08:09:12+08:00 second"),
        (" 2022-04-18  08:09:12 +0800 ", "2022-04-18T08:09:12+08:00 second"),
        ("2022-04-18T00:09:12Z", "2022-04-18T08:09:12+08:00 second"),
        ("2022-04-18T00:09:12.123-01:30", "2022-04-18T09:39:12+08:00 second"),
        ("2026年08月19日 17:46", "2026-08-19T17:46:00+08:00 minute"),
        ("2022/4/8", "2022-04-08T00:00:00+08:00 day"),
        ("1644560965", "2022-02-11T14:29:25+08:00 second"),
        ("1644560965017", "2022-02-11T14:29:25+08:00 second"),
        ("1644560965017262", "2022-02-11T14:29:25+08:00 second"),
        ("+0800", None),
        ("2022-13-45 08:00:00", None),
        ("2022-02-29 08:00:00", None),
        ("2022-04-18 25:00:00", None),
        ("0001-01-01 00:00:00 +2359", None),
        ("今天 16:25", None),
        ("", None),
    ],
)
def test_a_printed_time_is_read(printed: str, expected: str | None) -> None:
    found = read_time(printed)
    assert (f"{found[0].isoformat()} {found[1]}" if found else None) == expected


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_printed_second_comes_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=PRINTED_ZONE)
    assert read_time(moment.strftime("%Y-%m-%d %H:%M:%S")) == (moment, "second")
