"""A page of an issue as figures: its picture, and over it the areas of its articles.

Areas are measured in the pixels of one picture, and drawn over whichever is shown, stretched to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storage.records import Area, IssuePage, StoredPicture

_MOST_AREAS = 500
_MOST_CORNERS = 200
_SLACK = 1.05
"""How far corners may lie beyond the picture, as a share of it: some maps are drawn by a shaky hand."""


@dataclass(frozen=True, slots=True)
class SheetArea:
    """An article's area: ``points`` as SVG has them; ``title`` is the article's."""

    info_code: str
    title: str
    points: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's picture and its thumbnail (None: not archived), and the areas that can be drawn over it.

    ``width`` and ``height`` are those in which the areas are measured.
    """

    picture: StoredPicture | None = None
    thumbnail: StoredPicture | None = None
    width: int = 0
    height: int = 0
    areas: tuple[SheetArea, ...] = ()


def draw_sheet(page: IssuePage, facsimiles: Mapping[str, StoredPicture], titles: Mapping[str, str]) -> Sheet:
    """Return the sheet of a page; areas of articles that are not among ``titles`` are left out."""
    largest = facsimiles.get(page.picture) if page.picture else None
    measured = facsimiles.get(page.shown) if page.shown else largest
    picture = largest or measured
    width, height = page.size or _size_of(measured)
    return Sheet(
        picture=picture,
        thumbnail=measured or picture,
        width=width,
        height=height,
        areas=_draw_areas(page.areas, titles) if _are_within(page.areas, width, height) else (),
    )


def _size_of(picture: StoredPicture | None) -> tuple[int, int]:
    return (picture.width or 0, picture.height or 0) if picture is not None else (0, 0)


def _are_within(areas: tuple[Area, ...], width: int, height: int) -> bool:
    """Return whether areas can be measured in this size: none reaches far beyond it, nor is there none."""
    corners = [corner for area in areas for corner in area.corners]
    return bool(corners) and all(x <= width * _SLACK and y <= height * _SLACK for x, y in corners)


def _draw_areas(areas: tuple[Area, ...], titles: Mapping[str, str]) -> tuple[SheetArea, ...]:
    return tuple(
        SheetArea(area.info_code, titles[area.info_code], _points(area))
        for area in areas[:_MOST_AREAS]
        if area.info_code in titles and len(area.corners) > 2  # noqa: PLR2004 - what has an inside
    )


def _points(area: Area) -> str:
    return " ".join(f"{x:.10g},{y:.10g}" for x, y in area.corners[:_MOST_CORNERS])
