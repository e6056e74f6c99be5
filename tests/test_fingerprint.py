"""Folding: the quick way of the usual line and the whole way give the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.compare.fingerprint import fold

MARKS_AND_BLANKS = "e\u0301\u0308 \u3000，。！？（）：；¨中カ\uff8aﾞ\u1100\u1161\xa0ﬁ…\u0327\x1c"


def fold_whole(text: str) -> str:
    """Fold by the definition: NFKC, no white space, NFKC again for the marks that have moved together."""
    return unicodedata.normalize("NFKC", "".join(unicodedata.normalize("NFKC", text).split()))


@given(st.text(st.sampled_from(MARKS_AND_BLANKS), max_size=12) | st.text(max_size=30))
@example("e \u0301")
@example("a¨")
def test_the_quick_way_folds_like_the_definition(text: str) -> None:
    assert fold(text) == fold_whole(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("（记者 张平）", "(记者张平)"), ("涨３％，！", "涨3%,!"), ("\u3000\u3000春耕", "春耕")],
    ids=["brackets", "full-width", "indent"],
)
def test_width_and_blanks_are_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)
