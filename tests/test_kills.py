"""A crawl killed at any moment loses nothing and doubles nothing: 25 kills here, 1,000 in ``make soak``."""

from __future__ import annotations

from pathlib import Path

import pytest
from kill_trial import KillTrial


@pytest.mark.parametrize(("seed", "kills"), [("first", 13), ("second", 12)], ids=["first", "second"])
def test_killed_crawls_lose_and_double_nothing(tmp_path: Path, seed: str, kills: int) -> None:
    counts = KillTrial(tmp_path, seed).run(kills)
    assert counts.problems == []
    assert counts.kills == kills
    assert counts.while_fetching >= kills // 3
    assert counts.articles > 50
