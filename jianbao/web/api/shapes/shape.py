"""What every shape is made of: documents, parts of lists, and the values that recur."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from storage.records.info_code import SITE_CODE_PATTERN

_CODE_PATTERN = rf"^(NW\d{{18}}|{SITE_CODE_PATTERN})$"

INSTANT = "An instant in ISO 8601 with the source's offset."
"""What is said of every moment."""
Moment = Annotated[
    str,
    Field(
        description=INSTANT,
        examples=["2026-03-20T08:15:00+08:00"],
        json_schema_extra={"format": "date-time"},
    ),
]
InfoCode = Annotated[
    str, Field(description="An article's identity.", examples=["NW202603200000000001"], pattern=_CODE_PATTERN)
]
Slug = Annotated[str, Field(description="A source's name in addresses.", examples=["shangraoribao"])]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-03-20"])]
DayText = Annotated[str, Field(json_schema_extra={"format": "date"})]


class Shape(BaseModel):
    """A document or a part of one; what it has beyond its shape is passed on."""

    model_config = ConfigDict(extra="allow")


class Said(Shape):
    """What a sentence is made of, for programs and other languages. What others said has the key `quote`."""

    key: str
    values: dict[str, object]


class Page(Shape):
    """A part of a list, and where it goes on. What arrives meanwhile shifts nothing."""

    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    next_url: str | None = Field(description="The address of the next page; null on the last one.")
