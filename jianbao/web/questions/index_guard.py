"""Nobody who asks over the web may have every text of a large archive read."""

from __future__ import annotations

from starlette.requests import Request

from jianbao.web.dependencies import find_counts
from storage.archive.folder import Archive
from storage.search import read_index_state

_READABLE = 5_000  # articles whose texts can be read for one page


class NotIndexed(Exception):
    """The search index is not current, and without it a page would read every text of a large archive."""


def check_index(request: Request, archive: Archive) -> None:
    """Raise `NotIndexed` where a search would take minutes."""
    with archive.reading() as view:
        if read_index_state(view).is_current:
            return
    if find_counts(request).articles <= _READABLE:  # to add up the ledger after each commit is dear
        return
    raise NotIndexed(
        "The search index is not up to date: run `jianbao reindex`, which takes a while, and ask again."
    )
