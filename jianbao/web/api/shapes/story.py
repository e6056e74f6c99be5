"""Articles whose texts are nearly the same."""

from __future__ import annotations

from pydantic import Field

from jianbao.web.api.shapes.shape import InfoCode, Moment, Shape


class StoryMember(Shape):
    """One article of a story."""

    info_code: InfoCode
    title: str
    media: str | None
    published_at: Moment
    similarity: float = Field(description="To the member that is nearest to it: 0 to 1.")


class Story(Shape):
    """Articles whose texts are nearly the same."""

    id: InfoCode = Field(description="The info code of the one published first.")
    size: int = Field(description="How many articles it has in all.")
    members: list[StoryMember]
