"""`/healthz`: is the reader up, and can it read the archive?

It is about this process alone, for whoever restarts it. That a newspaper is silent or the service died is no
reason to restart the reader: `/metrics` and `jianbao status` tell that.
"""

from __future__ import annotations

from functools import cache

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from jianbao import __version__
from jianbao.web.questions.dependencies import OpenArchive
from storage.archive.folder import DATABASE_FILE, Archive
from storage.database.trouble import FOREIGN, FORESEEN, foresee
from storage.ledger.source import list_sources

router = APIRouter()


class Health(BaseModel):
    """Whether the archive can be read, and by which version."""

    ok: bool
    version: str = Field(description="The reader's version.")
    trouble: str | None = Field(None, description="Why the archive cannot be read, in one sentence.")


@router.get("/healthz", operation_id="checkHealth", tags=["operation"], responses={503: {"model": Health}})
async def check_health(archive: OpenArchive, response: Response) -> Health:
    """Read the archive: 200 when that works, 503 and the reason when it does not."""
    trouble = await run_sync(_find_trouble, archive, limiter=_limiter())
    response.headers["Cache-Control"] = "no-store"
    if trouble is not None:
        response.status_code = 503
    return Health(ok=trouble is None, version=__version__, trouble=trouble)


@cache
def _limiter() -> CapacityLimiter:
    """Return the place of its own that the look at the archive has: it waits for no reader's page."""
    return CapacityLimiter(1)


def _find_trouble(archive: Archive) -> str | None:
    if not (archive.folder / DATABASE_FILE).is_file():  # what is open could still be read
        return f"{archive.folder / DATABASE_FILE} is gone: bring it back"
    try:
        with archive.reading() as view:
            list_sources(view)
    except (*FORESEEN, *FOREIGN) as error:
        return str(foresee(error))
    return None
