"""Sayings in documents: said in the wanted language, with their key and values beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from storage.records.saying import Language, Saying

_SUFFIX = "_said"


def tell_document(document: Any, language: Language) -> Any:
    """Return a document with every saying in a language, and what it is made of beside it.

    Beside ``message`` stands ``message_said``, an object with ``key`` and ``values``; beside a list of
    sayings a list of such objects. What other programs or pages said has the key ``quote``.
    """
    if isinstance(document, Saying):
        return document.tell(language)
    if isinstance(document, Mapping):
        return dict(_tell_items(document, language))
    if isinstance(document, list | tuple):
        return [tell_document(one, language) for one in document]
    return document


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


def _tell_items(document: Mapping[str, Any], language: Language) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        yield name, tell_document(value, language)
        if _is_said(value):
            yield f"{name}{_SUFFIX}", take_apart(value)


def _is_said(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(isinstance(one, Saying) for one in value)
    return isinstance(value, Saying)
