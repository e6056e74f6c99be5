"""The wordings of an article, and what changed from one to the next."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from jianbao.web.api.shapes.shape import InfoCode, Moment, Shape


class Revision(Shape):
    """One wording of an article."""

    number: int = Field(ge=1)
    seen_at: Moment
    title: str
    content_hash: str
    changed: dict[str, object] = Field(description="Paragraphs added and removed, the title before.")
    cause: Literal["newspaper", "reader"] = Field(
        description="Who changed it: the newspaper, or we the way in which its page is read."
    )


class Revisions(Shape):
    """Every wording of an article, the first one first."""

    info_code: InfoCode
    items: list[Revision]


class DiffPiece(Shape):
    """A stretch of characters that stayed, went or came."""

    text: str
    change: Literal["same", "removed", "added"]


class DiffLine(Shape):
    """What became of one paragraph; only a `changed` one has pieces of several kinds."""

    kind: Literal["same", "removed", "added", "changed"]
    pieces: list[DiffPiece]


class Diff(Shape):
    """What a revision changed, in reading order."""

    model_config = ConfigDict(extra="allow", validate_by_name=True)

    before: int = Field(alias="from", description="The number of the revision before.")
    to: int = Field(description="The number of the revision.")
    cause: Literal["newspaper", "reader"] = Field(description="Who changed it.")
    title: list[DiffLine]
    paragraphs: list[DiffLine]
