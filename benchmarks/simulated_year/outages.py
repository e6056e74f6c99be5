"""Outages of ours: nobody polls, for hours or up to ten days; then the real service starts and catches up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from simulated_year.faults import Fault
from simulated_year.stage import Stage

_LONGEST = 600.0  # seconds


class Outage(Fault):
    """So many polls that nobody makes."""

    settles = 2

    def __init__(self, polls: int) -> None:
        self.lasts = polls

    @classmethod
    def lengths(cls, days: int, polls_a_day: int) -> list[Callable[[], Fault]]:
        """Return the outages of a round: up to ten days in a year, of some polls in a short trial."""
        polls = (1, 3 * polls_a_day, 10 * polls_a_day) if days > 100 else (2,)
        return [partial(cls, number) for number in polls]

    def begin(self, stage: Stage) -> None:
        """Note when it begins."""
        self._since = stage.now

    def settle(self, stage: Stage) -> None:
        """Accept what may have come and gone meanwhile: nobody can fetch it any more."""
        last_poll = self._since.date() - timedelta(days=1)
        days = ("--from", str(last_poll), "--to", str(stage.now.date()))
        missing = stage.must("gaps", *days, "--kind", "unwatched", status=None)
        if missing.get("gaps"):
            stage.must("gaps", *days, "--kind", "unwatched", "--accept", "nobody polled")
            stage.counts["holes accepted"] += len(missing["gaps"])

    def poll(self, stage: Stage) -> None:
        """Nobody polls."""

    def end(self, stage: Stage) -> None:
        """Start the service, wait until it has caught up with what it missed, and stop it."""
        before, mark = (
            stage.archive.query(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0]
            for table in ("crawl", "event")
        )
        stage.press.site.requests.clear()
        with (stage.archive.folder / "service.log").open("ab") as log:
            service = subprocess.Popen(
                [sys.executable, "-P", "-m", "jianbao", "--config", str(stage.archive.config), "run"],
                stdout=log,
                stderr=log,
                env={**os.environ, "SIMULATED_CLOCK": str(stage.archive.clock)},
            )
        caught_up = (
            "SELECT count(*) FROM crawl WHERE id > ? AND trigger = 'schedule' AND status IN ('ok', 'partial')"
        )
        end = time.monotonic() + _LONGEST
        while not stage.archive.query(caught_up, before)[0][0] and time.monotonic() < end:
            time.sleep(0.2)
        service.send_signal(signal.SIGTERM)
        status = service.wait(_LONGEST)
        stage.note_seen()
        if status or time.monotonic() > end:
            stage.violate(f"the service ended with {status} after an outage, or did not catch up")
        missed = stage.archive.query("SELECT count(*) FROM crawl WHERE id > ? AND status = 'missed'", before)
        told = stage.archive.query("SELECT count(*) FROM event WHERE id > ? AND kind = 'missed_run'", mark)
        stage.counts["runs noted as missed"] += missed[0][0]
        if not missed[0][0] or not told[0][0]:
            stage.violate("the service noted and told of no missed run after an outage")
