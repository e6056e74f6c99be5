"""Addresses and ids with places to fill: ``{Y}{m}{d}`` for a day, ``{n}`` for a page, ``{id|hash}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlsplit

_PLACE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"n(?::(\d{1,6})(?::(\d{1,6}))?)?")
_NAMES = re.compile(r"[\w.\[\]-]+(?:\|[\w.\[\]-]+)*")
_OF_DAY = {"Y": "%Y", "y": "%y", "m": "%m", "d": "%d"}


def check_list_address(text: str) -> str:
    """Refuse what is no http or https address, or has a place that is neither of a day nor of a page."""
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("it contains a blank or a control character")
    try:
        parts = urlsplit(_PLACE.sub("1", text))
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f"it is no address ({error})") from error
    if not is_address:
        raise ValueError("it is no http or https address with a host")
    if "{" in urlsplit(text).netloc:
        raise ValueError("it has a place to fill in its host")
    for place in _PLACE.findall(text):
        if place not in _OF_DAY and not _NUMBER.fullmatch(place):
            raise ValueError(f"it has the unknown place {{{place}}}")
    return text


def check_template(text: str) -> str:
    """Refuse a template whose places are no names."""
    if not text:
        raise ValueError("it is empty")
    for place in _PLACE.findall(text):
        if not (_NAMES.fullmatch(place) or _NUMBER.fullmatch(place)):
            raise ValueError(f"it has the place {{{place}}}, which is no name")
    return text


def has_number(template: str) -> bool:
    """Return whether a template has the place of a page's number."""
    return any(_NUMBER.fullmatch(place) for place in _PLACE.findall(template))


def is_dated(template: str) -> bool:
    """Return whether a template has the place of a day, or of a part of it."""
    return any(place in _OF_DAY for place in _PLACE.findall(template))


def first_number(template: str) -> int | None:
    """Return the number that a template says it begins with (``{n:2}``); None where it says none."""
    for place in _PLACE.findall(template):
        if (found := _NUMBER.fullmatch(place)) and found[1]:
            return int(found[1])
    return None


def fill_address(template: str, day: date | None, step: int, begins: int = 1) -> str:
    """Return the address for a day, and for the page that is so many steps after the first of the template.

    ``{n}`` begins with ``begins``, ``{n:2}`` with 2; ``{n:20:20}`` goes on in steps of 20. Without a day its
    places stay as they are.
    """

    def fill(place: re.Match[str]) -> str:
        if place[1] in _OF_DAY:
            return place[0] if day is None else day.strftime(_OF_DAY[place[1]])
        found = _NUMBER.fullmatch(place[1])
        if found is None:
            return place[0]
        return str(int(found[1] or begins) + step * int(found[2] or 1))

    return _PLACE.sub(fill, template)


def fill_names(template: str, values: Mapping[str, str]) -> str | None:
    """Return a template with values in its places, the first of ``{id|hash}`` that is there.

    None where a place has no value.
    """
    return fill_places(template, values.get)


def fill_places(template: str, find: Callable[[str], str | None]) -> str | None:
    """Return a template with what is found for its places; None where nothing is, under none of its names."""
    filled: list[str] = []
    end = 0
    for place in _PLACE.finditer(template):
        value = next((found for name in place[1].split("|") if (found := find(name))), None)
        if value is None:
            return None
        filled += [template[end : place.start()], value]
        end = place.end()
    return "".join(filled) + template[end:]
