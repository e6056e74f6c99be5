"""Hosts: what is known of each, from one crawl to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Host:
    """What is known of one host (``name[:port]``). ``robots`` is None when none was fetched yet."""

    name: str
    etags_agreed: int = 0
    etags_lied: bool = False
    robots: str | None = None
    robots_fetched_at: datetime | None = None
    rests_until: datetime | None = None

    @property
    def etags_trusted(self) -> bool:
        """An unchanged ETag came with an unchanged body at least once, and never with a changed one."""
        return self.etags_agreed > 0 and not self.etags_lied
