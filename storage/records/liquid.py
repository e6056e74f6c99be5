"""Liquid that an article's text happens to hold: no Jekyll may run it, and no reader of the post loses it."""

from __future__ import annotations

import re

# Upstream's site runs ``{{ … }}`` and ``{% … %}`` in whatever stands in a post.
_OPENING = re.compile(r"\{(?=[{%])")
_REFERENCE = r"&((?:amp;)*)#123;"
_WRITTEN = re.compile(rf"{_REFERENCE}(?=(?:&(?:amp;)*#123;)*[{{%])")
_PLACE = "\x00"  # where a brace was, while references that the text itself has are told apart
_OWN = re.compile(rf"{_REFERENCE}(?=(?:&(?:amp;)*#123;|\x00)*[{{%\x00])")


def neutralise_liquid(text: str) -> str:
    """Return HTML in which no Liquid begins: a brace before another, or before ``%``, is its reference."""
    return _OPENING.sub("&#123;", text)


def neutralise_plain(text: str) -> str:
    """Return a plain text in which no Liquid begins, from which `restore_liquid` makes the same text."""
    return _OWN.sub(r"&amp;\1#123;", _OPENING.sub(_PLACE, text)).replace(_PLACE, "&#123;")


def restore_liquid(text: str) -> str:
    """Return the plain text that `neutralise_plain` was given."""
    return _WRITTEN.sub(lambda match: f"&{match[1][4:]}#123;" if match[1] else "{", text)
