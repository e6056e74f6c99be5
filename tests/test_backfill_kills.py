"""A backfill killed at any moment loses nothing and doubles nothing: few kills here, more in `make soak`."""

from __future__ import annotations

from pathlib import Path

from support.history_trial import HistoryTrial
from support.processes import Nursery


def test_killed_backfills_lose_and_double_nothing(nursery: Nursery, tmp_path: Path) -> None:
    trial = HistoryTrial(tmp_path, "first", nursery.launch, 0.5, days=12, pages=2, stories=2)
    counts = trial.run(6)
    assert counts.problems == []
    assert counts.kills == 6
    assert (counts.issues, counts.none, counts.outage) == (10, 2, 2)
    assert counts.while_fetching >= 2
