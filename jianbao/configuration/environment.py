"""The environment variables that override the file: JIANBAO_ and a key, ``__`` between table and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from jianbao.configuration.model import Key, fields_by_key

PREFIX = "JIANBAO_"
FILE_VARIABLE = "JIANBAO_CONFIG"
_LISTED: tuple[Key, ...] = (("sources",), ("alerts", "channels"))


def name_variable(key: Key) -> str:
    """Return the name of the variable that overrides a key."""
    return PREFIX + "__".join(key).upper()


def known_variables() -> dict[str, Key]:
    """Return each variable that overrides a key; sources and channels are written in the file only."""
    keys = [key for key in fields_by_key() if not any(key[: len(table)] == table for table in _LISTED)]
    tables = {key[0] for key in keys if len(key) > 1}
    return {name_variable(key): key for key in keys if len(key) > 1 or key[0] not in tables}


def read_variables(environ: Mapping[str, str]) -> dict[Key, object]:
    """Return the values that override keys; an empty variable is as good as none."""
    fields = fields_by_key()
    known = known_variables()
    return {
        key: _read_value(environ[name], fields[key].annotation)
        for name, key in known.items()
        if environ.get(name)
    }


def find_unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each variable that looks like ours and sets nothing; its value may be a secret."""
    known = {*known_variables(), FILE_VARIABLE}
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name not in known:
            nearest = get_close_matches(name.upper(), sorted(known), n=1, cutoff=0)[0]
            yield f"environment variable {name}: no key has this name; did you mean {nearest}?"


def _read_value(text: str, kind: Any) -> object:
    """Variables are always text: read it as the key's own type, and leave the refusal to the model."""
    try:
        value: object = TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return text
    return value
