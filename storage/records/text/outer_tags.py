"""A page's outermost tags, which mean nothing inside of a part of it."""

from __future__ import annotations

import re

_OUTER = re.compile(r"</?(?:html|body|frameset)(?![^\s/>])[^<>]*>?", re.IGNORECASE)


def without_outer_tags(markup: str) -> str:
    """Return markup without the tags of ``html``, ``body`` and ``frameset``.

    libxml2 makes a second body of some of them, where only one can be what a part of a page stands in.
    """
    return _OUTER.sub("", markup)
