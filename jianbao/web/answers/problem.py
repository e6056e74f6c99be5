"""Errors as programs read them (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
_TITLES = {422: "Unprocessable Content"}  # RFC 9110 renamed it; Python did so in 3.13


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
