"""A crawl killed at any moment loses nothing and doubles nothing: 25 kills here, 1,000 in ``make soak``."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from support.kill_trial import KillTrial
from support.newsroom import Newsroom
from support.processes import Nursery

from storage.archive.folder import Archive
from storage.database.schema import crawl
from storage.ledger.crawl import start_crawl

STARTUP = 0.5  # seconds until the first request of a crawl that was forked, about


@pytest.mark.parametrize(("seed", "kills"), [("first", 13), ("second", 12)], ids=["first", "second"])
def test_killed_crawls_lose_and_double_nothing(
    nursery: Nursery, tmp_path: Path, seed: str, kills: int
) -> None:
    counts = KillTrial(tmp_path, seed, nursery.launch, STARTUP).run(kills)
    assert counts.problems == []
    assert counts.kills == kills
    assert counts.while_fetching >= kills // 3
    assert counts.articles > 50


def test_a_dead_crawl_is_known_although_its_process_id_is_in_use_again(newsroom: Newsroom) -> None:
    newsroom.crawl()
    with Archive.open(newsroom.archive_folder) as archive:
        with archive.writing() as connection:
            start_crawl(
                connection, "manual", newsroom.site.slugs, datetime.now(UTC), version="0", pid=os.getpid()
            )
        newsroom.crawl()
        with archive.reading() as connection:
            statuses = connection.execute(select(crawl.c.status).order_by(crawl.c.id)).scalars().all()
    assert statuses == ["ok", "killed", "ok"]
