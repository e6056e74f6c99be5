"""What of a page nobody sees: elements that are hidden by an attribute or by their own style."""

from __future__ import annotations

import re
from typing import Literal

from bs4 import Tag

from pipelines.normalise.securities import attribute

Property = Literal["invisible", "sizeless", "lined"]
"""What an element hands on to those inside it, until one of them says otherwise."""

_ZERO = r"\s*+:\s*+-?0*+(?:\.0+)?(?:px|pt|em|rem|ex|vh|vw|%)?\s*+(?:!\s*+important\s*+)?(?:;|\Z)"
_TINY = r"\s*+:\s*+(?:0*+(?:\.0+)?|1)(?:px|pt|em|rem|%)?\s*+(?:!\s*+important\s*+)?(?:;|\Z)"
_BEGIN = r"(?:\A|[;\s])"
# Nearly all styles have none of these words and are passed by at once.
_SUSPECT = re.compile(
    r"display|visib|opacity|font|overflow|indent|clip|-hide|position|scale|transparent", re.IGNORECASE
)
_GONE = re.compile(
    rf"{_BEGIN}(?:content-visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    rf"|text-indent\s*:\s*-[0-9]{{3,}}|transform\s*:\s*scale\(\s*0\s*[),]|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    rf"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\))",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_DISPLAY = re.compile(rf"{_BEGIN}display\s*:\s*(?P<value>[a-z-]+)\s*(?P<first>!\s*important)?", re.IGNORECASE)
_FADED = re.compile(rf"{_BEGIN}opacity{_ZERO}", re.IGNORECASE)
_FLAT = re.compile(rf"{_BEGIN}(?:max-)?(?:height|width){_TINY}", re.IGNORECASE)
_CUT = re.compile(rf"{_BEGIN}overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_PADDED = re.compile(r"padding", re.IGNORECASE)
_OUTSIDE = re.compile(rf"{_BEGIN}(?:left|right|top|margin-left|margin-top)\s*:\s*-[0-9]{{3,}}", re.IGNORECASE)
_PLACED = re.compile(r"position\s*:\s*(?:absolute|fixed)", re.IGNORECASE)
_VISIBILITY = re.compile(rf"{_BEGIN}visibility\s*:\s*(?P<value>hidden|collapse|visible)", re.IGNORECASE)
_FONT_SIZE = re.compile(
    rf"{_BEGIN}font(?:-size)?\s*:\s*(?P<value>[0-9.]+)(?P<unit>px|pt|rem|vw|vh|cm|mm|in|pc|em|ex|ch|%)?(?=[\s;/!]|\Z)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"0*(?:\.0*)?")
_RELATIVE = frozenset({"em", "ex", "ch", "%"})
_WHITE_SPACE = re.compile(
    rf"{_BEGIN}white-space\s*:\s*(?P<value>pre(?:-wrap|-line)?|break-spaces|normal|nowrap)\b", re.IGNORECASE
)
# Advertisements, and what is only read out by a machine.
_NAMED_SO = re.compile(
    r"(?:\A|\s)(?:toplink\b|ad_context|(?:sr-only|visually-?hidden|screen-reader-text)(?:\s|\Z))"
)


def is_concealed(tag: Tag) -> bool:
    """Tell whether nobody sees an element and what is in it, or it is an advertisement.

    An image that only fades in (``opacity:0``) is seen in the end.
    """
    attributes = tag.attrs
    if "hidden" in attributes:
        return True
    if "class" in attributes and _NAMED_SO.search(attribute(tag, "class")):
        return True
    style = attribute(tag, "style") if "style" in attributes else ""
    if not style or not _SUSPECT.search(style):
        return False
    style = without_comments(style)
    if displayed(style) == "none":
        return True
    if _GONE.search(style) or (_FADED.search(style) and tag.name != "img"):
        return True
    return _is_flat(style) or bool(_PLACED.search(style) and _OUTSIDE.search(style))


def without_comments(style: str) -> str:
    """Return a style without its comments."""
    return _COMMENT.sub("", style) if "/*" in style else style


def displayed(style: str) -> str | None:
    """Return what a style says of ``display``, in small letters: the last word, or the last important one."""
    said = list(_DISPLAY.finditer(style))
    first = [one for one in said if one["first"]] or said
    return first[-1]["value"].lower() if first else None


def inherited(style: str) -> list[tuple[Property, bool]]:
    """Return what a style says that holds for inner elements too, until one says otherwise.

    ``visibility:hidden`` hides text and pictures, ``font-size:0`` text alone (a part of nothing is nothing),
    and ``white-space:pre`` makes line breaks of those in the markup.
    """
    said: list[tuple[Property, bool]] = []
    if visibility := _VISIBILITY.search(style):
        said.append(("invisible", visibility["value"].lower() != "visible"))
    size = _FONT_SIZE.search(style)
    if size and _NOTHING.fullmatch(size["value"]):
        said.append(("sizeless", True))
    elif size and (size["unit"] or "").lower() not in _RELATIVE:
        said.append(("sizeless", False))
    if spaces := _WHITE_SPACE.search(style):
        said.append(("lined", spaces["value"].lower() not in ("normal", "nowrap")))
    return said


def _is_flat(style: str) -> bool:
    """Tell whether an element has no height or width and shows nothing beyond it.

    One that has padding instead of a height keeps the proportions of a film.
    """
    return bool(_FLAT.search(style) and _CUT.search(style)) and not _PADDED.search(style)
