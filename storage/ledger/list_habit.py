"""How many links a source's lists have, and the list that has a fraction of them: it is not believed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from storage.events.event import is_event_open
from storage.ledger.contract import find_contract, save_contract
from storage.records import Poll
from storage.records.contract import Contract
from storage.records.saying import say

_REMEMBERED = 30
_ENOUGH = 10
"""Lists that must be known before one is doubted."""
_LEAST_OF_FEWEST = 0.5
_SHORTEST = 8
"""Links of the list before, below which any number of links is as good."""


def watch_list(connection: Connection, poll: Poll, least: float) -> Poll:
    """Return the poll, as failed where its list has less than that share of the links of the last one.

    It must have less than half of the fewest of the last lists too. To be called before the poll is recorded.
    What it lists is entered all the same. Whoever resolves the event that tells so says that the list is so.
    """
    if poll.outcome != "changed" or not poll.listed:
        return poll
    contract, count = find_contract(connection, poll.source), _count(poll)
    if count is None:
        return poll
    if _is_thin(contract, count, least) and _is_news(connection, contract, poll, count):
        usual = min(contract.lists)
        error = say("said.of", subject=poll.source, what=say("contract.list", count=count, usual=usual))
        save_contract(connection, poll.source, replace(contract, thin=count))
        return replace(poll, outcome="failed", error=error, layout_broken=True, body_hash=None)
    lists = (count,) if contract.thin == count else (*contract.lists, count)[-_REMEMBERED:]
    save_contract(connection, poll.source, replace(contract, lists=lists, thin=None))
    return poll


def _count(poll: Poll) -> int | None:
    """Return how many links a list has; of issues, how many a page has in the mean, in hundredths."""
    if not poll.issues:
        return len(poll.listed)
    pages = sum(len(issue.pages) for issue in poll.issues)
    return 100 * len(poll.listed) // pages if pages else None


def _is_thin(contract: Contract, count: int, least: float) -> bool:
    known = contract.lists
    return (
        len(known) >= _ENOUGH
        and known[-1] >= _SHORTEST
        and count < least * known[-1]
        and count < _LEAST_OF_FEWEST * min(known)
    )


def _is_news(connection: Connection, contract: Contract, poll: Poll, count: int) -> bool:
    """Tell whether nobody has said yet that the list is so: by resolving the event about one like it."""
    was_told = contract.thin is not None and count >= _LEAST_OF_FEWEST * contract.thin
    return not was_told or is_event_open(connection, "layout_broken", source=poll.source)
