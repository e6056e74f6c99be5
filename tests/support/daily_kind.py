"""A kind of sources with a history, in one file: a newspaper of issues by day.

An issue is at ``/YYYYMMDD``: a line for each article, its id, a tab, its title. Which days were printed says
the list of the month, ``/YYYYMM``, a day a line. An article is at ``/YYYYMMDD/ID``, as `TinyKind` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

from spiders.kinds.kind import Answer, Ask, Listing, Steps
from spiders.kinds.registry import KindEntry, register_kind
from storage.records import BackOrder, Headway, Issue, Listed, PollOrder, TryLater, site_code
from storage.records.remedy import saying_of
from storage.records.saying import say
from support.tiny_kind import TinyKind, TinySite

ENTRY = KindEntry(
    "daily",
    "support.daily_kind:DailyKind",
    "a tiny paper of every day",
    needs_site=True,
    has_history=True,
    keys=("since", "backfill"),
)
PRELUDE = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
    "import support.daily_kind; support.daily_kind.register()"
)
"""What a command of a test runs first, so that its process knows the kind."""
_DAY = timedelta(days=1)
_KNOWN = ("complete", "none")


class DailyKind(TinyKind):
    """A poll asks for the issue of the last day of its month's list; a step back is one issue."""

    def poll(self, order: PollOrder) -> Steps:
        """Ask for the issue of the day that the source's page names."""
        front = yield Ask(order.url, only_if_changed=True)
        day = datetime.strptime(front.page.text.strip(), "%Y%m%d").date()  # noqa: DTZ007
        issue, listed = yield from self._read_issue(order, day)
        return Listing(listed, links=len(listed), issues=(issue,))

    def poll_back(self, order: BackOrder) -> Steps:
        """Read the issue of one day, unless it is known."""
        ends = (order.last, order.first) if order.newest_first else (order.first, order.last)
        day = date.fromisoformat(order.cursor) if order.cursor else ends[0]
        forth = -_DAY if order.newest_first else _DAY
        follows = None if day == ends[1] else (day + forth).isoformat()
        headway = Headway(follows, abs((day - ends[0]).days) + 1, abs((ends[1] - ends[0]).days) + 1)
        if order.issues.get(day) in _KNOWN:
            return Listing(headway=headway)
        issue, listed = yield from self._read_issue(order, day)
        return Listing(listed, links=len(listed), issues=(issue,), headway=headway)

    def _read_issue(
        self, order: PollOrder, day: date
    ) -> Generator[Ask, Answer, tuple[Issue, tuple[Listed, ...]]]:
        try:
            month = yield Ask(urljoin(order.url, f"/{day:%Y%m}"))
            if month.is_missing or f"{day:%Y%m%d}" not in month.page.text.split():
                return Issue(day, "none"), ()
            page = yield Ask(urljoin(order.url, f"/{day:%Y%m%d}"))
        except TryLater as trouble:
            return Issue(day, "unknown", reason=saying_of(trouble)), ()
        if page.is_missing:
            return Issue(
                day, "failed", page.url, reason=say("fetch.answered", url=page.url, status=page.status)
            ), ()
        lines = [line.partition("\t") for line in page.page.text.splitlines() if line]
        site = self.context.sources[order.source].site or ""
        listed = tuple(
            Listed(site_code(site, f"{day:%Y%m%d}.{key}"), "print", f"{page.url}/{key}", title)
            for key, _, title in lines
        )
        return Issue(day, "listed", page.url, articles=len(listed)), listed


def print_days(
    site: TinySite, first: date, days: int, articles: int, none: Callable[[date], bool]
) -> list[str]:
    """Print so many days with so many articles each, but for those that are ``none``; return their codes."""
    codes: list[str] = []
    for number in range(days):
        day = first + number * _DAY
        if none(day):
            continue
        name = f"{day:%Y%m%d}"
        site.pages["/"] = name
        site.pages[f"/{day:%Y%m}"] = site.pages.get(f"/{day:%Y%m}", "") + f"{name}\n"
        titles = {str(key): f"{day.day}日第{key}条水文" for key in range(1, articles + 1)}
        site.pages[f"/{name}"] = "".join(f"{key}\t{title}\n" for key, title in titles.items())
        for key, title in titles.items():
            text = f"湖水今天退了{number}尺{key}寸。\n渔户说第{number * 37 + int(key)}条船回来了。"
            head = f"{title}\n{day}T00:00:00+08:00\n湖畔日报\n"
            site.pages[f"/{name}/{key}"] = head + text
            codes.append(f"hupan-{name}.{key}")
    return codes


def register() -> None:
    """Make the kind known to this process."""
    register_kind(ENTRY)
