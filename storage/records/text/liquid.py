"""Liquid that an article's text happens to hold: no Jekyll may run it, and no reader of the post loses it."""

from __future__ import annotations

import re

# Upstream's site runs ``{{ … }}`` and ``{% … %}`` in whatever stands in a post.
_OPENING = re.compile(r"\{(?=[{%])")
_REFERENCE = re.compile(r"&((?:amp;)*)#123;")
# Runs are matched whole, with what follows them: each reference of one would look through the rest of it.
_WRITTEN = re.compile(r"(?P<run>(?:&(?:amp;)*+#123;)++)(?P<opens>[{%]?)")
_PLACE = "\x00"  # where a brace was, while references that the text itself has are told apart
_OWN = re.compile(r"(?P<run>(?:&(?:amp;)*+#123;|\x00)++)(?P<opens>[{%]?)")


def neutralise_liquid(text: str) -> str:
    """Return HTML in which no Liquid begins: a brace before another, or before ``%``, is its reference."""
    return _OPENING.sub("&#123;", text)


def neutralise_plain(text: str) -> str:
    """Return a plain text in which no Liquid begins, from which `restore_liquid` makes the same text."""
    return _OWN.sub(_set_apart, _OPENING.sub(_PLACE, text)).replace(_PLACE, "&#123;")


def restore_liquid(text: str) -> str:
    """Return the plain text that `neutralise_plain` was given."""
    return _WRITTEN.sub(_read_run, text)


def _set_apart(found: re.Match[str]) -> str:
    """Return a run in which what could be read as a brace's reference later is written as none."""
    run = found["run"]
    end = len(run) if found["opens"] else run.rfind(_PLACE) + 1
    return _REFERENCE.sub(r"&amp;\1#123;", run[:end]) + run[end:] + found["opens"]


def _read_run(found: re.Match[str]) -> str:
    run, opens = found["run"], found["opens"]
    return _REFERENCE.sub(_restore, run) + opens if opens else run


def _restore(reference: re.Match[str]) -> str:
    return f"&{reference[1][4:]}#123;" if reference[1] else "{"
