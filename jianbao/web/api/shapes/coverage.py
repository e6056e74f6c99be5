"""How far an answer is to be trusted: periods, newspapers, known holes."""

from __future__ import annotations

from pydantic import Field

from jianbao.web.api.shapes.shape import DayText, Moment, Said, Shape, Slug


class Hole(Shape):
    """What is missing of one source, for one reason, on days that follow each other."""

    source: Slug
    first: DayText = Field(alias="from")
    to: DayText
    kind: str = Field(examples=["silent"], description="What is missing: docs/gaps.md lists the kinds.")
    reason: str
    reason_said: Said
    count: int = Field(description="How many articles, pictures, issues or days, as the kind says.")
    codes: list[str] = Field(description="A few info codes or addresses.")
    repairable: bool


class SourceCoverage(Shape):
    """How far the archive answers for a source: of `days` so many are of each sort, and add up to them."""

    slug: Slug
    name: str
    first: DayText | None = Field(alias="from", description="The first day that is covered.")
    to: DayText | None = Field(description="The last day that is covered.")
    days: int = Field(description="Days of the period, up to the last that is judged.")
    covered: int = Field(description="Days of which what was published is known.")
    holed: int = Field(description="Days that miss what the habit expects, or an issue.")
    unwatched: int = Field(description="Days on which nobody looked in time.")
    before: int = Field(description="Days from before the source was in the archive.")
    missing: int = Field(description="Listed articles that are not archived.")
    ledger: dict[str, int] = Field(description="The ledger's sum: listed, and how many are in each state.")
    holes_count: int
    holes: list[Hole] = Field(description="Known holes, a hundred at most.")


class CoverageStatement(Shape):
    """The period and the newspapers that an answer rests on, and what is known to be missing there."""

    first: DayText | None = Field(alias="from", description="The first day asked for; null: no beginning.")
    to: DayText | None = Field(description="The last day asked for; null: no end.")
    computed_at: Moment
    statement: str = Field(description="The same in one sentence.")
    statement_said: Said
    sources: list[SourceCoverage]


COVERAGE: CoverageStatement | None = Field(
    None, description="How far the answer is to be trusted; there when `coverage=1` asks for it."
)
