"""Info codes: every spelling of one article is one code."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import (
    BadInfoCode,
    canonical_info_code,
    find_info_code,
    has_digits_alone,
    info_code_day,
    site_code,
)

CODES = st.from_regex(r"[0-9]{18}", fullmatch=True)
DIGITS = "202203162311100001"
ADDRESSES = [
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}.html",
    "/lanhujingjidaobao/nananlicaitong/2022/03/15/{}.html",
    "https://finews.withounder.com/old_post/2022-03-16-{}.html",
    "https://finews.withounder.com/old_post/-{}.html",
    "https://finews.withounder.com/2026/11/21/2022-03-16-{}.html",
    "http://finews.zning.xyz/html_News/NewsShare.html?infoCode={}",
    "http://finews.zning.xyz/NewsData/GetNewsText.do?id={}&type=45",
    "http://stock.eastmoney.com/news/1350,{}.html",
    "https://finance.eastmoney.com/a/{}.html?from=list#top",
    "_posts/2022-03-16-{}.md",
    "{}",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}.html;jsessionid=1F0A",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{};v=2.html?from=list",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}/",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}.html/",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}/index.html",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}/index_2.SHTML",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}/default.aspx",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}.shtml",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}.HTM",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}_1.html",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}_12.shtml#top",
    "https://finews.withounder.com/yaohuribao/2022/03/16/{}%2Ehtml",
    "https://finews.withounder.com/yaohuribao%2F2022%2F03%2F16%2F{}.html",
    "https://finews.withounder.com/yaohuribao/2022/03/16/%20{}.html%20",
    " https://finews.withounder.com/yaohuribao/2022/03/16/{}.html\n",
    "//finews.withounder.com/yaohuribao/2022/03/16/{}",
    "https://finews.withounder.com/share?from=202203162311109999&INFOCODE={}",
    "https://finews.withounder.com/share?infoCode=%20{}",
    "https://finews.withounder.com/app.html#/article/{}.html?x=1",
    "https://finews.withounder.com/yaohuribao/{}.html?ref=NW202203162311109999",
]


SITE_CODES = [
    "jxrb-20230519.7712601",
    "jxrb-7712601",
    "163-a",
    "jxrb-t20230519_7712601",
    "jxrb--1",
    "jxrb-Aa.b-c_d.9",
    "j-" + "1" * 62,
]


@pytest.mark.parametrize("code", SITE_CODES)
def test_the_code_of_another_site_is_its_id_behind_its_name(code: str) -> None:
    assert canonical_info_code(f" {code}\n") == code
    assert site_code(*code.split("-", 1)) == code
    assert not has_digits_alone(code)
    assert quote(code, safe="") == code


@pytest.mark.parametrize(
    "text",
    [
        "jxrb",
        "jxrb-",
        "-1",
        "JXRB-1",
        "jx_rb-1",
        "jxrb-1.",
        "jxrb-.1",
        "jxrb-1..2",
        "jxrb-1/2",
        "jxrb-1 2",
        "jxrb-1%2",
        "jxrb-报",
        "=jxrb-1",
        "jxrb-=1",
        "j-" + "1" * 63,
        "a-" * 100_000,
        "a-b." * 100_000,
    ],
)
def test_what_is_safe_nowhere_is_no_code_of_a_site(text: str) -> None:
    with pytest.raises(BadInfoCode, match="or SITE-ID such as"):
        canonical_info_code(text)


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("jxrb-20230519.7712601", date(2023, 5, 19)),
        ("jxrb-20230519", None),
        ("jxrb-20231519.1", None),
        ("jxrb-202305191.1", None),
        ("jxrb-t20230519.1", None),
        ("jxrb-000000202305190000000001", None),
        ("jxrb-7712601", None),
    ],
)
def test_the_code_of_another_site_has_a_day_when_its_id_begins_with_one(code: str, day: date | None) -> None:
    assert info_code_day(code) == day


@given(CODES, st.sampled_from(["", "NW", "nw"]))
def test_every_spelling_has_one_canonical_form(digits: str, prefix: str) -> None:
    code = canonical_info_code(f" {prefix}{digits}\n")
    assert code == f"NW{digits}"
    assert canonical_info_code(code) == code


@given(CODES, st.sampled_from(ADDRESSES))
def test_a_code_is_found_in_every_kind_of_address(digits: str, address: str) -> None:
    assert find_info_code(address.format(f"NW{digits}")) == (f"NW{digits}", "media")
    assert find_info_code(address.format(digits)) == (f"NW{digits}", "rolling")


@pytest.mark.parametrize(
    ("address", "form"),
    [
        (f"/a/nw{DIGITS}.html", "media"),
        (f"/a/%4E%57{DIGITS}.html", "media"),
        (f"/a/ＮＷ{DIGITS}.html", "media"),
        ("/a/NW２０２２０３１６２３１１１００００１.html", "media"),
        ("/a/%32%30%32203162311100001.html", "rolling"),
    ],
)
def test_a_code_is_found_however_it_is_written(address: str, form: str) -> None:
    assert find_info_code(address) == (f"NW{DIGITS}", form)


@pytest.mark.parametrize(
    "text",
    ["", "NW", DIGITS[:-1], DIGITS + "0", f"NX{DIGITS}", "２０２２０３１６２３１１１０００01", f"{DIGITS};"],
)
def test_anything_else_is_no_info_code(text: str) -> None:
    with pytest.raises(BadInfoCode, match="expected NW and 18 digits"):
        canonical_info_code(text)


@pytest.mark.parametrize(
    "address",
    [
        "https://finews.withounder.com/category/yaohuribao.html",
        "https://dfscdn.dfcfw.com/download/D25000000000000000001_w800h555.jpg",
        f"https://finews.withounder.com/yaohuribao/NW{DIGITS}0.html",
        f"https://finews.withounder.com/yaohuribao/NW{DIGITS}.jpg",
        f"https://finews.withounder.com/x{DIGITS}.html",
        f"https://finews.withounder.com/yaohuribao/NW{DIGITS}/comments.html",
        f"https://finews.withounder.com/yaohuribao/NW{DIGITS}_1234.html",
        f"https://share.example/send?url=https%3A%2F%2Ffinews.withounder.com%2Fa%2FNW{DIGITS}.html",
        f"https://NW{DIGITS}.example/",
        "",
    ],
)
def test_other_addresses_name_no_article(address: str) -> None:
    assert find_info_code(address) is None


@given(st.dates(min_value=date(1000, 1, 1)))
def test_the_day_of_a_code_is_its_first_eight_digits(day: date) -> None:
    assert info_code_day(f"NW{day:%Y%m%d}2311100001") == day


def test_digits_that_are_no_day_have_none() -> None:
    assert info_code_day("NW202202302311100001") is None
