"""Nobody who asks over the web may have every text of a large archive read."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import Request

from jianbao.web.dependencies import ServedArchive
from jianbao.web.limits import find_limits
from storage.records.remedy import Busy
from storage.search import read_index_state


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
