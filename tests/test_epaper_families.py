"""Every family of digital newspapers is read: a small site of each shape, pages and articles as printed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from support.command_line import Command
from support.epaper_shapes import (
    CalendarClassic,
    DatedPages,
    FounderNamed,
    HtmlIndex,
    JsonNavi,
    PageArticle,
    PlainShape,
    Qpaper,
    Shtml,
    Szbz,
    Uniflows,
)
from support.newsroom import Newsroom

from jianbao.demo import TODAY, DemoSite, Press
from jianbao.demo.epaper import (
    EPaper,
    FounderClassic,
    FounderNew,
    PrintedArticle,
    PrintedIssue,
    PrintedPage,
)
from jianbao.demo.epaper.shape import Shape
from spiders.families.family import Family, Spot
from spiders.families.registry import recognise_page
from spiders.readers.epaper.article import read_epaper_article
from spiders.readers.epaper.issue_page import read_issue_page
from storage.records import Draft
from storage.records.press_days import PRESS_ZONE

HOST = "http://paper.example"
NAME = "某某报"
EVERYTHING = ("title", "kicker", "subtitle", "author")
SHAPES = (
    FounderClassic, CalendarClassic, FounderNamed, FounderNew, HtmlIndex, PageArticle, Shtml, Szbz, Qpaper,
    DatedPages, Uniflows,
)  # fmt: skip
each_shape = pytest.mark.parametrize("make", SHAPES, ids=[shape.__name__ for shape in SHAPES])


def paper_of(make: type[Shape]) -> EPaper:
    """Return a small paper of a shape: six days."""
    return EPaper("p", make("/p/", NAME), TODAY, days=6, silent=())


def pages_of(paper: EPaper) -> Iterator[tuple[PrintedPage, str, Family, Spot]]:
    """Yield every page of every day: what is printed, its HTML, and what its address tells."""
    for day in paper.days:
        for page in paper.issue(day).pages:
            found = recognise_page(HOST + page.path)
            assert found, page.path
            yield page, text_at(paper, page.path), *found


def text_at(paper: EPaper, path: str) -> str:
    """Return the HTML at a path."""
    answer = paper.answer(path)
    assert answer, path
    return answer.body.decode()


@each_shape
def test_a_page_links_its_articles_and_the_pages_of_its_issue(make: type[Shape]) -> None:
    paper = paper_of(make)
    for page, text, family, spot in pages_of(paper):
        sheet = read_issue_page(text, HOST + page.path, family, spot)
        printed = [(HOST + other.path, other.number, other.name) for other in paper.issue(spot.day).pages]
        assert [(link.url, link.number, link.name) for link in sheet.pages] == printed
        assert [link.url for link in sheet.articles] == [HOST + article.path for article in page.articles]
        assert [link.areas for link in sheet.articles] == [(article.area,) for article in page.articles]
        assert (sheet.number, sheet.name) == (page.number, page.name)
        assert (sheet.picture, sheet.pdf) == (HOST + page.picture, HOST + page.pdf)
        assert (sheet.shown or sheet.picture) == HOST + page.shown


@each_shape
def test_a_list_tells_titles(make: type[Shape]) -> None:
    """A script may write the subtitle behind them, which nothing tells from the title."""
    for page, text, family, spot in pages_of(paper_of(make)):
        sheet = read_issue_page(text, HOST + page.path, family, spot)
        for link, article in zip(sheet.articles, page.articles, strict=True):
            assert link.title.startswith(article.title)


@each_shape
def test_an_article_is_read_as_it_is_printed(make: type[Shape]) -> None:
    paper = paper_of(make)
    shows = make.shows if issubclass(make, PlainShape) else EVERYTHING
    for page, _, family, spot in pages_of(paper):
        for article in page.articles:
            text, url = text_at(paper, article.path), HOST + article.path
            draft = read_epaper_article(text, url, family, spot.day, (NAME,))
            assert {name: getattr(draft, name) for name in shows} == headings_of(article, shows)
            assert draft.is_furniture is article.is_furniture
            assert squeeze(draft) in {squeeze_printed(article, captions) for captions in (True, False)}


def headings_of(article: PrintedArticle, shows: tuple[str, ...]) -> dict[str, str | None]:
    """Return those headings of an article, None for one that it has not."""
    return {name: getattr(article, name) or None for name in shows}


def squeeze(draft: Draft) -> str:
    """Return the text of a draft's body without markup and blanks."""
    return re.sub(r"\s|<[^>]*>", "", html.unescape(draft.body_html or ""))


def squeeze_printed(article: PrintedArticle, captions: bool) -> str:
    """Return the printed text alike, the pictures' captions before it or not."""
    before = "".join(picture.caption for picture in article.pictures) if captions else ""
    return re.sub(r"\s", "", before + "".join(article.paragraphs))


@dataclass(frozen=True)
class Archived:
    """What one crawl of all shapes has brought: the papers by name of their shape, and the newsroom."""

    papers: dict[str, EPaper]
    newsroom: Newsroom

    def rows(self, make: type[Shape], statement: str) -> list[Any]:
        """Return the rows of a statement about a shape's source, ``:slug``."""
        return self.newsroom.rows(statement, slug=self.papers[make.__name__].slug)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Iterator[Archived]:
    """Return the archive that a crawl of the newest issue of every shape makes."""
    papers = {make.__name__: named_paper(make) for make in (*SHAPES, JsonNavi)}
    sources = "\n".join(declare(make, papers[make.__name__]) for make in (*SHAPES, JsonNavi))
    with DemoSite(Press.of(0), rooms=list(papers.values())) as site:
        newsroom = Newsroom(site, tmp_path_factory.mktemp("families"), command, sources=sources)
        newsroom.crawl()
        yield Archived(papers, newsroom)


def named_paper(make: type[Shape]) -> EPaper:
    """Return the paper of a shape with an address of its own, out every day."""
    slug = make.__name__.lower()
    today = datetime.now(PRESS_ZONE).date()
    return EPaper(slug, make(f"/{slug}/", NAME), today, days=6, silent=())


def declare(make: type[Shape], paper: EPaper) -> str:
    """Return a source of the kind ``epaper`` in TOML."""
    declared, front = (make.declared, make.front) if issubclass(make, PlainShape) else ("", "")
    return (
        f'[[sources]]\nslug = "{paper.slug}"\nname = "{paper.name}"\nkind = "epaper"\n'
        f'site = "{paper.slug}"\nurl = "{{site}}{paper.base}{front}"\n{declared}\n'
    )


each_crawled = pytest.mark.parametrize("make", [*SHAPES, JsonNavi], ids=lambda shape: shape.__name__)


@each_crawled
def test_a_crawl_brings_the_newest_issue_whole(archived: Archived, make: type[Shape]) -> None:
    issue = newest(archived, make)
    printed = [
        (article.title, page.number, page.name, order)
        for page in issue.pages
        for order, article in enumerate(page.articles, 1)
        if not article.is_furniture
    ]
    found = archived.rows(
        make,
        "SELECT article.title, page, page_name, page_order FROM article JOIN listing USING (info_code) "
        "WHERE source = :slug ORDER BY page, page_order",
    )
    assert found == printed
    assert archived.rows(make, "SELECT count(*) FROM listing WHERE source = :slug") == [len(issue.articles)]


def newest(archived: Archived, make: type[Shape]) -> PrintedIssue:
    """Return the newest issue of a shape's paper."""
    paper = archived.papers[make.__name__]
    return paper.issue(paper.days[-1])


@each_crawled
def test_an_archived_text_has_its_paragraphs(archived: Archived, make: type[Shape]) -> None:
    texts = set(
        archived.rows(make, "SELECT text FROM article JOIN listing USING (info_code) WHERE source = :slug")
    )
    for article in newest(archived, make).articles:
        if not article.is_furniture:
            captions = [picture.caption for picture in article.pictures]
            plain = "\n".join(article.paragraphs)
            assert {plain, "\n".join([*captions, plain])} & texts, article.title


@each_crawled
def test_the_ledger_of_issues_has_the_pages(archived: Archived, make: type[Shape]) -> None:
    issue = newest(archived, make)
    pages = archived.rows(make, 'SELECT number, name FROM issue_page WHERE source = :slug ORDER BY "order"')
    assert pages == [(page.number, page.name) for page in issue.pages]
    found = archived.rows(make, "SELECT day, state, articles FROM issue WHERE source = :slug")
    assert (str(issue.day), "listed", len(issue.articles)) in found
