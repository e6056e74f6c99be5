"""A configuration file without what nobody else may know: addresses of channels, tokens, passwords."""

from __future__ import annotations

import re
from typing import Any

_SECRET_TABLES = ("alerts",)
_PUBLIC = frozenset({"name", "severities", "kinds", "sources", "quiet", "digest", "per_hour", "resolved"})
"""Keys of those tables that are no secret; of any other the value is left out."""
_NAMED_SO = re.compile(r"token|secret|password|passwd|api_?key", re.IGNORECASE)
_LEFT_OUT = "(left out of the backup)"


def without_secrets(text: str) -> str:
    """Return a TOML file with every secret's value left out; one that cannot be read is left out whole."""
    import tomlkit  # noqa: PLC0415 - only a backup needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(text)
    except TOMLKitError:
        return "# this file was no TOML, and is left out of the backup\n"
    _redact(document, within=False)
    return tomlkit.dumps(document)


def _redact(table: Any, *, within: bool) -> None:
    for key, value in list(table.items()):
        secret = within or key in _SECRET_TABLES
        if isinstance(value, dict):
            _redact(value, within=secret)
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            for one in value:
                _redact(one, within=secret)
        elif (within and key not in _PUBLIC) or _NAMED_SO.search(key):
            table[key] = _LEFT_OUT
