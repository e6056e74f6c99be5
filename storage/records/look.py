"""Later looks at archived pages: what was found, and what the archive concludes from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from storage.records.capture import Exchange
from storage.records.saying import Saying

Found = Literal["alive", "changed", "moved", "back", "missing", "home", "soft_404", "unanswered"]
"""``missing``: 404 or 410; ``home``: led to a front page or a list; ``soft_404``: a page that says in its
words that there is none. ``unanswered``: nothing that tells anything of the article."""
Absence = Literal["missing", "home", "soft_404"]
FOUND: tuple[Found, ...] = get_args(Found)
ABSENT: frozenset[str] = frozenset(get_args(Absence))

SECOND_LOOK = timedelta(hours=20)
"""How long after the first look that missed a page a second one may say that it is gone."""
FIRST_AGAIN, LAST_AGAIN = timedelta(hours=6), timedelta(days=7)
"""How long after a look without an answer the next one comes: doubling, up to the last."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look at an archived page saw. ``url`` answered with ``status`` (None: nothing came).

    ``is_same``: byte for byte what was there before, or the server's word for that. ``exchanges`` are answers
    that are no article; ``said`` is what they were.
    """

    found: Found
    url: str
    status: int | None = None
    is_same: bool = False
    exchanges: tuple[Exchange, ...] = ()
    said: Saying | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A look as the archive keeps it. ``is_gone``: the article counts as gone since, or still.

    ``at`` is aware. ``capture_id`` is the answer that is kept of it, None where there is none.
    """

    info_code: str
    at: datetime
    found: Found
    url: str
    status: int | None = None
    is_gone: bool = False
    said: Saying | None = None
    capture_id: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What earlier looks at an article say. ``last`` is the last that was answered, at ``url``.

    ``absent_since`` is the first of those looks that missed it, one after another, up to the last; None
    where that found it. ``unanswered`` counts the looks since the last answer, and ``tried_at`` is the last
    of them.
    """

    last: Look | None = None
    absent_since: datetime | None = None
    unanswered: int = 0
    tried_at: datetime | None = None

    def next_try(self) -> datetime | None:
        """Return before when no further look makes sense; None where it may be at any time."""
        if self.tried_at is not None:
            return self.tried_at + min(FIRST_AGAIN * (1 << min(self.unanswered - 1, 10)), LAST_AGAIN)
        if self.absent_since is not None and self.last is not None and not self.last.is_gone:
            return self.absent_since + SECOND_LOOK
        return None


NEVER_LOOKED = Looked()


def sum_up(looks: list[Look]) -> Looked:
    """Return what looks at one article say together, given in the order of their time."""
    last: Look | None = None
    absent_since: datetime | None = None
    unanswered, tried_at = 0, None
    for look in looks:
        if look.found == "unanswered":
            unanswered, tried_at = unanswered + 1, look.at
            continue
        last, unanswered, tried_at = look, 0, None
        if look.found not in ABSENT:
            absent_since = None
        elif absent_since is None:
            absent_since = look.at
    return Looked(last, absent_since, unanswered, tried_at)


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is known of the page that is looked at again: where it was, and which version came last.

    ``found_at`` is where a later look found it last; ``captured_at`` is the address of the last answer that
    was read, with its digest, ``etag`` and ``last_modified``. ``title`` is the archived one.
    """

    found_at: str | None = None
    captured_at: str | None = None
    title: str = ""
    is_gone: bool = False
    payload_digest: str | None = None
    etag: str | None = None
    last_modified: str | None = None
