"""Adaptive polling on a simulated year: ``python benchmarks/polling.py [--quick] [--json]``.

Seven papers publish as real ones do, by a virtual clock and without
any request: each is polled every five minutes, and as ``schedule = "auto"`` would. Both sleep through the
same outages of ours, of up to ten days, and fail in the same outages of the site. Counted are the requests,
how long after its publication each article was seen, and which were missed: never seen, although within the
site's window there was a whole longest pause (two hours) in which we ran and the site answered. ``cut_off``
counts those that five minutes would have seen, had they not come right before an outage; what neither could
see is ``unavoidable``. The delay of what came during an outage of ours is left out.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from scheduler.adaptive.history import Bounds, HourCounts, PollHistory
from scheduler.adaptive.next_poll import plan_poll
from storage.records.poll_day import PollDay, add_poll, days_between

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 1, 1, tzinfo=ZONE)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WINDOW = timedelta(days=3)
BOUNDS = Bounds(floor=5 * MINUTE, ceiling=2 * HOUR, window=WINDOW)
KEPT = 35
HOLIDAYS = [
    *(date(2026, 2, 16) + timedelta(days=number) for number in range(7)),
    *(date(2026, 10, 1) + timedelta(days=number) for number in range(4)),
    date(2026, 1, 1),
    date(2026, 5, 1),
]

Burst = tuple[datetime, int]
"""When something is published, and how many articles at once."""
Span = tuple[datetime, datetime]
Press = Callable[[random.Random, datetime], Iterator[Burst]]
"""Yields what a paper publishes on the day that begins then."""


def print_morning(chance: random.Random, day: datetime) -> Iterator[Burst]:
    """A daily that is on the web between half past five and half past six, its pages in some batches."""
    at = day + 5.5 * HOUR + chance.uniform(0, 40) * MINUTE
    for _ in range(chance.randint(1, 4)):
        yield at, chance.randint(6, 30)
        at += chance.uniform(3, 15) * MINUTE


def print_evening(chance: random.Random, day: datetime) -> Iterator[Burst]:
    """An evening paper, at half past two, never on Sundays."""
    if day.weekday() != 6:
        yield day + 14.5 * HOUR + chance.uniform(-20, 30) * MINUTE, chance.randint(12, 30)


def print_weekly(chance: random.Random, day: datetime) -> Iterator[Burst]:
    """A weekly, on Thursday at eight."""
    if day.weekday() == 3:
        yield day + 8 * HOUR + chance.uniform(-30, 40) * MINUTE, chance.randint(25, 60)


def print_rolling(chance: random.Random, day: datetime) -> Iterator[Burst]:
    """Rolling news: 400 to 600 a day, few at night."""
    for hour in range(24):
        usual = 2.0 if hour < 6 else 30.0 if hour in range(8, 18) else 18.0
        for _ in range(round(usual * chance.uniform(0.6, 1.4))):
            yield day + (hour + chance.random()) * HOUR, 1


def print_local(chance: random.Random, day: datetime) -> Iterator[Burst]:
    """A local paper on a portal: up to 30 a day, from morning to evening."""
    for _ in range(chance.randint(0, 30)):
        yield day + chance.triangular(6, 22, 9) * HOUR, 1


def print_irregular(chance: random.Random, day: datetime) -> Iterator[Burst]:
    """A paper that prints when it has something: three times in two weeks, at any hour of the day."""
    if chance.random() < 0.22:
        yield day + chance.uniform(7, 21) * HOUR, chance.randint(1, 12)


def print_moved(chance: random.Random, day: datetime) -> Iterator[Burst]:
    """A morning paper that becomes an afternoon one in July, and stops printing at weekends."""
    if day < FIRST.replace(month=7):
        yield from print_morning(chance, day)
    elif day.weekday() < 5:
        yield day + 16.5 * HOUR + chance.uniform(-20, 20) * MINUTE, chance.randint(12, 40)


PAPERS: dict[str, tuple[Press, bool]] = {
    "morning daily": (print_morning, True),
    "evening daily": (print_evening, True),
    "weekly": (print_weekly, True),
    "rolling news": (print_rolling, False),
    "local portal": (print_local, True),
    "irregular": (print_irregular, True),
    "changes in July": (print_moved, True),
}
"""What each paper prints, and whether it rests on holidays."""


@dataclass
class Trial:
    """One paper's year: what it published, when we slept, when its site failed."""

    bursts: list[Burst]
    asleep: list[Span]
    broken: list[Span]
    end: datetime
    times: list[datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.times = [at for at, _ in self.bursts]

    def new_between(self, before: datetime | None, until: datetime) -> int:
        """Return how many articles a poll lists that the last one did not."""
        since = max(before or FIRST, until - WINDOW)
        return sum(
            n for _, n in self.bursts[bisect_right(self.times, since) : bisect_right(self.times, until)]
        )


def main() -> int:
    """Run the trial; return 1 when an article was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="six weeks from June on, without the rolling news"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON in place of the table")
    parser.add_argument("--seed", type=int, default=11)
    wanted = parser.parse_args()
    first, days = (FIRST + 156 * DAY, 42) if wanted.quick else (FIRST, 365)
    names = [name for name in PAPERS if not (wanted.quick and name == "rolling news")]
    found = {name: try_paper(name, first, days, wanted.seed) for name in names}
    found["all"] = sum_up(found)
    print(json.dumps(found) if wanted.json or wanted.quick else table(found))
    return int(any(row["missed"] for row in found.values()))


def try_paper(name: str, first: datetime, days: int, seed: int) -> dict[str, float]:
    """Poll one paper in both ways."""
    trial = set_up(name, first, days, seed)
    fixed, adaptive = poll_fixed(trial, first), poll_adaptive(trial, first)
    return {
        "articles": sum(count for _, count in trial.bursts),
        "fixed": len(fixed[0]),
        "adaptive": len(adaptive[0]),
        "saved": 1 - len(adaptive[0]) / len(fixed[0]),
        **{f"fixed_{key}": value for key, value in delays(trial, fixed[1]).items()},
        **delays(trial, adaptive[1]),
        **losses(trial, fixed[1], adaptive[1]),
    }


def set_up(name: str, first: datetime, days: int, seed: int) -> Trial:
    """Return a paper's time with its outages."""
    press, rests = PAPERS[name]
    chance = random.Random(f"{seed}{name}")
    bursts = [
        burst
        for number in range(days)
        if not (rests and (first + number * DAY).date() in HOLIDAYS)
        for burst in press(chance, first + number * DAY)
    ]
    asleep = outages(chance, first, days, [0.1, 0.5, 1.0, 3.0, 10.0] if days > 100 else [0.3, 2.0])
    broken = outages(chance, first, days, [0.05] * (days // 30) + [0.3, 1.0])
    return Trial(sorted(bursts), asleep, broken, first + days * DAY)


def outages(chance: random.Random, first: datetime, days: int, lengths: list[float]) -> list[Span]:
    """Return spans of so many days, one in each part of the time, none in its first two weeks."""
    part = (days - 14) / len(lengths)
    chance.shuffle(lengths)
    begins = [14 + part * (n + chance.uniform(0, 0.4)) for n in range(len(lengths))]
    spans = [(first + b * DAY, first + (b + length) * DAY) for b, length in zip(begins, lengths, strict=True)]
    return [span for span in spans if span[1] < first + days * DAY]


def poll_fixed(trial: Trial, first: datetime) -> tuple[list[datetime], list[datetime]]:
    """Return all polls every five minutes, and those of them that succeeded."""
    polls = []
    at = first
    while at < trial.end:
        if (until := within(trial.asleep, at)) is None:
            polls.append(at)
        at = until or at + 5 * MINUTE
    return polls, [at for at in polls if within(trial.broken, at) is None]


def poll_adaptive(trial: Trial, first: datetime) -> tuple[list[datetime], list[datetime]]:
    """Return all polls as the scheduler plans them, and those of them that succeeded."""
    polls: list[datetime] = []
    good: list[datetime] = []
    days: dict[date, PollDay] = {}
    changed = None
    at = first
    while at < trial.end:
        polls.append(at)
        if within(trial.broken, at) is None:
            new = trial.new_between(good[-1] if good else None, at)
            changed = at if new else changed
            learn(days, good[-1] if good else None, at, new)
            good.append(at)
        counts = [HourCounts(day.day, day.seen, day.news) for day in days.values()]
        history = PollHistory(ZONE, BOUNDS, counts, at, good[-1] if good else None, changed)
        at = max(plan_poll(history, at).at, at + MINUTE)
        at = within(trial.asleep, at) or at
    return polls, good


def learn(days: dict[date, PollDay], before: datetime | None, at: datetime, new: int) -> None:
    """Add what a poll found, as the archive does."""
    if before is not None and days_between(before, at, ZONE):
        days.update({day.day: day for day in add_poll(days, before, at, ZONE, new)})
        for old in [day for day in days if day <= at.date() - timedelta(days=KEPT)]:
            del days[old]


def delays(trial: Trial, good: list[datetime]) -> dict[str, float]:
    """Return median, 95th percentile and longest delay in minutes."""
    waited: list[float] = []
    for at, count in trial.bursts:
        if (seen := see(good, at)) is not None and within(trial.asleep, at) is None:
            waited += [(seen - at) / MINUTE] * count
    waited.sort()
    return {"median": median(waited), "p95": waited[int(len(waited) * 0.95)], "longest": waited[-1]}


def losses(trial: Trial, fixed: list[datetime], adaptive: list[datetime]) -> dict[str, float]:
    """Return how many articles the adaptive polls missed, were cut off from, or nobody could see."""
    counts = dict.fromkeys(("missed", "cut_off", "unavoidable"), 0)
    for at, count in trial.bursts:
        if see(adaptive, at) is None and at < trial.end - BOUNDS.longest:
            could = "cut_off" if see(fixed, at) is not None else "unavoidable"
            counts["missed" if has_time(trial, at) else could] += count
    return {**counts}


def see(good: list[datetime], at: datetime) -> datetime | None:
    """Return the poll that sees what is published then, None when it comes too late."""
    place = bisect_left(good, at)
    return good[place] if place < len(good) and good[place] - at <= WINDOW else None


def has_time(trial: Trial, at: datetime) -> bool:
    """Return whether we ran and the site answered for a whole longest pause, while it was listed."""
    begun, moment = at, at
    while moment < min(at + WINDOW, trial.end):
        out = within(trial.asleep, moment) or within(trial.broken, moment)
        begun, moment = (out, out) if out else (begun, moment + 5 * MINUTE)
        if moment - begun > BOUNDS.longest:
            return True
    return False


def within(spans: list[Span], at: datetime) -> datetime | None:
    """Return the end of the span that a moment lies in, None when it lies in none."""
    return next((last for first, last in spans if first <= at < last), None)


def sum_up(found: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return what all papers together come to."""
    fixed, adaptive = (sum(row[key] for row in found.values()) for key in ("fixed", "adaptive"))
    counts = ("articles", "missed", "cut_off", "unavoidable")
    sums = {key: sum(row[key] for row in found.values()) for key in counts}
    return {"fixed": fixed, "adaptive": adaptive, "saved": 1 - adaptive / fixed, **sums}


def table(found: dict[str, dict[str, float]]) -> str:
    """Return the figures for people; delays are in minutes."""
    lines = [
        (
            "paper             articles  requests: fixed  adaptive  saved   delay: fixed p50   p95  "
            "adaptive p50   p95  longest  missed  cut off  unavoidable"
        )
    ]
    for name, row in found.items():
        waits = [f"{row[key]:.1f}" if key in row else "" for key in _WAITS]
        lines.append(
            f"{name:<17} {row['articles']:>8} {row['fixed']:>16} {row['adaptive']:>9} {row['saved']:>6.1%} "
            f"{waits[0]:>18} {waits[1]:>5} {waits[2]:>13} {waits[3]:>5} {waits[4]:>8} {row['missed']:>7} "
            f"{row['cut_off']:>8} {row['unavoidable']:>12}"
        )
    return "\n".join(lines)


_WAITS = ("fixed_median", "fixed_p95", "median", "p95", "longest")

if __name__ == "__main__":
    sys.exit(main())
