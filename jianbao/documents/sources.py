"""Sources, as `sources --json` and the API have them: where their pages stand, and their ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jianbao.documents.article import present_time
from jianbao.documents.contract import present_contract
from jianbao.documents.document import Document
from jianbao.documents.issue_sums import present_issue_sums
from storage.ledger.contract import list_contracts
from storage.ledger.issue_sums import IssueSums, sum_issues
from storage.ledger.listing import count_states
from storage.ledger.source import list_sources
from storage.records import Source, StoredSource
from storage.records.contract import Contract


def read_sources(view: Connection | None, configured: Sequence[Source]) -> list[Document]:
    """Return every configured source with page state and ledger, then those only the archive knows."""
    rows: dict[str, StoredSource] = {}
    states: dict[str, dict[str, int]] = {}
    issues: dict[str, IssueSums] = {}
    contracts: Mapping[str, Contract] = {}
    if view is not None:
        rows = {row.slug: row for row in list_sources(view)}
        states = count_states(view)
        contracts = list_contracts(view)
        issues = sum_issues(view, rows.values(), datetime.now(UTC))
    slugs = {source.slug for source in configured}
    others = [row for slug, row in rows.items() if slug not in slugs]
    return [
        _present_source(source, rows.get(source.slug), states)
        | {
            "issues": present_issue_sums(issues.get(source.slug)),
            "contract": present_contract(contracts.get(source.slug), source.kind),
        }
        for source in (*configured, *others)
    ]


def _present_source(source: Source, row: StoredSource | None, states: dict[str, dict[str, int]]) -> Document:
    zone = ZoneInfo(source.timezone)
    return {
        "slug": source.slug,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "schedule": source.schedule,
        "timezone": source.timezone,
        "enabled": source.enabled,
        "last_poll": row.last_outcome if row else None,
        "last_polled_at": present_time(row.last_polled_at, zone) if row else None,
        "last_changed_at": present_time(row.last_changed_at, zone) if row else None,
        "links": row.links if row else 0,
        "unread": row.unread if row else 0,
        "listings": states.get(source.slug, {}),
    }
