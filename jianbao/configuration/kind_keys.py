"""Which keys of a source its kind takes, and what becomes of them: the rules that the kind is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from jianbao.configuration.document import Document
from jianbao.configuration.epaper_keys import EpaperKeys
from jianbao.configuration.list_keys import ListKeys
from jianbao.configuration.model import KIND_SECTIONS, Source
from jianbao.configuration.problem import show_part, show_value
from spiders.kinds.registry import find_kind, list_kinds

RulesOf = Callable[[Source], object]

_RULES: Mapping[str, RulesOf] = {
    "epaper": EpaperKeys.paper_rules,
    "page": ListKeys.list_rules,
    "feed": ListKeys.list_rules,
}
"""What makes the rules of a source, by the name of its kind; a kind that is not here asks for none."""


def keys_of_kinds() -> frozenset[str]:
    """Return the keys of a source that not every kind takes."""
    return frozenset(key for section in KIND_SECTIONS for key in section.model_fields)


def keys_of_kind(kind: str) -> tuple[str, ...]:
    """Return the keys that a source of this kind may have, in the order of the documentation."""
    entry = find_kind(kind)
    taken, some = entry.keys if entry else (), keys_of_kinds()
    return tuple(key for key in Source.model_fields if key in taken or key not in some)


def rules_of(source: Source) -> object:
    """Return what the kind of a source is told of its keys (`Declaration.rules`); None for nothing."""
    make = _RULES.get(source.kind)
    return make(source) if make is not None else None


def find_foreign_keys(document: Document) -> Iterator[str]:
    """Yield a line for each key of a source that another kind takes, and its own does not."""
    sources = document.tables.get("sources")
    for number, source in enumerate(sources if isinstance(sources, list) else []):
        if isinstance(source, dict) and isinstance(kind := source.get("kind"), str) and find_kind(kind):
            for key in source.keys() & keys_of_kinds() - set(keys_of_kind(kind)):
                location = ("sources", number, key)
                yield f"{document.place(location)}: {_describe_foreign(document, source, location)}"


def _describe_foreign(document: Document, source: Mapping[str, Any], location: tuple[str, int, str]) -> str:
    kind, key = source["kind"], location[-1]
    takers = [entry.name for entry in list_kinds() if key in entry.keys]
    nearest = get_close_matches(key, [own for own in keys_of_kind(kind) if own not in source], n=1)
    whose = f"the kind {' or '.join(takers)} takes it" if takers else "no kind of this version takes it"
    return (
        f"{document.name(location)} is no key of the kind {show_part(kind)} "
        f"(here set to {show_value(source[key])}): {whose}"
        + (f"; did you mean {nearest[0]}?" if nearest else "")
    )
