"""Labels of saved pages as they are compared."""

from __future__ import annotations

import re
import unicodedata


def folded(text: str | None) -> str:
    """A text without width and white space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text or ""))
