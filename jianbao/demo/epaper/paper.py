"""A digital newspaper of the demo site, with its history, and what happens to that."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from jianbao.demo.epaper.composing import Plan, compose
from jianbao.demo.epaper.printed import PrintedArticle, PrintedIssue, PrintedPage
from jianbao.demo.epaper.shape import Calendar, Leaves, Shape, Slot
from jianbao.demo.material.answer import Answer
from jianbao.demo.material.room import Room

SILENT = (31, 12)
"""How many days before the demo's day its papers did not come out, in the last forty days."""

_KEPT = 64


class EPaper(Room):
    """A digital newspaper: every day an issue, except the silent ones, from ``first`` up to today.

    What a method changes takes effect at once. Days and article ids that never were raise KeyError.
    """

    kind = "epaper"

    def __init__(
        self,
        slug: str,
        shape: Shape,
        today: date,
        *,
        plan: Plan | None = None,
        days: int = 40,
        silent: Collection[date] | None = None,
    ) -> None:
        super().__init__(slug, today)
        self.name = shape.name
        self.base = shape.base
        self.first = today - timedelta(days=days - 1)
        off = {today - timedelta(days=before) for before in SILENT} if silent is None else set(silent)
        self.silent_days = tuple(sorted(day for day in off if self.first <= day))
        self._shape = shape
        self._plan = plan or Plan.of()
        self._changed: dict[tuple[date, str], dict[str, Any]] = {}
        self._removed: set[tuple[date, str]] = set()
        self._withdrawn: set[date] = set()
        self._hidden: set[tuple[date, str]] = set()
        self._composed: OrderedDict[date, tuple[PrintedIssue, Leaves]] = OrderedDict()

    # -- what there is ---------------------------------------------------------------------------

    @property
    def days(self) -> tuple[date, ...]:
        """The days with an issue, oldest first, as the month files tell; withdrawn ones among them."""
        span = ((self.first + timedelta(days=at)) for at in range((self.today - self.first).days + 1))
        return tuple(day for day in span if day not in self.silent_days)

    def is_printed(self, day: date) -> bool:
        """Tell whether an issue came out on that day."""
        return self.first <= day <= self.today and day not in self.silent_days

    def issue(self, day: date) -> PrintedIssue:
        """Return what stands on the site for a day; raise KeyError where nothing does."""
        with self._lock:
            return self._set(day)[0]

    def article(self, day: date, article_id: str) -> PrintedArticle:
        """Return an article as it stands on the site."""
        for article in self.issue(day).articles:
            if article.id == article_id:
                return article
        raise KeyError(f"{self.name} of {day} has no article {article_id}")

    @property
    def front_path(self) -> str:
        """Where the newest issue begins."""
        return self.issue(self.days[-1]).pages[0].path

    def folder(self, day: date) -> str:
        """Return the folder in which a day's pages stand, with a slash at its end."""
        return self._shape.page_path(Slot(day, 0, self._plan.pages[0][0])).rpartition("/")[0] + "/"

    # -- what happens to it ----------------------------------------------------------------------

    def correct(self, day: date, article_id: str, *, append: str | None = None, **fields: Any) -> None:
        """Change fields of an article (title, kicker, author, paragraphs …), or append a paragraph."""
        with self._lock:
            article = self.article(day, article_id)
            if append is not None:
                fields["paragraphs"] = (*fields.get("paragraphs", article.paragraphs), append)
            known = self._changed.get((day, article_id), {})
            self._changed[day, article_id] = known | fields
            self._forget()

    def remove(self, day: date, article_id: str) -> None:
        """Take an article off its page: its address is empty from now on."""
        with self._lock:
            self.article(day, article_id)
            self._removed.add((day, article_id))
            self._forget()

    def withdraw(self, day: date) -> None:
        """Take an issue off the site though the month file goes on naming it."""
        with self._lock:
            self._set(day)
            self._withdrawn.add(day)
            self._forget()

    def hide_page(self, day: date, number: str) -> None:
        """Take a page and its articles off the site, as before it was put there; no other page names it."""
        with self._lock:
            self._hidden.add((day, number))
            self._forget()

    def show_page(self, day: date, number: str) -> None:
        """Put a hidden page on the site."""
        with self._lock:
            self._hidden.discard((day, number))
            self._forget()

    def restore(self, day: date) -> None:
        """Bring back what was withdrawn or hidden of a day."""
        with self._lock:
            self._withdrawn.discard(day)
            self._hidden = {(other, number) for other, number in self._hidden if other != day}
            self._forget()

    # -- how it answers --------------------------------------------------------------------------

    def is_list(self, target: str) -> bool:
        """Tell whether a path leads to articles: the paper's own, a month file, a page of an issue."""
        path = target.partition("?")[0]
        day = self._shape.day_of(path)
        if day is None or not path.startswith(self.base):
            return path.startswith(self.base)
        with self._lock:
            pages = self._set(day)[0].pages if self._stands(day) else ()
            return any(page.path == path for page in pages)

    def answer(self, target: str) -> Answer | None:
        """Return what stands at a path; a query that a paper adds to its links is no part of it."""
        with self._lock:
            path = target.partition("?")[0]
            if not path.startswith(self.base):
                return None
            day = self._shape.day_of(path)
            if day is None:
                return self._shape.guide(path, Calendar(self._month, self.days[-1]))
            leaf = self._set(day)[1].get(path) if self._stands(day) else None
            return leaf() if leaf else None

    def _month(self, year: int, month: int) -> Sequence[date]:
        return [day for day in self.days if (day.year, day.month) == (year, month)]

    def _stands(self, day: date) -> bool:
        return self.is_printed(day) and day not in self._withdrawn

    def _set(self, day: date) -> tuple[PrintedIssue, Leaves]:
        if not self._stands(day):
            raise KeyError(f"{self.name} has no issue of {day}")
        if day not in self._composed:
            issue = self._touch(compose(self._plan, self._shape, day))
            self._composed[day] = issue, self._shape.leaves(issue)
            if len(self._composed) > _KEPT:
                self._composed.popitem(last=False)
        return self._composed[day]

    def _touch(self, issue: PrintedIssue) -> PrintedIssue:
        """Return an issue with everything that happened to it."""
        pages = (page for page in issue.pages if (issue.day, page.number) not in self._hidden)
        return replace(issue, pages=tuple(self._touch_page(issue.day, page) for page in pages))

    def _touch_page(self, day: date, page: PrintedPage) -> PrintedPage:
        standing = (article for article in page.articles if (day, article.id) not in self._removed)
        touched = (replace(article, **self._changed.get((day, article.id), {})) for article in standing)
        return replace(page, articles=tuple(touched))

    def _forget(self) -> None:
        self._composed.clear()
        self._tell()
