"""Limits: how much a page may cost, since whoever is let in may ask for it as often as they like.

Nobody who asks over the web may have every text of a large archive read.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request

from jianbao.web.questions.dependencies import ServedArchive
from storage.records.remedy import Busy
from storage.search import Effort, read_index_state

_QUICKLY = Effort(indexed=20_000, rows=1_000, texts=64)


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """How many articles' texts may be read for one page, and what a trend may cost.

    1,000 articles are read, or looked up by source, in 25 ms: such a page is there at once.
    """

    readable: int = 5_000
    trend: Effort = _QUICKLY


def find_limits(request: Request) -> ReaderLimits:
    """Return the limits of the application that was asked."""
    limits: ReaderLimits = request.app.state.limits
    return limits


class NotIndexed(Busy):
    """The search index is not current, and without it a page would read every text of a large archive."""


def check_index(request: Request, archive: ServedArchive, view: Connection) -> None:
    """Raise `NotIndexed` where a search would take minutes."""
    if read_index_state(view).is_current:
        return
    # To add up the ledger after each commit is dear: only now.
    if archive.totals(view).counts.articles <= find_limits(request).readable:
        return
    raise NotIndexed(
        "The search index is not up to date: run `jianbao reindex`, which takes a while, and ask again."
    )
