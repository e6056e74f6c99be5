"""A page's outermost tags, which mean nothing inside of a part of it."""

from __future__ import annotations

import re

_OUTER = re.compile(r"</?(?:html|body|frameset)(?![^\s/>])[^<>]*>?", re.IGNORECASE)
_FIRST = re.compile(r"\A(?:\s*<(?:html|!doctype)[^<>]*>?)+", re.IGNORECASE)
"""What lxml takes a text for a whole page by, which may have no body."""


def without_outer_tags(markup: str) -> str:
    """Return markup without the tags of ``html``, ``body`` and ``frameset``, and without a doctype in front.

    libxml2 makes a second body of some of them, where only one can be what a part of a page stands in.
    """
    return _FIRST.sub("", _OUTER.sub("", markup))
