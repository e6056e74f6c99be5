"""Further hosts of a source, addresses with international names, and what a failed search tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Command, Ended
from support.newsroom import small_press
from support.raw_server import serve_raw

from jianbao.configuration import Configuration
from jianbao.crawl.hosts import list_hosts
from jianbao.demo import DemoSite
from spiders.search import Search
from storage.records import Owed, TryLater, Vanished
from storage.records.host import host_of, is_allowed
from storage.records.saying import quote

PAGE = (
    '<!DOCTYPE html><html><head><meta charset="UTF-8"><title>新闻</title></head><body><section>'
    '<h2></h2><ul><li><a href="{url}">湿地飞来东方白鹳</a></li></ul></section></body></html>'
)

Crawl = Callable[[list[str]], Ended]


@pytest.fixture
def crawl(command: Command, tmp_path: Path) -> Iterator[tuple[DemoSite, Crawl]]:
    """Return a site, and a crawl of a page elsewhere that lists one of its articles, with further hosts."""
    with ExitStack() as stack:
        site = stack.enter_context(DemoSite(small_press()))
        url = site.article_url(site.articles[0].info_code)
        body = PAGE.format(url=url).encode()
        page = stack.enter_context(
            serve_raw(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )
        )

        def run(hosts: list[str]) -> Ended:
            file = tmp_path / "jianbao.toml"
            file.write_text(
                f'[[sources]]\nslug = "a"\nname = "a"\nkind = "category"\nurl = "{page}/a.html"\n'
                f"hosts = {hosts}\n"
                '[http]\ndelay = 0\nretries = 0\nobey_robots = false\ncontact = "mailto:desk@example.org"\n'
                f'[infocode]\nurl = "{page}/{{code}}"\n',
                "utf-8",
            )
            return command("--config", file, "crawl", "--json")

        yield site, run


@pytest.mark.parametrize("port", [True, False], ids=["this-port", "any-port"])
def test_a_further_host_is_asked(crawl: tuple[DemoSite, Crawl], *, port: bool) -> None:
    site, run = crawl
    ended = run([f"127.0.0.1:{site.port}" if port else "127.0.0.1"])
    assert (ended.status, ended.json["sources"][0]["new"]) == (0, 1)


def test_any_other_host_is_not_asked_and_is_named(crawl: tuple[DemoSite, Crawl]) -> None:
    site, run = crawl
    ended = run([f"127.0.0.1:{site.port + 1}", "news.example.org"])
    assert site.requests == []
    (error,) = ended.json["errors"]
    assert f"{site.article_url(site.articles[0].info_code)} is on none of its source's hosts" in error
    assert "has no JSON" in error or "is no" in error, "what the endpoint answered is told as well"


@pytest.mark.parametrize(
    ("host", "url", "allowed"),
    [
        ("江西日报.中国", "http://xn--4ru45edxhe17a.xn--fiqs8s/a.html", True),
        ("xn--4ru45edxhe17a.xn--fiqs8s", "https://江西日报.中国/a.html", True),
        ("江西日报。中国", "http://江西日报.中国:8080/", True),
        ("NEWS.example.org", "https://news.example.org/", True),
        ("news.example.org:8080", "https://news.example.org:8080/", True),
        ("news.example.org:8080", "https://news.example.org/", False),
        ("news.example.org", "https://www.news.example.org/", False),
        ("news.example.org", "https://example.org/", False),
        ("news.example.org", "https://news.example.org.evil.example/", False),
        ("[::1]:8080", "http://[::1]:8080/", True),
        ("127.0.0.1", "http://127.0.0.1:8080/", True),
        ("127.0.0.1", "http://127.0.0.2:8080/", False),
    ],
)
def test_a_host_allows_its_own_addresses(host: str, url: str, *, allowed: bool) -> None:
    source: dict[str, Any] = {
        "slug": "a",
        "name": "a",
        "kind": "category",
        "url": "http://a.example/",
        "hosts": [host],
    }
    configuration = Configuration.model_validate({"sources": [source]})
    assert is_allowed(url, list_hosts(configuration)) is allowed


@pytest.mark.parametrize(
    "url", ["http://江西日报.中国:80/a", "HTTP://江西日报。中国/", "http://XN--4RU45EDXHE17A.xn--fiqs8s/"]
)
def test_an_international_name_is_one_host_however_it_is_written(url: str) -> None:
    assert host_of(url) == "xn--4ru45edxhe17a.xn--fiqs8s"


# -- what a search tells --------------------------------------------------------------------------

OWED = Owed("a", "NW202203186600000001", "media", "http://a.example/1", "标题")


def test_a_failed_search_names_every_address() -> None:
    search = Search(OWED, ("http://a.example/1", "http://a.example/2"), barred=("http://b.example/1",))
    second = search.next(quote("http://a.example/1 answered 404"))
    assert second.tell(quote("http://a.example/2 did not answer in time")) == (
        "http://a.example/1 answered 404; http://a.example/2 did not answer in time; "
        "http://b.example/1 is on none of its source's hosts"
    )
    ended = second.next(quote("http://a.example/2 answered 410")).conclude().trouble
    assert isinstance(ended, Vanished)
    assert [part.split()[0] for part in str(ended).split("; ")] == [
        "http://a.example/1",
        "http://a.example/2",
        "http://b.example/1",
    ]


def test_a_search_that_met_trouble_is_to_be_tried_later() -> None:
    search = Search(OWED, ("http://a.example/1", "http://a.example/2"))
    further = search.next(quote("timed out"), TryLater("timed out", 5.0)).next(quote("answered 404"))
    ended = further.conclude().trouble
    assert isinstance(ended, TryLater)
    assert (str(ended), ended.after) == ("timed out; answered 404", 5.0)
