"""`/healthz`: is the reader up, and can it read the archive?

``ok`` and the status are about this process alone, for whoever restarts it. That the service died or nothing
is polled is no reason to restart the reader: it is told beside that.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from jianbao import __version__
from jianbao.documents.standstill import StandstillKind, find_standstills
from jianbao.web.questions.dependencies import OpenArchive
from scheduler.liveness.heartbeat import read_service_state
from storage.archive.folder import DATABASE_FILE, Archive
from storage.database.trouble import FOREIGN, FORESEEN, foresee

router = APIRouter()


class Standing(BaseModel):
    """Something of the archive that stands still now."""

    kind: StandstillKind
    message: str


class Health(BaseModel):
    """Whether the archive can be read, and by which version."""

    ok: bool
    version: str = Field(description="The reader's version.")
    trouble: str | None = Field(None, description="Why the archive cannot be read, in one sentence.")
    standstills: list[Standing] = Field(
        default=[],
        description="What stands still now, though the reader is well: the service, polls, crawling, alerts.",
    )


@router.get("/healthz", operation_id="checkHealth", tags=["operation"], responses={503: {"model": Health}})
async def check_health(archive: OpenArchive, response: Response) -> Health:
    """Read the archive: 200 when that works, 503 and the reason when it does not."""
    trouble, standing = await run_sync(_look, archive, limiter=_limiter())
    response.headers["Cache-Control"] = "no-store"
    if trouble is not None:
        response.status_code = 503
    return Health(ok=trouble is None, version=__version__, trouble=trouble, standstills=standing)


@cache
def _limiter() -> CapacityLimiter:
    """Return the place of its own that the look at the archive has: it waits for no reader's page."""
    return CapacityLimiter(1)


def _look(archive: Archive) -> tuple[str | None, list[Standing]]:
    if not (archive.folder / DATABASE_FILE).is_file():  # what is open could still be read
        return f"{archive.folder / DATABASE_FILE} is gone: bring it back", []
    now = datetime.now(UTC)
    try:
        with archive.reading() as view:
            found = find_standstills(view, read_service_state(archive.folder, now), now)
    except (*FORESEEN, *FOREIGN) as error:
        return str(foresee(error)), []
    return None, [Standing(kind=one.kind, message=str(one.message)) for one in found]
