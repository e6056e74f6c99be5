"""Info codes: every spelling of one article is one code."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import BadInfoCode, canonical_info_code, find_info_code, info_code_day

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
]


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
