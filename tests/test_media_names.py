"""Newspapers: what tags, answers and digests name, and what is only a list's name or no name at all."""

from __future__ import annotations

import pytest

from pipelines.normalise.article import normalise
from storage.records import Draft, Form

URL = "http://h.example/a.html"


def media_of(form: Form = "rolling", line: str = "", **said: str | None) -> str | None:
    """Return the newspaper of a draft that says this."""
    draft = Draft("NW202203112301200001", URL, form, title="题", body_html=f"<p>正文。</p>{line}", **said)  # type: ignore[arg-type]
    return normalise(draft).media


@pytest.mark.parametrize(
    ("tag", "form", "expected"),
    [
        ("东财滚动新闻", "rolling", None),
        ("东财滚动新闻", "media", None),
        (" 东财滚动新闻 ", "media", None),
        ("东财滚动", "media", None),
        ("财经要闻新闻", "media", None),
        ("全球快讯新闻", "rolling", None),
        ("7x24新闻", "media", None),
        ("瑶湖日报新闻", "rolling", None),
        ("瑶湖日报新闻", "media", "瑶湖日报"),
        ("每日经济新闻新闻", "media", "每日经济新闻"),
        ("Techweb新闻", "media", "Techweb"),
        ("新闻", "media", None),
        (None, "rolling", None),
    ],
)
def test_a_tag_names_a_newspaper_unless_it_is_a_lists(
    tag: str | None, form: Form, expected: str | None
) -> None:
    assert media_of(form, tag=tag) == expected


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("（瑶湖证券报）", "瑶湖证券报"),
        ("(瑶湖证券报)", "瑶湖证券报"),
        ("（瑶湖证券报）。", "瑶湖证券报"),
        ("（ 瑶湖晚报 ） ", "瑶湖晚报"),
        ("（《瑶湖晚报》）", "瑶湖晚报"),
        ("（文章来源：瑶湖晚报）", "瑶湖晚报"),
        ("（据瑶湖通讯社）", "瑶湖通讯社"),
        ("（瑶湖青年报）", "瑶湖青年报"),
        ("（文汇瑶报）", "文汇瑶报"),
        ("（瑶湖新闻客户端）", "瑶湖新闻客户端"),
        ("（瑶湖日报海外版）", "瑶湖日报海外版"),
        ("（瑶湖日报(海外版)）", "瑶湖日报(海外版)"),
        ("（35世纪经济报道）", "35世纪经济报道"),
        ("（第五财经）", "第五财经"),
        ("（瑶湖在线）", "瑶湖在线"),
        ("", None),
        ("（完）", None),
        ("（更新）", None),
        ("（张平）", None),
        ("（记者 张平）", None),
        ("（瑶湖日报记者 张平）", None),
        ("（本报）", None),
        ("（年报）", None),
        ("（2021年年报）", None),
        ("（业绩快报）", None),
        ("（天气预报）", None),
        ("（瑶湖电网）", None),
        ("（瑶湖茅台）", None),
        ("（002999.SZ）", None),
        ("（江西）", None),
        ("（图片新闻）", None),
        ("（三季度财报）", None),
        ("（瑶湖证券研报）", None),
        ("（行业周报）", None),
        ("（策略早报）", None),
        ("（股东回报）", None),
        ("（暴雨预警报）", None),
        ("（财联瑶社电报）", None),
        ("（公司资讯）", None),
        ("（最新资讯）", None),
        ("（见瑶湖日报）", None),
        ("（详见瑶湖日报）", None),
        ("（综合瑶湖社）", None),
        ("（瑶湖株式会社）", None),
        ("（车联网）", None),
        ("（通讯社）", None),
        ("（瑶际在线）", "瑶际在线"),
        ("（国际在线）", "国际在线"),
        ("（新闻瑶报）", "新闻瑶报"),
        ("（东财滚动新闻）", None),
        ("（瑶湖日报、信江晚报）", None),
        ("（图片来源：瑶湖日报）", None),
        ("（瑶湖证券报）...", None),
        ("（瑶湖证券报", None),
        ("（" * 40, None),
    ],
)
def test_a_digest_ends_with_a_newspapers_name_or_names_none(ending: str, expected: str | None) -> None:
    assert media_of(tag="东财滚动新闻", summary=f"沪指收涨。{ending}") == expected


def test_a_name_at_the_start_of_a_digest_is_no_ending() -> None:
    assert media_of(summary="（瑶湖证券报）沪指收涨。") is None


@pytest.mark.parametrize(
    ("said", "line", "expected"),
    [
        ({"media": "东财滚动"}, "", None),
        ({"media": "东财滚动", "summary": "沪指收涨。（瑶湖证券报）"}, "", "瑶湖证券报"),
        ({"media": "财联瑶社", "summary": "沪指收涨。（瑶湖证券报）"}, "", "财联瑶社"),
        ({"tag": "东财滚动新闻", "media": "瑶湖晚报"}, "", "瑶湖晚报"),
        ({"summary": "沪指收涨。（瑶湖证券报）"}, "<p>（文章来源：信江晚报）</p>", "信江晚报"),
        ({"tag": "瑶湖日报新闻", "summary": "沪指收涨。（瑶湖证券报）", "form": "media"}, "", "瑶湖日报"),
    ],
    ids=["list", "list-digest", "stated", "stated-beside-list", "source-line", "tag"],
)
def test_the_surest_word_names_the_newspaper(said: dict[str, str], line: str, expected: str | None) -> None:
    form: Form = "media" if said.pop("form", "") else "rolling"
    assert media_of(form, line, **said) == expected
