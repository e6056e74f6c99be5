"""Every family of digital newspapers is read: a small site of each shape, pages and articles as printed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from support.epaper_shapes import (
    CalendarClassic,
    DatedPages,
    FounderNamed,
    HtmlIndex,
    PageArticle,
    PlainShape,
    Qpaper,
    Shtml,
    Szbz,
    Uniflows,
)

from jianbao.demo import TODAY
from jianbao.demo.epaper import EPaper, FounderClassic, FounderNew, PrintedArticle, PrintedPage
from jianbao.demo.epaper.shape import Shape
from spiders.families.family import Family, Spot
from spiders.families.registry import recognise_page
from spiders.readers.epaper.article import read_epaper_article
from spiders.readers.epaper.issue_page import read_issue_page
from storage.records import Draft

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
