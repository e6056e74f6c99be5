"""What is known of each host: whether its ETags are true, its robots.txt, until when it asked for rest."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy import Connection, select, update

from storage.database.opening import upsert
from storage.database.schema import host
from storage.records import Host
from storage.records.instants import LONGEST_REST


class KnownOfHost(TypedDict, total=False):
    """What of a host can be learned, column by column."""

    etags_agreed: int
    etags_lied: bool
    robots: str | None
    robots_fetched_at: datetime | None
    rests_until: datetime | None


def find_host(connection: Connection, name: str) -> Host:
    """Return what is known of a host; of a new one, nothing."""
    row = connection.execute(select(host).where(host.c.name == name)).first()
    return Host(**row._mapping) if row else Host(name)


def update_host(connection: Connection, name: str, **changed: Unpack[KnownOfHost]) -> Host:
    """Store just these facts of a host, as another crawl may know the others better; return all."""
    entry = upsert(host).values(name=name, **changed)
    connection.execute(entry.on_conflict_do_update(index_elements=["name"], set_=changed))
    return find_host(connection, name)


def list_resting(connection: Connection, now: datetime) -> list[Host]:
    """Return the hosts that asked to be left alone and still are, by name."""
    rows = connection.execute(
        select(host)
        .where(host.c.rests_until > now, host.c.rests_until <= now + LONGEST_REST)
        .order_by(host.c.name)
    )
    return [Host(**row._mapping) for row in rows]


def forget_manners(connection: Connection, names: Collection[str] | None = None) -> int:
    """End the rest of these hosts, or of all, and have their robots.txt fetched anew; return how many."""
    known = update(host).where(host.c.rests_until.is_not(None) | host.c.robots_fetched_at.is_not(None))
    if names is not None:
        known = known.where(host.c.name.in_(names))
    return connection.execute(known.values(rests_until=None, robots_fetched_at=None)).rowcount
