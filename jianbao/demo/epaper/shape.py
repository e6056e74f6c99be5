"""How a digital newspaper is built: where its pages and articles stand, and what is in them."""

from __future__ import annotations

import html
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from jianbao.demo.epaper.printed import PAGE_SIZE, PrintedArticle, PrintedIssue, PrintedPage
from jianbao.demo.material.answer import Answer
from jianbao.demo.material.pictures import draw_jpeg, draw_page, write_pdf

Leaves = dict[str, Callable[[], Answer]]

XML = "text/xml; charset=utf-8"
_FULL = 2
"""A page's full picture has so many times the width and height of the shown one."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One page of one day: ``order`` counts the day's pages from 0, ``number`` is as printed."""

    day: date
    order: int
    number: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a paper: ``of_month`` tells those of a year and month that had an issue, oldest first."""

    of_month: Callable[[int, int], Sequence[date]]
    newest: date


class Shape(ABC):
    """One family of digital newspapers. Paths begin with a slash; ``base`` is where the paper's begin.

    A subclass says which days are in its addresses, where things stand, and writes the two kinds of page.
    """

    day_in: re.Pattern[str]
    """Finds the groups ``y``, ``m`` and ``d`` in the address of anything that belongs to an issue."""

    def __init__(self, base: str, name: str) -> None:
        self.base = base
        self.name = name

    # -- where things stand ----------------------------------------------------------------------

    def day_of(self, target: str) -> date | None:
        """Return the day that an address belongs to, None for what belongs to no issue."""
        match = self.day_in.search(target)
        if not match:
            return None
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            return None

    @abstractmethod
    def article_id(self, slot: Slot, serial: int) -> str:
        """Return the id of an article by its serial number, which never comes twice in a paper."""

    @abstractmethod
    def page_path(self, slot: Slot) -> str:
        """Return where a page stands."""

    @abstractmethod
    def article_path(self, slot: Slot, article_id: str) -> str:
        """Return where an article of that page stands."""

    @abstractmethod
    def picture_path(self, slot: Slot, serial: int) -> str:
        """Return where a picture stands; serial 0 is the page's own, full size."""

    def shown_path(self, picture: str) -> str:
        """Return where the page's picture stands as the page shows it."""
        return picture

    def pdf_path(self, slot: Slot) -> str:
        """Return where the page's PDF stands."""
        return self.picture_path(slot, 0).removesuffix(".jpg") + ".pdf"

    # -- what is there ---------------------------------------------------------------------------

    @abstractmethod
    def write_page(self, issue: PrintedIssue, page: PrintedPage) -> str:
        """Return an issue page's HTML."""

    @abstractmethod
    def write_article(self, issue: PrintedIssue, page: PrintedPage, article: PrintedArticle) -> str:
        """Return an article's HTML."""

    @abstractmethod
    def guide(self, path: str, calendar: Calendar) -> Answer | None:
        """Return what leads to the issues: month files, the paper's own address; None elsewhere."""

    def leaves(self, issue: PrintedIssue) -> Leaves:
        """Return everything that one issue has on the site, by path, written when it is asked for."""
        leaves: Leaves = {}
        for page in issue.pages:
            leaves[page.path] = partial(self._page, issue, page)
            leaves |= _facsimiles(page)
            for article in page.articles:
                leaves[article.path] = partial(self._article, issue, page, article)
                leaves |= {picture.path: partial(_picture, picture.path) for picture in article.pictures}
        return leaves

    def _page(self, issue: PrintedIssue, page: PrintedPage) -> Answer:
        return Answer(self.write_page(issue, page).encode())

    def _article(self, issue: PrintedIssue, page: PrintedPage, article: PrintedArticle) -> Answer:
        return Answer(self.write_article(issue, page, article).encode())


def name_of(path: str) -> str:
    """Return the name of the file that a path leads to."""
    return path.rpartition("/")[2]


def escape(text: str) -> str:
    """Return text as it stands in HTML."""
    return html.escape(text, quote=False)


def write_map(page: PrintedPage, hrefs: Iterable[str]) -> str:
    """Return the areas of a page's image map, one for each article, as Founder writes them."""
    return "".join(
        f'<Area coords="{_spell(article.area)}" shape="polygon" href="{href}">'
        for article, href in zip(page.articles, hrefs, strict=True)
    )


def _spell(corners: Iterable[tuple[float, float]]) -> str:
    return ",".join(f"{x:g},{y:g}" for x, y in corners)


def _facsimiles(page: PrintedPage) -> Leaves:
    areas = [article.area for article in page.articles]
    return {
        page.shown: lambda: Answer(draw_page(PAGE_SIZE, areas), "image/jpeg", encoding=None),
        page.picture: lambda: Answer(draw_page(PAGE_SIZE, areas, _FULL), "image/jpeg", encoding=None),
        page.pdf: lambda: Answer(write_pdf(page.number, areas), "application/pdf", encoding=None),
    }


def _picture(path: str) -> Answer:
    return Answer(draw_jpeg(path), "image/jpeg", encoding=None)
