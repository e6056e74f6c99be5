"""Events: what somebody should know."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jianbao.web.api.shapes.shape import InfoCode, Moment, Page, Said, Shape, Slug


class Event(Shape):
    """Something that somebody should know."""

    id: int
    kind: str = Field(examples=["source_silent"])
    title: str = Field(description="What the kind is called.", examples=["A newspaper has gone silent"])
    title_said: Said
    severity: Literal["alarm", "warning", "notice"] = Field(
        description="Whether articles are being lost, somebody should look, or it is only good to know."
    )
    source: Slug | None
    info_code: InfoCode | None
    about: str | None = Field(description="What it is about, if not those: a chore, a channel of alerts.")
    message: str
    message_said: Said
    examples: list[str] = Field(description="Some of what it is about: info codes or addresses.")
    opened_at: Moment
    last_seen_at: Moment
    times: int
    resolved_at: Moment | None = Field(description="Null while it is open.")


class EventPage(Page):
    """Events, the latest first."""

    items: list[Event]
