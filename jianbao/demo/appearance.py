"""How the site looks: what may change on every page without any article having changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Brackets = Literal["as-written", "full", "half"]
Layout = Literal["jekyll", "unknown"]

_FOLDING = {
    "as-written": {},
    "full": str.maketrans("()", "（）"),
    "half": str.maketrans("（）", "()"),
}


@dataclass(frozen=True, slots=True)
class Appearance:
    """``back`` (with ``{tag}``), ``mark`` and ``home`` make the navigation line; ``gap`` is between blocks.

    ``brackets`` folds the brackets of titles and bodies; ``layout`` ``unknown`` is a redesign that no
    reader knows.
    """

    back: str = "返回{tag}"
    mark: str = "｜"
    home: str = "返回首页"
    gap: str = "\n"
    brackets: Brackets = "as-written"
    layout: Layout = "jekyll"

    def fold(self, text: str) -> str:
        """Return the text with the brackets that this appearance prints."""
        return text.translate(_FOLDING[self.brackets])
