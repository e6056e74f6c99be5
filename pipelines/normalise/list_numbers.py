"""The numbers of an ordered list's items, which a browser prints and the markup does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from bs4 import Tag

from pipelines.normalise.securities import attribute

_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,9})", re.ASCII)
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([^;]*)", re.IGNORECASE)
_ROMANS = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_DIGITS = "〇一二三四五六七八九"
_MOST_ROMAN = 3999
_MOST_CHINESE = 99


class OrderedList:
    """An ``ol`` that is being read: gives each item the number that a browser prints."""

    def __init__(self, tag: Tag) -> None:
        self._step = -1 if "reversed" in tag.attrs else 1
        start = _whole_number(attribute(tag, "start"))
        if start is None:
            start = 1 if self._step > 0 else sum(1 for child in tag.find_all("li", recursive=False))
        self._next = start
        self._spell = _spelling(tag)

    def number(self, item: Tag) -> str:
        """Return what stands before the next item (``3. ``), empty in a list without numbers."""
        value = _whole_number(attribute(item, "value"))
        number = self._next if value is None else value
        self._next = number + self._step
        return self._spell(number)


def _whole_number(text: str) -> int | None:
    match = _NUMBER.match(text)
    return int(match[1]) if match else None


def _spelling(tag: Tag) -> Callable[[int], str]:
    kind = attribute(tag, "type").strip()
    style = _STYLE.search(attribute(tag, "style"))
    words = style[1].lower().split() if style else []
    named = next((word for word in words if word in _SPELLINGS), kind if kind in _SPELLINGS else "decimal")
    return _SPELLINGS[named]


def _decimal(number: int) -> str:
    return f"{number}. "


def _alphabetic(number: int) -> str:
    letters = ""
    rest = number
    while rest > 0:
        rest, place = divmod(rest - 1, 26)
        letters = chr(ord("a") + place) + letters
    return f"{letters}. " if letters else _decimal(number)


def _roman(number: int) -> str:
    if not 0 < number <= _MOST_ROMAN:
        return _decimal(number)
    letters = ""
    for value, spelt in _ROMANS:
        count, number = divmod(number, value)
        letters += spelt * count
    return f"{letters}. "


def _chinese(number: int) -> str:
    if not 0 < number <= _MOST_CHINESE:
        return _decimal(number)
    tens, ones = divmod(number, 10)
    front = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return f"{front}{_DIGITS[ones] if ones else ''}、"


_SPELLINGS: dict[str, Callable[[int], str]] = {
    "decimal": _decimal,
    "decimal-leading-zero": lambda number: f"{number:02}. ",
    "none": lambda _number: "",
    **dict.fromkeys(("disc", "circle", "square"), lambda _number: ""),
    **dict.fromkeys(("a", "lower-alpha", "lower-latin"), _alphabetic),
    **dict.fromkeys(("A", "upper-alpha", "upper-latin"), lambda number: _alphabetic(number).upper()),
    **dict.fromkeys(("i", "lower-roman"), _roman),
    **dict.fromkeys(("I", "upper-roman"), lambda number: _roman(number).upper()),
    **dict.fromkeys(
        ("cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal", "cjk-decimal"), _chinese
    ),
}
