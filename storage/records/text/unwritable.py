"""Characters that XML has no place for: libxml2 reads them in a page, and writes them nowhere."""

from __future__ import annotations

import re

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])(?![0-9a-f])|0*(?:[0-8]|1[1245-9]|2\d|3[01])(?!\d));?", re.IGNORECASE
)


def without_unwritable(text: str) -> str:
    """Return a text without control characters and halves of pairs, also where a page spells them out."""
    return _REFERENCE.sub("", _UNWRITABLE.sub("", text))
