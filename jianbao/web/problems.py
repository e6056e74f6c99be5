"""Errors as programs read them (RFC 9457), and which known error answers with which status."""

from __future__ import annotations

from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import JSONResponse

from jianbao.crawl.run import UnknownSource
from jianbao.crawl.selection import NotArchived
from jianbao.refusals import describe
from jianbao.web.api.cursor import BadCursor
from jianbao.web.questions.index_guard import NotIndexed
from storage.database.opening import ArchiveEmpty, ArchiveTooNew, ArchiveTooOld, ArchiveUnusable
from storage.records import BadInfoCode
from storage.records.press_days import BadDay
from storage.search import BadQuery

MEDIA_TYPE = "application/problem+json"
_STATUS: dict[type[Exception], HTTPStatus] = {
    BadCursor: HTTPStatus.BAD_REQUEST,
    BadDay: HTTPStatus.BAD_REQUEST,
    BadInfoCode: HTTPStatus.BAD_REQUEST,
    BadQuery: HTTPStatus.BAD_REQUEST,
    UnknownSource: HTTPStatus.BAD_REQUEST,
    NotArchived: HTTPStatus.NOT_FOUND,
    NotIndexed: HTTPStatus.SERVICE_UNAVAILABLE,
    ArchiveTooNew: HTTPStatus.SERVICE_UNAVAILABLE,
    ArchiveTooOld: HTTPStatus.SERVICE_UNAVAILABLE,
    ArchiveEmpty: HTTPStatus.SERVICE_UNAVAILABLE,
    ArchiveUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseError: HTTPStatus.SERVICE_UNAVAILABLE,
    PoolTimeout: HTTPStatus.SERVICE_UNAVAILABLE,
    OSError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TITLES = {422: "Unprocessable Content"}  # RFC 9110 renamed it; Python did so in 3.13
KNOWN = tuple(_STATUS)
"""The errors that have a status and a sentence; any other is a defect."""


class Problem(BaseModel):
    """Why there is no answer: `detail` is one sentence for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "NW202604010000000001 is not in the archive",
            }
        }
    )

    type: str = Field("about:blank", description="Always `about:blank`: the status says it all.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened, to what, and what to do, in one sentence.")


def problem(status: int, sentence: str | None = None) -> JSONResponse:
    """Return the answer to a request of a program that failed."""
    title = _TITLES.get(status) or HTTPStatus(status).phrase
    said = Problem(type="about:blank", title=title, status=status, detail=sentence or f"{title}.")
    return JSONResponse(said.model_dump(), status, media_type=MEDIA_TYPE)


def weigh(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence of a known error; raise StopIteration for one that is not."""
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    return status, describe(error)
