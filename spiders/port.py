"""What a spider asks of the archive while it crawls. The application answers; spiders know no storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from storage.records import Article, Draft, Exchange, Owed, Poll, PollOrder


class Port(Protocol):
    """The archive as a spider sees it."""

    def orders(self) -> Sequence[PollOrder]:
        """Return the pages to poll, in order."""

    def unpolled(self) -> Sequence[str]:
        """Return the sources of the crawl that have no page to poll, or are polled no more, and still owe."""

    def record_poll(self, poll: Poll, exchange: Exchange | None) -> None:
        """Enter a poll and all that its page lists into the ledger; keep the exchange as a capture."""

    def owed(self, source: str, after: str) -> Sequence[Owed]:
        """Return the next listings that a source owes, by info code after the given one; empty at the end."""

    def judge(self, draft: Draft, owed: Owed, captured_at: datetime) -> Article:
        """Return the article that a page's draft makes by itself; raise `SetAside` when it is none."""

    def leave(self, owed: Owed, host: str) -> None:
        """Note that an owed article is left for a later crawl, since its host does not answer."""

    def trusts_validators(self, host: str) -> bool:
        """Return whether a host's ETag or Last-Modified was ever seen to tell the truth, and never to lie."""

    def note_validators(self, host: str, *, truthful: bool) -> None:
        """Record that unchanged validators of a host came with an unchanged body, or with a changed one."""

    def robots(self, host: str) -> bytes | None:
        """Return a host's robots.txt when it was fetched within a day (RFC 9309, 2.4), else None."""

    def last_robots(self, host: str) -> bytes | None:
        """Return a host's last good robots.txt when it was fetched within two days, else None."""

    def keep_robots(self, host: str, body: bytes) -> None:
        """Remember a host's robots.txt."""

    def rests_until(self, host: str) -> datetime | None:
        """Return until when a host asked to be left alone (aware), None when it did not."""

    def let_rest(self, host: str, until: datetime) -> None:
        """Remember that a host asked to be left alone until then (Retry-After)."""
