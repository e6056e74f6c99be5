"""Folding: what search takes for the same, the same way in the text and in the query."""

from __future__ import annotations

import time
import unicodedata
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from support.character_forms import write_table
from support.mixed_text import motley_line
from support.naive_search import naive_fold, naive_lines

from storage.search import tokens
from storage.search.folding import Folded, fold, fold_lines, fold_with_spans
from storage.search.parted import add_closed
from storage.search.tokens import article_tokens, query_tokens
from storage.search.usual_forms import TABLE

ODD = (
    "aＡ中國发髮\u3000 \t\xa0\u200b\ufeff\u00ade\u0301\u0323か\u3099ｶﾞ한\u1112\u1161\u11abﬁ①㎡½İßς\u0345𠮷"
    "\uf900\U0002f800，。！\ue000着著卫衞馀○◯⻓⻢•・·⁴⒈ⓐ1９"
)
TEXTS = st.text(st.sampled_from(ODD), max_size=14) | st.text(max_size=30)
LINES = TEXTS | st.integers(0, 1 << 30).map(lambda seed: motley_line(Random(seed), 12))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ｎ型ＴＯＰＣｏｎ", "n型topcon"),
        ("臺灣證券", "台湾证券"),
        ("頭髮", "头发"),
        ("11.9％，（約）", "11.9%,(约)"),
        ("上\u200b饶\ufeff", "上饶"),
        ("上饶\u3000 \xa0\t光伏", "上饶 光伏"),
        ("㎡①½", "m211⁄2"),
        ("ｶﾞｽ", "ガス"),
        ("か\u3099", "が"),
        ("e\u0301", "é"),
        ("\u1112\u1161\u11ab국", "한국"),
        ("\uf900", "豈"),
        ("STRASSE", "straße"),
        ("Ⅷ", "viii"),
        ("神\ufe00", "神"),
        ("葛\U000e0100", "葛"),
        ("春\n耕", "春 耕"),
        ("着名 執着 着力", "著名 執著 著力"),
        ("衛生衞視", "卫生卫视"),
        ("裏面裡面", "里面里面"),
        ("羣峯爲羙", "群峰为羙"),
        ("粧臺 枱燈", "妆台 台灯"),
        ("錢鍾書", "钱锺书"),
        ("馀下 谘詢", "余下 咨询"),
        ("什幺", "什么"),
        ("敍述", "叙述"),
        ("桜島 沢田 広島", "樱岛 泽田 广岛"),
        ("吳呉戶戸强強", "吴吴户户强强"),
        ("二○二二", "二〇二二"),
        ("二◯二二￮", "二〇二二〇"),
        ("⻓江⻢上", "长江马上"),
        ("⻑江 ⾺上 ⻋ ⻛ ⻤ ⻝品 ⻘年 ⻄ ⻨ ⻰ ⻥ ⻩", "长江 马上 车 风 鬼 食品 青年 西 麦 龙 鱼 黄"),
        ("史蒂夫•乔布斯", "史蒂夫·乔布斯"),
        ("甲‧乙・丙･丁∙戊⋅己", "甲·乙·丙·丁·戊·己"),
        ("GDP①", "gdp ①"),
        ("Ｇ②③", "g 2 3"),
        ("10⁴", "10 4"),
        ("50m² CO₂", "50m2 co2"),
        ("3⒈5", "3 1. 5"),
    ],
    ids=ascii,
)
def test_what_is_written_otherwise_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10⁴", "104"),
        ("1½", "11⁄2"),
        ("①②", "12"),
        ("芸", "艺"),
        ("欠", "缺"),
        ("浜", "滨"),
        ("沪", "滤"),
        ("二零二二", "二〇二二"),
        ("○", "o"),
        ("·", "."),
        ("十一", "11"),
        ("。", "."),
        ("上饶", "上 饶"),
        ("𠮷", "吉"),
        ("カ", "ガ"),
        ("か", "カ"),
        ("、", ","),
    ],
    ids=ascii,
)
def test_what_means_something_else_is_not_the_same(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(LINES)
@example("\u0345\u0301")
@example("e\u200b\u0301")
@example("a\u0323\u200d\u0307")
@example("\u1100\u200b\u1161")
@example("ΑΣ")
@example("臺\U000e0100")
def test_folding_is_what_the_definition_says(text: str) -> None:
    assert fold(text) == naive_fold(text)


def test_the_table_of_usual_forms_is_what_opencc_and_unicode_tell() -> None:
    assert TABLE.read_text("utf-8") == write_table(), "make forms"


@given(LINES)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LINES, st.data())
def test_a_piece_folds_to_a_piece(text: str, data: st.DataObject) -> None:
    """Where the cut parts nothing that melts together, what stands in the text stands in it folded."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assume(not any(_melts(character) for character in (text[start : start + 1], text[end : end + 1])))
    assume("Σ" not in text)
    assert fold(text[start:end]) in fold(text)


@given(st.lists(LINES, max_size=4))
def test_lines_are_folded_one_by_one(lines: list[str]) -> None:
    whole = [line.replace("\n", " ") for line in lines]
    assert fold_lines("\n".join(whole)) == "\n".join(map(fold, whole))


@given(LINES)
def test_spans_lead_back_to_the_original(text: str) -> None:
    folded = fold_with_spans(text)
    assert folded.text == fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert all(one <= other for one, other in pairwise(folded.starts))
    assert all(one <= other for one, other in pairwise(folded.ends))


@given(LINES, st.data())
def test_what_a_span_covers_folds_to_what_was_found(text: str, data: st.DataObject) -> None:
    folded = fold_with_spans(text)
    assume(folded.text.strip() and not _is_whole(folded, text))
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    left, right = folded.original_span(start, end)
    assert folded.text[start:end].strip() in fold(text[left:right])


@pytest.mark.parametrize(
    ("line", "closed"),
    [
        ("李　平", "李平"),
        ("记者 李　平 报道", "记者 李平 报道"),
        ("张三丰　李　平　王小明", "张三丰　李平　王小明"),
        ("（李　平）：", "（李平）："),
        ("欧　阳　修", "欧阳修"),
        ("李\u2003平", "李平"),
        ("𠮷　㑇", "𠮷㑇"),
        ("李　　平", "李　　平"),
        ("李 平", "李 平"),
        ("公司　法院", "公司　法院"),
        ("司　法院", "司　法院"),
        ("A　平", "A　平"),
        ("李　1", "李　1"),
    ],
    ids=ascii,
)
def test_single_characters_that_a_wide_blank_parts_close(line: str, closed: str) -> None:
    both = (line,) if line == closed else (line, closed)
    assert add_closed(line) == "\n".join(both)
    assert naive_lines(line) == tuple(map(naive_fold, both))


@given(st.text(st.sampled_from("李平王　\u2003 A，𠮷\u200b"), max_size=12))
def test_closing_is_what_the_definition_says(line: str) -> None:
    assert tuple(dict.fromkeys(map(fold, add_closed(line).split("\n")))) == naive_lines(line)


def test_a_run_of_marks_folds_in_time() -> None:
    began = time.process_time()
    assert len(fold("e" + "\u0301\u0323" * 100_000)) < 100
    assert time.process_time() - began < 5, "sorting marks takes the square of their number"


@given(LINES, LINES, st.data())
def test_the_tokens_of_a_word_are_among_those_of_its_text(title: str, line: str, data: st.DataObject) -> None:
    folded = fold(line)
    assume(folded)
    start = data.draw(st.integers(0, len(folded) - 1))
    end = data.draw(st.integers(start + 1, len(folded)))
    word = folded[start:end].strip()
    assume(word)
    assert {*query_tokens(word)} <= {*article_tokens(title, f"{line}\n春耕").split(" ")}
    assert {*query_tokens(word, in_title=True)} <= {*article_tokens(line, title).split(" ")}


def test_a_long_word_asks_for_a_choice_of_its_pairs() -> None:
    word = "".join(map(chr, range(0x4E00, 0x4E40)))
    chosen = query_tokens(word)
    assert len(chosen) <= tokens._MOST_PAIRS
    assert (chosen[0], chosen[-1]) == (word[:2], word[-2:])


def _melts(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character).startswith("M")
        or unicodedata.combining(character) > 0
        or "\u1160" <= character <= "\u11ff"
        or character in "ﾞﾟ"
        or naive_fold(f"a{character}") == "a"
        or unicodedata.decomposition(character) != ""
    )


def _is_whole(folded: Folded, text: str) -> bool:
    """Return whether the way back is only told as a whole: a script that joins its characters otherwise."""
    return {*folded.starts} == {0} and {*folded.ends} == {len(text)}
