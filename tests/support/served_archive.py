"""An archive for tests of the reader: papers, a revision, a copy, crawls and events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jianbao.demo import Press
from storage.events.event import open_event, record_event, resolve_events
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import finish_crawl, record_unrun, start_crawl
from storage.ledger.poll import record_poll
from storage.records import Poll
from storage.records.saying import quote
from storage.search import index_owed
from support.delivered_articles import DeliveredArticles

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
ARTICLES, PAPERS = 30, 3


def fill_archive(folder: Path) -> DeliveredArticles:
    """Fill an archive in a folder: 30 articles, one of them revised, one more that copies another."""
    work = DeliveredArticles.open(folder, Press.of(ARTICLES, PAPERS))
    work.now = NOW
    posts = work.offer.articles
    for post in posts:
        work.deliver(post)
    _copy(work)
    _revise(work)
    _enter_crawls_and_events(work)
    with work.archive.writing() as connection:
        index_owed(connection)
    return work


def _copy(work: DeliveredArticles) -> None:
    first = work.offer.articles[0]
    fresh = work.offer.publish(slug=first.slug)
    work.offer.delete(fresh.code, everywhere=True)
    work.deliver(work.offer.publish(replace(first, code=f"NW{int(fresh.digits) + 1}")))


def _revise(work: DeliveredArticles) -> None:
    post = work.offer.articles[3]
    work.offer.edit(post.code, title=f"{post.title}（更正）")
    work.now = NOW + timedelta(hours=3)
    work.deliver(work.offer.find(post.code))


def _enter_crawls_and_events(work: DeliveredArticles) -> None:
    slugs = work.offer.slugs
    with work.archive.writing() as connection:
        for turn in range(5):
            began = NOW + timedelta(minutes=turn)
            counted = CrawlCounts(requests=turn)
            counted.of(slugs[0]).poll = "changed"
            counted.count(slugs[0], "new")
            crawl_id = start_crawl(connection, "manual", slugs, began, version="1")
            finish_crawl(connection, crawl_id, counted, began + timedelta(seconds=9))
        record_unrun(connection, "missed", slugs[:1], NOW, NOW, quote("the machine slept"))
        record_poll(connection, Poll(source=slugs[0], outcome="unchanged", polled_at=NOW))
        open_event(connection, "source_silent", "nothing new for 4 days", NOW, source=slugs[1])
        open_event(connection, "poll_failed", "it answers 500", NOW, source=slugs[2])
        resolve_events(connection, ["poll_failed"], NOW, source=slugs[2])
        record_event(connection, "page_back", "it is back", NOW, info_code=work.offer.articles[0].info_code)
