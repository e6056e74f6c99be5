"""Later looks at the page of an archived article."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jianbao.web.api.shapes.shape import InfoCode, Moment, Shape


class Check(Shape):
    """A later look at an article's page."""

    info_code: InfoCode
    at: Moment
    found: Literal["alive", "changed", "moved", "back", "missing", "home", "soft_404", "unanswered"] = Field(
        description="`home`: led to a front page or a list; `soft_404`: said in words that there is no page."
    )
    is_gone: bool = Field(description="The article counts as gone since, or still.")
    url: str = Field(description="The address that answered.")
    status: int | None = Field(description="The HTTP status; null where nothing came.")
    said: str | None = Field(description="What the answer was, where it was no article.")
    capture_id: int | None = Field(description="The answer that is kept; null where there is none.")


class Checks(Shape):
    """Every later look at an article's page, the first one first."""

    info_code: InfoCode
    items: list[Check]
