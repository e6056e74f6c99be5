"""The signs of the query language as keyboards have them: narrow, full-width, and those of Chinese input."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from storage.records.remedy import Mistaken
from storage.search.folding import fold

FIELDS = ("title", "source", "media", "author", "security", "from", "to")
"""The fields of the query language, as they are shown."""
_CHINESE = {"标题": "title", "媒体": "media", "报纸": "media", "作者": "author", "证券": "security"}
_CHINESE_DAYS = {"从": "from", "自": "from", "到": "to", "至": "to"}
"""Fields where a digit follows: elsewhere these are words of any text."""

_COLONS = ":：﹕︰∶"
_LONG = "–—―‐‑‒"
STARS = "*＊﹡"
_STRAIGHT = '"＂'
_CURLY = "“”„‟〝〞〟"
_CORNERS = {"「": "」｣", "｢": "｣」", "『": "』", "﹁": "﹂", "﹃": "﹄"}
QUOTES = _STRAIGHT + _CURLY + "".join(_CORNERS)
"""What opens a phrase."""
_HEAD = re.compile(
    # A long dash is a minus where a word follows; alone, or twice, it is one of a text.
    rf"(?P<minus>[-－﹣−]|[{_LONG}](?=[^\s{_LONG}-]))?(?:(?P<field>[^\W\d_]{{1,20}})[{_COLONS}])?"
)
_WORD = re.compile(r"\S*")
_DAY = re.compile(r"([0-9]{4})年(?:([0-9]{1,2})月(?:([0-9]{1,2})[日号])?)?")


@dataclass(frozen=True, slots=True)
class Item:
    """What stands between two blanks, or a phrase: with a field or a minus before it, stars at its ends.

    ``written`` is all of it as it was typed. ``strange`` is what stands like a field before a colon and is
    none.
    """

    written: str
    text: str
    is_phrase: bool = False
    excludes: bool = False
    field: str | None = None
    open_left: bool = False
    open_right: bool = False
    strange: str | None = None


class NeverClosed(Mistaken, ValueError):
    """A phrase begins and does not end; the argument is what follows its quotation mark."""


def read_item(text: str, place: int) -> tuple[Item, int]:
    """Return the item that begins at a place that is no blank, and where it ends; raise `NeverClosed`."""
    head = _HEAD.match(text, place)
    assert head is not None, "everything in it may be missing"
    field = _name_field(head["field"], text[head.end() :]) if head["field"] else None
    strange = head["field"] if field is None and _is_like_field(text[head.end() :]) else None
    start = head.end() if field is not None or head["field"] is None else head.start("field")
    quote = start + (text[start : start + 1] in tuple(STARS))
    if text[quote : quote + 1] in tuple(QUOTES):
        close = _find_close(text, quote)
        end = close + 1
        open_right = text[end : end + 1] in tuple(STARS)
        end += open_right
        asked, open_left = text[quote + 1 : close], quote > start
    else:
        end = _end_of_word(text, start)
        asked, open_left, open_right = text[start:end], False, False
    item = Item(
        written=text[place:end],
        text=asked,
        is_phrase=text[quote : quote + 1] in tuple(QUOTES),
        excludes=bool(head["minus"]),
        field=field,
        open_left=open_left,
        open_right=open_right,
        strange=strange,
    )
    return item, end


def read_day(value: str) -> str:
    """Return a day, month or year as the rest of jianbao writes it: 2026年3月 is 2026-03."""
    plain = unicodedata.normalize("NFKC", value)
    plain = re.sub(f"[{_LONG}−]", "-", plain)
    written = _DAY.fullmatch(plain)
    if written is None:
        return plain
    return "-".join(part.zfill(2) for part in written.groups() if part)


def _name_field(typed: str, rest: str) -> str | None:
    """Return the field that a word before a colon names, None where it is none."""
    name = fold(typed)
    if name in FIELDS:
        return name
    if name in _CHINESE_DAYS and unicodedata.normalize("NFKC", rest[:1]).isdecimal():
        return _CHINESE_DAYS[name]
    is_empty = not rest[:1].strip()
    return None if is_empty else _CHINESE.get(name)


def _is_like_field(rest: str) -> bool:
    """Return whether what follows a colon may be a field's value: not nothing, and no address."""
    return bool(rest[:1].strip()) and not rest.startswith("//")


def _find_close(text: str, quote: int) -> int:
    """Return where the phrase closes that a quotation mark opens; raise `NeverClosed`.

    A straight one by the same, a curly one by any curly one, since keyboards take turns with these; where
    there is none, one by the other.
    """
    opened = text[quote]
    if opened in _CORNERS:
        families = [_CORNERS[opened]]
    elif opened in _STRAIGHT:
        families = [opened, _STRAIGHT, _CURLY]
    else:
        families = [_CURLY, _STRAIGHT]
    for family in families:
        closes = [place for place in (text.find(sign, quote + 1) for sign in family) if place >= 0]
        if closes:
            return min(closes)
    raise NeverClosed(text[quote + 1 :])


def _end_of_word(text: str, start: int) -> int:
    found = _WORD.match(text, start)
    assert found is not None
    return found.end()
