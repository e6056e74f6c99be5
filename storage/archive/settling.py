"""Settling deliveries: read what is known, let it be decided, write that, several in one transaction.

Deciding and making search tokens take long, and happen before the write lock is taken. Whoever holds it looks
whether what was decided from is still so, and has it decided anew where somebody else has written meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from storage.archive.applying import Following, apply_decision, follow, write_decision
from storage.archive.folder import Archive
from storage.archive.snapshots import read_snapshot, read_snapshots
from storage.records import ArticleChange, Decision, Snapshot, Wanted
from storage.records.contract import Contract
from storage.search import ReadyTokens, make_tokens


class Pending(Protocol):
    """A delivery that is to be settled: what must be known of it, and pure functions that decide it."""

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""

    @property
    def tokens(self) -> Sequence[ReadyTokens]:
        """Tokens of its text, where somebody has made them."""

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it."""

    def give_up(self, snapshot: Snapshot, error: Exception) -> Decision:
        """Return what becomes of it where that cannot be decided or written."""


_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True)
class _Worked:
    """What was decided before the write lock was taken, from which snapshot, with tokens for the index."""

    pending: Pending
    seen: Snapshot
    decision: Decision
    tokens: tuple[ReadyTokens, ...] = field(repr=False)


def settle(archive: Archive, pending: Sequence[Pending], crawl_id: int | None = None) -> list[Decision]:
    """Settle deliveries in one transaction; return in their order what was decided and is written.

    One that cannot be written fails alone, and the others are settled. Raises what tells of the archive
    itself, that it is full, locked or damaged: then nothing is written.
    """
    worked = [
        _Worked(one, snapshot, decision, tuple(_make_tokens(decision.article, one.tokens)))
        for one, snapshot, decision in _decide_all(archive, pending)
    ]
    with archive.writing() as connection:
        try:
            with connection.begin_nested():
                applied = list(_apply_all(archive, connection, worked, crawl_id, _apply))
                follow(connection, [following for _, following in applied])
        except Exception as error:
            if is_of_archive(error):
                raise
            # One of them is odd, and tells so when each is written by itself.
            return list(_apply_all(archive, connection, worked, crawl_id, _apply_alone))
    return [decision for decision, _ in applied]


def preview(archive: Archive, pending: Sequence[Pending]) -> list[Decision]:
    """Return what would become of deliveries, each as if it were the only one; write nothing."""
    return [decision for _, _, decision in _decide_all(archive, pending)]


def is_of_archive(error: Exception) -> bool:
    """Tell whether an error is of a full, locked or damaged archive rather than of one odd delivery."""
    return isinstance(error, DBAPIError | OSError) and not isinstance(error, DataError | IntegrityError)


def _decide_all(archive: Archive, pending: Sequence[Pending]) -> Iterator[tuple[Pending, Snapshot, Decision]]:
    """Decide by what is archived now, while others may write."""
    with archive.reading() as connection:
        snapshots = read_snapshots(connection, [one.wanted for one in pending])
    return decide_together(pending, snapshots)


def decide_together(
    pending: Sequence[Pending], snapshots: Sequence[Snapshot]
) -> Iterator[tuple[Pending, Snapshot, Decision]]:
    """Decide deliveries by what is known of each; yield them in their order with what was known then.

    Each learns of its source from those before, and is looked at again where those after it tell more of it.
    """
    learned: dict[str, Contract] = {}
    first = [*_decide_in_turn(pending, snapshots, learned)]
    for one, seen, decision in first:
        observed = decision.observed
        known = learned.get(observed.source) if observed is not None and observed.is_believed else None
        if observed is not None and known is not None and known.is_told_more_by(observed):
            yield one, seen, _decide(one, replace(seen, contract=known))
        else:
            yield one, seen, decision


def _decide_in_turn(
    pending: Sequence[Pending], snapshots: Sequence[Snapshot], learned: dict[str, Contract]
) -> Iterator[tuple[Pending, Snapshot, Decision]]:
    """Decide one after the other; fill in what is learned of their sources."""
    for one, snapshot in zip(pending, snapshots, strict=True):
        known = learned.get(one.wanted.source or "")
        seen = snapshot if known is None else replace(snapshot, contract=known)
        decision = _decide(one, seen)
        if decision.observed is not None and seen.contract is not None:
            learned[decision.observed.source] = seen.contract.learn(decision.observed)
        yield one, seen, decision


def _decide(pending: Pending, snapshot: Snapshot) -> Decision:
    try:
        return pending.decide(snapshot)
    except Exception as error:  # noqa: BLE001 - decides an outcome: an odd article fails alone
        return pending.give_up(snapshot, error)


def _make_tokens(change: ArticleChange | None, ready: Sequence[ReadyTokens]) -> Iterator[ReadyTokens]:
    """Yield the tokens of an article as it will be and, of another text, as it was."""
    if change is None or not change.is_owed_to_index:
        return
    made = None
    for stored in (change.after, change.before):
        if stored is not None and (made is None or not made.are_of(stored)):
            made = next((one for one in ready if one.are_of(stored)), None)
            made = made or make_tokens(stored.article.title, stored.article.text)
            yield made


def _apply_all(
    archive: Archive,
    connection: Connection,
    worked: Sequence[_Worked],
    crawl_id: int | None,
    apply: Callable[[Archive, Connection, _Worked, Snapshot, int | None], _Done],
) -> Iterator[_Done]:
    snapshots = read_snapshots(connection, [one.pending.wanted for one in worked])
    changed: set[str] = set()
    for one, snapshot in zip(worked, snapshots, strict=True):
        wanted = one.pending.wanted
        is_stale = wanted.info_code in changed
        now = read_snapshot(connection, wanted) if is_stale else snapshot
        yield apply(archive, connection, one, now, crawl_id)
        changed.add(wanted.info_code)


def _apply(
    archive: Archive, connection: Connection, worked: _Worked, now: Snapshot, crawl_id: int | None
) -> tuple[Decision, Following]:
    """Write what was decided, or decide anew where it was from another state of things."""
    decision = worked.decision if now.is_as(worked.seen) else _decide(worked.pending, now)
    return decision, write_decision(archive, connection, decision, crawl_id, worked.tokens)


def _apply_alone(
    archive: Archive, connection: Connection, worked: _Worked, now: Snapshot, crawl_id: int | None
) -> Decision:
    """Do as `_apply`, and what follows; of one that cannot be written, write that it is given up."""
    try:
        with connection.begin_nested():
            decision, following = _apply(archive, connection, worked, now, crawl_id)
            follow(connection, [following])
            return decision
    except Exception as error:
        if is_of_archive(error):
            raise
        decision = worked.pending.give_up(now, error)
        apply_decision(archive, connection, decision, crawl_id)
        return decision
