"""A page's number and name, as links print them: ``第A01版：头版``, ``01版:要闻``, ``A01： 头版``."""

from __future__ import annotations

import re
import unicodedata

_NUMERALS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_NUMBER = r"(?:[A-Z]{0,4}-?\d{1,4}[A-Z]{0,2}|[A-Z]{0,2}[〇零一二三四五六七八九十百]{1,5})"
_WITH_PAGE = re.compile(rf"第?\s*(?P<number>{_NUMBER})\s*[版叠]\s*[:·—-]*\s*(?P<name>.*)", re.IGNORECASE)
_WITH_COLON = re.compile(
    r"第?\s*(?P<number>[A-Z]{0,4}-?\d{1,4}[A-Z]{0,2})\s*[:·]\s*(?P<name>.*)", re.IGNORECASE
)
_ALONE = re.compile(r"第?\s*(?P<number>[A-Z]{0,4}\d{1,4}[A-Z]{0,2})\s*", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_LONGEST = 60
"""Characters of a page's number and name: longer texts are titles."""
_TEN, _HUNDRED = 10, 100


def read_page_name(text: str) -> tuple[str, str] | None:
    """Return number and name of a page from the text of a link or line; None for any other text.

    The number keeps its letters in capitals and its zeros (``A01``); one in words is written in digits
    (``第十二版`` is ``12``). The name may be empty.
    """
    line = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text[: 4 * _LONGEST])).strip()
    if len(line) > _LONGEST:
        return None
    match = _WITH_PAGE.fullmatch(line) or _WITH_COLON.fullmatch(line) or _ALONE.fullmatch(line)
    if match is None:
        return None
    name = match.groupdict().get("name") or ""
    return page_number(match["number"]), name.strip(" :·—-")


def page_number(printed: str) -> str:
    """Return a page's number with its letters in capitals and numerals in words as digits."""
    letters = "".join(one for one in printed if one.isascii() and one.isalpha())
    words = "".join(one for one in printed if one in _NUMERALS or one in "十百")
    if not words:
        return printed.upper()
    return letters.upper() + str(_value(words))


def _value(words: str) -> int:
    """Return the value of a numeral in words up to 999."""
    total, digit = 0, None
    if not any(one in "十百" for one in words):
        return int("".join(str(_NUMERALS[one]) for one in words))
    for one in words:
        if one in "十百":
            total += (1 if digit is None else digit) * (_TEN if one == "十" else _HUNDRED)
            digit = None
        else:
            digit = _NUMERALS[one]
    return total + (digit or 0)
