"""The pattern of the addresses of a site's articles, with named groups as declarations know them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spiders.recognition.address_shape import Piece, Shape

_YEARS = range(1995, 2100)
_SEPARATORS = frozenset({"/", "-", "_", "."})


@dataclass(frozen=True, slots=True)
class LinkPattern:
    """A regular expression for addresses, and the template of ids of what its groups find.

    ``identity`` None: the group ``id`` alone is the id, or the address is, where there is no such group.
    """

    link: str
    identity: str | None = None


def pattern_of(shape: Shape, samples: Sequence[Sequence[Piece]]) -> LinkPattern:
    """Return the pattern of all addresses of a shape, of which some are given as samples.

    The day is named where every sample has one; the last piece that differs is the id.
    """
    kinds = [kind for kind, _ in shape.kinds]
    days = _day_places(shape, samples)
    named = _id_place(kinds, days, samples)
    parts = [f"^https?://{_escape(shape.host)}"]
    for place, (kind, word) in enumerate(shape.kinds):
        if place in days:
            parts.append(days[place])
        elif kind == "word":
            parts.append(_escape(word))
        else:
            body = _body(kind, [sample[place].text for sample in samples])
            parts.append(f"(?P<id>{body})" if place == named else body)
    link = "".join(parts) + "$"
    return LinkPattern(link, _identity(link, named))


def _identity(link: str, named: int | None) -> str | None:
    if named is None:
        return None
    if "(?P<date>" in link:
        return "{date}.{id}"
    if "(?P<y>" in link and "(?P<md>" in link:
        return "{y}{md}.{id}"
    if all(f"(?P<{name}>" in link for name in ("y", "m", "d")):
        return "{y}{m}{d}.{id}"
    return None


def _escape(word: str) -> str:
    return re.escape(word).replace("\\-", "-").replace("\\_", "_").replace("\\/", "/")


def _body(kind: str, texts: Sequence[str]) -> str:
    lengths = {len(text) for text in texts}
    count = f"{{{lengths.pop()}}}" if len(lengths) == 1 and kind == "hash" else "+"
    if kind == "digits":
        return r"\d+"
    return f"[0-9A-Fa-f]{count}" if kind == "hash" else "[0-9A-Za-z]+"


def _id_place(kinds: Sequence[str], days: dict[int, str], samples: Sequence[Sequence[Piece]]) -> int | None:
    """Return the place of the last piece that names the single article."""
    free = [place for place, kind in enumerate(kinds) if kind != "word" and place not in days]
    differ = [place for place in free if len({sample[place].text for sample in samples}) > 1]
    return differ[-1] if differ else free[-1] if free else None


def _day_places(shape: Shape, samples: Sequence[Sequence[Piece]]) -> dict[int, str]:
    """Return for each place that is a part of the day the pattern that reads it; nothing without a day."""
    kinds = shape.kinds
    for place in range(len(kinds)):
        for find in (_eight_digits, _month_and_day, _year_and_rest, _three_parts):
            found = find(kinds, place, samples)
            if found:
                return _with_month_folder(kinds, found, samples)
    return {}


Kinds = Sequence[tuple[str, str]]
Samples = Sequence[Sequence[Piece]]


def _texts(samples: Samples, *places: int) -> list[tuple[str, ...]]:
    return [tuple(sample[place].text for place in places) for sample in samples]


def _are_digits(kinds: Kinds, *places: int) -> bool:
    return all(place < len(kinds) and kinds[place][0] == "digits" for place in places)


def _are_separated(kinds: Kinds, first: int, last: int) -> bool:
    return all(kinds[place][1] in _SEPARATORS for place in range(first + 1, last, 2))


def _eight_digits(kinds: Kinds, place: int, samples: Samples) -> dict[int, str]:
    if not _are_digits(kinds, place):
        return {}
    texts = [text for (text,) in _texts(samples, place)]
    if all(_has_lengths((text,), 8) and is_day(text[:4], text[4:6], text[6:]) for text in texts):
        return {place: r"(?P<date>\d{8})"}
    return {}


def _month_and_day(kinds: Kinds, place: int, samples: Samples) -> dict[int, str]:
    """``202603/20``."""
    if not (_are_digits(kinds, place, place + 2) and _are_separated(kinds, place, place + 2)):
        return {}
    texts = _texts(samples, place, place + 2)
    if all(_has_lengths((one, other), 6, 2) and is_day(one[:4], one[4:], other) for one, other in texts):
        return {place: r"(?P<y>\d{4})(?P<m>\d{2})", place + 2: r"(?P<d>\d{2})"}
    return {}


def _year_and_rest(kinds: Kinds, place: int, samples: Samples) -> dict[int, str]:
    """``2026/0320``."""
    if not (_are_digits(kinds, place, place + 2) and _are_separated(kinds, place, place + 2)):
        return {}
    texts = _texts(samples, place, place + 2)
    if all(_has_lengths((one, other), 4, 4) and is_day(one, other[:2], other[2:]) for one, other in texts):
        return {place: r"(?P<y>\d{4})", place + 2: r"(?P<md>\d{4})"}
    return {}


def _three_parts(kinds: Kinds, place: int, samples: Samples) -> dict[int, str]:
    """``2026-03/20`` and ``2026/3/20``."""
    if not (_are_digits(kinds, place, place + 2, place + 4) and _are_separated(kinds, place, place + 4)):
        return {}
    texts = _texts(samples, place, place + 2, place + 4)
    if all(_has_lengths((year,), 4) and is_day(year, month, day) for year, month, day in texts):
        return {
            place: r"(?P<y>\d{4})",
            place + 2: r"(?P<m>\d{1,2})",
            place + 4: r"(?P<d>\d{1,2})",
        }
    return {}


def _with_month_folder(kinds: Kinds, found: dict[int, str], samples: Samples) -> dict[int, str]:
    """Add a folder of the year, or year and month, before a day that is written whole."""
    day = min(found)
    if "date" not in found[day]:
        return found
    for place in range(day - 1, -1, -1):
        if kinds[place][0] == "digits":
            pairs = _texts(samples, place, day)
            if all(len(one) in {4, 6} and other.startswith(one) for one, other in pairs):
                found = found | {place: rf"\d{{{len(pairs[0][0])}}}"}
    return found


def _has_lengths(texts: Sequence[str], *lengths: int) -> bool:
    return [len(text) for text in texts] == [*lengths]


def is_day(year: str, month: str, day: str) -> bool:
    """Return whether digits are a day on which a site could have printed something."""
    try:
        return date(int(year), int(month), int(day)).year in _YEARS
    except ValueError:
        return False
