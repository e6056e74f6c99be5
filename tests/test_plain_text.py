"""Plain text of a digital newspaper: title, captions, headings, broken paragraphs, and who wrote it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalise.article import normalise
from spiders.readers.broken_paragraphs import join_broken
from spiders.readers.plain_text import LONGEST_TEXT, read_plain_text
from storage.records import Article, Paragraph, SetAside

DAY = date(2026, 3, 20)
STORY = """



春水满塘，信州春耕跑出「加速度」



信江边新修的提灌站。

清晨六点,沙溪镇的田埂上已经热闹起来。今年全区早稻计划种植面积突破

12万亩,比去年多出三成。

抢农时 良种良机齐下田

与此同时,依托农机合作社,统一调度插秧机,

不断缩短“等机”时间。

——服务农户“靠前一步”,农技员驻村指导。

——农资配送“快人一步”,化肥当天到户。

一年之计在于春!“早一天插秧,多一成收成”,老把式们都这么说。(张平 全媒体记者 林妙)



无人机在田间喷洒作业。
"""
WHO = st.sampled_from("上饶春耕 ,。，！”）(：——一、图为摄\u3000\t\n12AB记者")


def read(text: str) -> Article:
    draft = read_plain_text(
        text, "urn:jianbao:text:a", info_code="NW202603200123456789", media="上饶日报", day=DAY
    )
    return normalise(draft)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(paragraph.kind, paragraph.text) for paragraph in read(text).paragraphs]


def test_a_story_is_read_whole() -> None:
    article = read(STORY)
    assert article.title == "春水满塘，信州春耕跑出「加速度」"
    assert article.author == "张平、林妙"
    assert article.media == "上饶日报"
    assert article.published_at == datetime(2026, 3, 19, 16, tzinfo=UTC)
    assert article.precision == "day"
    assert [one.text for one in article.paragraphs if one.kind == "caption"] == [
        "信江边新修的提灌站。",
        "无人机在田间喷洒作业。",
    ]
    assert [one.text for one in article.paragraphs if one.kind == "heading"] == ["抢农时 良种良机齐下田"]
    assert "突破12万亩,比去年" in article.text
    assert "插秧机,不断缩短" in article.text
    assert all(one.text[-1] in "。)" for one in article.paragraphs if one.kind == "text")


def test_nothing_but_white_space_is_changed() -> None:
    article = read(STORY)
    assert "".join((article.title + article.text).split()) == "".join(STORY.split())


@pytest.mark.shared
def test_the_copied_article_of_a_digital_newspaper(shared: Path) -> None:
    (seed,) = (shared / "seeds").glob("003_*.txt")
    text = seed.read_text("utf-8")
    article = read(text)
    assert article.title == "蝉联两年全省第一，上饶工业发展有何『法宝』"
    assert article.author == "李鹏飞、程亮"
    assert sum(one.kind == "caption" for one in article.paragraphs) == 2
    assert sum(one.kind == "heading" for one in article.paragraphs) == 5
    assert all(one.text[-1] in "。…)" for one in article.paragraphs if one.kind == "text")
    assert "突破100GW的制造商" in article.text
    assert "扶持政策,不断着力" in article.text
    assert "".join((article.title + article.text).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        pytest.param(["面积突破", "12万亩的大县。"], ["面积突破12万亩的大县。"], id="no-punctuation"),
        pytest.param(["抢抓农时,", "早稻开插。"], ["抢抓农时,早稻开插。"], id="half-width-comma"),
        pytest.param(["一个“", "吨粮县”。"], ["一个“吨粮县”。"], id="open-quotation"),
        pytest.param(["收官。", "下一段。"], ["收官。", "下一段。"], id="ended"),
        pytest.param(["他说“好。”", "下一段。"], ["他说“好。”", "下一段。"], id="ended-in-quotation"),
        pytest.param(
            ["收官!(记者 张平)", "下一段。"], ["收官!(记者 张平)", "下一段。"], id="credits-after-end"
        ),
        pytest.param(
            ["很长,没有完", "\u3000\u3000下一段。"], ["很长,没有完", "\u3000\u3000下一段。"], id="indented"
        ),
        pytest.param(["很长,没有完", "", "的一段。"], ["很长,没有完的一段。"], id="blank-line-between"),
        pytest.param(["增长11.", "9%。"], ["增长11.9%。"], id="within-a-number"),
        pytest.param(["主要措施如下:", "一是减税。"], ["主要措施如下:", "一是减税。"], id="list-announced"),
        pytest.param(["态势如下:", "规模居首。"], ["态势如下:规模居首。"], id="colon-within-a-sentence"),
        pytest.param(["老农笑着说:", "“丰收了。”"], ["老农笑着说:", "“丰收了。”"], id="speech"),
        pytest.param(["本报记者 张平", "今日开播。"], ["本报记者 张平", "今日开播。"], id="reporter-line"),
        pytest.param(["(上接第一版)", "今日开播。"], ["(上接第一版)", "今日开播。"], id="jump-mark"),
        pytest.param(["聚焦难题 优化环境", "今日开播。"], ["聚焦难题 优化环境", "今日开播。"], id="heading"),
        pytest.param(["他说,the New", "York,好。"], ["他说,the New York,好。"], id="latin-words"),
        pytest.param(["***", "今日开播。"], ["***", "今日开播。"], id="rule"),
    ],
)
def test_a_broken_paragraph_is_joined(lines: list[str], joined: list[str]) -> None:
    assert join_broken(lines) == joined


@given(st.lists(st.text(WHO)))
def test_joining_loses_and_invents_nothing(lines: list[str]) -> None:
    joined = join_broken(lines)
    assert "".join("".join(joined).split()) == "".join("".join(lines).split())
    assert join_broken(joined) == joined


@given(st.text(WHO | st.characters(exclude_categories=["Cs", "Cc"])))
def test_reading_loses_and_invents_nothing(text: str) -> None:
    draft = read_plain_text(text, "urn:x", info_code="NW202603200123456789", media="上饶日报", day=DAY)
    kept = (draft.title or "") + "".join(one.text for one in draft.paragraphs)
    assert sorted("".join(kept.split())) == sorted("".join(text.split()))
    assert all(one.text == one.text.strip() and one.text for one in draft.paragraphs)


def test_a_caption_within_a_sentence_follows_it() -> None:
    text = "题目\n产量在去年,首次突破\n图为新粮仓。张平摄\n12万吨大关,居全省第一。\n第二段也很好。"
    assert kinds(text) == [
        ("text", "产量在去年,首次突破12万吨大关,居全省第一。"),
        ("caption", "图为新粮仓。张平摄"),
        ("text", "第二段也很好。"),
    ]


def test_lines_without_blank_lines_between_them_are_paragraphs() -> None:
    text = "题目\n\u3000\u3000第一段,说得\n完整。\n\u3000\u3000第二段。"
    assert kinds(text) == [("text", "第一段,说得完整。"), ("text", "第二段。")]


def test_a_short_first_paragraph_at_the_usual_distance_is_no_caption() -> None:
    assert kinds("题目\n\n会议昨日举行。\n\n各县代表参加。")[0] == ("text", "会议昨日举行。")


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("春耕忙。（记者 张平 通讯员 林妙）", "张平、林妙"),
        ("春耕忙。(张平)", "张平"),
        ("春耕忙。(完)", None),
        ("春耕忙。（记者 张平 摄）", None),
        ("春耕忙（据本报记者获悉）", None),
    ],
)
def test_names_in_the_last_brackets_are_authors(line: str, author: str | None) -> None:
    assert read(f"题目\n\n上饶今日晴朗无云。\n\n{line}").author == author


def test_markup_inside_a_text_stays_text() -> None:
    assert read("题目\n正文说 <b>粗</b> & “好”。").paragraphs == (Paragraph("正文说 <b>粗</b> & “好”。"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!DOCTYPE html><p>x</p>", "markup"),
        ("---\nlayout: post\n---\n正文", "markup"),
        ("长" * (LONGEST_TEXT + 1), "no article has more"),
    ],
)
def test_what_is_no_plain_text_is_set_aside(text: str, said: str) -> None:
    with pytest.raises(SetAside, match=said):
        read(text)


def test_a_text_without_a_title_has_none() -> None:
    assert read("这一行是一个句子。\n又一句。").title == ""
