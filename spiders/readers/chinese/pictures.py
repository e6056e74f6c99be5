"""The pictures in an article's part of a page, where they stand among its paragraphs, and their captions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from spiders.readers.chinese.element_words import words_of
from spiders.readers.chinese.sheet import Line, Picture
from storage.records import Image

_MOST = 200
_NAMED = (
    "data-original-src", "data-original", "original", "zoomfile", "data-lazy-src", "data-actualsrc",
    "data-src",
    "data-url", "_src", "file", "src",
)  # fmt: skip
_DRAWN = re.compile(
    r"(?:\A|/)(?:[^/]{0,20}(?:blank|placeholder|loading|spacer|1x1|pixel|icon|logo|qrcode|erweima|arrow|btn)[^/]{0,20})\.(?:gif|png|svg|jpe?g)",
    re.IGNORECASE,
)
_SMALL = re.compile(r"\s{0,2}(\d{1,5})(?:px)?\s{0,2}")
_LEAST_SIDE = 60
_CAPTIONS = frozenset(
    [
        "caption",
        "figcaption",
        "desc",
        "imgdesc",
        "picdesc",
        "pictext",
        "imgtext",
        "imginfo",
        "picinfo",
        "note",
        "tuzhu",
        "tushuo",
    ]
)
_SAYS_SO = re.compile(
    r"[▲△▼↑↓◆●]|[(（【]?(?:图为|图[：:]|上图|下图|左图|右图|题图|图[①-⑨一二三四五六0-9]|资料图|图片来源|图源|图/|图片说明)"
)
_TAKEN_BY = re.compile(
    r"(?:摄|供图|图源.{0,20}|资料图片?|资料照片|视频截图|图片来自.{0,12}|发)[)）】]?[。]?\Z"
)
_LONGEST_CAPTION = 60
_LONGEST_TOLD = 160


def find_images(pictures: Sequence[Picture], lines: Sequence[Line], base: str) -> tuple[Image, ...]:
    """Return the pictures as images: absolute addresses, each once, with the number of lines before them.

    ``lines`` are the article's; ``base`` is the address from which relative ones start.
    """
    images: dict[str, Image] = {}
    for picture in pictures[:_MOST]:
        url = picture_address(picture.element, base)
        if url is None or url in images:
            continue
        position = sum(1 for line in lines if line.index < picture.before)
        below = lines[position] if position < len(lines) else None
        caption = below.text if below is not None and is_caption(below, [picture]) else None
        images[url] = Image(
            url,
            caption=caption,
            position=position,
            width=_side(picture, "width"),
            height=_side(picture, "height"),
        )
    return tuple(images.values())


def picture_address(element: HtmlElement, base: str) -> str | None:
    """Return the web address of the largest picture that an ``img`` names; None for drawings and dots."""
    for named in _addresses(element):
        if named.startswith("data:") or _DRAWN.search(named):
            continue
        try:
            absolute = urljoin(base, named)
            if urlsplit(absolute).scheme in ("http", "https"):
                return None if _is_small(element) else absolute
        except ValueError:
            continue
    return None


def _addresses(element: HtmlElement) -> Iterator[str]:
    for name in _NAMED:
        value = (element.get(name) or "").strip()
        if value:
            yield value


def _is_small(element: HtmlElement) -> bool:
    sides = [_SMALL.fullmatch(element.get(name) or "") for name in ("width", "height")]
    return any(side is not None and int(side[1]) < _LEAST_SIDE for side in sides)


def _side(picture: Picture, name: str) -> int | None:
    match = _SMALL.fullmatch(picture.element.get(name) or "")
    return int(match[1]) if match else None


def is_caption(line: Line, pictures: Sequence[Picture]) -> bool:
    """Tell whether a line is the caption of a picture that stands just before it."""
    if not any(picture.before == line.index for picture in pictures):
        return bool(_SAYS_SO.match(line.text)) and len(line.text) <= _LONGEST_CAPTION
    if line.block.tag == "figcaption" or words_of(line.block) & _CAPTIONS:
        return True
    if _SAYS_SO.match(line.text) or _TAKEN_BY.search(line.text):
        return len(line.text) <= _LONGEST_TOLD
    return line.is_centred and len(line.text) <= _LONGEST_CAPTION
