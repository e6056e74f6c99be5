"""What small, low, struck or annotating text says, written so that it does not run into the text around it.

While a line is put together such text stands between marks: control characters, which no text has.
"""

from __future__ import annotations

import re

SUPER, SUB, STRUCK, END = "\x0e", "\x0f", "\x10", "\x11"
"""What such text begins with, and what all of it ends with."""
NOTE = "\x12"
"""Says inside raised text that it leads to a note."""
APART = "\x13"
"""Keeps two raised or low texts apart that stand side by side."""

_MARKED = re.compile(f"[{SUPER}{SUB}{STRUCK}]")
_CONTINUED = {
    STRUCK: re.compile(f"{END}([\\s{APART}]*){STRUCK}"),
    SUPER: re.compile(f"{END}(\\s*){SUPER}"),
    SUB: re.compile(f"{END}(\\s*){SUB}"),
}
_INNERMOST = re.compile(f"([{SUPER}{SUB}{STRUCK}])([^{SUPER}{SUB}{STRUCK}{END}]*){END}")
_MARKS = re.compile(f"[{SUPER}{SUB}{STRUCK}{END}{NOTE}{APART}]")
_RAISED = str.maketrans(
    "0123456789０１２３４５６７８９+-−–=()nabcdefghijklmoprstuvwxyz",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
)
_LOWERED = str.maketrans(
    "0123456789０１２３４５６７８９+-−–=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
)
_DECIMAL = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_BRACKETED = re.compile(r"[\[［(（〔【].*[\]］)）〕】]")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[\w.-]+")
_SIGNS = re.compile(r"[\W_]+|[①-⓿❶-➓]+")
_TRADE = {"TM": "™", "tm": "™", "SM": "℠", "R": "®", "C": "©"}
_LONGEST_NOTE = 6


def spell_raised(text: str) -> str:
    """Return a line without marks: ``10⁴``, ``H₂O``, ``[1]`` for a note, ``~~…~~`` for what was struck out.

    What Unicode has no small character for is written ``^Q`` and ``_Q``.
    """
    if not _MARKED.search(text):
        return _MARKS.sub("", text)
    for mark, continued in _CONTINUED.items():
        if mark in text:
            text = continued.sub(r"\1", text)
    while (spelt := _INNERMOST.sub(_spell, text)) != text:
        text = spelt
    return _MARKS.sub("", text)


def _spell(match: re.Match[str]) -> str:
    mark, content = match[1], match[2]
    text = _MARKS.sub("", content)
    if not text.strip():
        return text
    if mark == STRUCK:
        return f"~~{text.strip()}~~"
    if mark == SUB:
        return _lowered(text.strip())
    return _raised(text.strip(), is_note=NOTE in content)


def _raised(text: str, *, is_note: bool) -> str:
    if _BRACKETED.fullmatch(text) or (_SIGNS.fullmatch(text) and text.translate(_RAISED) == text):
        return text
    if is_note:
        return f"[{text}]"
    if _HAN.search(text):
        return f"[{text}]" if len(text) <= _LONGEST_NOTE else text
    return _TRADE.get(text) or _small(text, _RAISED) or _written(text, "^")


def _lowered(text: str) -> str:
    if _HAN.search(text):
        return f"_{text}" if len(text) <= _LONGEST_NOTE else text
    return _small(text, _LOWERED) or _written(text, "_")


def _small(text: str, characters: dict[int, int]) -> str | None:
    """Return the text in small characters, None if Unicode lacks one of them."""
    bare = _DECIMAL.sub("", text)
    return text.translate(characters) if all(ord(one) in characters for one in bare) else None


def _written(text: str, sign: str) -> str:
    return f"{sign}{text}" if _WORD.fullmatch(text) else f"{sign}({text})"
