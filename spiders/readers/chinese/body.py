"""Where on a page an article's text stands: the part of the tree that is densest in prose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.element_words import BODY, words_of
from spiders.readers.chinese.furniture import is_furniture, is_stop
from spiders.readers.chinese.info_row import is_info_row, is_promotion
from spiders.readers.chinese.sheet import Line, Sheet
from spiders.readers.chinese.title import Titled

_SHARES = (1.0, 1.0, 0.6, 0.35, 0.2)
"""What of a line's weight counts for its block and for the elements around that."""
_NAMED_BODY = 1.3
_ABOVE_TITLE = 0.15
_MORE = 0.12
_LEAST_MORE = 40
_LEAST_BODY, _BEHIND_STOP, _FAR_BELOW = 60, 0.15, 0.8
"""The prose before a line that may head other stories; what counts of those, and of what is far below."""
_FAR = 60
"""Lines below the headline within which a text begins on most pages."""


@dataclass(slots=True)
class Body:
    """The element in which an article's text stands, and the place of its first and last line of prose."""

    element: HtmlElement
    first: int
    last: int
    weight: float


def find_body(sheet: Sheet, title: Titled | None) -> Body | None:
    """Return where the text stands; None on a page without any prose."""
    weights = _weights(sheet.lines, title)
    if not any(weights):
        return None
    seed = _seed(sheet.lines, weights)
    totals = _Totals(sheet.lines, weights)
    element = _grown(seed, sheet.lines, totals, title)
    inside = totals.prose(totals.places(element))
    return Body(element, inside[0], inside[-1], totals.weigh(inside)) if inside else None


def _weights(lines: Sequence[Line], title: Titled | None) -> list[float]:
    """Return how much each line reads like the text of the article under the headline."""
    are_margins_read = _are_margins_read(lines)
    at = title.lines[-1].index if title else -1
    own = set() if title is None else {line.index for line in title.lines}
    weights: list[float] = []
    passed, share = 0.0, 1.0
    for line in lines:
        is_read = not line.is_hidden and (are_margins_read or not line.is_margin) and line.index not in own
        weight = _weight(line, at) if is_read else 0.0
        passed += weight if line.index > at else 0.0
        if (
            passed > _LEAST_BODY
            and share == 1
            and line.index > at
            and len(line.text) <= 12
            and is_stop(line.text)
        ):
            share = _BEHIND_STOP
        weights.append(weight * share)
    return weights


def _weight(line: Line, at: int) -> float:
    """Return how much a line reads like the text of the article whose headline stands at a place."""
    prose = float(line.prose)
    if not prose or is_furniture(line.text) or is_info_row(line) or is_promotion(line):
        return 0.0
    if line.index < at:
        return prose * _ABOVE_TITLE
    return prose * _FAR_BELOW if at >= 0 and line.index - at > _FAR else prose


def _are_margins_read(lines: Sequence[Line]) -> bool:
    """Tell whether nearly all prose of a page stands in so-called margins: then they are none."""
    margins = sum(line.prose for line in lines if line.is_margin and not line.is_hidden)
    rest = sum(line.prose for line in lines if not line.is_margin and not line.is_hidden)
    return margins > 300 and rest < 0.1 * margins


def _seed(lines: Sequence[Line], weights: Sequence[float]) -> HtmlElement:
    """Return the element whose own lines, and those just inside it, hold most prose."""
    scores: defaultdict[HtmlElement, float] = defaultdict(float)
    for line, weight in zip(lines, weights, strict=True):
        if not weight:
            continue
        element: HtmlElement | None = line.block
        for share in _SHARES:
            if element is None or element.tag == "html":
                break
            scores[element] += weight * share
            element = element.getparent()
    if not scores:
        return next(line.block for line, weight in zip(lines, weights, strict=True) if weight)
    return max(
        scores, key=lambda element: scores[element] * (_NAMED_BODY if words_of(element) & BODY else 1.0)
    )


class _Totals:
    """The lines in an element, and what they weigh."""

    def __init__(self, lines: Sequence[Line], weights: Sequence[float]) -> None:
        self._lines = lines
        self._weights = weights

    def places(self, element: HtmlElement) -> list[int]:
        """Return the places of the lines inside an element, in order."""
        inside = set(element.iter())
        return [line.index for line in self._lines if line.block in inside]

    def weigh(self, places: Sequence[int]) -> float:
        """Return what lines weigh together."""
        return sum(self._weights[place] for place in places)

    def prose(self, places: Sequence[int]) -> list[int]:
        """Return those of the places that have a weight."""
        return [place for place in places if self._weights[place]]


_MOST_STEPS = 6
_NEAR = 4


def _grown(seed: HtmlElement, lines: Sequence[Line], totals: _Totals, title: Titled | None) -> HtmlElement:
    """Return the seed, or an element around it where a good part of the article stands beside it."""
    current = best = seed
    held = totals.places(seed)
    for _ in range(_MOST_STEPS):
        parent = current.getparent()
        if parent is None or parent.tag == "html":
            break
        wider = totals.places(parent)
        if _is_leaf(current) or _has_more_beside(held, wider, lines, totals, title):
            best, held = parent, wider
        current = parent
    return best


_LEAVES = frozenset(
    """
    p span font strong b center h1 h2 h3 h4 h5 td tr tbody li blockquote figure
    """.split()  # noqa: SIM905
)
_PARTED_BY = frozenset({"p", "div", "br", "section", "table"})


def _is_leaf(element: HtmlElement) -> bool:
    """Tell whether an element is one paragraph: others of the article may stand beside it."""
    if element.tag in _LEAVES:
        return True
    return not words_of(element) & BODY and not any(child.tag in _PARTED_BY for child in element)


def _has_more_beside(
    held: Sequence[int], wider: Sequence[int], lines: Sequence[Line], totals: _Totals, title: Titled | None
) -> bool:
    """Tell whether the text that is held goes on beside it: prose stands next to it, and no list between."""
    known = set(held)
    added = totals.prose([place for place in wider if place not in known])
    inside = totals.prose(held)
    if not inside or totals.weigh(added) < max(_LEAST_MORE, _MORE * totals.weigh(held)):
        return False
    at = title.lines[-1].index if title else -1
    before = [place for place in added if at < place < inside[0]]
    after = [place for place in added if place > inside[-1]]
    return any(
        _are_joined(lines, first, second)
        for first, second in ((before[-1:], inside[:1]), (inside[-1:], after[:1]))
        if first and second
    )


def _are_joined(lines: Sequence[Line], first: Sequence[int], second: Sequence[int]) -> bool:
    """Tell whether between two lines there is next to nothing, and nothing that ends a text."""
    between = [line for line in lines[first[0] + 1 : second[0]] if not line.is_hidden]
    if len(between) > _NEAR:
        return False
    return not any(
        line.is_link or is_stop(line.text) or is_furniture(line.text) or find_time(line.text)
        for line in between
    )
