"""Which answers bring what was asked for, and all of it."""

from __future__ import annotations

import re

from scrapy.http import Response

_OK, _TRANSFORMED, _PARTIAL = 200, 203, 206
_RANGE = re.compile(r"bytes\s+0-(\d+)/(\d+)", re.IGNORECASE)


def is_whole(response: Response) -> bool:
    """Return whether an answer is the whole page.

    200 and 203 are; 206 is when it says that its part is the whole: nobody asked for a part.
    """
    if response.status in (_OK, _TRANSFORMED):
        return True
    told = response.headers.get("Content-Range")
    if response.status != _PARTIAL or told is None:
        return False
    part = _RANGE.fullmatch(told.decode("latin-1").strip())
    return part is not None and int(part[1]) + 1 == int(part[2])
