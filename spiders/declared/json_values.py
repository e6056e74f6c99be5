"""JSON as sites answer it: bare, in a call (JSONP) or in an assignment; and paths into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from storage.records import SetAside
from storage.records.saying import say

_STEP = re.compile(r"([^.\[\]]+)|\[(\d*|\*)\]")
_BEGIN = re.compile(r"[\[{]")
_MOST_VALUES = 100_000


def read_json(text: str) -> Any:
    """Return the value of a JSON text, or of the first one inside of a call or an assignment.

    Raises `SetAside` where there is none.
    """
    stripped = text.strip().removeprefix("\ufeff")
    begin = _BEGIN.search(stripped)
    if begin is None:
        raise SetAside(say("page.no_json"))
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(stripped, begin.start())
    except (ValueError, RecursionError) as error:
        raise SetAside(say("page.no_json_because", error=str(error))) from error
    return value


def find_values(value: Any, path: str) -> Iterator[Any]:
    """Yield the values at a path such as ``data.items[].url``, ``list[0].title`` or ``[]``.

    ``[]`` stands for all values of a list or of an object; nothing is yielded where a path leads nowhere.
    """
    values = [value]
    for name, index in _STEP.findall(path):
        values = [inner for outer in values for inner in _step(outer, name, index)][:_MOST_VALUES]
    yield from values


def find_text(value: Any, path: str) -> str | None:
    """Return the first value at a path that is a text or a number, as text; None without one."""
    return next(iter(list_texts(value, path)), None)


def list_texts(value: Any, path: str) -> list[str]:
    """Return the values at a path that are texts or numbers, as texts."""
    found = find_values(value, path)
    return [
        str(inner)
        for inner in found
        if isinstance(inner, str | int | float) and inner is not True and inner is not False
    ]


def _step(value: Any, name: str, index: str) -> list[Any]:
    if name:
        return [value[name]] if isinstance(value, dict) and name in value else []
    if isinstance(value, dict):
        return list(value.values()) if index in {"", "*"} else []
    if not isinstance(value, list):
        return []
    if index in {"", "*"}:
        return value
    return value[int(index) : int(index) + 1]
