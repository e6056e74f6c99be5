"""The archive that the reader serves, as endpoints ask for it.

An endpoint is a plain function with an ``OpenArchive`` argument, and reads within one
``with archive.reading() as view``: one consistent view for all that it shows, in one thread, so that no
request holds a connection while it waits for a thread.
"""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from storage.archive import Archive


async def find_archive(request: Request) -> Archive:
    """Return the archive that the application opened."""
    return cast(Archive, request.app.state.archive)


OpenArchive = Annotated[Archive, Depends(find_archive)]
