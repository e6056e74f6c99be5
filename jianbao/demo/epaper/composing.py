"""Composing an issue: what stands on its pages, computed from a seed and the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from jianbao.demo.epaper.printed import (
    PAGE_SIZE,
    Corners,
    PrintedArticle,
    PrintedIssue,
    PrintedPage,
    PrintedPicture,
)
from jianbao.demo.epaper.shape import Shape, Slot
from jianbao.demo.material.background import BEATS, seeded, write_line, write_paragraphs, write_title

PAGE_NAMES = ("头版", "要闻", "副刊", "综合", "民生", "专题", "文教", "县域")
_EPOCH = date(2000, 1, 1)
_MARGIN, _GAP, _BANNER = 4, 4, 60


@dataclass(frozen=True, slots=True)
class Plan:
    """What a paper prints every day: its pages by number and name, stories a page, and its own seed."""

    pages: tuple[tuple[str, str], ...]
    stories: int
    seed: int

    @classmethod
    def of(cls, pages: int = 3, stories: int = 4, seed: int = 0) -> Plan:
        """Return a plan of so many pages: eight of them in section A, the next eight in B, and so on."""
        named = ((f"{chr(65 + at // 8)}{at % 8 + 1:02d}", PAGE_NAMES[at % 8]) for at in range(pages))
        return cls(tuple(named), stories, seed)

    @property
    def ids_a_day(self) -> int:
        """How many ids a day takes: furniture and the second part of a story have one each."""
        return len(self.pages) * self.stories + 3


def compose(plan: Plan, shape: Shape, day: date) -> PrintedIssue:
    """Return a day's issue, the same one every time."""
    random = seeded(plan.seed * 1_000_003 + day.toordinal())
    first = (day - _EPOCH).days * plan.ids_a_day
    serials = iter(range(first, first + plan.ids_a_day))
    pages: list[PrintedPage] = []
    for order, (number, name) in enumerate(plan.pages):
        drafts = [_story(random) for _ in range(plan.stories)]
        if order == len(plan.pages) - 1:
            drafts += _furniture(random)
        pages.append(_set_page(shape, Slot(day, order, number), name, drafts, serials))
    return PrintedIssue(shape.name, day, tuple(_continue_a_story(pages, shape, day, serials)))


def _story(random: Random) -> PrintedArticle:
    """Return a story that stands nowhere yet: some have a kicker, a subtitle, an author, pictures."""
    title, has = write_title(random), random.randrange(12)
    author = f"本报记者 {write_line('人', random)}" if has % 2 else ""
    captions = [write_line("图说", random) for _ in range(has % 3)]
    return PrintedArticle(
        id="",
        path="",
        title=title,
        paragraphs=tuple(write_paragraphs(random, BEATS, random.randint(3, 8), sentences=3)),
        area=(),
        kicker=write_line("引题", random) if has % 3 == 0 else "",
        subtitle=write_line("副题", random) if has % 4 == 0 else "",
        author=author,
        pictures=tuple(PrintedPicture("", caption) for caption in captions),
    )


def _furniture(random: Random) -> list[PrintedArticle]:
    """Return a picture page and an advertisement: neither has any text, not even a caption."""
    picture = PrintedArticle("", "", write_line("图片", random), (), (), is_furniture=True)
    return [
        replace(picture, pictures=(PrintedPicture("", ""),)),
        PrintedArticle("", "", "广告", (), (), is_furniture=True),
    ]


def _set_page(
    shape: Shape, slot: Slot, name: str, drafts: list[PrintedArticle], serials: Iterator[int]
) -> PrintedPage:
    areas = _lay_out(len(drafts))
    articles = (
        _place(shape, slot, replace(draft, area=area), next(serials))
        for draft, area in zip(drafts, areas, strict=True)
    )
    picture = shape.picture_path(slot, 0)
    return PrintedPage(
        number=slot.number,
        name=name,
        path=shape.page_path(slot),
        picture=picture,
        shown=shape.shown_path(picture),
        pdf=shape.pdf_path(slot),
        articles=tuple(articles),
    )


def _place(shape: Shape, slot: Slot, draft: PrintedArticle, serial: int) -> PrintedArticle:
    """Return an article with its id and path, its pictures with theirs."""
    article_id = shape.article_id(slot, serial)
    pictures = (
        replace(picture, path=shape.picture_path(slot, serial * 10 + at))
        for at, picture in enumerate(draft.pictures, 1)
    )
    return replace(draft, id=article_id, path=shape.article_path(slot, article_id), pictures=tuple(pictures))


def _continue_a_story(
    pages: list[PrintedPage], shape: Shape, day: date, serials: Iterator[int]
) -> list[PrintedPage]:
    """Let the first page's first story go on at the end of the second: the same title, another id."""
    if len(pages) < 2:  # noqa: PLR2004
        return pages
    front, second, *others = pages
    whole = front.articles[0]
    half = (len(whole.paragraphs) + 1) // 2
    opening = replace(whole, paragraphs=(*whole.paragraphs[:half], f"（下转{second.number}版）"))
    rest = (f"（上接{front.number}版）", *whole.paragraphs[half:])
    going_on = PrintedArticle("", "", whole.title, rest, (), continues=whole.id)
    placed = _place(shape, Slot(day, 1, second.number), going_on, next(serials))
    articles = (*second.articles, placed)
    moved = (
        replace(article, area=area) for article, area in zip(articles, _lay_out(len(articles)), strict=True)
    )
    return [
        replace(front, articles=(opening, *front.articles[1:])),
        replace(second, articles=tuple(moved)),
        *others,
    ]


def _lay_out(count: int) -> list[Corners]:
    """Return areas below the banner, in rows of two; the first article stands around the second, as an L."""
    rows = max(1, (count + 1) // 2)
    step = (PAGE_SIZE[1] - _BANNER) / rows
    areas = [_cell(at, _BANNER + at // 2 * step, step - _GAP) for at in range(count)]
    if count > 1:
        areas[0] = _around(areas[1])
    return areas


def _cell(at: int, top: float, height: float) -> Corners:
    half = PAGE_SIZE[0] / 2
    left = _MARGIN if at % 2 == 0 else half + _GAP
    right = left + half - _MARGIN - _GAP
    return ((left, top), (right, top), (right, top + height), (left, top + height))


def _around(second: Corners) -> Corners:
    """Return the L that stands left of an area and above it: that area's top must leave the room."""
    (left, top), (right, _), (_, bottom), _ = second
    return (
        (_MARGIN, top - _BANNER + _GAP),
        (right, top - _BANNER + _GAP),
        (right, top - _GAP),
        (left - _GAP, top - _GAP),
        (left - _GAP, bottom),
        (_MARGIN, bottom),
    )
