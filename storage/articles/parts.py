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
from collections.abc import Iterator, Sequence
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
    separator, *rest = json.loads(parts)
    said: list[str] = []
    place = 0
    for part in rest:
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
    told = _tell(_separated(list(_joined(_find_shared(runs, text)))))
    if len(told) >= len(whole) or put_together(told, text) != whole:
        return None
    return told


def _find_shared(runs: Sequence[str], text: str) -> Iterator[Part]:
    """Yield each run as a string, or as the numbers that find it in the text."""
    place = 0
    for run in runs:
        core = run.strip(_EDGES)
        reach = _NEAR if len(core) < _SHORT else _FAR
        found = text.find(core, place, place + len(core) + reach) if core else -1
        if found < 0:
            yield run
            continue
        before, _, after = run.partition(core)
        if before:
            yield before
        if found > place:
            yield place - found
        yield len(core)
        place = found + len(core)
        if after:
            yield after


def _joined(parts: Iterator[Part]) -> Iterator[Part]:
    """Yield parts with neighbours of a kind made one; what is passed over does not part two strings."""
    said, passed, copied = "", 0, 0
    for part in parts:
        if isinstance(part, str):
            if copied:
                yield copied
                copied = 0
            said += part
        elif part < 0:
            if copied:
                yield copied
                copied = 0
            passed += part
        else:
            if said:
                yield said
                said = ""
            if passed:
                yield passed
                passed = 0
            copied += part
    yield from (part for part in (said, passed, copied) if part)


def _separated(parts: list[Part]) -> list[Part]:
    """Return parts behind their separator, the string that most often goes with one character left out."""
    pairs = Counter(said for said, passed in pairwise(parts) if passed == -1)
    separator = pairs.most_common(1)[0][0] if pairs else ""
    if not isinstance(separator, str):
        separator = ""
    told: list[Part] = [separator]
    for part in parts:
        if part == -1 and len(told) > 1 and told[-1] == separator and separator:
            told[-1] = 0
        else:
            told.append(part)
    return told


def _tell(parts: list[Part]) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
