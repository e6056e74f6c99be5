"""Titles and summaries of feeds as text: what a feed escapes once too often is unescaped once more."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_TITLE, _LONGEST_NAME, _LONGEST_SUMMARY = 500, 100, 600


def plain_title(text: str | None) -> str:
    """Return a title without markup, on one line; empty for none."""
    return _plain(text or "")[:_LONGEST_TITLE]


def plain_name(text: str | None) -> str | None:
    """Return a name (of a newspaper, of a writer) without markup; None for none, and for what is too long."""
    name = _plain(text or "")
    return name if name and len(name) <= _LONGEST_NAME else None


def plain_summary(text: str | None) -> str | None:
    """Return a summary without markup; None for none, and for what is so long that it is the article."""
    if not text or len(text) > 20 * _LONGEST_SUMMARY:
        return None
    summary = _plain(text)
    return summary if summary and len(summary) <= _LONGEST_SUMMARY else None


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", unescape(_TAG.sub("", text))).split())
