"""Sentences: what the scheduler says, in English for its log, with key and values for other languages."""

from __future__ import annotations

from collections.abc import Mapping


class Sentence(str):
    """One sentence or clause; ``key`` names it, ``values`` are what stands in it, sentences among them.

    Whoever keeps it says the same in other languages by its key.
    """

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, str | float]

    def __new__(cls, key: str, english: str, **values: str | float) -> Sentence:  # noqa: PYI034 - as it is
        """Return the sentence that ``english`` makes of the values, each at its name in braces."""
        sentence = super().__new__(cls, english.format_map(values))
        sentence.key, sentence.values = key, values
        return sentence
