"""Sayings: kept as key and values, said in the language that is wanted."""

from __future__ import annotations

import pickle
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records.saying import LANGUAGES, Saying, quote, read_phrases, read_saying, say

WORDS = st.text(max_size=60)


def test_every_phrase_exists_in_both_languages_with_the_same_values() -> None:
    english, chinese = (read_phrases(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    differing = [key for key in english if _values(english[key]) != _values(chinese[key])]
    assert differing == []


def _values(phrase: str | dict[str, str]) -> set[str]:
    texts = [phrase] if isinstance(phrase, str) else [phrase["other"]]
    named = {name for text in texts for _, name, _, _ in Formatter().parse(text)}
    return {name for name in named if name and name != "count"}


@given(WORDS)
def test_words_of_others_stay_what_they_are(words: str) -> None:
    stored = quote(words).store()
    assert {str(read_saying(stored)), read_saying(stored).tell("zh")} == {words}


@given(WORDS, st.integers(), st.lists(WORDS, max_size=3))
def test_a_saying_is_read_as_it_was_stored(words: str, number: int, parts: list[str]) -> None:
    one = Saying("events.nothing_so_called", {"a": words, "b": number, "c": parts, "d": quote(words)})
    again = read_saying(one.store())
    assert (again.key, again.values, again) == (one.key, one.values, one)
    assert pickle.loads(pickle.dumps(one)).values == one.values


def test_a_key_of_a_newer_version_is_shown_with_its_values() -> None:
    assert str(Saying("events.nothing_so_called", {"a": 1})) == 'events.nothing_so_called {"a": 1}'
    with pytest.raises(KeyError, match="nobody wrote"):
        say("events.nothing_so_called")


def test_a_sentence_of_an_earlier_version_is_said_as_it_is() -> None:
    assert str(read_saying('{"say": broken')) == '{"say": broken'
    assert str(read_saying("answered 503 {for} a while")) == "answered 503 {for} a while"
