"""Polls of digital newspapers without a network: a site is a function from address to page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from spiders.kinds.epaper import EpaperKind
from spiders.kinds.epaper_rules import PaperRules, Place
from spiders.kinds.kind import Answer, Ask, Declaration, KindContext, Listing, Steps
from storage.records import BackOrder, Issue, IssueState, Owed, PollOrder, TryLater
from storage.records.press_days import PRESS_ZONE

HOST = "http://epaper.lake.example"
Site = Callable[[str], str | bytes | int]
"""What stands at a path: a page, a status without one (404), or 503 and 0 for trouble."""


@dataclass
class Asked:
    """What a poll asked for, and what came of it."""

    asks: list[Ask] = field(default_factory=list)
    listing: Listing = field(default_factory=Listing)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [ask.url.removeprefix(HOST) for ask in self.asks]

    @property
    def states(self) -> dict[date, IssueState]:
        """What is said of each day."""
        return {issue.day: issue.state for issue in self.listing.issues}

    def issue(self, day: date) -> Issue:
        """Return what is said of one day."""
        return next(issue for issue in self.listing.issues if issue.day == day)


def pages(found: Mapping[str, str | bytes | int]) -> Site:
    """Return the site that has these pages by path."""
    return lambda path: found.get(path, 404)


def answer(url: str, said: str | bytes | int) -> Answer:
    """Return the answer that a page or a status is; raise `TryLater` for trouble."""
    if isinstance(said, int) and said not in (404, 410):
        raise TryLater(f"{url} answered {said}")
    body = said.encode() if isinstance(said, str) else said if isinstance(said, bytes) else b""
    return Answer(url, url, said if isinstance(said, int) else 200, body, fetched_at=datetime.now(UTC))


def drive(steps: Steps, site: Site) -> Asked:
    """Lead a poll to its end."""
    asked = Asked()
    try:
        ask = next(steps)
        while True:
            asked.asks.append(ask)
            try:
                came = answer(ask.url, site(ask.url.removeprefix(HOST)))
            except TryLater as trouble:
                ask = steps.throw(trouble)
            else:
                ask = steps.send(came)
    except StopIteration as ended:
        asked.listing = ended.value
    return asked


@dataclass
class Paper:
    """A declared paper at a site, and what is known of its issues."""

    site: Site
    url: str = HOST + "/"
    rules: PaperRules | None = None
    slug: str = "hpb"
    kind: EpaperKind = field(init=False)
    issues: dict[date, IssueState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        declared = Declaration(self.slug, "湖畔报", "epaper", self.url, "hpb", self.rules)
        self.kind = EpaperKind(KindContext({self.slug: declared}))

    @classmethod
    def at(cls, site: Site, url: str = HOST + "/", hosts: tuple[str, ...] = (), **place: Any) -> Paper:
        """Return a paper of one place."""
        return cls(site, url, PaperRules((Place(url, **place),), hosts=hosts))

    def poll(self, day: date) -> Asked:
        """Poll at noon of a day, and remember the issues; those listed are complete by the next poll."""
        now = datetime(day.year, day.month, day.day, 12, tzinfo=PRESS_ZONE)
        order = PollOrder(self.slug, self.url, "epaper", now=now, issues=dict(self.issues))
        return self._remember(drive(self.kind.poll(order), self.site))

    def step_back(self, first: date, last: date, cursor: str | None = None, **order: Any) -> Asked:
        """Make one step back."""
        now = datetime(last.year, last.month, last.day, 12, tzinfo=PRESS_ZONE)
        back = BackOrder(
            self.slug, self.url, "epaper", now=now, issues=dict(self.issues), first=first, last=last,
            cursor=cursor, **order,
        )  # fmt: skip
        return self._remember(drive(self.kind.poll_back(back), self.site))

    def go_back(self, first: date, last: date, **order: Any) -> list[Asked]:
        """Step back through a whole span."""
        steps, cursor = [self.step_back(first, last, **order)], ""
        while (headway := steps[-1].listing.headway) and (cursor := headway.cursor or ""):
            steps.append(self.step_back(first, last, cursor, **order))
        return steps

    def read(self, asked: Asked, code: str) -> Any:
        """Read an article that a poll listed."""
        one = next(one for one in asked.listing.listed if one.info_code == code)
        owed = Owed(self.slug, one.info_code, one.form, one.url, one.title, told=one.told)
        return self.kind.read(answer(one.url, self.site(one.url.removeprefix(HOST))), owed)

    def _remember(self, asked: Asked) -> Asked:
        for issue in asked.listing.issues:
            self.issues[issue.day] = "complete" if issue.state == "listed" else issue.state
        return asked
