"""What a spider hands over for one owed article: what came, or why nothing did."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records.article import Article, Draft
from storage.records.capture import Exchange
from storage.records.listing import Owed
from storage.records.look import Sighting
from storage.records.remedy import SetAside, TryLater, Vanished
from storage.records.saying import Saying


@dataclass(frozen=True, slots=True)
class Delivery:
    """The end of one fetch: a draft with its exchange, or the trouble that came instead.

    A page that was set aside has its exchange too; one that failed or vanished has none. ``beside`` are
    answers of other addresses that went into the draft or were looked at for it; ``said`` is what came of
    those, for the reason if the draft is no article after all. ``article`` is what the draft makes, where
    that was judged already; ``astray`` tells that another address gave a page that was not this article's.
    ``sighting`` is what a later look at the page of an archived article saw, None of any other fetch.
    """

    owed: Owed
    exchange: Exchange | None = None
    draft: Draft | None = None
    trouble: SetAside | TryLater | Vanished | None = None
    beside: tuple[Exchange, ...] = ()
    said: Saying | None = None
    article: Article | None = None
    astray: bool = False
    sighting: Sighting | None = None
