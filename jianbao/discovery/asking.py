"""Holding a dialogue with sites: a small crawl in this process, once, by the rules of every crawl."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from jianbao.configuration import Configuration
from jianbao.crawl.host_limits import open_places
from jianbao.crawl.run import CrawlProcess, settings_of
from jianbao.terminal.logs import log_to_stderr
from storage.ledger.counts import CrawlCounts
from storage.records import Unusable

if TYPE_CHECKING:
    from spiders.question_spider import Dialogue

MOST_QUESTIONS = 10
"""Pages that a first look asks for at most, robots.txt aside."""
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Found]):
    """What a dialogue found out, and which addresses it asked for."""

    found: Found
    asked: tuple[str, ...]


def hold_dialogue(
    configuration: Configuration,
    dialogue: Dialogue,
    told: Callable[[str], None],
    most: int = MOST_QUESTIONS,
    wished: str | None = None,
) -> Outcome[Found]:
    """Ask what a dialogue wants to know, no more than ``most`` pages; return or raise what it ends with.

    ``told`` is called with each address before it is asked. ``wished`` is the address that somebody typed,
    whose host may be one of a private network. Starts a reactor: once in a process.
    """
    from spiders.middleware.places import PlaceLines  # noqa: PLC0415 - Scrapy takes half a second
    from spiders.question_spider import QuestionSpider  # noqa: PLC0415

    counted, ended, asked = CrawlCounts(), list[object](), list[str]()

    def note(address: str) -> None:
        asked.append(address)
        told(address)

    settings = settings_of(configuration, [wished] if wished else []) | {"ITEM_PIPELINES": {}}
    process = CrawlProcess(QuestionSpider, settings, counted)
    log_to_stderr()
    with open_places(configuration) as places:
        lines = PlaceLines(places) if places is not None else None
        process.run(dialogue=dialogue, most=most, told=note, concluded=ended.append, places=lines)
    if counted.interrupted:
        raise KeyboardInterrupt
    if not ended:
        raise Unusable("the questions ended without an answer: see the log")
    if isinstance(ended[0], BaseException):
        raise ended[0]
    return Outcome(cast(Found, ended[0]), tuple(asked))
