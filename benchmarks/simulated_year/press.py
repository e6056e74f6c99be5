"""What six newspapers print in a year, when, and everything that the site has ever listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from jianbao.demo import DemoSite, Paper, Press
from jianbao.demo.epaper import EPaper, FounderClassic, Plan
from jianbao.demo.lists import FeedSite, JsonSite, Portal, Story
from storage.records.press_days import PRINTED_ZONE
from storage.records.press_holidays import find_holiday

DAILY, WEEKLY = "shangraoribao", "ganshangzhoukan"
PRINTED, PORTAL, LINES, FEED = "lxrb", "lxw", "lqzx", "ybxw"
SLUGS = (DAILY, WEEKLY, PRINTED, PORTAL, LINES, FEED)
STORY_SITES = (PORTAL, LINES, FEED)

_SATURDAY, _SUNDAY, _FRIDAY = 5, 6, 4


@dataclass(slots=True)
class Printed:
    """An article of a source: since when the site lists it, and its wordings, counted from 1.

    ``gone_from_list`` is when it left the list, None while it stands there. ``deleted_at`` is when its page
    vanished for good. ``paths`` are the addresses at which its text stands.
    """

    source: str
    code: str
    at: datetime
    paths: set[str]
    number: int = 0
    wording: int = 1
    seen: list[int] = field(default_factory=list)
    deleted_at: datetime | None = None
    is_furniture: bool = False

    @property
    def day(self) -> date:
        """The day on which it was printed (UTC+8)."""
        return self.at.astimezone(PRINTED_ZONE).date()


class YearOfPress:
    """The six newspapers of a demo site, day by day; ``articles`` is all that they listed, by info code."""

    def __init__(self, first: date, days: int, seed: int) -> None:
        self._chance = Random(seed)
        self.first = first
        self.articles: dict[str, Printed] = {}
        self.by_path: dict[str, Printed] = {}
        self.today = first
        self._serial = 0
        self._due: list[tuple[datetime, str]] = []
        span = [first + timedelta(days=at) for at in range(days + 1)]
        self.silent = [day for day in span if find_holiday(day) is not None or day.weekday() == _SUNDAY]
        rooms = (
            EPaper(
                PRINTED,
                FounderClassic("/lxrb/", "灵溪日报"),
                first,
                plan=Plan.of(2, 2, seed),
                days=1,
                silent=self.silent,
            ),
            Portal(PORTAL, "灵溪网", first, stories=1),
            JsonSite(LINES, "罗桥在线", first, stories=1),
            FeedSite(FEED, "云碧新闻网", first, stories=1),
        )
        papers = (Paper(DAILY, "上饶日报"), Paper(WEEKLY, "赣商周刊"))
        self.site = DemoSite(Press(papers, (), first, seed), rooms=rooms)

    # -- time --------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Print the first day; the site must be open."""
        for slug in STORY_SITES:
            for story in self.site.story_site(slug).stories:
                self._note_story(slug, story)
        self._plan_day()

    def go_on(self, until: datetime) -> None:
        """Print whatever comes out up to a moment."""
        while True:
            midnight = datetime.combine(self.today + timedelta(days=1), time(), PRINTED_ZONE)
            self._print_until(min(until, midnight))
            if until < midnight:
                return
            self.today += timedelta(days=1)
            self.site.advance(1)
            self._plan_day()

    def _print_until(self, until: datetime) -> None:
        while self._due and self._due[0][0] <= until:
            at, slug = self._due.pop(0)
            self._print_one(slug, at)

    def _plan_day(self) -> None:
        day, due = self.today, []
        for slug, hour, count in self._habits(day):
            begin = datetime.combine(day, time(hour), PRINTED_ZONE)
            due += [(begin + timedelta(seconds=self._chance.randint(0, 3000)), slug) for _ in range(count)]
        self._due = sorted(due)
        if day not in self.silent:
            self._note_issue(day)

    def _habits(self, day: date) -> Iterator[tuple[str, int, int]]:
        """Yield what is printed on a day: source, hour, how many articles."""
        chance, rests = self._chance, find_holiday(day) is not None
        weekend = day.weekday() in {_SATURDAY, _SUNDAY}
        if not rests:
            yield DAILY, 6, chance.randint(2, 3) if weekend else chance.randint(4, 7)
        if day.weekday() == _FRIDAY and not rests:
            yield WEEKLY, 8, chance.randint(5, 7)
        for hour in (7, 11, 16):
            yield PORTAL, hour, chance.randint(0, 1) if weekend or rests else 1
        for hour in (8, 13, 19):
            yield LINES, hour, 1
        for hour in (9, 15):
            yield FEED, hour, chance.randint(1, 2)

    # -- articles ----------------------------------------------------------------------------------

    def _print_one(self, slug: str, at: datetime) -> None:
        if slug in STORY_SITES:
            self._note_story(slug, self.site.story_site(slug).publish(at))
            return
        self._serial += 1
        post = self.site.publish(self.site.press.compose(self._serial, slug, at))
        self._note(
            Printed(
                slug,
                post.info_code,
                at,
                {
                    post.dated_path,
                    post.moved_path,
                    f"/NewsData/GetNewsText.do?id={post.digits}",
                    f"/NewsData/GetNewsText.do?id=NW{post.digits}",
                    f"/a/{post.digits}.html",
                },
            )
        )

    def _note_story(self, slug: str, story: Story) -> None:
        site = self.site.story_site(slug)
        self._note(
            Printed(slug, f"{slug}-{story.number}", story.published_at, {site.path(story)}, story.number)
        )

    def _note_issue(self, day: date) -> None:
        issue = self.site.epaper(PRINTED).issue(day)
        for article in issue.articles:
            self._note(
                Printed(
                    PRINTED,
                    f"{PRINTED}-{day:%Y%m%d}.{article.id}",
                    datetime.combine(day, time(), PRINTED_ZONE),
                    {article.path},
                    is_furniture=article.is_furniture,
                )
            )

    def _note(self, printed: Printed) -> None:
        self.articles[printed.code] = printed
        self.by_path.update(dict.fromkeys(printed.paths, printed))

    # -- what happens to them ----------------------------------------------------------------------

    def edit(self, code: str, line: str) -> None:
        """Append a line to an article."""
        printed = self.articles[code]
        if printed.source in STORY_SITES:
            self.site.story_site(printed.source).correct(printed.number, append=line)
        elif printed.source == PRINTED:
            self.site.epaper(PRINTED).correct(printed.day, code.partition(".")[2], append=line)
        else:
            self.site.edit(code, append=line)
        printed.wording += 1
