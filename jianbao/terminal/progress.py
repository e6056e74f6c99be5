"""Progress of a crawl, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from storage.ledger.counts import CrawlCounts

Watch = Callable[[CrawlCounts], None]
"""What is shown a crawl's counts as they grow."""


@contextmanager
def watching(what: str) -> Iterator[Watch | None]:
    """Show a crawl's counts on stderr while the block runs; give None when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status(what) as line:
        yield lambda counted: line.update(f"{what}: {describe(counted)}")


@contextmanager
def telling(what: str) -> Iterator[Callable[[str], None] | None]:
    """Show how far something has come on stderr while the block runs; give None when that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status(what) as line:
        yield lambda text: line.update(f"{what}: {text}")


def describe(counted: CrawlCounts) -> str:
    """Return a crawl's counts in a line."""
    sources = list(counted.sources.values())
    polled = sum(source.poll is not None for source in sources)
    new = sum(source.new for source in sources)
    failed = sum(source.failed + source.quarantined for source in sources)
    return f"{polled} pages polled, {counted.done} articles fetched, {new} new, {failed} not stored"
