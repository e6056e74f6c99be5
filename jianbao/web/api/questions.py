"""What may be asked of the JSON API's lists. A parameter that nobody knows is refused, not ignored."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from storage.articles.lists import ArticleFilter, ArticleState
from storage.records.asking import Order, Unit
from storage.records.press_days import first_moment, last_moment
from storage.search import Query, narrow, parse_query

MOST = 200
"""The most rows of one page."""

Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)]
Day = Annotated[
    str,
    Field(
        max_length=20,
        examples=["2026-03-20"],
        json_schema_extra={"pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
    ),
]
Cursor = Annotated[str, Field(json_schema_extra={"pattern": "^[A-Za-z0-9_-]{1,200}$"})]


class Asked(BaseModel):
    """What is asked: nothing that is not named here."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True)


class PageQuestion(Asked):
    """Which part of a list that comes in pages."""

    limit: int = Field(20, ge=1, le=MOST, description="How many at most.")
    cursor: Cursor | None = Field(None, description="`next` of the page before; without it, the first page.")


class CoverageQuestion(Asked):
    """Of which sources and days."""

    source: Names = Field([], description="Listed by one of these sources (slugs).")
    since: Day | None = Field(
        None, alias="from", description="From this day (YYYY-MM-DD), month or year on, in UTC+8."
    )
    until: Day | None = Field(
        None, alias="to", description="Up to this day (YYYY-MM-DD), month or year, included."
    )

    def filter(self) -> ArticleFilter:
        """Return the filter that is asked for; raise `BadDay`."""
        return ArticleFilter(
            sources=tuple(self.source),
            since=first_moment(self.since) if self.since else None,
            until=last_moment(self.until) if self.until else None,
        )


class Narrowing(CoverageQuestion):
    """Which articles; values of one name mean any of them, different names all of them."""

    media: Names = Field([], description="Of one of these newspapers, as the articles say.")
    security: Names = Field(
        [], description="Mentioning one of these: a code (600519), market and code (1.600519) or a name."
    )
    author: Names = Field([], description="Written by one of these authors.")

    def filter(self) -> ArticleFilter:
        """Return the filter that is asked for; raise `BadDay`."""
        return replace(
            super().filter(),
            media=tuple(self.media),
            securities=tuple(self.security),
            authors=tuple(self.author),
        )


class Answered(Asked):
    """What an answer says of itself."""

    coverage: bool = Field(
        False, description="Also state the days and newspapers that the answer rests on, and what is missing."
    )


class ArticleQuestion(Narrowing, PageQuestion, Answered):
    """Which articles of a list."""

    duplicates: bool = Field(False, description="Show every copy of one text, not only the first.")
    stories: bool = Field(False, description="Show of near copies, which make a story, only the first one.")

    def filter(self) -> ArticleFilter:
        """Return the filter that is asked for; raise `BadDay`."""
        return replace(super().filter(), with_duplicates=self.duplicates, one_of_story=self.stories)


class ListQuestion(ArticleQuestion):
    """Which articles of the list of all, whose pages became something."""

    state: ArticleState | None = Field(
        None, description="archived: at its address; gone: its page has vanished; changed: its text was."
    )

    def filter(self) -> ArticleFilter:
        """Return the filter that is asked for; raise `BadDay`."""
        return replace(super().filter(), state=self.state)


class QueryQuestion(Narrowing):
    """Which articles contain what is asked for."""

    q: str = Field(
        max_length=2000,
        description=(
            'Words; "a phrase", -not, OR, title: source: media: author: security: from: to: narrow it. '
            "Other parameters narrow it further."
        ),
        examples=['工业 -房地产 title:"投产"'],
    )

    def query(self) -> Query:
        """Return the query that is asked for; raise `BadQuery` or `BadDay`."""
        return narrow(parse_query(self.q), self.filter())


class FeedQuestion(QueryQuestion):
    """What a search's feed holds."""

    q: str = Field(min_length=1, max_length=2000, description="The query, as search has it.")
    limit: int = Field(50, ge=1, le=MOST, description="How many at most.")


class SearchQuestion(QueryQuestion, ArticleQuestion):
    """What a search finds, and in which order."""

    order: Order = Field(
        "newest", description="Which come first. By relevance there is one page: the best `limit` articles."
    )


class TrendQuestion(QueryQuestion, Answered):
    """How a query's use is counted over time."""

    by: Unit = Field("month", description="The period; days and weeks (from Monday) are those of UTC+8.")
    split: bool = Field(False, description="Count each source's articles for themselves.")


class RevisionQuestion(Asked):
    """Which wording of an article."""

    revision: int | None = Field(None, ge=1, le=1_000_000_000, description="A revision's number.")


class EventQuestion(PageQuestion):
    """Which events."""

    open: bool | None = Field(
        None, description="true: only those that are open; false: only resolved ones; without it, all."
    )
