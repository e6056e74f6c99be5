"""What is wrong with a configuration, each problem in one line: place, key, value, what is expected."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from jianbao.configuration.model import Key, describe_expected, fields_by_key, find_field, sections_of
from storage.records.remedy import Mistaken

Location = tuple[str | int, ...]
"""A key's place in one file, with the index of its source: ``("sources", 0, "slug")``."""

MAX_SHOWN = 80

_CREDENTIALS = re.compile(r"//[^/]*@")
_BARE = re.compile(r"[\w-]+")


class ConfigurationError(Mistaken, ValueError):
    """The configuration can't be used. The text has one line for each problem, and so has ``problems``."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def describe_problem(details: ErrorDetails, name: str) -> str:
    """Return what pydantic found wrong with the key of that name, in one sentence without a place."""
    location = details["loc"]
    if details["type"] == "extra_forbidden":
        return f"{name} is no key (here set to {_show(details)}); {_suggest_key(location)}"
    expected = f"expected {describe_expected(key_at(location))}"
    if details["type"] == "missing":
        return f"{name} is missing; {expected}"
    found = f"{name} is {_show(details)}"
    reason = _describe_reason(details)
    if not reason:
        return f"{found}; {expected}"
    return f"{found}: {reason}" if "expected" in reason else f"{found}: {reason}; {expected}"


def key_at(location: Location) -> Key:
    """Return the key of a place, whichever source it is in."""
    return tuple(part for part in location if isinstance(part, str))


def show_part(part: str) -> str:
    """Return one part of a dotted key, in quotes where TOML would want them."""
    return part if _BARE.fullmatch(part) else show_value(part)


def show_value(value: object) -> str:
    """Return a value as TOML would write it, on one line, short, printable, and without a password."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = _CREDENTIALS.sub("//…@", text)
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 1] + "…"
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _show(details: ErrorDetails) -> str:
    """Return the value that was found; of alerts, whose addresses hold secrets, none."""
    return "…" if details["loc"][:1] == ("alerts",) else show_value(details["input"])


def _describe_reason(details: ErrorDetails) -> str:
    """Type and range say no more than what is expected; the other checks give a reason of their own."""
    context = details.get("ctx", {})
    if details["type"] == "string_too_long":
        return f"it is longer than {context['max_length']} characters"
    return str(context.get("error", ""))


def _suggest_key(location: Location) -> str:
    *table, name = key_at(location)
    siblings = _keys_in(tuple(table))
    if nearest := get_close_matches(name.lower(), siblings, n=1):
        return f"did you mean {nearest[0]}?"
    if table[:1] == ["sources"] and len(table) > 1 and name in _keys_in(("sources",)):
        return _tell_misplaced(table, name)
    elsewhere = [".".join(key) for key in fields_by_key() if key[-1] == name]
    return f"did you mean {elsewhere[0]}?" if elsewhere else f"expected one of {', '.join(siblings)}"


def _keys_in(table: Key) -> list[str]:
    """Return the keys of a table, of whatever depth."""
    if not table:
        return [key[0] for key in fields_by_key() if len(key) == 1]
    field = find_field(table)
    return [key for section in sections_of(field.annotation) for key in section.model_fields] if field else []


def _tell_misplaced(table: Sequence[str], name: str) -> str:
    """Say where a key of a source belongs that stands behind the header of a table inside of it."""
    inner = ".".join(table)
    return (
        f"{name} is a key of the source itself: what stands behind [[{inner}]] belongs to that table, "
        f"so write {name} before the first [[{inner}]]"
    )
