"""What a crawl owes to the hosts it asks: pauses, few requests at once, rest, and patience that ends."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from pathlib import Path

import pytest
from newsroom import Newsroom, small_press
from scrapy import Request
from scrapy.http import Response

from jianbao.demo import DemoSite
from jianbao.desk import ArchiveDesk
from spiders.exchange_keeper import ExchangeKeeperMiddleware, kept_exchange
from storage.archive import Archive
from storage.schema import listing
from storage.tally import Tally

# -- pauses, and requests at once ------------------------------------------------------------------

CRAWL_DELAY = 0.2
UNEVEN = 0.25  # how much of a pause the way to the site's log may eat, on a busy machine


def pauses(site: DemoSite) -> list[float]:
    """Return the seconds between the requests that the site got."""
    return [later.came_at - earlier.came_at for earlier, later in pairwise(site.requests)]


@pytest.mark.parametrize("delay", [0, 0.05], ids=["no-delay", "AutoThrottle"])
def test_a_crawl_delay_is_kept_from_the_first_request_to_the_last(
    open_newsroom: Callable[..., Newsroom], delay: float
) -> None:
    newsroom = open_newsroom(small_press(8), http={"delay": delay})
    newsroom.site.set_robots(f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\n")
    assert newsroom.crawl().total("new") == 8
    assert min(pauses(newsroom.site)) > CRAWL_DELAY * (1 - UNEVEN)
    for _ in range(4):
        newsroom.site.publish()
    remembered = newsroom.crawl()
    assert (remembered.total("new"), len(remembered.paths)) == (4, 5), "robots.txt is not asked for again"
    assert min(pauses(newsroom.site)) > CRAWL_DELAY * (1 - UNEVEN)


DRIP = 10_000  # bytes
DRIP_PAUSE = 0.1  # seconds


def busiest(site: DemoSite) -> int:
    """Return how many dripping answers were under way at once, counting each no longer than it lasts."""
    lasting = [
        (request.came_at, (ceil(len(site.answer(request.path).body) / DRIP) - 1) * DRIP_PAUSE)
        for request in site.requests
        if request.path.endswith(".html") and not request.path.startswith("/category/")
    ]
    return max(sum(began <= moment < began + lasts for began, lasts in lasting) for moment, _ in lasting)


def test_without_a_delay_one_host_still_gets_no_more_requests_at_once_than_configured(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(20), http={"concurrency": 4})
    newsroom.site.misbehave("/di1xianribao/*", "drip", piece=DRIP, seconds=DRIP_PAUSE)
    assert newsroom.crawl().total("new") == 20
    assert busiest(newsroom.site) == 4


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
    newsroom = open_newsroom(small_press(60), http={"timeout": 0.3})
    add_source(newsroom, other_site)
    newsroom.site.misbehave("/di1xianribao/*", "hang")
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
    assert newsroom.crawl().total("new") == 60


def close_after(site: DemoSite, requests: int) -> None:
    """Close the site once it got so many requests."""
    while len(site.requests) < requests:
        time.sleep(0.005)
    site.close()


def test_a_host_that_goes_away_in_the_middle_is_left_alone(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(60))
    newsroom.site.misbehave("/di1xianribao/*", "drip", piece=10_000, seconds=0.02)
    host = newsroom.site.url.removeprefix("http://")
    closing = threading.Thread(target=close_after, args=(newsroom.site, 15), daemon=True)
    closing.start()
    crawled = newsroom.crawl(status=1)
    closing.join()
    assert "refused the connection" in crawled.errors
    assert f"{host} does not answer" in crawled.errors
    counts = crawled.sources["di1xianribao"]
    assert counts["new"] > 0
    broken_off = 4  # articles on their way when the site closed
    assert PATIENCE <= counts["failed"] <= PATIENCE + WAITING + broken_off
    owed = newsroom.rows("SELECT count(*) FROM listing WHERE state = 'owed' AND attempts = 0")
    assert owed == [60 - counts["new"] - counts["failed"]]


def test_what_a_silent_host_failed_to_give_again_and_again_is_fetched_elsewhere(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press(40), http={"timeout": 0.3})
    with DemoSite(newsroom.site.press) as endpoint:
        text = newsroom.config.read_text("utf-8")
        newsroom.config.write_text(text.replace(newsroom.site.json_url, endpoint.json_url), "utf-8")
        newsroom.site.misbehave("/di1xianribao/*", "status", status=500)
        newsroom.crawl(status=1)
        with newsroom.archive() as archive, archive.writing() as connection:
            connection.execute(listing.update().values(attempts=2))
        for path in ("/di1xianribao/*", "/old_post/*"):
            newsroom.site.misbehave(path, "hang")
        assert newsroom.crawl().total("new") == 40
        assert len(newsroom.site.requests) <= 1 + PATIENCE + WAITING


# -- what crawls know of a host, and what they keep of what they sent -------------------------------

HOST = "127.0.0.1:8000"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as archive:
        yield archive


def open_desk(archive: Archive) -> ArchiveDesk:
    """Return the desk of one more crawl, which has not looked at the host yet."""
    return ArchiveDesk(archive, (), Tally(), crawl_id=1, due_only=False, halt=lambda _reason: None)


def test_what_two_crawls_learn_of_a_host_is_all_kept(archive: Archive) -> None:
    one, other = open_desk(archive), open_desk(archive)
    assert (one.robots(HOST), other.robots(HOST)) == (None, None)
    until = datetime.now(UTC) + timedelta(hours=2)
    one.note_validators(HOST, truthful=False)
    other.note_validators(HOST, truthful=True)
    one.let_rest(HOST, until)
    other.keep_robots(HOST, b"User-agent: *\n")
    third = open_desk(archive)
    assert not third.trusts_validators(HOST)
    assert third.rests_until(HOST) == until
    assert third.robots(HOST) == b"User-agent: *\n"


@pytest.mark.parametrize("hours", [(5, 1), (1, 5)], ids=["shorter", "longer"])
def test_the_longest_rest_counts_whichever_crawl_was_asked_for_it(
    archive: Archive, hours: tuple[int, int]
) -> None:
    one, other = open_desk(archive), open_desk(archive)
    assert (one.rests_until(HOST), other.rests_until(HOST)) == (None, None)
    now = datetime.now(UTC)
    for desk, rest in zip((one, other), hours, strict=True):
        desk.let_rest(HOST, now + timedelta(hours=rest))
    longest = now + timedelta(hours=5)
    assert open_desk(archive).rests_until(HOST) == other.rests_until(HOST) == longest


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
