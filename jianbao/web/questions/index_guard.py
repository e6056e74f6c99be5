"""Nobody who asks over the web may have every text of a large archive read."""

from __future__ import annotations

from starlette.requests import Request

from jianbao.web.dependencies import find_counts
from jianbao.web.limits import find_limits
from storage.archive.folder import Archive
from storage.search import read_index_state


class NotIndexed(Exception):
    """The search index is not current, and without it a page would read every text of a large archive."""


def check_index(request: Request, archive: Archive) -> None:
    """Raise `NotIndexed` where a search would take minutes."""
    with archive.reading() as view:
        if read_index_state(view).is_current:
            return
    # To add up the ledger after each commit is dear: only now.
    if find_counts(request).articles <= find_limits(request).readable:
        return
    raise NotIndexed(
        "The search index is not up to date: run `jianbao reindex`, which takes a while, and ask again."
    )
