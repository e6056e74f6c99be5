"""What a spider asks of the archive while it crawls. The application answers; spiders know no storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from spiders.middleware.manners import HostMemory
from storage.records import (
    Article,
    BackOrder,
    Draft,
    Exchange,
    Owed,
    PictureDelivery,
    PictureOwed,
    Poll,
    PollOrder,
)


class Port(HostMemory, Protocol):
    """The archive as a spider sees it."""

    def orders(self) -> Sequence[PollOrder]:
        """Return the pages to poll, in order."""

    def unpolled(self) -> Sequence[str]:
        """Return the sources of the crawl that have no page to poll, or are polled no more, and still owe."""

    def kind_of(self, source: str) -> str:
        """Return the kind of a source, whether it is polled or not."""

    def record_poll(self, poll: Poll, exchanges: Sequence[Exchange]) -> None:
        """Enter a poll and all that its pages list into the ledger; keep the exchanges as captures."""

    def put_off(self, source: str, host: str) -> None:
        """Note that a source is not polled now, since the budget of requests to its host is spent."""

    def next_step(self) -> BackOrder | None:
        """Return the next step back into a source's history; None when there is none, or no more for now."""

    def record_step(self, order: BackOrder, poll: Poll, exchanges: Sequence[Exchange]) -> Sequence[Owed]:
        """Enter a step back, with all that it lists and where the next one begins, into the ledger.

        Return what is to be fetched of it.
        """

    def has_to_give_way(self) -> bool:
        """Return whether another crawl is at the hosts of this one, and comes before it."""

    def is_owed(self, owed: Owed) -> bool:
        """Return whether an article is still to be fetched: another crawl may have done it meanwhile."""

    def owed(self, source: str, after: str) -> Sequence[Owed]:
        """Return the next listings that a source owes, by info code after the given one; empty at the end."""

    def judge(self, draft: Draft, owed: Owed, captured_at: datetime) -> Article:
        """Return the article that a page's draft makes by itself; raise `SetAside` when it is none."""

    def leave(self, owed: Owed, host: str) -> None:
        """Note that an owed article is left for a later crawl, since its host does not answer."""

    def pictures(self) -> Sequence[PictureOwed]:
        """Return some of the pictures that are to be fetched after the articles; empty when that is all.

        Each address is returned once a crawl, and what was returned is delivered before more is asked for.
        """

    def refuse_picture(self, refused: PictureDelivery) -> None:
        """Note a picture that is not asked for."""

    def has_true_validators(self, host: str) -> bool:
        """Return whether a host's ETag or Last-Modified was ever seen to tell the truth, and never to lie."""

    def note_validators(self, host: str, *, truthful: bool) -> None:
        """Record that unchanged validators of a host came with an unchanged body, or with a changed one."""
