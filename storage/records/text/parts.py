"""A text told by the parts that it shares with another: a delivered body by the article's text in it.

The parts are JSON, an array that SQLite puts together by itself (`storage.database.revision_view`):

- the first element is a separator, a string that stands between shared parts where the other text has one
  character (a line break), and is not copied itself;
- a string stands for itself;
- a number above 0 copies so many characters of the other text, from where the last one ended;
- a number below 0 passes over as many;
- 0 puts the separator, and passes over one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

Part = str | int

_MARKUP = re.compile(r"<[^<>]*>|&#?\w{1,31};|[^<&]+|[<&]")
_SENTENCES = re.compile(r"[^。！？；\n]*[。！？；\n]?")
_EDGES = " \t\r\n\f\v\u00a0\u3000"
_FAR = 4_000  # characters ahead at most where the next shared part is looked for: bounds the work
_SHORT, _NEAR = 8, 64  # a part shorter than that may stand anywhere by chance, and is only looked for so near
_END = "\x00"  # where SQLite's functions end a text


def cut_body(body: str, text: str) -> str | None:
    """Return a delivered body as its parts, given the article's text; None where it is best kept whole."""
    return _cut(body, text, _MARKUP.findall(body))


def cut_text(earlier: str, text: str) -> str | None:
    """Return an earlier text as its parts, given the article's text; None where it is best kept whole."""
    return _cut(earlier, text, _SENTENCES.findall(earlier))


def put_together(parts: str, text: str) -> str:
    """Return what was cut into these parts, given the text that it was cut by."""
    return _join(json.loads(parts), text)


def _join(parts: Sequence[Part], text: str) -> str:
    separator = parts[0]
    assert isinstance(separator, str), "parts begin with their separator"
    said: list[str] = []
    place = 0
    for part in parts[1:]:
        if isinstance(part, str):
            said.append(part)
        elif part == 0:
            said.append(separator)
            place += 1
        else:
            if part > 0:
                said.append(text[place : place + part])
            place += abs(part)
    return "".join(said)


def _cut(whole: str, text: str, runs: Sequence[str]) -> str | None:
    if _END in whole or _END in text:
        return None
    parts = _separate(_find_shared(runs, text))
    if _join(parts, text) != whole:
        return None
    told = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return told if len(told) < len(whole) else None


def _find_shared(runs: Sequence[str], text: str) -> list[Part]:
    """Return runs as parts without a separator: what the text has of them as numbers, all else as strings."""
    parts: list[Part] = []
    said, place, copied = "", 0, 0  # what is not in the parts yet: a string, or how much is copied last
    for run in runs:
        core = run.strip(_EDGES)
        reach = len(core) + (_NEAR if len(core) < _SHORT else _FAR)
        found = text.find(core, place, place + reach) if core else -1
        if found < 0:
            said += run
            continue
        before, _, after = run.partition(core) if len(core) < len(run) else ("", core, "")
        said += before
        if copied and (said or found > place):
            parts.append(copied)
            copied = 0
        if said:
            parts.append(said)
        if found > place:
            parts.append(place - found)
        copied += len(core)
        said, place = after, found + len(core)
    parts += (part for part in (copied, said) if part)
    return parts


def _separate(parts: list[Part]) -> list[Part]:
    """Return parts behind their separator: the string that most often goes with one character left out."""
    pairs = Counter(said for said, passed in pairwise(parts) if passed == -1 and isinstance(said, str))
    separator = pairs.most_common(1)[0][0] if pairs else ""
    told: list[Part] = [separator]
    for part in parts:
        if part == -1 and separator and len(told) > 1 and told[-1] == separator:
            told[-1] = 0
        else:
            told.append(part)
    return told
