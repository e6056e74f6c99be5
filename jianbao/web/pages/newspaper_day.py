"""One day's newspapers side by side: what each of them printed, the fullest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from storage.articles.headlines import Headline, list_headlines, newest_moment, next_moment, read_leads
from storage.records.press_days import PRESS_ZONE, press_day

_DAY = timedelta(days=1)
_LEAD = 110  # characters


@dataclass(frozen=True, slots=True)
class Paper:
    """One newspaper's articles of a day, the newest first; ``lead`` is how the first of them begins."""

    media: str | None
    headlines: tuple[Headline, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class NewspaperDay:
    """A day's newspapers, the days before and after it that have any, and how many articles it has."""

    day: date
    papers: tuple[Paper, ...]
    before: date | None
    after: date | None

    @property
    def count(self) -> int:
        """How many articles."""
        return sum(len(paper.headlines) for paper in self.papers)


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day in UTC+8, and the first after it."""
    since = datetime.combine(day, time(), PRESS_ZONE)
    return since, since + _DAY


def read_newspaper_day(view: Connection, day: date, media: str | None = None) -> NewspaperDay:
    """Return a day's newspapers, or one of them."""
    since, until = bounds_of(day)
    papers = _gather(list_headlines(view, since, until, media))
    before, after = newest_moment(view, since), next_moment(view, until)
    return NewspaperDay(
        day=day,
        papers=_with_leads(view, papers),
        before=press_day(before) if before else None,
        after=press_day(after) if after else None,
    )


def _gather(headlines: Sequence[Headline]) -> list[Paper]:
    papers: dict[str | None, list[Headline]] = {}
    for headline in headlines:
        papers.setdefault(headline.media, []).append(headline)
    ordered = sorted(papers.items(), key=lambda paper: (-len(paper[1]), paper[0] or ""))
    return [Paper(media, tuple(printed)) for media, printed in ordered]


def _with_leads(view: Connection, papers: Sequence[Paper], most: int = 40) -> tuple[Paper, ...]:
    leads = read_leads(view, [paper.headlines[0].info_code for paper in papers[:most]])
    return tuple(
        Paper(paper.media, paper.headlines, _shorten(leads.get(paper.headlines[0].info_code, "")))
        for paper in papers
    )


def _shorten(text: str) -> str:
    """Return how a text begins: its longest first lines, since bylines and headings are short."""
    lines = text.split("\n")
    begin = next((line for line in lines if len(line) > _LEAD // 2), lines[0])
    return begin if len(begin) <= _LEAD else f"{begin[:_LEAD]}……"
