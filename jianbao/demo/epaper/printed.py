"""What a digital newspaper of the demo prints: the true issues, which an archive is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Corners = tuple[tuple[float, float], ...]

PAGE_SIZE = (400, 576)
"""Width and height of a page's shown picture, in pixels; the areas of its articles measure that."""


@dataclass(frozen=True, slots=True)
class PrintedPicture:
    """A picture in an article: its path on the site, and what stands below it."""

    path: str
    caption: str


@dataclass(frozen=True, slots=True)
class PrintedArticle:
    """One article of one page. ``id`` is the site's own, ``path`` stands on the site, both for good.

    ``continues`` is the id of the part that this goes on from, on another page. ``is_furniture`` holds for
    picture pages and advertisements: there is no text.
    """

    id: str
    path: str
    title: str
    paragraphs: tuple[str, ...]
    area: Corners
    kicker: str = ""
    subtitle: str = ""
    author: str = ""
    pictures: tuple[PrintedPicture, ...] = ()
    continues: str | None = None
    is_furniture: bool = False


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One page: number and name as printed. ``picture`` is the full one, ``shown`` that in the page."""

    number: str
    name: str
    path: str
    picture: str
    shown: str
    pdf: str
    articles: tuple[PrintedArticle, ...]


@dataclass(frozen=True, slots=True)
class PrintedIssue:
    """One day of a paper, with its pages in order."""

    paper: str
    day: date
    pages: tuple[PrintedPage, ...]

    @property
    def articles(self) -> tuple[PrintedArticle, ...]:
        """All articles, page by page, furniture included."""
        return tuple(article for page in self.pages for article in page.articles)

    def page_of(self, article_id: str) -> PrintedPage:
        """Return the page that an article stands on; raise KeyError when it stands on none."""
        for page in self.pages:
            if any(article.id == article_id for article in page.articles):
                return page
        raise KeyError(f"{self.paper} of {self.day} has no article {article_id}")
