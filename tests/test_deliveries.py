"""Deliveries reach the archive some together: each in the end, none reported before it is written."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.delivered_articles import ORIGIN, DeliveredArticles

from jianbao.crawl.deliveries import SOON, TOGETHER, Deliveries, PendingDelivery
from jianbao.crawl.port import ArchivePort
from jianbao.demo import Post, Press
from spiders.readers.article_page import read_article
from storage.archive.applying import write_decision
from storage.archive.settling import preview, settle
from storage.ledger.counts import CrawlCounts
from storage.records import Delivery, Exchange, Poll, TryLater
from storage.records.forms import Forms
from storage.warc.writer import WarcWriter


@dataclass
class Clock:
    """Timers that run out when a test says so."""

    set: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def later(self, seconds: float, function: Callable[[], None]) -> Timer:
        entry = (seconds, function)
        self.set.append(entry)
        return Timer(self, entry)

    def run_out(self) -> None:
        due, self.set = self.set, []
        for _, function in due:
            function()


@dataclass(frozen=True)
class Timer:
    clock: Clock
    entry: tuple[float, Callable[[], None]]

    def cancel(self) -> None:
        if self.entry in self.clock.set:
            self.clock.set.remove(self.entry)


@dataclass
class Way:
    """The way of deliveries into an archive, what was counted, and why it was halted."""

    work: DeliveredArticles
    clock: Clock = field(default_factory=Clock)
    counted: CrawlCounts = field(default_factory=CrawlCounts)
    halted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deliveries = Deliveries(
            self.work.archive, self.counted, crawl_id=None, halt=self.halted.append, later=self.clock.later
        )

    def fetch(self, post: Post, size: int = 0) -> Delivery:
        """Return what a post's page delivers, with so many bytes more than it has."""
        owed = self.work.list_post(post)
        answer = self.work.offer.answer(self.work.offer.article_path(post.code, post.slug))
        url = ORIGIN + post.dated_path
        exchange = Exchange(url, self.work.now, 200, (), (), answer.body + bytes(size))
        return Delivery(owed, exchange, read_article(answer.body.decode(), url))

    def rows(self, table: str) -> int:
        with self.work.archive.reading() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Return all that the database holds: the index by the tables that it is made of."""
        with self.work.archive.reading() as connection:
            tables = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'search'")
            ).scalars()
            return {
                name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
                for name in tables.all()
            }


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    work = DeliveredArticles.open(tmp_path, Press.of(TOGETHER + 4, 1))
    with work.archive:
        yield Way(work)


def test_deliveries_wait_until_there_are_enough(way: Way) -> None:
    posts = way.work.offer.articles
    for number, post in enumerate(posts[: TOGETHER - 1], 1):
        way.deliveries.add(way.fetch(post))
        assert (way.rows("article"), way.counted.done) == (0, 0), f"after {number}"
    assert [seconds for seconds, _ in way.clock.set] == [SOON], "one timer for all of them"
    way.deliveries.add(way.fetch(posts[TOGETHER - 1]))
    assert (way.rows("article"), way.counted.done) == (TOGETHER, TOGETHER)
    assert way.clock.set == [], "what is settled is waited for no more"


def test_few_wait_half_a_second(way: Way) -> None:
    way.deliveries.add(way.fetch(way.work.offer.articles[0]))
    way.clock.run_out()
    assert (way.rows("article"), way.counted.done) == (1, 1)
    way.deliveries.add(way.fetch(way.work.offer.articles[1]))
    way.clock.run_out()
    assert (way.rows("article"), way.counted.done) == (2, 2)


def test_a_large_answer_waits_for_no_others(way: Way) -> None:
    way.deliveries.add(way.fetch(way.work.offer.articles[0], size=1_000_000))
    assert way.rows("article") == 1


def test_one_sync_serves_all_of_a_transaction(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    whole = WarcWriter.sync

    def sync(writer: WarcWriter) -> None:
        synced.append(way.rows("capture"))
        whole(writer)

    fetched = [way.fetch(post) for post in way.work.offer.articles[:TOGETHER]]
    monkeypatch.setattr(WarcWriter, "sync", sync)
    for delivery in fetched:
        way.deliveries.add(delivery)
    assert synced == [0], "durable before anybody sees a row that points there"
    assert way.rows("capture") == TOGETHER


def test_whoever_asks_what_is_owed_is_told_of_what_came(way: Way) -> None:
    port = ArchivePort(
        way.work.archive,
        way.work.offer.slugs,
        way.counted,
        crawl_id=0,
        due_only=False,
        halt=way.halted.append,
        later=way.clock.later,
    )
    first, second, *_ = way.work.offer.articles
    deliveries = [way.fetch(first), way.fetch(second)]
    port.deliveries = way.deliveries
    way.deliveries.add(deliveries[0])
    owed = [one.info_code for one in port.owed(first.slug, "")]
    assert first.info_code not in owed
    assert second.info_code in owed
    way.deliveries.add(deliveries[1])
    port.record_poll(Poll(first.slug, "unchanged", way.work.now), ())
    assert way.rows("article") == 2


def test_one_that_cannot_be_written_fails_alone_and_the_others_come_once(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = way.work.offer.articles[2]

    def odd(archive: Any, connection: Any, decision: Any, *rest: Any) -> Any:
        following = write_decision(archive, connection, decision, *rest)
        if decision.info_code == bad.info_code and decision.outcome == "new":
            raise RuntimeError("nobody foresaw this")
        return following

    monkeypatch.setattr("storage.archive.settling.write_decision", odd)
    fetched = [way.fetch(post) for post in way.work.offer.articles[:TOGETHER]]
    for delivery in fetched:
        way.deliveries.add(delivery)
    counts = way.counted.of(bad.slug)
    assert (counts.new, counts.failed, way.halted) == (TOGETHER - 1, 1, [])
    assert way.rows("article") == way.rows("revision") == way.rows("capture") == TOGETHER - 1
    assert way.rows(f"listing WHERE info_code = '{bad.info_code}' AND state = 'failed' AND attempts = 1") == 1
    assert way.rows(f"event WHERE info_code = '{bad.info_code}'") == 0


def test_a_damaged_original_is_told_though_one_delivery_is_odd(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *posts = way.work.offer.articles[:4]
    settle(way.work.archive, [PendingDelivery(way.fetch(first), way.work.now)])
    way.work.archive.close()
    (file,) = way.work.archive.warc_folder.glob("*.warc.gz")
    foreign = bytearray(gzip.compress(b"WARC/1.1\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n"))
    foreign[-6] ^= 8
    with file.open("ab") as tail:
        tail.write(foreign)

    def odd(archive: Any, connection: Any, decision: Any, *rest: Any) -> Any:
        following = write_decision(archive, connection, decision, *rest)
        if decision.info_code == posts[-1].info_code and decision.outcome == "new":
            raise RuntimeError("nobody foresaw this")
        return following

    monkeypatch.setattr("storage.archive.settling.write_decision", odd)
    settle(way.work.archive, [PendingDelivery(way.fetch(post), way.work.now) for post in posts])
    assert way.rows("event WHERE kind = 'warc_damaged'") == 1


def test_an_archive_that_cannot_be_written_halts_the_crawl_and_keeps_all_owed(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = [way.fetch(post) for post in way.work.offer.articles[:2]]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.warc.writer.WarcWriter.sync", full)
    way.deliveries.add(fetched[0])
    with pytest.raises(OSError, match="No space"):
        way.deliveries.settle()
    way.deliveries.add(fetched[1])
    way.clock.run_out()
    assert way.halted == ["the archive cannot be written: [Errno 28] No space left on device"] * 2
    assert (way.rows("article"), way.rows("capture"), way.counted.done) == (0, 0, 0)
    assert way.rows("listing WHERE state = 'owed'") == 2
    monkeypatch.undo()


def test_two_forms_of_one_article_in_one_transaction_are_one_article(tmp_path: Path) -> None:
    work = DeliveredArticles.open(tmp_path)
    with work.archive:
        way = Way(work)
        post = next(
            post
            for post in work.offer.articles
            if not post.rolling and any(q.rolling and q.digits == post.digits for q in work.offer.articles)
        )
        twin = next(q for q in work.offer.articles if q.rolling and q.digits == post.digits)
        fetched = [way.fetch(twin), way.fetch(post), way.fetch(twin)]
        decisions = settle(work.archive, [PendingDelivery(one, work.now) for one in fetched])
        assert [one.outcome for one in decisions] == ["new", "unchanged", "unchanged"]
        assert (way.rows("article"), way.rows("revision")) == (1, 1)
        assert work.stored(post).forms == Forms.of("media", "rolling")


def test_the_same_again_changes_nothing_but_what_was_captured(way: Way) -> None:
    fetched = [PendingDelivery(way.fetch(post), way.work.now) for post in way.work.offer.articles]
    assert {one.outcome for one in settle(way.work.archive, fetched)} == {"new"}
    known = ("article", "revision", "listing", "event", "security", "story_owed", "time_change")
    before = [way.rows(table) for table in known]
    assert {one.outcome for one in settle(way.work.archive, fetched)} == {"unchanged"}
    assert [way.rows(table) for table in known] == before


def test_a_decision_that_is_not_applied_leaves_the_database_as_it_is(way: Way) -> None:
    first, second, third, *_ = way.work.offer.articles
    settle(way.work.archive, [PendingDelivery(way.fetch(first), way.work.now)])
    way.work.offer.edit(first.code, title="改过的题")
    pending = [way.fetch(way.work.offer.find(first.code)), way.fetch(second)]
    failed = replace(way.fetch(third), exchange=None, draft=None, trouble=TryLater("answered 500"))
    before, captured = way.dump(), sorted(way.work.archive.warc_folder.iterdir())
    sizes = [path.stat().st_size for path in captured]
    previewed = preview(way.work.archive, [PendingDelivery(one, way.work.now) for one in (*pending, failed)])
    assert [one.outcome for one in previewed] == ["revised", "new", "failed"]
    assert way.dump() == before
    assert [path.stat().st_size for path in sorted(way.work.archive.warc_folder.iterdir())] == sizes
    applied = settle(way.work.archive, [PendingDelivery(one, way.work.now) for one in (*pending, failed)])
    assert [one.outcome for one in applied] == ["revised", "new", "failed"], "what was foretold comes to pass"
    assert way.dump() != before
