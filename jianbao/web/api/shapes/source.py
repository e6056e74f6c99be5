"""Sources: their pages, ledgers, issues, and what was learned of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jianbao.web.api.shapes.shape import Day, Moment, Said, Shape, Slug
from storage import records

IssueState = Annotated[
    records.IssueState,
    Field(description="`complete`: nothing that it lists waits; `none`: nothing was printed that day."),
]


class NewestIssue(Shape):
    """The last issue that a newspaper printed."""

    day: Day
    state: IssueState
    pages: int
    articles: int


class IssueWindow(Shape):
    """What is known of a newspaper's last days."""

    days: int
    unknown: int = Field(description="Days of which nothing is known.")
    failed: int = Field(description="Days whose issue could not be listed whole.")


class IssueSums(Shape):
    """How the issues of a digital newspaper stand."""

    newest: NewestIssue | None
    first_day: Day
    counts: dict[str, int] = Field(description="How many of its days are in each state.")
    window: IssueWindow


class Span(Shape):
    """The least and the most of what was seen."""

    least: int
    most: int


class Contract(Shape):
    """What was learned of a source."""

    articles: int = Field(description="Articles of which it was learned.")
    shares: dict[str, float] = Field(
        description="The share of its articles that have a mark, newer ones counting more.",
        examples=[{"title": 1.0, "time": 0.998}],
    )
    length: Span | None = Field(description="Characters of nine in ten texts.")
    links: Span | None = Field(
        description="Links on its last lists; of a digital newspaper, articles of a page, in hundredths."
    )
    broken: list[str] = Field(description="The marks that a share of its latest articles lost.")
    usual: str | None = Field(
        description="What its articles and lists usually are; null where little is known."
    )
    usual_said: Said | None = Field(default=None, description="What that is made of.")


class Source(Shape):
    """A source, the state of its page and of its ledger."""

    slug: Slug
    name: str
    kind: str
    url: str | None
    schedule: str | None = Field(description="Standard cron, in the source's zone.")
    timezone: str
    enabled: bool
    last_poll: Literal["changed", "unchanged", "empty", "failed"] | None
    last_polled_at: Moment | None
    last_changed_at: Moment | None
    links: int | None = Field(description="Links of its last list; null before the first.")
    unread: int | None = Field(description="Those of them that have no info code.")
    listings: dict[str, int] = Field(description="How many of its listings are in each state.")
    issues: IssueSums | None = Field(description="Of a digital newspaper: how its days stand.")
    contract: Contract | None = Field(description="What was learned of its articles and lists.")


class Sources(Shape):
    """Every source of the archive, by slug."""

    sources: list[Source]
