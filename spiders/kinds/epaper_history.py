"""A step back into the history of a digital newspaper: the next issue of a span that is not known yet.

The cursor is the day at which the next step begins. Days that are known are passed over without asking, and
so are those that a month file passes over: a step ends with the first day of which a page was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from spiders.kinds.epaper_days import Days, ask_index, ask_month
from spiders.kinds.epaper_issue import IssueFound, IssueOrder, list_issue
from spiders.kinds.epaper_rules import PaperRules, Place
from spiders.kinds.kind import Answer, Ask, Listing
from storage.records import BackOrder, Headway, Issue, IssueState
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say

OrderOf = Callable[[Days, date], IssueOrder | None]

_KNOWN = ("complete", "listed", "none")
_SHOWN = ("complete", "listed")
_NEAR = 3
"""Days to either side whose issue shows that the site answers for the days between."""
_MOST_TOLD = 31
"""Days without an issue that a step tells of, at most."""
_ONE = timedelta(days=1)


@dataclass(slots=True)
class Past:
    """What a crawl has learned of a place in the past: month files, and days whose page was not there."""

    days: Days
    missing: set[date] = field(default_factory=set)
    has_asked_index: bool = False


@dataclass(slots=True)
class _Step:
    """A step under way: what it has found, and the day at which the next one begins."""

    order: BackOrder
    found: list[IssueFound] = field(default_factory=list)
    next_day: date | None = None

    @property
    def answered(self) -> set[date]:
        """The days whose issue is known to be there."""
        known = {day for day, state in self.order.issues.items() if state in _SHOWN}
        return known | {one.issue.day for one in self.found if one.issue.pages}


def step_back(
    order: BackOrder, rules: PaperRules, past_of: Callable[[Place], Past], order_of: OrderOf
) -> Generator[Ask, Answer, Listing]:
    """Make one step: tell the days without an issue up to the next one with one, and list that."""
    step = _Step(order)
    for day in _span(order):
        step.next_day = day
        if len(step.found) >= _MOST_TOLD:
            return _listing(step)
        place = rules.place_of(day)
        if place is None or order.issues.get(day) in _KNOWN:
            continue
        if (yield from _look_at(step, past_of(place), day, order_of)):
            step.next_day = _after(order, day)
            return _listing(step)
    step.next_day = None
    return _listing(step)


def _look_at(step: _Step, past: Past, day: date, order_of: OrderOf) -> Generator[Ask, Answer, bool]:
    """Find out about a day; return whether one of its pages was asked for."""
    days = past.days
    is_first = step.order.newest_first and day == step.order.last > step.order.first
    yield from _learn(past, day, is_first=is_first)
    trouble = saying_of(days.troubles[-1]) if days.troubles else None
    days.troubles.clear()
    if _is_to_come(days, day):
        return False
    month = (day.year, day.month)
    if month in days.months and day not in days.fronts:
        if _is_passed_over(days, step.order, day):
            _tell(step, day, "none")
        return False
    if month in days.absent and days.months:
        _tell(step, day, "unknown", say("issue.month_absent"))
        return False
    issue_order = order_of(days, day)
    if issue_order is None:
        _tell(step, day, "unknown", trouble or say("issue.no_front"))
        return False
    found = yield from list_issue(issue_order)
    _note(step, past, found, trouble)
    return True


def _is_to_come(days: Days, day: date) -> bool:
    """Return whether a day is later than the paper's newest issue: nobody can tell what it will print."""
    return days.newest is not None and day > days.newest and day not in days.fronts


def _learn(past: Past, day: date, *, is_first: bool) -> Generator[Ask, Answer, None]:
    """Ask for the month file of a day, and for what leads to the newest issue, where they are needed once.

    ``is_first``: the walk begins with this day, its newest.
    """
    days = past.days
    if not past.has_asked_index and (is_first or not (days.template or days.place.months)):
        past.has_asked_index = True
        yield from ask_index(days)
    if _is_to_come(days, day):
        return
    month = (day.year, day.month)
    if month not in days.months and month not in days.absent:
        yield from ask_month(days, day)
    if days.fronts.get(day) == "" and not past.has_asked_index:
        past.has_asked_index = True
        yield from ask_index(days)


def _note(step: _Step, past: Past, found: IssueFound, trouble: Saying | None) -> None:
    """Note what came of a day; one without a page printed nothing only if a day near it has one."""
    day = found.issue.day
    if not found.is_missing or day in past.days.fronts:
        step.found.append(found)
    elif trouble is not None:
        _tell(step, day, "unknown", trouble)
    elif _may_still_come(step, day):
        pass  # a poll looks after it
    elif any(abs((other - day).days) <= _NEAR for other in step.answered):
        _tell(step, day, "none")
    else:
        past.missing.add(day)
        _tell(step, day, "unknown", say("issue.nothing_near", what=found.issue.reason or ""))
    if found.issue.pages:
        near = {other for other in past.missing if abs((other - day).days) <= _NEAR}
        past.missing -= near
        for other in sorted(near):
            _tell(step, other, "none")


def _may_still_come(step: _Step, day: date) -> bool:
    """Return whether a day's issue may come yet: it is today's or yesterday's, and no later one is there."""
    today = step.order.now.date() if step.order.now is not None else None
    return today is not None and day >= today - _ONE and not any(other > day for other in step.answered)


def _is_passed_over(days: Days, order: BackOrder, day: date) -> bool:
    """Return whether a month file passes over a day: it lists later ones, or its month is over."""
    if any(other > day for other in days.fronts):
        return True
    today = order.now.date() if order.now is not None else day
    return (day.year, day.month) < (today.year, today.month)


def _tell(step: _Step, day: date, state: IssueState, reason: Saying | None = None) -> None:
    step.found.append(IssueFound(Issue(day, state, reason=reason)))


def _span(order: BackOrder) -> Iterator[date]:
    """Yield the days of the span that are left, in the order of the backfill."""
    start = date.fromisoformat(order.cursor) if order.cursor else None
    if order.newest_first:
        day = min(start or order.last, order.last)
        while day >= order.first:
            yield day
            day -= _ONE
    else:
        day = max(start or order.first, order.first)
        while day <= order.last:
            yield day
            day += _ONE


def _after(order: BackOrder, day: date) -> date | None:
    """Return the day after a day in the order of the backfill, None at the span's end."""
    following = day - _ONE if order.newest_first else day + _ONE
    return following if order.first <= following <= order.last else None


def _listing(step: _Step) -> Listing:
    order = step.order
    whole = (order.last - order.first).days + 1
    left = 0
    if step.next_day is not None:
        left = (step.next_day - order.first if order.newest_first else order.last - step.next_day).days + 1
    listed = tuple(article for one in step.found for article in one.listed)
    return Listing(
        listed=listed,
        links=len(listed),
        issues=tuple(one.issue for one in step.found),
        headway=Headway(step.next_day.isoformat() if step.next_day else None, whole - left, whole),
        is_unchanged=not listed,
    )
