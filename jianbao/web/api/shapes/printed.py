"""What the JSON API answers of issues and pictures, field by field, for OpenAPI."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jianbao.web.api.shapes.shape import InfoCode, Shape, Slug


class Picture(Shape):
    """A picture, or the facsimile of a page; what is not archived has no digest, type or size."""

    url: str
    state: Literal["owed", "archived", "failed", "refused"] | None = Field(
        description="Null where nobody asked to keep it."
    )
    digest: str | None = Field(description="SHA-256 of its bytes as they were transferred.")
    type: str | None = Field(description="What its bytes are.", examples=["image/jpeg"])
    width: int | None
    height: int | None
    size: int | None = Field(description="Bytes.")
    address: str | None = Field(description="Where the reader has it.", examples=["/picture/1f0a…"])
    error: str | None = Field(description="Why it is not kept.")


class Pictures(Shape):
    """An article's pictures, in order."""

    info_code: InfoCode
    items: list[Picture]


class Issue(Shape):
    """One day of a digital newspaper."""

    source: Slug
    day: str = Field(examples=["2026-03-20"])
    state: Literal["none", "listed", "complete", "failed", "unknown"] = Field(
        description="none: nothing was printed; listed: not everything is settled yet."
    )
    url: str | None = Field(description="Its first page.")
    pages: int
    articles: int
    reason: str | None = Field(description="Why it is failed or unknown.")


class Issues(Shape):
    """The days of a digital newspaper, the latest first."""

    source: Slug
    items: list[Issue]


class Area(Shape):
    """Where an article stands on its page: x and y of each corner, in pixels of what the page measures."""

    info_code: InfoCode
    corners: list[tuple[float, float]]


class PrintedPage(Shape):
    """One page of an issue."""

    place: int = Field(description="Its place among the pages, from 1: that of the reader's address.")
    number: str = Field(examples=["A01"])
    name: str = Field(examples=["头版"])
    url: str
    picture: Picture | None = Field(description="The largest picture of it that is known.")
    shown: Picture | None = Field(description="The picture that the areas measure, where it is another.")
    pdf: Picture | None
    width: int | None = Field(description="Of what the areas measure, where the page tells.")
    height: int | None
    areas: list[Area]
    articles: list[InfoCode]


class WholeIssue(Issue):
    """An issue with its pages."""

    printed: list[PrintedPage]
