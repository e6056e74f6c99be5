"""Spelling: where a text is searched as it is written, exactly what its folded form holds is found."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mixed_text import motley_line

from storage.search.folding import fold, fold_lines
from storage.search.spelling import is_rewritten, spellings
from storage.search.tokens import REWRITTEN, article_tokens

SPELLED = "上饶光伏，,。、：:！？《》“”〇（）"
ODD = "着著干乾○李　平⻓•衞\u3000 \n\u0301\u3099％…⑴㈠㍿１Ａa1發\u200b\ufeff︐﹐｡､⁇—·；;"
PIECES = st.text(st.sampled_from(SPELLED), min_size=1, max_size=3)
TEXTS = st.text(st.sampled_from(SPELLED + ODD), max_size=30) | st.integers(0, 1 << 30).map(
    lambda seed: motley_line(Random(seed), 12)
)


@given(PIECES, TEXTS)
def test_a_text_that_is_not_rewritten_holds_a_word_as_it_is_spelled(piece: str, text: str) -> None:
    word = fold(piece)
    written = spellings(word)
    if not is_rewritten(text) and written:
        assert any(each in text for each in written) == (word in fold_lines(text))


def test_no_character_becomes_a_chinese_one_or_vanishes_unless_it_is_said() -> None:
    for point in range(0x110000):
        character = chr(point)
        if not is_rewritten(character):
            folded = fold(f"一{character}一")
            assert folded[0] == folded[-1] == "一", hex(point)
            assert folded != "一一", hex(point)
            assert all(character in spellings(each) for each in folded[1:-1] if spellings(each)), hex(point)


@pytest.mark.parametrize(
    "text",
    [
        "發展",
        "上\u200b饶",
        "㈠",
        "\uf900",
        "𠮷野家",
        "⼀",
        "️神",
        "｡",
        "︐",
        "⻓江",
        "衞视",
        "◯",
        "钱锺书",
        "记者 李　平 报道",
    ],
)
def test_folding_rewrites(text: str) -> None:
    assert is_rewritten(text)
    assert REWRITTEN in article_tokens("春耕", text).split(" ")
    assert REWRITTEN in article_tokens(text, "春耕").split(" ")


@pytest.mark.parametrize(
    "text",
    [
        "著名的乾隆，二○二二年：史蒂夫•乔布斯・10⁴",
        "上饶市，光伏：5G+（Ｎ型）11.9％，㎡。\n……《湿地》“候鸟”、二〇二三年\u3000春耕",
    ],
)
def test_usual_print_is_searched_as_it_is_written(text: str) -> None:
    assert not is_rewritten(text)
    assert REWRITTEN not in article_tokens(text, text).split(" ")


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("光伏", {"光伏"}),
        ("饶,光", {"饶,光", "饶，光"}),
        ("(光)", {"(光)", "（光）", "(光）", "（光)"}),
        (",光,伏,", set()),
        ("5g", set()),
        ("n型", set()),
        ("上 饶", set()),
        ("光…", set()),
        ("着名", {"着名", "著名"}),
        ("〇干", {"〇干", "○干", "〇乾", "○乾"}),
        ("李平", {"李平"}),
    ],
)
def test_spellings(word: str, written: set[str]) -> None:
    assert {*spellings(word)} == written
