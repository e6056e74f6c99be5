"""The kind ``epaper``: a digital newspaper, issue by issue, page by page (docs/epapers.md)."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from spiders.families.family import Family, Spot, issue_id
from spiders.families.registry import FAMILIES
from spiders.kinds.epaper_days import Days, ask_index, ask_month, month_before
from spiders.kinds.epaper_history import Past, step_back
from spiders.kinds.epaper_issue import IssueFound, IssueOrder, list_issue, tell_troubles
from spiders.kinds.epaper_rules import PaperRules, Place
from spiders.kinds.kind import Answer, Ask, Kind, KindContext, Listing, Steps
from spiders.readers.epaper.article import read_epaper_article
from spiders.readers.epaper.json_issue import read_json_article
from storage.records import BackOrder, Draft, Issue, Owed, PollOrder, SetAside, TryLater
from storage.records.saying import Saying, say

_WINDOW = 7
"""Days up to today whose issues a poll looks after; older ones are a backfill's."""
_LAST_DAY = date(9999, 12, 1)
_SETTLED = ("complete", "none")
_SHOWN = ("complete", "listed")


class EpaperKind(Kind):
    """Issues by day, their pages by links, articles by their address within the paper."""

    def __init__(self, context: KindContext) -> None:
        super().__init__(context)
        self._past: dict[tuple[str, str, date, date], Past] = {}

    def poll(self, order: PollOrder) -> Steps:
        """List the issues of the last days that are not complete: of a new source, the newest one."""
        rules = self.rules_of(order)
        today = _today(order)
        days = Days.at(rules.place_of(today) or rules.places[0])
        window = _window(order, today, rules)
        yield from _find_days(days, order, window, is_settled=_is_settled(order, window))
        if days.family is None or not (days.fronts or days.template):
            raise days.troubles[-1] if days.troubles else SetAside(_told_nothing(days))
        found = yield from self._list_days(order, rules, days, window)
        if not days.fronts and not any(one.issue.pages for one in found) and days.troubles:
            raise days.troubles[-1]  # whatever tells of new issues did not answer, and no issue did
        return _listing([*found, *_none_printed(order, days, window)])

    def poll_back(self, order: BackOrder) -> Steps:
        """List the next issue of a span that is not known yet; see `step_back`."""
        rules = self.rules_of(order)

        def past_of(place: Place) -> Past:
            return self._past.setdefault(
                (order.source, place.url, place.first, place.last), Past(Days.at(place))
            )

        return (yield from step_back(order, rules, past_of, partial(self.issue_order, order.source, rules)))

    def addresses(self, owed: Owed) -> Iterable[str]:
        """Return where an article was listed, and where others list it."""
        return owed.url, *owed.elsewhere

    def read(self, answer: Answer, owed: Owed) -> Draft:
        """Read an article; raise `SetAside` for what is none, and for another one's page."""
        declared = self.context.sources.get(owed.source)
        rules = _rules(declared.rules, declared.url) if declared else PaperRules(())
        family, spot = self._spot(answer.url, owed, rules)
        names = (declared.name,) if declared else ()
        if family.shape == "json":
            place = rules.place_of(spot.day)
            keys = place.keys if place else {}
            draft = read_json_article(answer.page.text, answer.url, family, spot.day, keys)
        else:
            draft = read_epaper_article(answer.page.text, answer.url, family, spot.day, names)
        told = owed.told
        return replace(
            draft,
            info_code=owed.info_code,
            title=draft.title or owed.title or None,
            media=declared.name if declared else told.media,
            page=told.page or draft.page,
            page_name=told.page_name or draft.page_name,
            order=told.order,
            continues=told.continues,
        )

    def rules_of(self, order: PollOrder) -> PaperRules:
        """Return what is declared of a source; one that nobody declares any more stands where it stood."""
        declared = self.context.sources.get(order.source)
        return _rules(declared.rules if declared else None, order.url)

    def issue_order(self, source: str, rules: PaperRules, days: Days, day: date) -> IssueOrder | None:
        """Return the order to list an issue, None where nothing tells where it begins."""
        front = days.front(day)
        declared = self.context.sources.get(source)
        if not front or days.family is None or declared is None or declared.site is None:
            return None
        hosts, keys = tuple(rules.all_hosts()), days.place.keys
        return IssueOrder(declared.site, day, front, days.family, hosts, declared.name, keys)

    def _list_days(
        self, order: PollOrder, rules: PaperRules, days: Days, window: list[date]
    ) -> Generator[Ask, Answer, list[IssueFound]]:
        """List the window's issues that are not complete, newest first, until the site does not answer."""
        found: list[IssueFound] = []
        for day in _days_to_list(order, days, window):
            issue_order = self.issue_order(order.source, rules, days, day)
            if issue_order is None:
                found.append(IssueFound(Issue(day, "failed", reason=_NO_FRONT)))
                continue
            one = yield from list_issue(issue_order)
            found.append(one)
            if one.issue.state == "failed" and not one.issue.pages and not one.is_missing:
                break
            if not order.issues and one.issue.pages:
                break
        return found if days.fronts else (yield from _judge_absent(order, days, found, window))

    def _spot(self, url: str, owed: Owed, rules: PaperRules) -> tuple[Family, Spot]:
        """Return the family and the article that an address names; raise `SetAside` for another one."""
        declared = [family for place in rules.places for family in place.families()]
        for family in (*declared, *FAMILIES):
            spot = family.article_at(url)
            if spot is not None and owed.info_code.endswith(f"-{issue_id(spot)}"):
                return family, spot
        raise SetAside(say("page.not_of_code", info_code=owed.info_code, url=url))


_NO_FRONT = say("issue.no_front")


def _rules(rules: object, url: str) -> PaperRules:
    return rules if isinstance(rules, PaperRules) else PaperRules((Place(url),))


def _today(order: PollOrder) -> date:
    """Return the day of a poll; where nobody tells, no issue is of a day to come."""
    return order.now.date() if order.now is not None else _LAST_DAY


def _window(order: PollOrder, today: date, rules: PaperRules) -> list[date]:
    """Return the days to look after, oldest first: from the first known one of the last days."""
    last = [today - timedelta(days=back) for back in reversed(range(_WINDOW))]
    known = [day for day in last if day in order.issues]
    first = known[0] if known else today
    return [day for day in last if day >= max(first, rules.since or first)]


def _is_settled(order: PollOrder, window: list[date]) -> bool:
    """Return whether nothing is known of the days but that they are done; of none, nothing is known.

    Then what tells of new issues need only be asked whether it has changed: a new source knows no version.
    """
    return all(order.issues[day] in _SETTLED for day in window if day in order.issues)


def _find_days(
    days: Days, order: PollOrder, window: list[date], *, is_settled: bool
) -> Generator[Ask, Answer, None]:
    """Find the days with an issue: by month file, else by what leads to the newest, else only by trial."""
    today = window[-1]
    yield from ask_month(days, today, only_if_changed=is_settled, is_noted=True)
    is_whole = is_settled and order.issues.get(today) == "complete" and not days.troubles
    if is_whole and not days.fronts and days.family is not None and days.template is not None:
        yield from _look_again(days, today)  # a later issue than today's is not looked for elsewhere
        return
    needs_before = window[0].month != today.month and any(
        order.issues.get(day) not in _SETTLED for day in window if day.month != today.month
    )
    is_early = (today.year, today.month) in days.months or today.day <= _WINDOW
    if days.month_templates and not days.troubles and (needs_before or (is_early and not any(days.fronts))):
        yield from ask_month(days, month_before(today))
    is_known = bool(days.fronts) and all(days.fronts.values())
    if not is_known:
        had_templates = bool(days.month_templates)
        yield from ask_index(days, only_if_changed=is_settled and not days.fronts, is_noted=not days.fronts)
        if not had_templates and days.month_templates and len(window) > 1:
            yield from ask_month(days, today)


def _look_again(days: Days, today: date) -> Generator[Ask, Answer, None]:
    """Ask whether today's issue still stands there, where no month file could be asked."""
    front = days.front(today)
    if front is not None and not days.month_templates:
        yield Ask(front, only_if_changed=True, is_noted=True)


def _days_to_list(order: PollOrder, days: Days, window: list[date]) -> list[date]:
    """Return the days whose issues are to be listed, newest first."""
    today = window[-1]
    if not days.fronts:  # by trial: whether there is one, only its first page tells
        tried = window if order.issues else [today - timedelta(days=back) for back in range(_WINDOW)]
        return [day for day in sorted(tried, reverse=True) if order.issues.get(day) not in _SETTLED]
    possible = sorted((day for day in days.fronts if day <= today + timedelta(days=1)), reverse=True)
    if not order.issues:
        return [day for day in possible if day <= today][:1] or possible[:1]
    waiting = [day for day in possible if day >= window[0] and order.issues.get(day) != "complete"]
    newest = [day for day in possible[:1] if day not in order.issues and day < window[0]]
    return waiting + newest


def _none_printed(order: PollOrder, days: Days, window: list[date]) -> Iterable[IssueFound]:
    """Yield the days of the window that a month file passes over: it answered, and lists later ones."""
    newest = max(days.fronts, default=date.min)
    for day in window:
        is_passed_over = (day.year, day.month) in days.months and day not in days.fronts and day < newest
        if is_passed_over and order.issues.get(day) not in ("none", *_SHOWN):
            yield IssueFound(Issue(day, "none"))


def _judge_absent(
    order: PollOrder, days: Days, found: list[IssueFound], window: list[date]
) -> Generator[Ask, Answer, list[IssueFound]]:
    """Tell the days that were not there by trial: none was printed only if a neighbour of theirs answers."""
    absent = [one.issue.day for one in found if one.is_missing]
    there = [one for one in found if not one.is_missing]
    if not absent:
        return there
    answered = {one.issue.day for one in there if one.issue.pages}
    if not answered and any(day < window[-1] for day in absent):
        answered = yield from _probe(order, days)
    judged = [
        IssueFound(Issue(day, "none", url=days.front(day)))
        for day in absent
        if day < window[-1] and any(other > day for other in answered)
    ]
    return [*there, *judged]


def _probe(order: PollOrder, days: Days) -> Generator[Ask, Answer, set[date]]:
    """Ask for the first page of the newest known issue: whether the site answers at all."""
    shown = [day for day, state in order.issues.items() if state in _SHOWN]
    front = days.front(max(shown)) if shown else None
    if front is None or days.family is None:
        return set()
    try:
        answer = yield Ask(front)
    except TryLater:
        return set()
    spot = None if answer.is_missing else days.family.page_at(answer.url)
    return {spot.day} if spot is not None and spot.day == max(shown) else set()


def _listing(found: list[IssueFound]) -> Listing:
    """Return what a poll tells of the issues that it found."""
    listed = tuple(article for one in found for article in one.listed)
    issues = tuple(one.issue for one in found)
    failed = [
        say("issue.of_day", day=str(one.day), what=one.reason)
        for one in issues
        if one.state == "failed" and one.reason
    ]
    return Listing(
        listed=listed,
        links=len(listed),
        issues=issues,
        is_unchanged=not listed and not failed,
        trouble=tell_troubles(failed),
    )


def _told_nothing(days: Days) -> Saying:
    told = tell_troubles(days.refusals)
    return say("issue.no_way_because", why=told) if told else say("issue.no_way")
