"""Tags with more attributes than any page has: libxml2 takes the square of their number."""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 1_000

# No part can match what another begins with, so a hostile page is scanned once.
_TAG = re.compile(r"<[A-Za-z](?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+")
_VALUE = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')|/")


def has_crowded_tag(html: str) -> bool:
    """Tell whether a tag has more attributes than any page has; blanks in quoted values part none."""
    return any(
        len(tag[0]) > 2 * MOST_ATTRIBUTES and len(_VALUE.sub(" ", tag[0]).split()) > MOST_ATTRIBUTES
        for tag in _TAG.finditer(html)
    )
