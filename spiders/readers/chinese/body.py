"""Where on a page an article's text stands: the part of the tree that is densest in prose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.element_words import BODY, words_of
from spiders.readers.chinese.furniture import is_furniture, is_rule, is_stop
from spiders.readers.chinese.sheet import Line, Sheet, is_margin_named
from spiders.readers.chinese.title import Titled

_SHARES = (1.0, 1.0, 0.6, 0.35, 0.2)
"""What of a line's weight counts for its block and for the elements around that."""
_NAMED_BODY = 1.3
_ABOVE_TITLE = 0.15
_MORE = 0.12
_LEAST_MORE = 40
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
    inside = [place for place in totals.places(element) if weights[place]]
    if not inside:
        return None
    return Body(element, inside[0], inside[-1], totals.weight[element])


def _weights(lines: Sequence[Line], title: Titled | None) -> list[float]:
    """Return how much each line reads like the text of the article under the headline."""
    are_margins_read = _margins_hold_most(lines)
    at = title.lines[-1].index if title else -1
    own = set() if title is None else {line.index for line in title.lines}
    weights: list[float] = []
    for line in lines:
        prose = float(line.prose)
        if prose and (line.is_hidden or (line.is_margin and not are_margins_read) or line.index in own):
            prose = 0.0
        if prose and len(line.text) < 400 and (is_rule(line.text) or is_furniture(line.text)):
            prose = 0.0
        if prose and line.index < at:
            prose *= _ABOVE_TITLE
        elif prose and title is not None and line.index - at > _FAR:
            prose *= 0.8
        weights.append(prose)
    return weights


def _margins_hold_most(lines: Sequence[Line]) -> bool:
    """Tell whether nearly all prose of a page stands in elements that are called margins: then they are none."""
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
            if element is None or element.tag in ("body", "html"):
                break
            scores[element] += weight * share
            element = element.getparent()
    if not scores:
        return next(line.block for line, weight in zip(lines, weights, strict=True) if weight)
    return max(
        scores, key=lambda element: scores[element] * (_NAMED_BODY if words_of(element) & BODY else 1.0)
    )


class _Totals:
    """The weight of the lines in each element, and their places."""

    def __init__(self, lines: Sequence[Line], weights: Sequence[float]) -> None:
        self._lines = lines
        self._weights = weights
        self.weight: defaultdict[HtmlElement, float] = defaultdict(float)

    def places(self, element: HtmlElement) -> list[int]:
        """Return the places of the lines inside an element."""
        inside = set(element.iter())
        found = [line.index for line in self._lines if line.block in inside]
        self.weight[element] = sum(self._weights[place] for place in found)
        return found


_MOST_STEPS = 6


def _grown(seed: HtmlElement, lines: Sequence[Line], totals: _Totals, title: Titled | None) -> HtmlElement:
    """Return the seed, or an element around it where a good part of the article stands beside it."""
    current = seed
    places = totals.places(current)
    best = current
    for _ in range(_MOST_STEPS):
        parent = current.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        known = set(places)
        wider = totals.places(parent)
        added = [lines[place] for place in wider if place not in known]
        if _is_leaf(current) or _belong(
            added, totals.weight[parent] - totals.weight[best], totals.weight[best], title
        ):
            best = parent
        current, places = parent, wider
    return best


def _is_leaf(element: HtmlElement) -> bool:
    """Tell whether an element is one paragraph: others of the article may stand beside it."""
    return element.tag in (
        "p",
        "span",
        "font",
        "strong",
        "b",
        "center",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "td",
        "tr",
        "tbody",
        "li",
        "blockquote",
        "figure",
    ) or (
        not words_of(element) & BODY
        and not any(child.tag in ("p", "div", "br", "section", "table") for child in element)
    )


def _belong(added: Sequence[Line], more: float, held: float, title: Titled | None) -> bool:
    """Tell whether lines beside a text are a part of it: prose, not lists of links or others' comments."""
    if more < max(_LEAST_MORE, _MORE * held):
        return False
    shown = [line for line in added if not line.is_margin and not line.is_hidden]
    at = title.lines[-1].index if title else -1
    below = [line for line in shown if line.index > at]
    linked = sum(line.linked for line in below)
    if linked * 2 > more or any(is_stop(line.text) for line in below):
        return False
    dated = sum(1 for line in below if len(line.text) < 40 and find_time(line.text))
    return dated <= 1


def is_in_margin(element: HtmlElement, inside: HtmlElement) -> bool:
    """Tell whether an element stands in a margin that is itself inside another element."""
    current: HtmlElement | None = element
    while current is not None and current is not inside:
        if is_margin_named(words_of(current)):
            return True
        current = current.getparent()
    return False
