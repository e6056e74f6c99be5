"""What changed between two texts: nothing is lost, paragraphs find each other, and it ends in time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jianbao.documents.difference import Change, compare_texts

TEXTS = st.lists(st.text("上饶增长了1.2%，。ab", max_size=12), max_size=8).map("\n".join)
SECONDS = 6.0  # for the worst texts, on a busy machine


def marked(change: Change) -> str:
    """Return a paragraph with its marks, as a terminal without colour shows it."""
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[piece.change].format(piece.text) for piece in change.pieces)


def side(changes: list[Change], other: str) -> str:
    """Return the text of one side: all that is not of the other."""
    kept = (change for change in changes if change.kind != other)
    return "\n".join("".join(p.text for p in change.pieces if p.change != other) for change in kept)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_comparison(old: str, new: str) -> None:
    changes = compare_texts(old, new)
    assert side(changes, "added") == old
    assert side(changes, "removed") == new


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert {change.kind for change in compare_texts(text, text)} <= {"same"}


CASES = {
    "one character": ("全市共有企业", "全市现有企业", ["全市[-共-]{+现+}有企业"]),
    "a number as a whole": ("增长11.9%。", "增长12.3%。", ["增长[-11.9%-]{+12.3%+}。"]),
    "something gone": ("增长11.9%。", "增长。", ["增长[-11.9%-]。"]),
    "a letter before Chinese": ("N型电池", "P型电池", ["[-N-]{+P+}型电池"]),
    "a paragraph added": ("甲段在此\n丙段", "甲段在此\n乙处新闻\n丙段", ["甲段在此", "{+乙处新闻+}", "丙段"]),
    "a paragraph removed": ("头版要闻\n天气晴好", "天气晴好", ["[-头版要闻-]", "天气晴好"]),
    "nothing in common": ("今日天气晴好", "股市收盘上涨", ["[-今日天气晴好-]", "{+股市收盘上涨+}"]),
    "from nothing": ("", "新的一段", ["{+新的一段+}"]),
    "words between changes": (
        "招聘会今天上午在广场举行",
        "招聘会明日下午在体育馆举行",
        ["招聘会[-今天上-]{+明日下+}午在[-广场-]{+体育馆+}举行"],
    ),
    "a character between changes": (
        "这座大桥全长三百米五十寸",
        "这座大桥全长四千米六丈寸",
        ["这座大桥全长[-三百米五十-]{+四千米六丈+}寸"],
    ),
    "the paragraph most alike": (
        "第一段说的是春耕备耕的情况\n第二段说的是桥梁建设的进度",
        "第二段说的是桥梁建设的最新进度",
        ["[-第一段说的是春耕备耕的情况-]", "第二段说的是桥梁建设的{+最新+}进度"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_changed(case: str) -> None:
    old, new, expected = CASES[case]
    assert [marked(change) for change in compare_texts(old, new)] == expected


def test_a_long_paragraph_shows_the_character_that_changed() -> None:
    clause = "".join(chr(0x4E00 + i * 7 % 5000) for i in range(40)) + "，"
    paragraph = "".join(f"{i}号{clause}" for i in range(25_000))
    changed = paragraph.replace("100号", "一百号", 1).replace("20000号", "两万号", 1)
    (change,) = compare_texts(paragraph, changed)
    removed = [piece.text for piece in change.pieces if piece.change == "removed"]
    assert len(paragraph) > 1_000_000
    assert removed == ["100", "20000"]


def shuffled(text: str) -> str:
    """Return the same characters in another order."""
    return "".join(random.Random(1).sample(text, len(text)))


HOSTILE = {
    "one long paragraph of two letters": ("甲乙" * 500_000, shuffled("甲乙" * 500_000)),
    "a long paragraph of commas": ("，甲" * 250_000, shuffled("，乙甲" * 200_000)),
    "many equal paragraphs": ("甲\n乙\n" * 20_000, "乙\n乙\n甲\n" * 15_000),
    "many changed paragraphs": (
        "\n".join(f"{i}" + "甲乙丙" * 150 for i in range(500)),
        "\n".join(f"{i}" + "丙甲" * 200 for i in range(1, 501)),
    ),
    "paragraphs in reverse": (
        "\n".join(f"第{i}段" for i in range(30_000)),
        "\n".join(f"第{i}段" for i in range(30_000, 0, -1)),
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_text_takes_long(case: str) -> None:
    old, new = HOSTILE[case]
    began = time.process_time()
    changes = compare_texts(old, new)
    assert time.process_time() - began < SECONDS
    assert side(changes, "added") == old
    assert side(changes, "removed") == new
