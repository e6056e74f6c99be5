"""Where an article's pictures are: the largest address that their markup names, whatever loads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from pipelines.normalise.securities import attribute
from pipelines.normalise.text import drop_controls

# The first one's misspelling is upstream's own (docs/upstream.md#bodies).
_ORIGINALS = ("orginial_src", "original_src", "data-original-src", "data-original", "zoomfile")
_LAZY = (
    "data-lazy-src", "data-lazy", "data-lazyload", "data-lazyload-src", "data-actualsrc", "data-echo",
    "data-src", "data-url", "_src", "file",
)  # fmt: skip
# How others may call them; what they call so must be the name of a picture's file.
_LARGE = re.compile(r"src|orig|lazy|full|large|big|hi-?res|zoom", re.IGNORECASE)
_SMALL = re.compile(r"thumb|small|place|preview|low|lqip|default|error|fail|loading|load-img", re.IGNORECASE)
_FILE = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|bmp|avif)(?:[?#!@]\S*)?", re.IGNORECASE)
_KNOWN = frozenset({"src", "srcset", "alt", "title", "style", "class", "id", "width", "height", "border"})
_SETS = ("data-lazy-srcset", "data-srcset", "srcset")
_CANDIDATE_BREAK = re.compile(r",\s+|(?<=[0-9][wx]),|,(?=(?:https?:)?//)|,\Z")
_SIZED = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,4})?)[wx]")
_PLACEHOLDER = re.compile(
    r"(?:\A|/)(?:img[-_]?|image[-_]?|pic[-_]?)?"
    r"(?:(?:blank|placeholder|loading|loader|lazy|lazy[-_]?load(?:ing)?|spacer|1x1|1px|nopic|no[-_]?(?:pic|img|image))"
    r"(?:[-_]?(?:img|image|pic|bg|small|big|[0-9]{1,4}(?:x[0-9]{1,4})?))?\.(?:gif|png|jpe?g|svg|webp)"
    r"|(?:space|transparent|pixel|gr[ae]y|clear|shim|empty)"  # a photograph may be called so, but is a JPEG
    r"(?:[-_]?(?:img|image|pic|bg|small|big|[0-9]{1,4}(?:x[0-9]{1,4})?))?\.(?:gif|png|svg))\Z",
    re.IGNORECASE,
)
_DOT = re.compile(r"\s*[0-2](?:px)?\s*", re.IGNORECASE)
_DOT_STYLE = [
    re.compile(rf"(?:\A|[;\s]){side}\s*:\s*[0-2](?:px)?\s*(?:!|;|\Z)", re.IGNORECASE)
    for side in ("width", "height")
]


def picture_address(image: Tag, base: str, sources: Iterable[Tag] = ()) -> str | None:
    """Return the web address of the largest picture that an ``img`` names, None when it shows none.

    ``sources`` are those of the ``picture`` around it. A placeholder that is shown until the picture has
    come, and a dot that only counts readers, are none.
    """
    if _is_dot(image):
        return None
    addresses = (_real_address(address, base) for address in _named(image, sources))
    return next((address for address in addresses if address), None)


def _is_dot(image: Tag) -> bool:
    style = attribute(image, "style") if "style" in image.attrs else ""
    sides = zip(("width", "height"), _DOT_STYLE, strict=True)
    return all(_DOT.fullmatch(attribute(image, side)) or in_style.search(style) for side, in_style in sides)


def web_address(address: str, base: str) -> str | None:
    """Return an address as absolute, None when it is none of the web."""
    if not address:
        return None
    try:
        absolute = urljoin(base, drop_controls(address).strip())
        return absolute if urlsplit(absolute).scheme in {"http", "https"} else None
    except ValueError:
        return None


def _named(image: Tag, sources: Iterable[Tag]) -> Iterator[str]:
    """Yield every address that an image and its sources name, the best first."""
    attributes = image.attrs
    yield from (attribute(image, name) for name in _ORIGINALS if name in attributes)
    sets = [attribute(tag, name) for tag in (image, *sources) for name in _SETS if name in tag.attrs]
    candidates = [candidate for one in sets for candidate in _candidates(one)]
    candidates.sort(key=lambda candidate: -candidate[1])
    yield from (address for address, size in candidates if size > 0)
    yield from (attribute(image, name) for name in _LAZY if name in attributes)
    others = [name for name in attributes if name not in _KNOWN and _FILE.fullmatch(attribute(image, name))]
    large = [name for name in others if _LARGE.search(name) and not _SMALL.search(name)]
    yield from (attribute(image, name) for name in large)
    yield attribute(image, "src")
    yield from (address for address, size in candidates if size == 0)
    yield from (attribute(image, name) for name in others if not _SMALL.search(name))


def _candidates(srcset: str) -> Iterator[tuple[str, float]]:
    """Yield the addresses in a ``srcset`` with their sizes, 0 where none is given."""
    for candidate in _CANDIDATE_BREAK.split(srcset):
        address, *described = candidate.split()[:2] or [""]
        sized = _SIZED.fullmatch(described[0]) if described else None
        yield address, float(sized[1]) if sized else 0.0


def _real_address(address: str, base: str) -> str | None:
    absolute = web_address(address, base)
    if absolute is None or _PLACEHOLDER.search(urlsplit(absolute).path):
        return None
    return absolute
