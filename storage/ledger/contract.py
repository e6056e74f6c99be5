"""Contracts of sources: what was learned of their articles, kept source by source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select

from storage.database.opening import upsert
from storage.database.prepared import Prepared
from storage.database.schema import contract
from storage.events.event import list_open_sources
from storage.records.contract import NO_CONTRACT, Contract, Observed, read_contract

BROKEN = "contract_broken"
_MOST_KEPT = 256

_FIND = Prepared(select(contract.c.learned).where(contract.c.source == bindparam("its_source")))
_SAVE = upsert(contract)
_SAVE_CONTRACT = Prepared(
    _SAVE.on_conflict_do_update(index_elements=["source"], set_={"learned": _SAVE.excluded.learned})
)


def find_contract(connection: Connection, slug: str) -> Contract:
    """Return what was learned of a source; an empty contract where that is nothing."""
    row = _FIND.run(connection, {"its_source": slug}).fetchone()
    return _read(row[0]) if row is not None else NO_CONTRACT


def save_contract(connection: Connection, slug: str, learned: Contract) -> None:
    """Keep what was learned of a source that is entered."""
    stored = learned.store()
    _SAVE_CONTRACT.run(connection, {"source": slug, "learned": stored})
    _keep(stored, learned)


def learn_articles(connection: Connection, observed: Iterable[Observed]) -> None:
    """Add articles to the contracts of their sources, each contract read and written once."""
    by_source: dict[str, list[Observed]] = {}
    for one in observed:
        by_source.setdefault(one.source, []).append(one)
    for slug, articles in by_source.items():
        learned = find_contract(connection, slug)
        for article in articles:
            learned = learned.learn(article)
        save_contract(connection, slug, learned)


_kept: dict[str, Contract] = {}
"""Contracts by what is stored of them: one is read again and again before it changes."""


def _read(stored: str) -> Contract:
    return _kept.get(stored) or _keep(stored, read_contract(stored))


def _keep(stored: str, learned: Contract) -> Contract:
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[stored] = learned
    return learned


def list_contracts(connection: Connection) -> Mapping[str, Contract]:
    """Return the contracts of all sources that have one, by slug."""
    rows = connection.execute(select(contract.c.source, contract.c.learned))
    return {slug: read_contract(learned) for slug, learned in rows}


def accept_what_was_seen(connection: Connection, slugs: Iterable[str]) -> list[str]:
    """Have the sources of which somebody resolved the break learn anew what was broken; return them."""
    told, accepted = list_open_sources(connection, BROKEN), []
    for slug in {*slugs} - told:
        learned = find_contract(connection, slug)
        if learned.broken:
            save_contract(connection, slug, learned.forget(learned.broken))
            accepted.append(slug)
    return accepted
