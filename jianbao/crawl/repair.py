"""Repairing holes: what is missing is owed, read from kept pages, fetched by backfills and one crawl.

A process runs one crawl only, so that each backfill has a child of its own; the crawl is this process's.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from signal import SIGINT

from sqlalchemy import Connection

from jianbao.configuration import Configuration
from jianbao.crawl.order import CrawlOrder
from jianbao.crawl.run import run_crawl
from jianbao.crawl.selection import enter_endpoint_source
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.progress import Watch
from jianbao.upkeep.mentions import identify_articles
from spiders.kinds.code_addresses import endpoint_address
from spiders.kinds.registry import find_kind
from storage.archive.folder import Archive
from storage.ledger.holes.pointers import list_link_addresses
from storage.ledger.holes.reopening import Reopened, Ways, reopen_holes
from storage.records import has_digits_alone
from storage.records.hole import Hole, HoleKind
from storage.records.saying import Saying, say

Tell = Callable[[Saying], None]
"""Is told what is done now."""
ReadKept = Callable[[Sequence[str]], int]
"""Archives of articles those whose pages were kept, and returns how many came in."""
_KEPT_KINDS: tuple[HoleKind, ...] = ("absent", "captured")
"""Holes whose articles were had once: a page of them may have been kept, whatever the site has of it now."""


def repair_holes(
    configuration: Configuration,
    archive: Archive,
    holes: Sequence[Hole],
    tell: Tell,
    read_kept: ReadKept,
    watch: Watch | None = None,
) -> None:
    """Read what holes lack from kept pages, fetch the rest by every known address and kind.

    What can't be had stays a hole.

    The holes must have all their codes. Whatever ends this early, the ledger has the rest as owed. Raises
    `KeyboardInterrupt` when a child was interrupted, and as `run_crawl` does.
    """
    reopened = reopen(configuration, archive, holes)
    tell(say("gaps.reopened", count=reopened.entered))
    kept = [code for hole in holes if hole.kind in _KEPT_KINDS for code in hole.codes]
    if kept and (came := read_kept(kept)):
        tell(say("gaps.read_kept", count=came))
    for slug in sorted(reopened.backfill):
        tell(say("gaps.backfilling", source=slug))
        _backfill(configuration, slug)
    polled = _list_polled(configuration, reopened)
    tell(say("gaps.crawling", sources=list(polled)))
    order = CrawlOrder(trigger="manual", slugs=polled, leftovers=True)
    report = run_crawl(configuration, archive, order, watch)
    if report.counted.interrupted:
        raise KeyboardInterrupt


def reopen(configuration: Configuration, archive: Archive, holes: Sequence[Hole]) -> Reopened:
    """Enter what holes lack into the ledger as owed; return which sources have something to fetch."""
    enter_endpoint_source(configuration, archive)
    historic = {source.slug for source in configuration.sources if _has_history(source.kind)}
    endpoint = configuration.infocode.url
    with archive.writing() as connection:
        ways = Ways(
            historic,
            _find_links(configuration, connection, holes),
            lambda code: endpoint_address(endpoint, code) if has_digits_alone(code) else None,
        )
        return reopen_holes(connection, holes, ways, datetime.now(UTC))


def _find_links(
    configuration: Configuration, connection: Connection, holes: Sequence[Hole]
) -> dict[str, str]:
    """Return where each mentioned article is, by the links that mention it."""
    if not any(hole.kind == "mentioned" for hole in holes):
        return {}
    identify = identify_articles(configuration, connection)
    found = ((identify(address), address) for address in list_link_addresses(connection))
    return {identity[1]: address for identity, address in found if identity is not None}


def _has_history(kind: str) -> bool:
    entry = find_kind(kind)
    return entry is not None and entry.has_history


def _backfill(configuration: Configuration, slug: str) -> None:
    """Fetch the days of a source that were begun and are not done."""
    options = ["--archive", str(configuration.archive)]
    if configuration.file is not None:
        options += ["--config", str(configuration.file)]
    command = [sys.executable, "-P", "-m", "jianbao", *options, "backfill", slug, "--begun"]
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our own command
    if ended.returncode in (ExitStatus.INTERRUPTED, -SIGINT):
        raise KeyboardInterrupt


def _list_polled(configuration: Configuration, reopened: Reopened) -> tuple[str, ...]:
    """Return those sources with something to fetch that are polled at all."""
    return tuple(
        source.slug
        for source in configuration.sources
        if source.is_polled and source.enabled and source.slug in reopened.crawl | reopened.backfill
    )
