"""Characters that XML has no place for: libxml2 reads them in a page, and writes them nowhere."""

from __future__ import annotations

import re

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEX = r"0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])(?![0-9a-f])"
_HALVES = r"55(?:29[6-9]|[3-9]\d\d)|56\d{3}|57(?:[0-2]\d\d|3[0-3]\d|34[0-3])"
_DECIMAL = rf"0*(?:[0-8]|1[1245-9]|2\d|3[01]|{_HALVES}|6553[45])(?!\d)"
_REFERENCE = re.compile(rf"&#(?:x{_HEX}|{_DECIMAL});?", re.IGNORECASE)


def without_unwritable(text: str) -> str:
    """Return a text without control characters and halves of pairs, also where a page spells them out."""
    return _REFERENCE.sub("", _UNWRITABLE.sub("", text))
