"""Sayings: what somebody is to be told, kept as a key and values, and said in the language that is wanted.

The phrases stand in `storage/records/sayings/`, one file for a subject and a language (``events.en.toml``
and ``events.zh.toml``): ``key = "{page} answered {status}"``. The full key is ``subject.key``. A phrase that
has a number may be a table, ``{one = "{count} run", other = "{count:,} runs"}``; ``count`` chooses. Where a
list stands in a phrase, its parts are joined as that language joins them. Whatever came from outside is a
value, never a phrase, so that braces in it mean nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, Self, TypeAlias, cast

from storage.records.text.sentences import fit

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
Value: TypeAlias = "str | int | float | Saying | Sequence[Value]"

_VERBATIM = ""
_MARK = '{"say":'
"""What a stored saying begins with: what earlier versions stored are sentences, and none begins so."""
_JOINTS: dict[Language, str] = {"en": "; ", "zh": "；"}


class Saying(str):
    """One sentence or clause by key and values. As a text it is what it says in English."""

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, Value]

    def __new__(cls, key: str, values: Mapping[str, Value] | None = None) -> Self:
        """Return the saying of a key and values; nobody changes either afterwards."""
        saying = super().__new__(cls, _tell(key, values or {}, "en"))
        saying.key, saying.values = key, values or {}
        return saying

    def __reduce__(self) -> tuple[type[Saying], tuple[str, Mapping[str, Value]]]:
        """Return what a copy is made of."""
        return Saying, (self.key, self.values)

    @property
    def is_quotation(self) -> bool:
        """Whether it has no key: another program said it, a page, or an earlier version."""
        return self.key == _VERBATIM

    def tell(self, language: Language) -> str:
        """Return what it says in a language: of an unknown key (a newer version's) key and values."""
        return str(self) if language == "en" else _tell(self.key, self.values, language)

    def store(self) -> str:
        """Return it as a text that `read_saying` reads."""
        if self.key == _VERBATIM and not self.startswith(_MARK):
            return str(self)
        return json.dumps(_pack(self), ensure_ascii=False, separators=(",", ":"))


class _Spelt(dict[str, object]):
    """Values as a language spells them; three dots for one that was not stored."""

    def __init__(self, values: Mapping[str, Value], language: Language) -> None:
        super().__init__({name: _spell(value, language) for name, value in values.items()})

    def __missing__(self, name: str) -> str:
        return "…"


def say(key: str, **values: Value) -> Saying:
    """Return the saying of a key; raise KeyError for one that has no phrase, which is a defect."""
    if key not in read_phrases("en"):
        raise KeyError(f"nobody wrote a phrase for {key!r}")
    return Saying(key, values)


def quote(words: str) -> Saying:
    """Return a saying that says these words in every language: what another program said, or a page."""
    return Saying(_VERBATIM, {"words": words})


def join_sayings(parts: Sequence[str]) -> Saying:
    """Return one saying of several (one at least), joined as each language joins clauses."""
    return as_saying(parts[0]) if len(parts) == 1 else say("said.all", parts=parts)


def join_first(parts: Sequence[str], most: int) -> Saying:
    """Return one saying of the first of several, and how many more there are."""
    rest = len(parts) - most
    return join_sayings([*parts[:most], say("said.more", count=rest)] if rest > 0 else parts)


def as_saying(words: str) -> Saying:
    """Return a saying as it is, and any other text as a quotation."""
    return words if isinstance(words, Saying) else quote(words)


def read_saying(stored: str) -> Saying:
    """Return the saying that `Saying.store` made this text of; any other text is said as it is."""
    if isinstance(stored, Saying):
        return stored
    if not stored.startswith(_MARK):
        return quote(stored)
    try:
        values = json.loads(stored)
        return Saying(str(values.pop("say")), {name: _unpack(value) for name, value in values.items()})
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return quote(stored)


@cache
def read_phrases(language: Language) -> Mapping[str, str | dict[str, str]]:
    """Return every phrase of a language by its full key."""
    phrases: dict[str, str | dict[str, str]] = {}
    for file in sorted(files("storage.records").joinpath("sayings").iterdir(), key=lambda file: file.name):
        subject, _, rest = file.name.partition(".")
        if rest == f"{language}.toml":
            found = tomllib.loads(file.read_text("utf-8"))
            phrases |= {f"{subject}.{key}": phrase for key, phrase in found.items()}
    return phrases


def _tell(key: str, values: Mapping[str, Value], language: Language) -> str:
    if key == _VERBATIM:
        return fit(str(values["words"]))
    phrase = read_phrases(language).get(key)
    if phrase is None:
        return fit(f"{key} {json.dumps(_pack(values), ensure_ascii=False)}")
    if isinstance(phrase, dict):
        phrase = phrase["one" if values.get("count") == 1 else "other"]
    return fit(phrase.format_map(_Spelt(values, language)))


def _spell(value: Value, language: Language) -> object:
    if isinstance(value, Saying):
        return value.tell(language)
    if isinstance(value, str | int | float):
        return value
    return _JOINTS[language].join(str(_spell(part, language)) for part in value)


def _pack(value: object) -> object:
    """Return a value as JSON has it."""
    if isinstance(value, Saying):
        return {"say": value.key, **cast("dict[str, object]", _pack(value.values))}
    if isinstance(value, Mapping):
        return {name: _pack(inner) for name, inner in value.items()}
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, int | float):
        return value
    return [_pack(part) for part in cast("Sequence[object]", value)]


def _unpack(value: object) -> Value:
    """Return a value as `_pack` was given it."""
    if isinstance(value, dict):
        return Saying(value["say"], {name: _unpack(inner) for name, inner in value.items() if name != "say"})
    if isinstance(value, list):
        return [_unpack(part) for part in value]
    return cast("str | int | float", value)
