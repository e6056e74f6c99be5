"""Crawls, and what they counted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jianbao.web.api.shapes.shape import Moment, Page, Said, Shape, Slug


class CrawlItem(Shape):
    """A crawl as lists have it."""

    crawl_id: int
    trigger: str = Field(description="schedule, manual, recrawl, backfill or demo.")
    status: str = Field(
        description="running, ok, partial, failed, interrupted, missed, overlapped or killed."
    )
    started_at: Moment
    finished_at: Moment | None


class CrawlPage(Page):
    """Crawls, the latest first."""

    items: list[CrawlItem]


class SourceCounts(Shape):
    """What a crawl found at one source; a run that never was counts nothing."""

    slug: Slug
    poll: Literal["changed", "unchanged", "empty", "failed"] | None = None
    listed: int = 0
    links: int = Field(0, description="Links of its list.")
    unread: int = Field(0, description="Those of them that have no info code.")
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    gone: int = 0
    failed: int = 0
    quarantined: int = 0
    furniture: int = Field(0, description="Pictures and advertisements without text.")
    astray: int = Field(0, description="Articles found elsewhere after a page that was not theirs.")
    lost: int = Field(0, description="Characters of its page that were cut or broken on their way.")
    pictures: int = Field(0, description="Pictures and facsimiles that were kept.")
    pictures_failed: int = Field(0, description="Those that could not be had, or may not be kept.")


class Crawl(CrawlItem):
    """A crawl and what it counted."""

    due_at: Moment | None
    requests: int
    polls: int
    sources: list[SourceCounts] = Field(description="Only sources where something happened.")
    errors: list[str] = Field(description="Samples of what went wrong.")
    errors_said: list[Said] = Field(default=[], description="What each of these is made of.")
    interrupted: bool
    version: str
