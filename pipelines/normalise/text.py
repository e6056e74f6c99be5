"""Text as it is kept, whatever a page delivers: nothing in it steers a terminal or can't be stored."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Those of them that are no white space, soft hyphens, and lone surrogates, which nothing can store.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def drop_unseen(text: str) -> str:
    """Return the text without control characters, soft hyphens and lone surrogates; white space stays."""
    return _UNSEEN.sub("", text)


def drop_controls(address: str) -> str:
    """Return an address without control characters, of white space too, as browsers read it."""
    return _SURROGATE.sub("", _CONTROL.sub("", address))


def one_line(text: str | None) -> str:
    """Return a title, name or digest on one line, without control characters or blanks at its edges."""
    return drop_unseen(" ".join((text or "").splitlines())).replace("\t", " ").strip()
