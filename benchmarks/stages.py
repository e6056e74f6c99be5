"""Where a crawl's CPU goes: ``python stages.py CONFIG`` crawls in this process with a clock at each stage.

Prints one JSON object, stage to CPU seconds. Each stage counts without the stages inside it; ``fetch`` is all
that no other stage claims: Scrapy's engine, the network, decompression. ``link`` is looking for near copies
when the crawl ends.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from jianbao.configuration import load_configuration
from jianbao.crawl import account, deliveries
from jianbao.crawl import port as archive_port
from jianbao.crawl.opening import open_archive
from jianbao.crawl.order import CrawlOrder, choose_slugs
from jianbao.crawl.run import run_crawl
from pipelines import decide, judge
from spiders.archive_spider import ArchiveSpider
from storage.archive import settling
from storage.archive.folder import Archive

STAGES: dict[str, tuple[Any, str]] = {
    "read": (ArchiveSpider, "_read"),
    "store": (deliveries, "settle"),
    "capture": (Archive, "keep"),
    "normalise": (judge, "normalise"),
    "doubt": (judge, "doubt"),
    "deduplicate": (decide, "compare"),
    "tokens": (settling, "make_tokens"),
    "index": (settling, "follow"),
    "link": (account, "link_news"),
    "poll": (archive_port.ArchivePort, "record_poll"),
    "ledger": (archive_port.ArchivePort, "owed"),
}


class Clock:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._open = ["fetch"]
        self._since = time.process_time()

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time counted for a stage."""

        @wraps(function)
        def run(*given: Any, **named: Any) -> Any:
            self._switch()
            self._open.append(stage)
            try:
                return function(*given, **named)
            finally:
                self._switch()
                self._open.pop()

        return run

    def stop(self) -> dict[str, float]:
        """Return what each stage has taken."""
        self._switch()
        return dict(self.spent)

    def _switch(self) -> None:
        now = time.process_time()
        self.spent[self._open[-1]] += now - self._since
        self._since = now


def main() -> None:
    """Crawl every source of the configuration."""
    configuration = load_configuration(Path(sys.argv[1]), None, os.environ)
    with open_archive(configuration, polls=True) as archive:
        clock = Clock()
        for stage, (owner, name) in STAGES.items():
            setattr(owner, name, clock.timed(stage, getattr(owner, name)))
        run_crawl(configuration, archive, CrawlOrder("manual", choose_slugs(configuration, ())))
        sys.stdout.write(json.dumps(clock.stop()) + "\n")


if __name__ == "__main__":
    main()
