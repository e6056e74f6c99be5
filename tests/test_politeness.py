"""What a crawl owes to the hosts it asks: pauses, few requests at once, rest, and patience that ends."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import Response
from support.crawl_processes import wait_until
from support.newsroom import Newsroom, small_press

from jianbao.crawl.port import ArchivePort
from jianbao.demo import DemoSite
from spiders.middleware.exchange_keeper import ExchangeKeeperMiddleware, kept_exchange
from storage.archive.folder import Archive
from storage.database.schema import listing
from storage.ledger.counts import CrawlCounts

# -- pauses, and requests at once ------------------------------------------------------------------

CRAWL_DELAY = 0.2  # seconds
ROUNDING = 1e-6

# Notes when the downloader let each request go: its own reckoning, which no busy machine can blur.
NOTE_STARTS = """
from scrapy.core.downloader import Downloader
whole = Downloader._process_queue
def process_queue(self, slot):
    waiting = len(slot.queue)
    whole(self, slot)
    for _ in range(waiting - len(slot.queue)):
        with open({file!r}, "a") as notes:
            print(slot.lastseen, file=notes)
Downloader._process_queue = process_queue
"""


def pauses(notes: Path) -> list[float]:
    """Return the seconds between the requests that a crawl let go, and forget them."""
    starts = [float(line) for line in notes.read_text().splitlines()]
    notes.unlink()
    return [later - earlier for earlier, later in pairwise(starts)]


@pytest.mark.parametrize("delay", [0, 0.05], ids=["no-delay", "AutoThrottle"])
def test_a_crawl_delay_is_kept_from_the_first_request_to_the_last(
    open_newsroom: Callable[..., Newsroom], tmp_path: Path, delay: float
) -> None:
    notes = tmp_path / "starts"
    newsroom = open_newsroom(
        small_press(8), http={"delay": delay}, prelude=NOTE_STARTS.format(file=str(notes))
    )
    newsroom.site.set_robots(f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\n")
    crawled = newsroom.crawl()
    kept = pauses(notes)
    assert (crawled.total("new"), len(crawled.paths), len(kept)) == (8, 10, 9)
    assert min(kept) > CRAWL_DELAY - ROUNDING
    for _ in range(4):
        newsroom.site.publish()
    remembered = newsroom.crawl()
    assert (remembered.total("new"), len(remembered.paths)) == (4, 5), "robots.txt is not asked for again"
    kept = pauses(notes)
    assert len(kept) == 4
    assert min(kept) > CRAWL_DELAY - ROUNDING


TOO_MANY = 0.3  # seconds in which a request too many would come


def test_without_a_delay_one_host_still_gets_no_more_requests_at_once_than_configured(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(20), http={"concurrency": 4})
    site, most, was_full = newsroom.site, 0, False

    def is_full() -> bool:
        """Hold all answers until four are asked for, and long enough for a fifth to be asked for."""
        nonlocal most, was_full
        waiting = [request for request in [*site.requests] if request.status == 0]
        most = max(most, len(waiting))
        was_full = was_full or (len(waiting) >= 4 and time.monotonic() > waiting[3].came_at + TOO_MANY)
        return was_full

    site.misbehave("/di1xianribao/*", "hold", until=is_full)
    assert newsroom.crawl().total("new") == 20
    assert most == 4


# -- a host out of reach ---------------------------------------------------------------------------

PATIENCE = 8
WAITING = 16  # requests that Scrapy takes from its queue at once: these are asked whatever happens


@pytest.fixture
def other_site() -> Iterator[DemoSite]:
    """Return a second site, with three articles of its own."""
    with DemoSite(small_press(0)) as site:
        for _ in range(3):
            site.publish()
        yield site


def add_source(newsroom: Newsroom, site: DemoSite) -> None:
    """Add the paper of another site to the configuration."""
    with newsroom.config.open("a", encoding="utf-8") as file:
        url = site.category_url(site.slugs[0])
        file.write(f'[[sources]]\nslug = "lingyibao"\nname = "另一报"\nkind = "category"\nurl = "{url}"\n')


def test_a_host_that_stops_answering_is_left_alone_and_others_are_not(
    open_newsroom: Callable[..., Newsroom], other_site: DemoSite
) -> None:
    newsroom = open_newsroom(small_press(60))
    add_source(newsroom, other_site)
    newsroom.site.misbehave("/di1xianribao/*", "hang")
    newsroom.lose_patience("/di1xianribao/")
    crawled = newsroom.crawl(status=1)
    failed = crawled.sources["di1xianribao"]["failed"]
    assert PATIENCE <= failed <= PATIENCE + WAITING
    assert newsroom.rows("SELECT state, attempts, count(*) FROM listing GROUP BY state, attempts") == [
        ("archived", 0, 3),
        ("failed", 1, failed),
        ("owed", 0, 60 - failed),
    ]
    assert crawled.sources["lingyibao"]["new"] == 3
    host = newsroom.site.url.removeprefix("http://")
    assert f"{host} does not answer: what it still owes is left for the next crawl" in crawled.errors
    newsroom.site.behave()
    newsroom.prelude = ""
    assert newsroom.crawl().total("new") == 60


def close_after(site: DemoSite, requests: int) -> None:
    """Close the site once it got so many requests."""
    wait_until(lambda: len(site.requests) >= requests, "the requests")
    site.close()


def test_a_host_that_goes_away_in_the_middle_is_left_alone(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(60))
    fetched, broken_off = 9, 4  # answered, and on their way when the site closes
    newsroom.site.misbehave("/di1xianribao/*", "hang")
    newsroom.site.misbehave("/di1xianribao/*", "no-validators", times=fetched)
    host = newsroom.site.url.removeprefix("http://")
    requests = len(["/robots.txt", "/category/"]) + fetched + broken_off
    closing = threading.Thread(target=close_after, args=(newsroom.site, requests), daemon=True)
    closing.start()
    crawled = newsroom.crawl(status=1)
    closing.join()
    assert "refused the connection" in crawled.errors
    assert f"{host} does not answer" in crawled.errors
    counts = crawled.sources["di1xianribao"]
    assert counts["new"] == fetched
    assert PATIENCE <= counts["failed"] <= PATIENCE + WAITING + broken_off
    owed = newsroom.rows("SELECT count(*) FROM listing WHERE state = 'owed' AND attempts = 0")
    assert owed == [60 - counts["new"] - counts["failed"]]


def test_what_a_silent_host_failed_to_give_again_and_again_is_fetched_elsewhere(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(40))
    with DemoSite(newsroom.site.press) as endpoint:
        text = newsroom.config.read_text("utf-8")
        newsroom.config.write_text(text.replace(newsroom.site.json_url, endpoint.json_url), "utf-8")
        newsroom.site.misbehave("/di1xianribao/*", "status", status=500)
        newsroom.crawl(status=1)
        with newsroom.archive() as archive, archive.writing() as connection:
            connection.execute(listing.update().values(attempts=2))
        for path in ("/di1xianribao/*", "/old_post/*"):
            newsroom.site.misbehave(path, "hang")
        newsroom.lose_patience("/di1xianribao/")
        assert newsroom.crawl().total("new") == 40
        assert len(newsroom.site.requests) <= 1 + PATIENCE + WAITING


# -- what crawls know of a host, and what they keep of what they sent -------------------------------

HOST = "127.0.0.1:8000"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as archive:
        yield archive


def open_delivered(archive: Archive) -> ArchivePort:
    """Return the archive_port of one more crawl, which has not looked at the host yet."""
    return ArchivePort(archive, (), CrawlCounts(), crawl_id=1, due_only=False, halt=lambda _reason: None)


def test_what_two_crawls_learn_of_a_host_is_all_kept(archive: Archive) -> None:
    one, other = open_delivered(archive), open_delivered(archive)
    assert (one.robots(HOST), other.robots(HOST)) == (None, None)
    until = datetime.now(UTC) + timedelta(hours=2)
    one.note_validators(HOST, truthful=False)
    other.note_validators(HOST, truthful=True)
    one.let_rest(HOST, until)
    other.keep_robots(HOST, b"User-agent: *\n")
    third = open_delivered(archive)
    assert not third.has_true_validators(HOST)
    assert third.rests_until(HOST) == until
    assert third.robots(HOST) == b"User-agent: *\n"


@pytest.mark.parametrize("hours", [(5, 1), (1, 5)], ids=["shorter", "longer"])
def test_the_longest_rest_counts_whichever_crawl_was_asked_for_it(
    archive: Archive, hours: tuple[int, int]
) -> None:
    one, other = open_delivered(archive), open_delivered(archive)
    assert (one.rests_until(HOST), other.rests_until(HOST)) == (None, None)
    now = datetime.now(UTC)
    for archive_port, rest in zip((one, other), hours, strict=True):
        archive_port.let_rest(HOST, now + timedelta(hours=rest))
    longest = now + timedelta(hours=5)
    assert open_delivered(archive).rests_until(HOST) == other.rests_until(HOST) == longest


def test_no_password_reaches_a_capture(archive: Archive) -> None:
    secrets = {
        "Proxy-Authorization": "Basic c2VjcmV0",
        "authorization": "Bearer c2VjcmV0",
        "Cookie": "c2VjcmV0",
    }
    url = f"http://{HOST}/index.html"
    request = Request(url, headers={"User-Agent": "jianbao", **secrets})
    ExchangeKeeperMiddleware().process_response(request, Response(url, body="<p>早报</p>".encode()))
    exchange = kept_exchange(request)
    assert exchange is not None
    with archive.writing() as connection:
        archive.keep(connection, exchange)
    archive.close()
    (file,) = archive.warc_folder.glob("*.warc.gz")
    written = gzip.decompress(file.read_bytes())
    assert b"User-Agent: jianbao" in written
    assert b"c2VjcmV0" not in written
    assert not [
        name for name, _ in exchange.request_headers if name.title() in {key.title() for key in secrets}
    ]
