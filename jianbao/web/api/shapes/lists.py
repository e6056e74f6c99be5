"""Lists of articles, what a search finds, and trends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jianbao.web.api.shapes.article import ArticleItem
from jianbao.web.api.shapes.coverage import COVERAGE, CoverageStatement
from jianbao.web.api.shapes.shape import Page, Shape

HINTS = Field(
    description="A sentence for each name that the archive has not, and each unknown field of the query."
)


class ArticlePage(Page):
    """Articles, the newest first."""

    total: int = Field(description="How many match in all.")
    items: list[ArticleItem]
    hints: list[str] = HINTS
    coverage: CoverageStatement | None = COVERAGE


Place = Annotated[
    list[int], Field(min_length=2, max_length=2, description="Characters: from, and up to but without.")
]


class Hit(ArticleItem):
    """An article that a search found, and where the words stand."""

    snippet_hits: list[Place] = Field(description="Where the words stand in the snippet.")
    title_hits: list[Place] = Field(description="Where the words stand in the title.")


class FoundPage(Page):
    """What a search finds."""

    query: str = Field(description="The query as it was understood.")
    order: Literal["newest", "oldest", "relevance"]
    total: int = Field(description="How many match in all.")
    exact: bool = Field(description="Whether `total` is exact; false: an estimate of two digits.")
    items: list[Hit]
    note: str | None = Field(description="How the answer was found, when that is worth knowing.")
    hints: list[str] = HINTS
    coverage: CoverageStatement | None = COVERAGE


class TrendPoint(Shape):
    """One period."""

    source: str = Field("", description="Whose articles are counted; only there when the trend is split.")
    start: str = Field(description="The period's first day.", json_schema_extra={"format": "date"})
    matching: int = Field(description="Articles that contain the query.")
    all: int = Field(description="All articles of the period.")
    share: float | None = Field(description="matching / all; null where there is no article.")
    covered: float = Field(ge=0, le=1, description="The part of the period's days that the archive covers.")
    covered_days: int = Field(description="Days that are covered, those of several sources together.")
    days: int = Field(description="Days of which `covered_days` are counted.")


class Trend(Shape):
    """A query's use over time: every period from the first article to the last, also empty ones."""

    query: str = Field(description="The query as it was understood.")
    unit: Literal["day", "week", "month", "year"]
    total: int = Field(description="Articles that contain the query, copies included.")
    points: list[TrendPoint]
    hints: list[str] = HINTS
    coverage: CoverageStatement | None = COVERAGE
