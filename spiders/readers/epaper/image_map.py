"""The image map of an issue's page: where its articles stand on its picture."""

from __future__ import annotations

import math
import re

from lxml.html import HtmlElement

Corners = tuple[tuple[float, float], ...]

_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,20})?(?![\d.])")
_MOST_CORNERS = 500
_OF_CIRCLE = 12
_OF_RECTANGLE = 4
_THREE = 3


def read_corners(area: HtmlElement) -> Corners:
    """Return the corners of an area, empty for one without any; a circle becomes one of twelve corners.

    A shape that is not named, or a polygon of four numbers, is a rectangle.
    """
    numbers = [float(one) for one in _NUMBER.findall(area.get("coords") or "")][: 2 * _MOST_CORNERS]
    shape = (area.get("shape") or "").strip().casefold()
    if shape.startswith("circ") or (not shape and len(numbers) == _THREE):
        return _circle(numbers)
    if len(numbers) == _OF_RECTANGLE:
        left, top, right, bottom = numbers
        return ((left, top), (right, top), (right, bottom), (left, bottom))
    return tuple(zip(numbers[::2], numbers[1::2], strict=False)) if len(numbers) >= 2 * _THREE else ()


def find_picture(tree: HtmlElement, areas: list[HtmlElement]) -> HtmlElement | None:
    """Return the picture that a page's map lies on: of the map with its articles, else of any map."""
    names = {_map_name(area) for area in areas}
    mapped = [image for image in tree.iter("img") if image.get("usemap") and image.get("src")]
    own = [image for image in mapped if (image.get("usemap") or "").strip().lstrip("#").casefold() in names]
    return next(iter(own or mapped), None)


def picture_size(picture: HtmlElement) -> tuple[int, int] | None:
    """Return width and height of a picture as its page shows it, None where it does not tell both."""
    sides = [
        re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*", picture.get(one) or "")
        for one in ("width", "height")
    ]
    width, height = (int(side[1]) if side else 0 for side in sides)
    return (width, height) if width and height else None


def _map_name(area: HtmlElement) -> str:
    """Return the folded name of the map around an area; pages write ``PagePicMap`` in any case."""
    around = next(area.iterancestors("map"), None)
    return "" if around is None else (around.get("name") or around.get("id") or "").strip().casefold()


def _circle(numbers: list[float]) -> Corners:
    if len(numbers) < _THREE:
        return ()
    x, y, radius = numbers[:_THREE]
    turns = (2 * math.pi * step / _OF_CIRCLE for step in range(_OF_CIRCLE))
    return tuple(
        (round(x + radius * math.cos(turn), 2), round(y + radius * math.sin(turn), 2)) for turn in turns
    )
