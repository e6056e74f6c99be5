"""What is known of each host: whether its ETags are true, its robots.txt, until when it asked for rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from storage.database.opening import upsert
from storage.database.schema import host
from storage.records.instants import LONGEST_REST


@dataclass(frozen=True, slots=True)
class HostRow:
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


def find_host(connection: Connection, name: str) -> HostRow:
    """Return what is known of a host; of a new one, nothing."""
    row = connection.execute(select(host).where(host.c.name == name)).first()
    return HostRow(**row._mapping) if row else HostRow(name)


def update_host(connection: Connection, name: str, **changed: Any) -> HostRow:
    """Store just these columns of a host: another crawl may know the others better. Return the row."""
    entry = upsert(host).values(name=name, **changed)
    connection.execute(entry.on_conflict_do_update(index_elements=["name"], set_=changed))
    return find_host(connection, name)


def list_resting(connection: Connection, now: datetime) -> list[HostRow]:
    """Return the hosts that asked to be left alone and still are, by name."""
    rows = connection.execute(
        select(host)
        .where(host.c.rests_until > now, host.c.rests_until <= now + LONGEST_REST)
        .order_by(host.c.name)
    )
    return [HostRow(**row._mapping) for row in rows]


def forget_manners(connection: Connection, names: Collection[str] | None = None) -> int:
    """End the rest of these hosts, or of all, and have their robots.txt fetched anew; return how many."""
    known = update(host).where(host.c.rests_until.is_not(None) | host.c.robots_fetched_at.is_not(None))
    if names is not None:
        known = known.where(host.c.name.in_(names))
    return connection.execute(known.values(rests_until=None, robots_fetched_at=None)).rowcount
