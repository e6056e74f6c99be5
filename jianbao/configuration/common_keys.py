"""Keys of a source that several kinds take: its pictures, and its history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from jianbao.configuration.section import SWITCH, Section

Facsimile = Literal["none", "image", "pdf"]
FACSIMILES = '"none", "image" or "pdf"'
"""What is expected where the facsimile of an issue's page is chosen."""


def _check_day(day: date) -> date:
    if isinstance(day, datetime):
        raise ValueError("it has a time of the day")  # noqa: TRY004 - pydantic reports no TypeError
    return day


Day = Annotated[date, AfterValidator(_check_day)]


class CommonKeys(Section):
    """What is kept of a source besides its texts, and how far back."""

    images: bool | None = Field(default=None, description=SWITCH)
    facsimile: Facsimile | None = Field(default=None, description=FACSIMILES)
    since: Day | None = Field(default=None, description="a day such as 2020-01-31, without quotes")
    backfill: bool = Field(default=False, description=SWITCH)
