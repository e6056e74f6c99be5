"""What a reader made of a page against its label, and the rates over many."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import thread_time

from extraction_labels import Label
from extraction_readers import Read, Reader

_OF_HEAD, _OF_TEXT = (
    ("title", "day", "minute", "media", "author"),
    ("first", "last", "both_ends", "paragraphs"),
)
MEASURES = (*_OF_HEAD, *_OF_TEXT, "negatives_accepted")
_ENDS = 12
_RESAMPLED = 1_000
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class Score:
    """A page's score: for each measure that counts on it, whether it was met; CPU time in ms."""

    label: Label
    met: dict[str, bool] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)
    ms: float = 0.0


def fold(text: str | None) -> str:
    """Return a text in which only what is compared counts: NFKC, no white space."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text or ""))


def score_page(label: Label, body: bytes, reader: Reader) -> Score:
    """Let a reader read a page, and return how it did; one that fails has read nothing."""
    begin = thread_time()
    try:
        read = reader(body, label.url)
    except Exception as error:  # noqa: BLE001 - a library may fail with anything
        read = Read(reason=f"{type(error).__name__}: {error}")
    score = Score(label, ms=1000 * (thread_time() - begin))
    checks = _checks(label, read) if label.is_article else _refusal(read)
    for measure, is_met, shown in checks:
        if measure not in label.disputed:
            score.met[measure] = is_met
            if is_met == (measure == "negatives_accepted"):
                score.misses.append(f"{measure}: {shown}{f' ({read.reason})' if read.reason else ''}")
    return score


def _refusal(read: Read) -> Iterator[tuple[str, bool, str]]:
    yield "negatives_accepted", read.is_article, f"taken as {read.title!r}"


def _checks(label: Label, read: Read) -> Iterator[tuple[str, bool, str]]:
    """Yield each measure that counts on an article's page, whether it is met, and what was read."""
    if label.title is not None:
        yield "title", fold(read.title) == fold(label.title), f"{read.title!r} for {label.title!r}"
    if label.time is not None and "time" not in label.disputed:
        yield "day", (read.time or "")[:10] == label.time[:10], f"{read.time} for {label.time}"
        if len(label.time) > len("2026-03-20"):
            yield "minute", (read.time or "")[:16] == label.time[:16], f"{read.time} for {label.time}"
    yield "media", fold(read.media) == fold(label.media), f"{read.media!r} for {label.media!r}"
    authors = frozenset(filter(None, map(fold, (label.author or "").split("、"))))
    yield "author", frozenset(map(fold, read.authors)) == authors, f"{set(read.authors)} for {label.author!r}"
    yield from _ends(label, read)
    if label.paragraphs is not None:
        near = abs(len(read.lines) - label.paragraphs) <= 1
        yield "paragraphs", near, f"{len(read.lines)} for {label.paragraphs}"


def _ends(label: Label, read: Read) -> Iterator[tuple[str, bool, str]]:
    """Yield whether a text begins and ends as it should, by as many characters as the label has, up to 12."""
    if label.first is None or label.last is None:
        return
    first, last, text = fold(label.first)[:_ENDS], fold(label.last)[-_ENDS:], fold("".join(read.lines))
    begins, ends = text.startswith(first), text.endswith(last)
    yield "first", begins, f"{text[:_ENDS]!r} for {first!r}"
    yield "last", ends, f"{text[-_ENDS:]!r} for {last!r}"
    if not label.disputed & {"first", "last"}:
        yield "both_ends", begins and ends, "see first and last"


def rates(scores: Sequence[Score]) -> dict[str, float | None]:
    """Return for each measure the share of pages that meet it, None where none counts; and the median ms."""
    found: dict[str, float | None] = {}
    for measure in MEASURES:
        met = [score.met[measure] for score in scores if measure in score.met]
        found[measure] = round(sum(met) / len(met), 4) if met else None
    found["ms"] = round(median(score.ms for score in scores), 1) if scores else 0.0
    return found | {"pages": len(scores)}


def interval(scores: Sequence[Score], measure: str) -> tuple[float, float]:
    """Return between which rates 95 % of resampled sets lie; sites are drawn, not pages."""
    sites: defaultdict[str, list[bool]] = defaultdict(list)
    for score in scores:
        if measure in score.met:
            sites[score.label.site].append(score.met[measure])
    groups = list(sites.values())
    drawing = random.Random(1)
    drawn = sorted(_rate(drawing.choices(groups, k=len(groups))) for _ in range(_RESAMPLED))
    return drawn[_RESAMPLED // 40], drawn[-_RESAMPLED // 40 - 1]


def _rate(groups: Sequence[Sequence[bool]]) -> float:
    met = [one for group in groups for one in group]
    return sum(met) / len(met)
