"""When a crawl tries again, when it holds back, and what it refuses to begin."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from support.newsroom import Newsroom

from pipelines.listings import FIRST_RETRY
from storage.ledger.crawl import start_crawl
from storage.ledger.source_locks import hold_sources
from storage.records.instants import LONGEST_RETRY


def next_try(newsroom: Newsroom, code: str) -> datetime:
    return datetime.fromisoformat(str(newsroom.listing(code)["next_try_at"])).replace(tzinfo=UTC)


def test_a_failed_article_keeps_its_time_with_due_and_is_tried_at_once_by_hand(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    planned = next_try(newsroom, post.code)
    due = newsroom.crawl("--due")
    assert due.paths == [newsroom.site.category_path(post.slug)]
    assert due.report["status"] == "ok"
    assert next_try(newsroom, post.code) == planned
    assert post.dated_path in newsroom.crawl(status=1).paths
    newsroom.let_time_pass(2 * FIRST_RETRY + timedelta(seconds=1))
    assert post.dated_path in newsroom.crawl("--due", status=1).paths


def test_the_distance_between_tries_doubles_up_to_a_day(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", status=500)
    for attempts in range(11):
        before = datetime.now(UTC)
        newsroom.crawl(status=1)
        wanted = min(FIRST_RETRY * 2**attempts, LONGEST_RETRY)
        distance = next_try(newsroom, post.code) - before
        assert wanted <= distance < 1.5 * wanted
    assert wanted == LONGEST_RETRY
    newsroom.let_time_pass(LONGEST_RETRY + timedelta(seconds=30))
    newsroom.site.behave()
    assert newsroom.crawl("--due").total("new") == 1, "it is never given up"


def test_a_scheduled_crawl_leaves_failed_articles_to_their_time_too(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    newsroom.site.requests.clear()
    ended = newsroom.run("crawl", "--trigger", "schedule", "--due-at", "2026-03-20T09:00:00+08:00")
    assert ended.status == 0
    assert [request.path for request in newsroom.site.requests] == [newsroom.site.category_path(post.slug)]
    assert newsroom.rows("SELECT trigger, due_at FROM crawl WHERE due_at IS NOT NULL") == [
        ("schedule", "2026-03-20 01:00:00.000000")
    ]


def test_an_article_that_a_host_wants_to_rest_for_waits_so_long(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", status=429, retry_after=7200)
    newsroom.crawl(status=1)
    rest = next_try(newsroom, post.code) - datetime.now(UTC)
    assert timedelta(seconds=3600) < rest <= timedelta(seconds=7200)


def test_a_host_out_of_reach_costs_one_request_and_no_attempts(newsroom: Newsroom) -> None:
    site = newsroom.site
    for post in site.articles:
        site.misbehave(post.code, "status", status=500)
    newsroom.crawl(status=1)
    site.close()
    crawled = newsroom.crawl(status=1)
    assert crawled.report["requests"] <= 2, "robots.txt may be asked for again"
    assert "refused the connection" in crawled.errors
    assert newsroom.rows("SELECT DISTINCT attempts FROM listing") == [1]


def test_a_second_crawl_of_a_source_says_who_holds_it(newsroom: Newsroom) -> None:
    newsroom.crawl()
    slug = newsroom.site.slugs[0]
    with newsroom.archive() as archive:
        with archive.writing() as connection:
            number = start_crawl(
                connection, "manual", [slug], datetime.now(UTC), version="1", pid=os.getpid()
            )
        newsroom.site.requests.clear()
        with hold_sources(archive.folder, [slug]):
            for command in (("crawl",), ("crawl", slug), ("recrawl", "--source", slug)):
                ended = newsroom.run(*command, "--json")
                assert (ended.status, ended.stdout) == (3, "")
                assert (
                    f"source {slug} is being crawled by process {os.getpid()} (crawl {number}" in ended.stderr
                )
        assert newsroom.site.requests == []
    assert newsroom.crawl().report["status"] == "ok", "the lock ends with its holder"


def test_a_crawl_whose_process_died_is_closed_by_the_next_one(newsroom: Newsroom) -> None:
    newsroom.crawl()
    with newsroom.archive() as archive, archive.writing() as connection:
        start_crawl(connection, "manual", [], datetime.now(UTC), version="1", pid=2**22 - 1)
    newsroom.crawl()
    assert newsroom.rows("SELECT status FROM crawl ORDER BY id") == ["ok", "killed", "ok"]


def test_an_unknown_source_is_refused(newsroom: Newsroom) -> None:
    ended = newsroom.run("crawl", "yizhoubao")
    assert ended.status == 2
    assert f"no source 'yizhoubao' to poll: it has {newsroom.site.slugs[0]}" in ended.stderr
    assert not (newsroom.archive_folder / "archive.db").exists()


def test_one_source_can_be_crawled_alone(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom()
    crawled = newsroom.crawl("nanchangribao")
    assert [counts["slug"] for counts in crawled.report["sources"]] == ["nanchangribao"]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_failure_is_retried_within_the_crawl_as_often_as_configured(
    newsroom: Newsroom, retries: int
) -> None:
    newsroom.configure(retries=retries)
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", times=2, status=502)
    crawled = newsroom.crawl(status=0 if retries else 1)
    assert crawled.paths.count(post.dated_path) == retries + 1
    assert crawled.total("new") == (2 if retries else 1)
