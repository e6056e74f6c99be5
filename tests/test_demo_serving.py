"""How the demo site serves: conditions, compression, connections, opening and closing."""

from __future__ import annotations

import gzip
import http.client
import threading
import time
from datetime import datetime

import pytest
from parsel import Selector
from support.crawl_processes import wait_until
from support.demo_client import PAPER, ask

from jianbao.demo import DemoSite, Post, Press
from jianbao.demo.material.answer import Answer, may_be_gzipped
from jianbao.demo.misbehaviour import Kind
from storage.records.press_days import PRINTED_ZONE

# -- conditions, compression, connections --------------------------------------------------------


def test_conditional_get_costs_no_body(still_site: DemoSite) -> None:
    url = still_site.category_url(PAPER)
    first = ask(url)
    by_tag = ask(url, If_None_Match=first.headers["ETag"])
    by_date = ask(url, If_Modified_Since=first.headers["Last-Modified"])
    assert (by_tag.status, by_tag.body) == (by_date.status, by_date.body) == (304, b"")
    assert by_tag.headers["ETag"] == first.headers["ETag"]


def test_an_edit_changes_both_validators_of_the_pages_that_show_it_only(site: DemoSite, post: Post) -> None:
    urls = [site.category_url(PAPER), site.article_url(post.code), site.category_url("nanchangribao")]
    before = [ask(url).headers for url in urls]
    site.edit(post.code, title="换过的标题")
    replies = [
        ask(url, If_None_Match=old["ETag"], If_Modified_Since=old["Last-Modified"])
        for url, old in zip(urls, before, strict=True)
    ]
    assert [reply.status for reply in replies] == [200, 200, 304]
    assert replies[0].headers["Last-Modified"] != before[0]["Last-Modified"]
    assert ask(urls[0], If_Modified_Since=before[0]["Last-Modified"]).status == 200


ANSWER = Answer(b"x", etag='"a"', modified=datetime(2026, 3, 20, 1, 0, tzinfo=PRINTED_ZONE))


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        pytest.param({}, False, id="none"),
        pytest.param({"If-None-Match": '"a"'}, True, id="same tag"),
        pytest.param({"If-None-Match": 'W/"a"'}, True, id="weak tag"),
        pytest.param({"If-None-Match": '"b", "a"'}, True, id="one of several"),
        pytest.param({"If-None-Match": "*"}, True, id="any"),
        pytest.param(
            {"If-None-Match": '"b"', "If-Modified-Since": "Fri, 20 Mar 2026 17:00:00 GMT"},
            False,
            id="tag rules",
        ),
        pytest.param({"If-Modified-Since": "Thu, 19 Mar 2026 17:00:00 GMT"}, True, id="same second"),
        pytest.param({"If-Modified-Since": "Thu, 19 Mar 2026 16:59:59 GMT"}, False, id="a second older"),
        pytest.param({"If-Modified-Since": "Thu, 19 Mar 2026 17:00:01 -0000"}, True, id="zone-less date"),
        pytest.param({"If-Modified-Since": "yesterday"}, False, id="no date"),
    ],
)
def test_conditions_are_read_as_http_says(conditions: dict[str, str], met: bool) -> None:
    assert ANSWER.is_held_by(conditions) is met


@pytest.mark.parametrize(
    ("offer", "accepted"),
    [
        ("gzip, deflate", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("", False),
    ],
)
def test_gzip_is_sent_only_when_allowed(offer: str, accepted: bool) -> None:
    assert may_be_gzipped({"Accept-Encoding": offer}) is accepted


def test_gzip_carries_the_same_bytes_and_a_weak_tag(still_site: DemoSite) -> None:
    url = still_site.category_url(PAPER)
    plain, packed = ask(url), ask(url, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert ask(url, If_None_Match=packed.headers["ETag"], Accept_Encoding="gzip").status == 304


def test_one_connection_serves_many_requests(still_site: DemoSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", still_site.port, timeout=60)
    connection.connect()
    first_socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
        assert connection.sock is first_socket
    connection.close()


def test_head_answers_without_a_body_and_other_methods_are_refused(still_site: DemoSite) -> None:
    head = ask(f"{still_site.url}/", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) > 1_000
    assert ask(f"{still_site.url}/", method="POST").status == 405


def test_requests_are_logged_with_what_they_cost(site: DemoSite) -> None:
    first = ask(site.category_url(PAPER), User_Agent="剪报".encode().decode("latin-1"))
    ask(site.category_url(PAPER), If_None_Match=first.headers["ETag"])
    ask(f"{site.url}/nothing?x=1")
    assert [(seen.method, seen.path, seen.status) for seen in site.requests] == [
        ("GET", f"/category/{PAPER}.html", 200),
        ("GET", f"/category/{PAPER}.html", 304),
        ("GET", "/nothing?x=1", 404),
    ]
    assert [site.requests[0].sent, site.requests[1].sent] == [len(first.body), 0]
    assert site.requests[1].header("if-none-match") == first.headers["ETag"]
    site.requests.clear()
    ask(f"{site.url}/")
    assert len(site.requests) == 1


# -- opening and closing -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_closing_is_quick_while_requests_wait(press: Press, post: Post, kind: Kind) -> None:
    failures: list[BaseException] = []

    def wait(url: str) -> None:
        try:
            ask(url)
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)

    with DemoSite(press) as site:
        site.misbehave("*", kind, seconds=600)
        clients = [threading.Thread(target=wait, args=(site.article_url(post.code),)) for _ in range(5)]
        for client in clients:
            client.start()
        wait_until(lambda: len(site.requests) == len(clients), "all requests")
        closing = time.monotonic()
    assert time.monotonic() - closing < 60, "it waited for its answers"
    for client in clients:
        client.join(timeout=60)
    assert len(failures) == len(clients)


def test_closing_is_quick_with_idle_connections_and_leaves_no_thread(press: Press) -> None:
    threads = threading.enumerate()
    with DemoSite(press) as site:
        connections = [http.client.HTTPConnection("127.0.0.1", site.port, timeout=60) for _ in range(5)]
        for connection in connections:
            connection.request("GET", "/robots.txt")
            connection.getresponse().read()
        closing = time.monotonic()
    assert time.monotonic() - closing < 60, "it waited for its connections"
    assert threading.enumerate() == threads
    for connection in connections:
        connection.close()


def test_a_closed_site_says_so_and_opens_again(press: Press) -> None:
    site = DemoSite(press)
    with pytest.raises(RuntimeError, match="not open"):
        site.url  # noqa: B018
    for _ in range(2):
        with site:
            assert ask(f"{site.url}/robots.txt").status == 200
    with pytest.raises(RuntimeError, match="not open"):
        site.url  # noqa: B018
    site.close()


def test_a_taken_port_is_an_error(still_site: DemoSite) -> None:
    with pytest.raises(OSError, match="in use"):
        DemoSite(still_site.press, port=still_site.port).open()


def test_changes_from_many_threads_are_all_there(site: DemoSite) -> None:
    before = len(site.articles)

    def publish() -> None:
        for _ in range(10):
            site.publish(slug=PAPER)
            ask(site.category_url(PAPER))

    writers = [threading.Thread(target=publish) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(site.articles) == before + 40
    assert len(Selector(text=ask(site.category_url(PAPER)).text).xpath("//li")) == len(site.listed(PAPER))


def test_it_is_quick_enough_to_measure_against(still_site: DemoSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", still_site.port, timeout=60)
    started = time.process_time()  # the site is a thread of this process
    for _ in range(300):
        connection.request("GET", f"/category/{PAPER}.html")
        connection.getresponse().read()
    assert (time.process_time() - started) / 300 < 0.01
    connection.close()
