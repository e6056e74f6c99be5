"""Whatever reads texts from outside takes time in proportion to their length, whatever they hold.

CPU time of one thread is compared, not the clock: for a text and for one six times as long. Only what takes
long enough to tell counts, and only what is more than twice too slow again and again fails: a neighbour on
the machine can do neither.
"""

from __future__ import annotations

import pytest
from support.hostile_readers import READERS, Read, measure
from support.hostile_texts import FILLINGS

from jianbao.web.text.sanitising import sanitise_html
from spiders.readers.broken_paragraphs import join_broken
from storage.records.text.crowded_tags import MOST_ATTRIBUTES, has_crowded_tag

SMALL, TIMES, AT_MOST = 3_000, 6, 15
_TELLS = 0.02  # seconds for 18,000 characters: what takes less is no danger even if it takes the square
_TRIES = 3


def is_linear(read: Read, name: str) -> bool:
    """Tell whether six times the text takes at most fifteen times as long, at the third try or before."""
    size = SMALL
    for _ in range(_TRIES):
        large = measure(read, FILLINGS[name](TIMES * size))
        if large < _TELLS:
            return True
        small = min(measure(read, FILLINGS[name](size)) for _ in range(2))
        if large <= AT_MOST * small + _TELLS:
            return True
        size *= 2
    return False


@pytest.mark.parametrize("filling", FILLINGS)
def test_every_reader_takes_time_in_proportion(filling: str) -> None:
    assert [name for name, read in READERS.items() if not is_linear(read, filling)] == []


def test_there_are_enough_fillings() -> None:
    assert len(FILLINGS) >= 82
    assert all(2_000 < len(fill(4_000)) < 13_000 for fill in FILLINGS.values())


def test_what_takes_the_square_is_noticed() -> None:
    def careless(text: str) -> int:
        return sum(1 for _ in range(len(text) ** 2 // 100))

    assert not is_linear(careless, "Chinese without an end")


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<p " + " ".join(f"a{number}" for number in range(1_001)) + ">", id="bare"),
        pytest.param("<p " + "".join(f"a{number}='<>'" for number in range(1_001)) + ">", id="glued"),
        pytest.param("<p/" + "/".join(f"a{number}" for number in range(1_001)) + ">", id="slashes"),
        pytest.param("<p>x</p><b " + 'a<b="c" ' * 1_001, id="unclosed"),
    ],
)
def test_a_tag_of_more_attributes_than_any_page_has_is_noticed(markup: str) -> None:
    assert has_crowded_tag(markup)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<p " + " ".join(f"a{number}" for number in range(900)) + ">", id="many"),
        pytest.param(f'<p title="{"a b " * 5_000}">', id="a long title"),
        pytest.param(f"<img src=data:image/png;base64,{'x' * 5_000}>", id="a picture"),
        pytest.param(f"1 < 2 {'a b ' * 5_000}", id="no tag"),
        pytest.param("<p a=b>甲</p>" * 5_000, id="many tags"),
    ],
)
def test_real_tags_are_not_crowded(markup: str) -> None:
    assert not has_crowded_tag(markup)
    assert MOST_ATTRIBUTES >= 1_000


@pytest.mark.parametrize("html", ["<!DOCTYPE html>", "<!DOCTYPE html>" * 9, "<!---->", "<?xml?>"])
def test_an_original_without_any_element_is_shown_as_nothing(html: str) -> None:
    assert not sanitise_html(html).strip()


def test_attributes_by_the_thousand_leave_the_text() -> None:
    crowded = "<p " + " ".join(f"a{number}=b" for number in range(2_000)) + ">今天</p>"
    assert "今天" in sanitise_html(crowded)


def test_lines_by_the_thousand_are_one_paragraph() -> None:
    assert join_broken(["今天天气好，"] * 5_000) == ["今天天气好，" * 5_000]
