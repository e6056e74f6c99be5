"""Errors named by what to do next."""

from __future__ import annotations


class SetAside(Exception):
    """What came is not what it should be: keep its capture, store nothing, tell somebody.

    The message is one sentence that completes "this page …", without place: the caller adds it.
    """


class TryLater(Exception):
    """The fetch failed in a way that may pass: the listing stays owed.

    The message is one sentence that names what failed; ``after`` is seconds to wait, when the server said so.
    """

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Vanished(Exception):
    """Every known address answered that the article is not there; the message names the answers."""
