"""Sources as the archive knows them: what the configuration says, and where their pages stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, exists, select, update

from storage.database.opening import upsert
from storage.database.prepared import Prepared
from storage.database.schema import listing, source
from storage.events.event import RUN_KINDS, resolve_events
from storage.records import Mistaken, PollOrder, Source, StoredSource, Validators
from storage.records.instants import past
from storage.records.press_days import PRESS_ZONE

_ENSURE_SOURCE = Prepared(upsert(source).on_conflict_do_nothing())


class UnknownSource(Mistaken):
    """There is no such source: check the slug with `jianbao sources`."""


INFOCODE_SOURCE = "infocode"
"""The source under which articles are recorded that were asked for by code and never listed."""

IMPORT_KIND = "import"
"""The kind of a source that lists what was imported: nothing polls it, so it can't be late or silent."""


UNLISTED_KINDS = ("infocode", IMPORT_KIND)
"""Kinds of sources that have no page which lists articles, and keeps them there for some days."""


def save_sources(connection: Connection, sources: Iterable[Source], *, alone: bool = True) -> int:
    """Bring the source table to the configuration; those it no longer names are disabled. Return the changes.

    Only, where the configuration is not ``alone`` in saying what the archive polls, none is disabled. A
    source whose address changed loses the validators of its old page.
    """
    stored = {row.slug: row for row in list_sources(connection)}
    wanted = {row.slug: row for row in sources}
    changes = 0
    for row in wanted.values():
        known = stored.get(row.slug)
        stays_on = not alone and known is not None and known.enabled
        changes += _save_source(connection, replace(row, enabled=row.enabled or stays_on), known)
    if not alone:
        return changes
    for slug in stored.keys() - wanted.keys():
        if stored[slug].kind != IMPORT_KIND:
            changes += disable_source(connection, slug)
    return changes


def ensure_source(connection: Connection, row: Source) -> bool:
    """Enter a source that the configuration need not name; return whether it is new."""
    entry = asdict(row) | {"added_at": datetime.now(UTC)}
    return _ENSURE_SOURCE.run(connection, entry).rowcount > 0


def ensure_import_source(connection: Connection, slug: str, name: str) -> bool:
    """Enter a source for imported articles unless there is one of that slug; return whether it is new."""
    row = Source(
        slug, name or slug, IMPORT_KIND, url=None, timezone=PRESS_ZONE.key, schedule=None, enabled=True
    )
    return ensure_source(connection, row)


def disable_source(connection: Connection, slug: str) -> int:
    """Stop polling a source: its articles stay, its runs' events are over. Return 1 if it was on."""
    resolve_events(connection, RUN_KINDS, datetime.now(UTC), source=slug)
    return connection.execute(
        update(source).where(source.c.slug == slug, source.c.enabled).values(enabled=False)
    ).rowcount


def list_leftovers(connection: Connection) -> list[str]:
    """Return the sources that are polled no more, or never were, and still owe articles.

    What was imported is fetched on demand only: its pages left the site long ago.
    """
    owing = exists().where(listing.c.source == source.c.slug, listing.c.next_try_at.is_not(None))
    rows = connection.execute(
        select(source.c.slug)
        .where(~source.c.enabled, source.c.kind != IMPORT_KIND, owing)
        .order_by(source.c.slug)
    )
    return [row.slug for row in rows]


def check_sources(connection: Connection, slugs: Iterable[str]) -> None:
    """Raise `UnknownSource` for a slug that the archive never had as a source."""
    known = set(connection.execute(select(source.c.slug)).scalars())
    for slug in slugs:
        if slug not in known:
            raise UnknownSource(f"the archive has no source {slug!r}: it has {', '.join(sorted(known))}")


def list_sources(connection: Connection) -> list[StoredSource]:
    """Return every source that the archive knows, by slug."""
    rows = connection.execute(select(source).order_by(source.c.slug))
    return [StoredSource(**row._mapping) for row in rows]


def find_source(connection: Connection, slug: str) -> StoredSource | None:
    """Return one source, None when the archive never had it."""
    row = connection.execute(select(source).where(source.c.slug == slug)).first()
    return StoredSource(**row._mapping) if row else None


def list_polled(connection: Connection) -> list[tuple[str, str, str]]:
    """Return slug, name and address of every source that is, or ever was, polled."""
    query = select(source.c.slug, source.c.name, source.c.url).where(
        source.c.kind.not_in(UNLISTED_KINDS), source.c.url.is_not(None)
    )
    return [(row.slug, row.name, row.url) for row in connection.execute(query.order_by(source.c.slug))]


def order_poll(row: StoredSource) -> PollOrder:
    """Return what a poll of this source sends; it has an address, or nobody could poll it."""
    known = row.etag or row.last_modified
    return PollOrder(
        source=row.slug,
        url=row.url or "",
        kind=row.kind,
        validators=Validators(row.etag, row.last_modified) if known else None,
        body_hash=row.body_hash,
        name=row.name,
        heading=row.heading,
        has_failed=row.last_outcome == "failed",
    )


def _save_source(connection: Connection, row: Source, stored: StoredSource | None) -> int:
    values = asdict(row)
    if stored is None:
        connection.execute(upsert(source).on_conflict_do_nothing(), values)
        return 1
    if past(stored.added_at, now := datetime.now(UTC)) is None:  # by a clock that was ahead: it counts anew
        values |= {"added_at": now}
    if all(getattr(stored, key) == value for key, value in values.items()):
        return 0
    if not row.enabled:
        disable_source(connection, row.slug)
    if stored.url != row.url:
        values |= {"etag": None, "last_modified": None, "body_hash": None}
    connection.execute(update(source).where(source.c.slug == row.slug).values(values))
    return 1
