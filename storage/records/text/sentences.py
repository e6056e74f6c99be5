"""Sentences for people: what a page says of itself may be in them, and pages can be hostile."""

from __future__ import annotations

_LONGEST = 2000


def fit(sentence: str) -> str:
    """Return a sentence of at most 2,000 characters, its middle left out where it is longer."""
    if len(sentence) <= _LONGEST:
        return sentence
    return f"{sentence[: _LONGEST // 2]} … {sentence[3 - _LONGEST // 2 :]}"
