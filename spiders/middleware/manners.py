"""What is remembered of hosts between crawls, so that manners outlast a process."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class HostMemory(Protocol):
    """The archive as the middleware sees it: robots.txt, and the rest that hosts asked for."""

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
