"""Near copies: what is one text printed twice, and what only has something in common."""

from __future__ import annotations

from random import Random

import pytest

from jianbao.demo.material.background import BEATS, seeded, write_paragraphs
from pipelines.compare.near_copies import (
    COMMON_KEYS,
    SHORTEST,
    Dissected,
    comparable,
    looks_like,
    similarity,
    sketch,
)


def write(number: int, paragraphs: int = 6) -> str:
    """Return an article's text, another one for each number."""
    return "\n".join(write_paragraphs(seeded(number), [BEATS[number % len(BEATS)]], paragraphs, sentences=2))


def compare(one: str, other: str) -> float | None:
    """Return the similarity of two texts, if all three steps find that they are near copies."""
    first, second = comparable(one), comparable(other)
    mine, theirs = sketch(first), sketch(second)
    if mine is None or theirs is None or len(set(mine.keys) & set(theirs.keys)) < COMMON_KEYS:
        return None
    if not looks_like(mine.signature, theirs.signature):
        return None
    return similarity(Dissected(first), Dissected(second))


def replace_characters(text: str, share: float) -> str:
    """Return the text with so many of its characters, anywhere, replaced."""
    random, signs = Random(7), list(text)
    for place in random.sample(range(len(signs)), round(len(signs) * share)):
        signs[place] = chr(random.randrange(0x4E00, 0x9FA5))
    return "".join(signs)


def replace_run(text: str, share: float) -> str:
    """Return the text with so much of it, in one place, replaced."""
    start, length = len(text) // 3, round(len(text) * share)
    return text[:start] + replace_characters(text[start : start + length], 1.0) + text[start + length :]


@pytest.mark.parametrize(
    ("copy", "least"),
    [
        pytest.param(lambda text: text, 1.0, id="the same"),
        pytest.param(lambda text: text.replace("\n", ""), 1.0, id="in one paragraph"),
        pytest.param(lambda text: text.replace("，", ","), 1.0, id="narrow punctuation"),
        pytest.param(lambda text: text.replace("\n", "\n　　"), 1.0, id="indented"),
        pytest.param(lambda text: replace_characters(text, 0.01), 0.9, id="1 % of characters"),
        pytest.param(lambda text: replace_characters(text, 0.05), 0.7, id="5 % of characters"),
        pytest.param(lambda text: replace_characters(text, 0.20), 0.3, id="20 % of characters"),
        pytest.param(lambda text: replace_run(text, 0.20), 0.7, id="20 % in one run"),
        pytest.param(lambda text: f"{write(90, 2)}\n{text}", 0.7, id="text before it"),
        pytest.param(lambda text: f"{text}\n{write(90, 2)}", 0.7, id="text after it"),
        pytest.param(lambda text: text[: len(text) * 6 // 10], 0.6, id="cut short"),
    ],
)
def test_what_a_newspaper_reprints_is_a_near_copy(copy, least: float) -> None:  # type: ignore[no-untyped-def]
    for number in range(8):
        text = write(number)
        found = compare(text, copy(text))
        assert found is not None
        assert found == compare(copy(text), text)
        assert least <= found <= 1.0


def test_other_articles_are_no_near_copies() -> None:
    texts = [write(number) for number in range(len(BEATS))]  # each from another beat's sentences
    assert [compare(one, other) for one in texts for other in texts if one is not other] == [None] * 30


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45])
@pytest.mark.parametrize("place", [0, 1])
def test_a_paragraph_that_both_print_makes_no_copy(share: float, place: int) -> None:
    notice = "".join(chr(0x5000 + 7 * number) for number in range(1000))
    for number in range(8):
        one, other = (replace_characters(write(number + turn), 1.0) for turn in (0, 40))
        shared = notice[: round(share / (1 - share) * min(len(one), len(other)))]
        texts = [f"{shared}\n{text}" if place == 0 else f"{text}\n{shared}" for text in (one, other)]
        assert compare(*texts) is None


def test_set_sentences_in_another_order_make_no_copy() -> None:
    for number in range(8):
        sentences = write(number, 12).replace("\n", "").split("。")
        shuffled = Random(number).sample(sentences, len(sentences))
        assert compare("。".join(sentences), "。".join(shuffled)) is None


@pytest.mark.parametrize(("moved", "is_copy"), [(0.1, True), (0.25, True), (0.3, True), (0.45, False)])
@pytest.mark.parametrize("sign", ["", "😀"])
def test_what_moved_from_the_end_to_the_front_may_be_a_third(moved: float, is_copy: bool, sign: str) -> None:
    for number in range(8):
        text = replace_characters(write(number).replace("\n", ""), 1.0)
        text = "".join(f"{text[place : place + 9]}{sign}" for place in range(0, len(text), 9))
        place = round(len(text) * (1 - moved))
        assert (compare(text, text[place:] + text[:place]) is not None) == is_copy


def test_an_anthology_is_no_copy_of_what_it_quotes() -> None:
    anthology = "\n".join(replace_characters(write(number), 1.0) for number in range(1, 12))
    assert compare(write(0), f"{anthology}\n{write(0)}") is None


def test_a_text_that_repeats_itself_is_a_near_copy_of_its_reprint() -> None:
    text = "".join(f"第{number}段：信江两岸春耕正忙，农技员走村入户，良种送到田头。" for number in range(12))
    alike = similarity(Dissected(text), Dissected(f"{text}转载。"))
    assert alike is not None
    assert alike > 0.9


def test_a_short_text_has_no_sketch() -> None:
    assert sketch("今" * (SHORTEST - 1)) is None
    assert sketch("今" * SHORTEST) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ud800" * 100, id="lone surrogates"),
        pytest.param("😀" * 100, id="outside the basic plane"),
        pytest.param("a" * 100, id="one letter"),
        pytest.param("e\u0301" * 100, id="combining marks"),
        pytest.param("一二" * 50_000, id="long and monotonous"),
    ],
)
def test_odd_texts_are_sketched_too(text: str) -> None:
    assert compare(text, text) == 1.0


@pytest.mark.parametrize(
    ("text", "keys", "signature"),
    [
        pytest.param(
            "".join(chr(0x4E00 + number * 37 % 9000) for number in range(400)),
            (-2_119_055_372, 2_146_821_186, -54_843_981),
            32_031,
            id="prose",
        ),
        pytest.param("今" * 60, (-2_029_323_777, 2_060_308_417, 177_694_492), 35_516, id="one character"),
        pytest.param(
            "甲乙丙丁戊己庚辛" * 9, (-1_677_466_429, 2_070_983_869, 8_229_434_888), 32_735, id="verse"
        ),
    ],
)
def test_a_sketch_stays_what_it_was(text: str, keys: tuple[int, int, int], signature: int) -> None:
    # Archives hold sketches: another one for the same text would find no copy of what is stored.
    drawn = sketch(text)
    assert drawn is not None
    assert len(drawn.keys) == 24
    assert (drawn.keys[0], drawn.keys[-1], sum(drawn.keys)) == keys
    assert (len(drawn.signature), sum(drawn.signature)) == (256, signature)
