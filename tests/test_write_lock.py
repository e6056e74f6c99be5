"""Who holds the write lock computes nothing at length: others write while a text is read and compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from support.delivered_articles import DeliveredArticles
from support.newsroom import small_press
from support.post_files import Post, a_post, render

import jianbao.crawl.deliveries
import jianbao.importing.post_reading
import jianbao.importing.texts
import pipelines.claims
import pipelines.compare.deduplicate
import pipelines.decide
import pipelines.decide_import
import pipelines.judge
import storage.search.index
from jianbao.importing.counts import ImportCounts
from jianbao.importing.posts import import_posts
from jianbao.importing.texts import TextOrder, import_texts
from storage.archive.folder import DATABASE_FILE, Archive
from storage.search import list_owed

LONG = "今天天气好。" * 2_000
COMPUTING = [
    (pipelines.judge, "normalise"),
    (pipelines.judge, "doubt"),
    (pipelines.decide, "compare"),
    (pipelines.claims, "compare"),
    (pipelines.decide_import, "compare"),
    (pipelines.compare.deduplicate, "content_hash"),
    (pipelines.compare.deduplicate, "describe_change"),
    (storage.search.index, "article_tokens"),
    (jianbao.importing.texts, "read_plain_text"),
    (jianbao.importing.post_reading, "read_post_file"),
    (jianbao.importing.post_reading, "content_hash"),
]


@dataclass
class Watched:
    """What was computed, and which of it while nobody else could write."""

    database: Path
    computed: set[str] = field(default_factory=set)
    locked: list[str] = field(default_factory=list)

    def watch(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            self.computed.add(name)
            if not self.can_write():
                self.locked.append(name)
            return function(*given, **named)

        return watched

    def can_write(self) -> bool:
        other = sqlite3.connect(self.database, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            other.close()
        return True


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    watch = Watched(tmp_path / "archive" / DATABASE_FILE)
    for owner, name in COMPUTING:
        monkeypatch.setattr(owner, name, watch.watch(name, getattr(owner, name)))
    yield watch
    assert watch.locked == []


def bring_text(archive: Archive, folder: Path, text: str) -> str:
    path = folder / "story.txt"
    path.write_text(f"标题\n\n{text}")
    order = TextOrder("paper", "上饶日报", date(2026, 3, 20), "NW202603201234567890")
    (ended,) = import_texts(archive, [path], order, 10_000_000, datetime.now(UTC))
    return ended.outcome


def bring_post(archive: Archive, folder: Path, post: Post, name: str | None = None) -> ImportCounts:
    (folder / "_posts").mkdir(exist_ok=True)
    (folder / "_posts" / (name or post.name)).write_text(render(post))
    counted = ImportCounts()
    import_posts(archive, [folder / "_posts"], 10_000_000, counted)
    return counted


def test_the_watch_notices_a_held_lock(tmp_path: Path) -> None:
    watch = Watched(tmp_path / DATABASE_FILE)
    with Archive.open(tmp_path) as archive:
        assert watch.can_write()
        with archive.writing():
            assert not watch.can_write()


def test_a_text_is_worked_out_before_the_lock_is_taken(tmp_path: Path, watched: Watched) -> None:
    with Archive.open(tmp_path / "archive") as archive:
        assert bring_text(archive, tmp_path, LONG) == "new"
        assert bring_text(archive, tmp_path, f"{LONG}\n明天也好。") == "revised"
    assert {"read_plain_text", "normalise", "doubt", "content_hash", "describe_change", "article_tokens"} <= (
        watched.computed
    )


def test_posts_are_worked_out_before_the_lock_is_taken(tmp_path: Path, watched: Watched) -> None:
    post = a_post()
    with Archive.open(tmp_path / "archive") as archive:
        assert bring_post(archive, tmp_path, post).counts["new"] == 1
        changed = replace(post, paragraphs=(*post.paragraphs, "明天也好。"))
        assert bring_post(archive, tmp_path, changed).counts["revised"] == 1
    assert {"read_post_file", "normalise", "doubt", "content_hash", "describe_change", "article_tokens"} <= (
        watched.computed
    )


def test_an_answer_is_worked_out_before_the_lock_is_taken(tmp_path: Path, watched: Watched) -> None:
    work = DeliveredArticles.open(tmp_path / "archive", small_press())
    post = work.offer.articles[0]
    assert work.deliver(post).outcome == "new"
    work.offer.edit(post.code, title="春水又满塘", append="今天天气好。")
    assert work.deliver(post).outcome == "revised"
    assert {"normalise", "doubt", "content_hash", "describe_change", "article_tokens"} <= watched.computed
    work.archive.close()


def test_what_was_worked_out_from_another_text_is_worked_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = DeliveredArticles.open(tmp_path, small_press())
    post = work.offer.articles[0]
    whole = pipelines.decide.decide

    def late(*given: Any, **options: Any) -> Any:
        decided = whole(*given, **options)
        monkeypatch.setattr(jianbao.crawl.deliveries, "decide", whole)
        work.deliver(post)  # somebody else stores the same meanwhile
        return decided

    monkeypatch.setattr(jianbao.crawl.deliveries, "decide", late)
    assert work.deliver(post).outcome == "unchanged"
    assert len(work.revisions(post)) == 1
    work.archive.close()


def test_a_long_text_does_not_wait_for_others_to_be_indexed(tmp_path: Path) -> None:
    text = "".join(map(chr, range(0x4E00, 0x9FFF))) * 5
    text = "。\n".join(text[place:][:997] for place in range(0, len(text), 997))
    with Archive.open(tmp_path / "archive") as archive:
        bring_text(archive, tmp_path, text)
        with archive.reading() as connection:
            assert list_owed(connection) == ()
