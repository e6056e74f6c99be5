"""A page's comments, in which Founder's pages mark their text and say what they are."""

from __future__ import annotations

from collections.abc import Iterator


def list_comments(html: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each comment begins and ends, and what it says, without blanks at its ends."""
    end = 0
    while (start := html.find("<!--", end)) >= 0:
        closing = html.find("-->", start + 4)
        if closing < 0:
            return
        end = closing + 3
        yield start, end, html[start + 4 : closing].strip()
