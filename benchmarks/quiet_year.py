"""A quiet year: ten newspapers of which nothing breaks; whatever is held back or told is a false alarm.

Articles are as real ones are: their lengths are spread over orders of magnitude, Sundays are thin, a weekly
supplement prints poems and essays, holidays one page, some are photographs with a caption, lists, forecasts
in set words. They are decided as a crawl decides them, some at each poll; what is held is tried again as the
ledger would. No network.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jianbao.crawl.deliveries import PendingDelivery
from pipelines.doubt.contract import find_breaks
from pipelines.listings import retry_distance
from storage.archive.settling import decide_together
from storage.records import (
    Delivery,
    Draft,
    Exchange,
    Image,
    KnownListing,
    ListingState,
    Owed,
    Paragraph,
    Snapshot,
)
from storage.records.contract import NO_CONTRACT, NO_TERMS, Contract

_FIRST = date(2025, 1, 6)
_HAN = [chr(0x4E00 + number * 7) for number in range(2_800)]
_POLL = timedelta(minutes=30)
_HOLIDAYS = {date(2025, 1, 28) + timedelta(number) for number in range(8)} | {
    date(2025, 10, 1) + timedelta(number) for number in range(7)
}


@dataclass(frozen=True, slots=True)
class Habit:
    """What one newspaper is like: articles on a working day, shares of kinds, the middle of its lengths."""

    slug: str
    daily: float
    middle: float = 6.4
    spread: float = 0.8
    weekend: float = 0.6
    captions: float = 0.03
    poems: float = 0.0
    lists: float = 0.01
    forecasts: float = 0.0
    briefs: float = 0.1
    unrelated: float = 0.03
    unsigned: float = 0.3
    pictured: float = 0.5
    vague: float = 0.01
    untitled: float = 0.0
    supplement: int | None = None
    day_only: bool = False


HABITS = (
    Habit("county", 6, captions=0.05, day_only=True, supplement=4),
    Habit("city", 18, briefs=0.2, forecasts=0.03, supplement=5),
    Habit("evening", 25, spread=1.1, briefs=0.25, forecasts=0.05, poems=0.01, supplement=6),
    Habit("party", 20, middle=6.9, weekend=0.8, unsigned=0.1, day_only=True, supplement=4),
    Habit("business", 14, lists=0.04, weekend=0.2, unrelated=0.06),
    Habit("portal", 30, weekend=0.9, vague=0.03, untitled=0.004, unsigned=0.6),
    Habit("literary", 3, poems=0.25, unrelated=0.3, spread=1.0),
    Habit("photo", 8, captions=0.3, pictured=0.95, briefs=0.2),
    Habit("weekly", 1.5, middle=7.2, weekend=0.1, unrelated=0.1),
    Habit("notices", 10, lists=0.15, forecasts=0.15, briefs=0.3, unsigned=0.95, pictured=0.05, day_only=True),
)


@dataclass(slots=True)
class Told:
    """What was held and told of one newspaper in a year."""

    articles: int = 0
    held: Counter[str] = field(default_factory=Counter)
    hours: list[float] = field(default_factory=list)
    breaks: Counter[str] = field(default_factory=Counter)


class Press:
    """The articles of one newspaper, day by day, by chance."""

    def __init__(self, habit: Habit, seed: int) -> None:
        self._habit, self._chance, self._number = habit, random.Random(f"{habit.slug}{seed}"), 0
        self._standing = self._words(60)

    def print_day(self, day: date) -> Iterator[tuple[datetime, Owed, Draft]]:
        """Yield the articles of a day, each with the moment from which it is listed."""
        habit, chance = self._habit, self._chance
        usual = habit.daily * (habit.weekend if day.weekday() > 4 else 1)
        count = max(0, round(chance.gauss(usual, usual**0.5)))
        if day in _HOLIDAYS:
            count = min(count, max(1, round(habit.daily * 0.2)))
        for _ in range(count):
            yield self._print(day, is_supplement=False)
        if habit.supplement == day.weekday() and day not in _HOLIDAYS:
            for _ in range(max(4, round(habit.daily * 0.4))):
                yield self._print(day, is_supplement=True)

    def _print(self, day: date, *, is_supplement: bool) -> tuple[datetime, Owed, Draft]:
        habit, chance = self._habit, self._chance
        self._number += 1
        code = f"{habit.slug}-{day:%Y%m%d}.{self._number}"
        url = f"http://{habit.slug}.example/{day:%Y/%m%d}/{self._number}.html"
        kind = self._choose(is_supplement=is_supplement)
        lines = self._write(kind)
        title = self._title(lines, kind)
        hour = 5 if habit.day_only else min(22.9, max(0, chance.gauss(11, 4)))
        at = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=8) + timedelta(hours=hour)
        is_pictured = kind == "caption" or chance.random() < habit.pictured
        shown = (Image(f"{url}.jpg"),) if is_pictured else ()
        is_titled = chance.random() >= habit.untitled
        draft = Draft(
            code,
            url,
            "media",
            title=title if is_titled else None,
            published_at=at,
            precision="day" if habit.day_only or chance.random() < habit.vague else "minute",
            media=habit.slug,
            author=None if chance.random() < habit.unsigned else self._words(3),
            paragraphs=tuple(Paragraph(line) for line in lines),
            pictures=shown,
            found_by=(("title", "xpath"), ("paragraphs", "reader")),
        )
        return at, Owed(habit.slug, code, "media", url, title), draft

    def _choose(self, *, is_supplement: bool) -> str:
        habit, chance = self._habit, self._chance
        if is_supplement:
            return chance.choices(("poem", "essay", "caption"), (0.35, 0.55, 0.1))[0]
        shares = {
            "caption": habit.captions,
            "poem": habit.poems,
            "list": habit.lists,
            "forecast": habit.forecasts,
            "brief": habit.briefs,
        }
        names = (*shares, "report")
        return chance.choices(names, (*shares.values(), 1 - sum(shares.values())))[0]

    def _write(self, kind: str) -> list[str]:
        chance, habit = self._chance, self._habit
        if kind == "caption":
            return [
                self._words(chance.randint(25, 90)) + chance.choices(("。", "（张平摄）", ""), (6, 3, 1))[0]
            ]
        if kind == "poem":
            return [self._words(chance.randint(5, 12)) for _ in range(chance.randint(8, 40))]
        if kind == "list":
            return [
                self._sentence(40),
                *(self._words(chance.randint(6, 14)) for _ in range(chance.randint(5, 40))),
            ]
        if kind == "forecast":
            return [self._standing + "。", f"今天白天{self._words(6)}，最高气温{chance.randint(1, 38)}度。"]
        if kind == "brief":
            return [self._sentence(chance.randint(30, 120))]
        middle = habit.middle + (0.5 if kind == "essay" else 0)
        length = min(20_000, max(60, chance.lognormvariate(middle, habit.spread)))
        lines: list[str] = []
        while sum(map(len, lines)) < length:
            lines.append(self._sentence(chance.randint(40, 180)))
        if chance.random() < 0.008:  # a signature, a place and a day, a jump to another page
            lines.append(self._words(chance.randint(4, 9)))
        return lines

    def _title(self, lines: Sequence[str], kind: str) -> str:
        chance, habit = self._chance, self._habit
        odd = habit.unrelated * (8 if kind in ("poem", "essay") else 1)
        if chance.random() < min(0.7, odd):
            return self._words(chance.randint(2, 14))
        words = "".join(lines)
        at = chance.randrange(max(1, len(words) - 8))
        return (self._words(chance.randint(2, 8)) + words[at : at + chance.randint(3, 8)]).replace("。", "")

    def _sentence(self, length: int) -> str:
        words = self._words(length)
        at = self._chance.randrange(1, max(2, length))
        return f"{words[:at]}，{words[at:]}" + self._chance.choices(("。", "！", "？", "”"), (90, 4, 3, 3))[0]

    def _words(self, length: int) -> str:
        return "".join(self._chance.choices(_HAN, k=length))


def live(habit: Habit, days: int, seed: int) -> Told:
    """Have a newspaper print for so many days, and return what was held and told of it."""
    press, told, contract = Press(habit, seed), Told(), NO_CONTRACT
    waiting: list[tuple[datetime, int, Owed, Draft, datetime]] = []
    number = 0
    for past in range(days):
        day = _FIRST + timedelta(past)
        for at, owed, draft in press.print_day(day):
            number += 1
            told.articles += 1
            seen = datetime.fromtimestamp(
                -(-at.timestamp() // _POLL.total_seconds()) * _POLL.total_seconds(), UTC
            )
            heapq.heappush(waiting, (seen, number, owed, draft, seen))
        end = datetime.combine(day + timedelta(1), datetime.min.time(), UTC) - timedelta(hours=8)
        while waiting and waiting[0][0] < end:
            now = waiting[0][0]
            due = []
            while waiting and waiting[0][0] <= now:
                due.append(heapq.heappop(waiting))
            contract = _poll(now, due, contract, waiting, told)
    return told


def _poll(
    now: datetime,
    due: Sequence[tuple[datetime, int, Owed, Draft, datetime]],
    contract: Contract,
    waiting: list[tuple[datetime, int, Owed, Draft, datetime]],
    told: Told,
) -> Contract:
    """Decide what is due at a poll; what is held waits for its next try."""
    pending = [
        PendingDelivery(Delivery(owed, Exchange(owed.url, now, 200, (), (), b""), draft), now, terms=NO_TERMS)
        for _, _, owed, draft, _ in due
    ]
    snapshots = [Snapshot(one[2].info_code, None, _listed(one[2]), contract=contract) for one in due]
    for one, (_, _, decision) in zip(due, decide_together(pending, snapshots), strict=True):
        _, number, owed, draft, since = one
        contract = contract.learn(decision.observed) if decision.observed else contract
        if decision.outcome == "quarantined":
            if not owed.attempts:
                lost = decision.observed.lost if decision.observed else ()
                told.held["+".join(lost) or str(decision.reason)] += 1
            again = now + max(retry_distance(owed.attempts), _POLL)
            heapq.heappush(waiting, (again, number, replace(owed, attempts=owed.attempts + 1), draft, since))
        elif owed.attempts:
            told.hours.append((now - since).total_seconds() / 3600)
    for broken in find_breaks(contract):
        if broken.mark not in contract.broken:
            told.breaks[broken.mark] += 1
    return contract.breaking(tuple(found.mark for found in find_breaks(contract)))


def _listed(owed: Owed) -> tuple[KnownListing, ...]:
    """Return the listing of an article, as its tries have left it."""
    state: ListingState = "quarantined" if owed.attempts else "owed"
    return (KnownListing(owed.source, owed.form, owed.url, state, owed.attempts, is_due=True),)


def main() -> None:
    """Print what was held of each newspaper, and at last a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    found: dict[str, Any] = {"articles": 0, "delayed": 0, "breaks": 0, "longest_hours": 0.0}
    marks: Counter[str] = Counter()
    for habit in HABITS:
        told = live(habit, args.days, args.seed)
        delayed = sum(told.held.values())
        marks.update(told.held)
        found["articles"] += told.articles
        found["delayed"] += delayed
        found["breaks"] += told.breaks.total()
        found["longest_hours"] = round(max([found["longest_hours"], *told.hours]), 1)
        print(
            f"{habit.slug:9} {told.articles:6} articles, {delayed:4} held ({delayed / told.articles:.2%}),"
            f" {dict(told.held.most_common(4))}, breaks {dict(told.breaks)}",
            file=sys.stderr,
            flush=True,
        )
    found["share"] = round(found["delayed"] / found["articles"], 5)
    print(json.dumps({**found, "marks": dict(marks.most_common(12))}, ensure_ascii=False))


if __name__ == "__main__":
    main()
