"""Sayings in documents: said in the wanted language, with their key and values beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar, cast

from storage.records.saying import Language, Saying

_SUFFIX = "_said"
Shape = TypeVar("Shape")


def tell_document(document: Shape, language: Language) -> Shape:
    """Return a document with every saying in a language, and what it is made of beside it.

    Beside ``message`` stands ``message_said``, an object with ``key`` and ``values``; beside a list of
    sayings a list of such objects. What other programs or pages said has the key ``quote``.
    """
    return cast("Shape", _tell(document, language))


def _tell(value: object, language: Language) -> object:
    if isinstance(value, Saying):
        return value.tell(language)
    if isinstance(value, Mapping):
        return dict(_tell_items(value, language))
    if isinstance(value, list | tuple):
        return [_tell(one, language) for one in value]
    return value


def take_apart(value: object) -> object:
    """Return key and values of a saying, or of each in a list, as JSON has them."""
    if isinstance(value, Saying):
        return {
            "key": value.key or "quote",
            "values": {name: take_apart(one) for name, one in value.values.items()},
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [take_apart(one) for one in value]
    return value


def _tell_items(document: Mapping[str, object], language: Language) -> Iterator[tuple[str, object]]:
    for name, value in document.items():
        yield name, _tell(value, language)
        if _is_said(value):
            yield f"{name}{_SUFFIX}", take_apart(value)


def _is_said(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(isinstance(one, Saying) for one in value)
    return isinstance(value, Saying)
