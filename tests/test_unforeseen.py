"""What nobody foresaw: one article or one page fails, the rest goes on, and it is told without harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from support.command_line import Ended
from support.delivered_articles import DeliveredArticles
from support.newsroom import Newsroom, small_press

from jianbao.crawl.deliveries import Deliveries, DeliveryPipeline
from jianbao.demo.misbehaviour import Kind
from storage.archive.settling import settle
from storage.ledger.counts import CrawlCounts
from storage.records import Delivery, Exchange
from storage.warc.record import MAX_RECORD

# Makes a function stumble over one name in its arguments.
STUMBLING = """
from pkgutil import resolve_name
owner = resolve_name({owner!r})
whole = owner.{function}
def stumble(*arguments):
    if {name!r} in repr(arguments):
        raise RuntimeError("nobody foresaw\\x1b[31m this")
    return whole(*arguments)
owner.{function} = stumble
"""


def crawl_stumbling(newsroom: Newsroom, owner: str, function: str, name: str) -> Ended:
    """Crawl in a process where a function of ``owner`` raises as soon as its arguments hold that name."""
    prelude = STUMBLING.format(owner=owner, function=function, name=name)
    return newsroom.command("--config", newsroom.config, "crawl", "--json", prelude=prelude)


def test_an_article_that_cannot_be_stored_fails_alone(newsroom: Newsroom) -> None:
    bad, good = newsroom.site.articles
    ended = crawl_stumbling(newsroom, "pipelines.decide", "keep_article", bad.info_code)
    assert ended.status == 1, ended.stderr
    (counts,) = ended.json["sources"]
    assert (ended.json["status"], counts["new"], counts["failed"]) == ("partial", 1, 1)
    assert newsroom.stored(good.info_code) is not None
    listing = newsroom.listing(bad.code)
    assert (listing["state"], listing["attempts"]) == ("failed", 1)
    assert listing["last_error"] == "could not be stored (RuntimeError: nobody foresaw\x1b[31m this)"
    assert listing["next_try_at"] is not None
    assert f"{bad.info_code} from {bad.slug}: could not be stored" in ended.json["errors"][0]
    assert newsroom.crawl().total("new") == 1, "the archive is whole, and tries it again"


@pytest.mark.parametrize(
    ("size", "source", "says"),
    [
        (MAX_RECORD // 2 + 1, None, "bytes are too many for one record"),
        (100, "wushengbao", "IntegrityError"),
    ],
    ids=["too-large-for-a-record", "against-the-tables-rules"],
)
def test_what_the_archive_refuses_fails_alone(
    tmp_path: Path, size: int, source: str | None, says: str
) -> None:
    work = DeliveredArticles.open(tmp_path, small_press())
    counted = CrawlCounts()
    halted: list[str] = []
    deliveries = Deliveries(work.archive, counted, crawl_id=None, halt=halted.append)
    pipeline = DeliveryPipeline(SimpleNamespace(deliveries=deliveries, kept_pictures=deliveries))
    owed = work.list_post(work.offer.articles[0])
    owed = replace(owed, source=source or owed.source)
    exchange = Exchange(owed.url, work.now, 200, (), (), bytes(size))
    pipeline.process_item(Delivery(owed, exchange))
    pipeline.close_spider()
    assert (counted.of(owed.source).failed, counted.status, halted) == (1, "failed", [])
    assert says in counted.errors[0]
    with work.archive.reading() as connection:
        assert connection.execute(text("SELECT state, attempts FROM listing")).all() == [("failed", 1)]
        assert connection.execute(text("SELECT count(*) FROM capture")).scalar_one() == 0
    work.archive.close()


@pytest.mark.parametrize("odd", [0, 1, 2])
def test_what_is_settled_with_an_odd_delivery_is_kept_and_once(tmp_path: Path, odd: int) -> None:
    work = DeliveredArticles.open(tmp_path, small_press(3))
    posts = work.offer.articles
    pending = [work.pending(post) for post in posts]
    delivery = pending[odd].delivery
    assert delivery.exchange is not None
    too_large = replace(delivery, exchange=replace(delivery.exchange, body=bytes(MAX_RECORD // 2 + 1)))
    pending[odd] = replace(pending[odd], delivery=too_large)
    decisions = settle(work.archive, pending)
    expected = ["failed" if number == odd else "new" for number in range(3)]
    assert [decision.outcome for decision in decisions] == expected
    with work.archive.reading() as connection:
        for table in ("capture", "article", "wording"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 2, table
        states = connection.execute(text("SELECT state FROM listing ORDER BY state")).scalars().all()
    assert states == ["archived", "archived", "failed"]
    work.archive.close()


def test_a_callback_that_raises_is_told_with_its_trace_and_ends_only_its_page(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(4, papers=2))
    first, second = newsroom.site.slugs
    ended = crawl_stumbling(newsroom, "jianbao.crawl.port:ArchivePort", "record_poll", f"'{first}'")
    assert (ended.status, ended.json["status"]) == (1, "failed")
    assert ended.json["errors"] == ["the crawl itself failed (1 unexpected errors): see the log"]
    assert "ERROR scrapy.core.scraper: Spider error processing" in ended.stderr
    assert "Traceback (most recent call last)" in ended.stderr
    assert "RuntimeError: nobody foresaw\ufffd[31m this" in ended.stderr
    assert "\x1b" not in ended.stderr
    assert {counts["slug"]: counts["new"] for counts in ended.json["sources"]} == {second: 2}
    assert newsroom.crawl().total("new") == 2


TROUBLES: dict[str, tuple[str, Kind, dict[str, Any]]] = {
    "timeout": ("/category/*", "hang", {}),
    "reset": ("/di1xianribao/*", "reset", {}),
    "cut": ("/di1xianribao/*", "cut", {}),
    "too-large": ("/di1xianribao/*", "huge", {"megabytes": 3}),
    "bomb": ("/di1xianribao/*", "bomb", {"megabytes": 3}),
    "circles": ("/di1xianribao/*", "redirect-loop", {}),
    "elsewhere": ("/di1xianribao/*", "redirect", {}),
    "error": ("/di1xianribao/*", "status", {"status": 503}),
    "robots-reset": ("/robots.txt", "reset", {}),
    "robots-error": ("/robots.txt", "status", {"status": 500}),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_ordinary_trouble_is_told_in_sentences_and_nowhere_else(newsroom: Newsroom, trouble: str) -> None:
    target, kind, options = TROUBLES[trouble]
    newsroom.configure(retries=1)
    if kind == "hang":
        newsroom.lose_patience("/category/")
    newsroom.site.misbehave(target, kind, **options)
    if trouble == "elsewhere":
        newsroom.site.misbehave("/NewsData/*", "status", status=500)
    crawled = newsroom.crawl(status=1)
    assert crawled.errors
    assert crawled.stderr == ""


def test_a_prohibition_by_robots_txt_is_ordinary_trouble(newsroom: Newsroom) -> None:
    newsroom.site.set_robots("User-agent: *\nDisallow: /\n")
    assert newsroom.crawl(status=1).stderr == ""
