"""Errors named by their remedy: whoever meets one knows from its class what to do next.

Every error of ours inherits one of these where it stands, so that nobody keeps a table of them: the command
line gives each of the first four an exit status, the reader an HTTP status, and both print the message, one
sentence that says what happened, to what, and what to do. The last three end inside a crawl or an import.
"""

from __future__ import annotations

from storage.records.saying import Saying, quote


class Mistaken(Exception):
    """What was asked means nothing here: ask otherwise."""


class Missing(Exception):
    """What was asked for is not there: name something else, or get it first."""


class Busy(Exception):
    """Somebody is at it, or it is not ready: ask again later, unchanged."""


class Unusable(Exception):
    """Something that is needed cannot be used as it is: mend it first."""


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


def saying_of(error: BaseException) -> Saying:
    """Return what an error says: of one that was raised with a saying, that."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Saying) else quote(str(error))
