"""The days of a simulated year: what is printed, polled, broken, edited, copied and looked at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from time import monotonic

from simulated_year.faults import Fault
from simulated_year.followed_archive import FollowedArchive
from simulated_year.press import DAILY, PRINTED, STORY_SITES, YearOfPress
from simulated_year.stage import Stage
from storage.records.press_days import PRINTED_ZONE

FIRST = date(2025, 1, 6)
HOURS = (7, 18)
"""When newspapers are polled, seven minutes past."""
_SHORT = 15
"""Days of a trial that is in a hurry."""


@dataclass(slots=True)
class Broken:
    """A fault that is under way, or has ended and whose events have yet to."""

    fault: Fault
    since: datetime
    mark: int
    polls: int = 0
    after: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether its events had time to end."""
        return self.after is not None and self.after >= self.fault.settles


@dataclass
class Year:
    """So many days from `FIRST` on, polled at these hours, with faults of these kinds.

    After ``until`` on the steady clock no fault begins, and it ends some quiet polls later.
    """

    folder: Path
    days: int
    seed: int
    kinds: Sequence[Callable[[], Fault]]
    hours: Sequence[int]
    until: float = math.inf
    faults: list[dict[str, object]] = field(default_factory=list)
    stage: Stage = field(init=False)
    _waiting: Fault | None = None

    def run(self) -> Stage:
        """Live through all of it; return the stage as it is at the end, its site still open."""
        moments = list(self._moments())
        self.stage = self._open(moments[0])
        deck, broken = self._deal(), None
        pause, end = self._quiet, len(moments)
        for at, moment in enumerate(moments):
            if broken is None and monotonic() > self.until:
                end = min(end, at + self._quiet)
            if at >= end:
                break
            self._begin_poll(moment)
            if broken is None and pause <= 0:
                broken = self._break(deck, end - at - (self._quiet if self.days > _SHORT else 0))
            if broken is None:
                pause -= 1
                self.stage.crawl()
                self._work(moment)
            elif (broken := self._go_on(broken)) is None:
                pause = self._choose_pause()
        return self.stage

    def _open(self, moment: datetime) -> Stage:
        press = YearOfPress(FIRST, self.days + 1, self.seed)
        press.site.open()
        press.begin()
        press.go_on(moment)
        archive = FollowedArchive(press.site, self.folder, moment, self.hours)
        archive.run("init", "--archive-only")
        return Stage(press, archive, Random(self.seed), moment)

    @property
    def _quiet(self) -> int:
        """How many polls without a fault there are at the beginning and at the end."""
        return len(self.hours) * (3 if self.days > _SHORT else 1)

    def _choose_pause(self) -> int:
        """Return how many polls there are until the next fault: a year has time."""
        return self.stage.chance.randint(
            *((2, 12) if self.days > 200 else (0, 3) if self.days > 60 else (0, 0))
        )

    def _moments(self) -> Iterator[datetime]:
        for number in range(self.days):
            for hour in self.hours:
                yield datetime.combine(FIRST + timedelta(days=number), time(hour, 7), PRINTED_ZONE)

    def _begin_poll(self, moment: datetime) -> None:
        if moment.hour == self.hours[0] and moment.day in {1, 11, 21}:
            self.stage.tell(f"{len(self.stage.press.articles)} articles were listed until now")
        self.stage.now = moment
        self.stage.press.go_on(moment)
        self.stage.archive.set_clock(moment)

    # -- faults ------------------------------------------------------------------------------------

    def _deal(self) -> Iterator[Fault]:
        """Yield faults without end: each kind once, in an order of its own, then each once more."""
        while True:
            kinds = list(self.kinds)
            self.stage.chance.shuffle(kinds)
            for kind in kinds:
                yield kind()

    def _break(self, deck: Iterator[Fault], left: int) -> Broken | None:
        """Begin the next fault, if it may begin at this hour and would be over in time."""
        fault = self._waiting if self._waiting is not None else next(deck)
        self._waiting = None
        if fault.hours and self.stage.now.hour not in fault.hours:
            self._waiting = fault
            return None
        if fault.lasts + fault.settles > left:
            return None
        self.stage.tell(f"{fault.name()} begins")
        broken = Broken(fault, self.stage.now, self._newest_event())
        fault.begin(self.stage)
        return broken

    def _go_on(self, broken: Broken) -> Broken | None:
        """Poll once more with a fault, or after it; return None once its events had time to end."""
        stage, fault = self.stage, broken.fault
        if broken.after is None and broken.polls < fault.lasts:
            fault.poll(stage)
            broken.polls += 1
            if broken.polls == 1:
                self._expect(broken)
            return broken
        if broken.after is None:
            fault.end(stage)
            broken.after = 0
        stage.crawl()
        broken.after += 1
        if not broken.is_over:
            return broken
        self._settle(broken)
        return None

    def _expect(self, broken: Broken) -> None:
        wanted = [*self.stage.wanted, *(["|".join(broken.fault.expects)] if broken.fault.expects else [])]
        self.stage.wanted.clear()
        opened = {kind for kind, _ in self._events(broken.mark)} if wanted else set()
        for kinds in wanted:
            if not opened.intersection(kinds.split("|")):
                self.stage.violate(f"{broken.fault.name()} had no event {kinds}, but {sorted(opened)}")
        self.stage.counts["faults"] += 1
        self.stage.counts["faults with an event"] += bool(wanted)

    def _settle(self, broken: Broken) -> None:
        broken.fault.settle(self.stage)
        events = self._events(broken.mark)
        self.stage.tell(f"{broken.fault.name()} is over: {sorted({kind for kind, _ in events})}")
        if left := sorted({kind for kind, resolved in events if resolved is None} - _MAY_STAY):
            self.stage.violate(
                f"{broken.fault.name()} of {broken.since:%m-%d %H:%M} is over, and open are {left}"
            )
        self.faults.append(
            {
                "fault": broken.fault.name(),
                "since": f"{broken.since:%Y-%m-%d %H:%M}",
                "events": sorted({kind for kind, _ in events}),
            }
        )

    def _newest_event(self) -> int:
        return int(self.stage.archive.query("SELECT coalesce(max(id), 0) FROM event")[0][0])

    def _events(self, mark: int) -> list[tuple[str, str | None]]:
        return list(self.stage.archive.query("SELECT kind, resolved_at FROM event WHERE id > ?", mark))

    # -- what is done besides ----------------------------------------------------------------------

    def _work(self, moment: datetime) -> None:
        if moment.hour == self.hours[-1] and moment.day % 3 == 0:
            self.stage.must("verify")
        if moment.hour == self.hours[1] and moment.weekday() in {1, 4}:
            self._edit()
        if moment.hour == self.hours[-2] and moment.weekday() == 0:
            self.stage.must("backup", self.stage.backup, "--keep", "8")
        if moment.hour == self.hours[-2] and moment.day == 20:
            self._change_appearance(moment)

    def _edit(self) -> None:
        """Have newspapers change some articles, and fetch these and some that are as they were."""
        stage, chosen = self.stage, []
        for source in (DAILY, PRINTED, *STORY_SITES):
            codes = stage.choose_archived(source, 4)
            for code in codes[:2]:
                if not stage.printed(code).is_furniture:
                    stage.press.edit(code, f"本报{stage.now:%m月%d日}更正：前文数字有误，现予更正。")
                    stage.counts["edits"] += 1
            chosen += codes
        stage.recrawl(chosen)

    def _change_appearance(self, moment: datetime) -> None:
        """Have the site look another way, and fetch a newspaper's last days again: none of it is a change."""
        site = self.stage.press.site
        site.set_nav(mark="｜·|"[moment.month % 3])
        site.set_gap("\n" * (1 + moment.month % 2))
        site.set_brackets(("as-written", "full", "half")[moment.month % 3])
        self.stage.recrawl(self.stage.choose_archived(DAILY, 12))


_MAY_STAY = {"page_missing", "source_silent"}
"""A newspaper that prints on Fridays has no page before the first one."""
