"""Hosts take turns: one that hangs keeps none of its places from the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Command
from support.crawl_processes import is_article
from support.newsroom import small_press

from jianbao.demo import DemoSite
from jianbao.demo.site import Request
from spiders.search import Search, Searches
from spiders.turns import Turns
from storage.records import Form, Owed, TryLater
from storage.records.saying import quote

# -- lines and places -----------------------------------------------------------------------------


def take_all(turns: Turns[str]) -> list[str]:
    """Return everything that has a place now."""
    return list(iter(turns.take, None))


def test_each_host_has_its_places_and_they_take_turns() -> None:
    turns: Turns[str] = Turns(2)
    for item in ("slow 1", "slow 2", "slow 3", "swift 1", "swift 2"):
        turns.join(item.split()[0], item)
    assert take_all(turns) == ["slow 1", "swift 1", "slow 2", "swift 2"]
    turns.leave("swift", answered=True)
    assert take_all(turns) == [], "nothing else waits for the host that has room"
    turns.leave("slow", answered=True)
    assert take_all(turns) == ["slow 3"]
    assert not turns.is_idle
    for host in ("slow", "slow", "swift"):
        turns.leave(host, answered=False)
    assert turns.is_idle


def test_no_number_of_hosts_takes_every_socket_of_a_process() -> None:
    turns: Turns[str] = Turns(8)
    for number in range(2_000):
        turns.join(f"host-{number}", f"item {number}")
    assert len(take_all(turns)) == 512


def test_a_host_is_silent_only_while_it_is_asked() -> None:
    turns: Turns[str] = Turns(1)
    assert turns.silence("host") == 0
    turns.join("host", "item")
    turns.take()
    assert turns.silence("host") >= 0
    turns.leave("host", answered=False)
    assert turns.silence("host") == 0


# -- two listings of one article ------------------------------------------------------------------


def search(host: str, form: Form = "media") -> Search:
    """Return a search for the one article at a host."""
    owed = Owed(host, "NW202203186600000001", form, f"http://{host}/a.html", "标题")
    return Search(owed, (owed.url, "http://endpoint/a"))


SILENT = {"hanging"}


@pytest.fixture
def searches() -> Searches:
    """Return the book of searches in which the host `hanging` is silent for long."""
    return Searches(lambda host: 60.0 if host in SILENT else 0.0, second_after=3.0)


def test_what_another_search_may_find_waits_for_it(searches: Searches) -> None:
    first, second = search("early"), search("late")
    assert searches.begin(first)
    assert not searches.begin(second)
    assert (searches.has_waiting, list(searches.resume())) == (True, [])
    searches.end(first)
    assert list(searches.resume()) == [second]
    assert searches.begin(second)


def test_what_was_found_is_not_looked_for_again(searches: Searches) -> None:
    first, second = search("early"), search("late")
    searches.begin(first)
    searches.begin(second)
    searches.end(first, found=True)
    (resumed,) = searches.resume()
    assert not searches.begin(resumed)
    assert searches.is_found(second)
    assert not searches.has_waiting


def test_a_silent_host_is_not_waited_for(searches: Searches) -> None:
    first, second = search("hanging"), search("late")
    assert searches.begin(first)
    assert searches.begin(second), "the other host is asked meanwhile"
    searches.end(second, found=True)
    searches.end(first)
    assert searches.is_found(first)


def test_a_search_that_went_on_is_waited_for_where_it_is_now(searches: Searches) -> None:
    first = search("hanging")
    searches.begin(first)
    further = first.next(quote("answered 404"), TryLater("answered 404"))
    searches.move(first, further)
    assert not searches.begin(search("late"))
    searches.end(further)
    assert not searches.begin(search("hanging")), "that host has given its answer"
    assert searches.begin(search("late"))


@pytest.mark.parametrize(("asked", "again"), [(True, False), (False, True)], ids=["asked", "left-alone"])
def test_a_host_gives_its_answer_once_in_a_crawl(searches: Searches, *, asked: bool, again: bool) -> None:
    first = search("early")
    searches.begin(first)
    searches.end(first, asked=asked)
    assert searches.begin(search("early")) is again
    assert searches.begin(search("late", "rolling")), "another form is another page"


# -- crawls of two hosts --------------------------------------------------------------------------

Crawl = Callable[..., dict[str, Any]]

# Goes to the second host soon, and not after the seconds that are given to a site in earnest.
SOON = "from spiders.archive_spider import ArchiveSpider; ArchiveSpider.second_after = 0.05"


@pytest.fixture
def crawl(command: Command, tmp_path: Path) -> Crawl:
    """Return a crawl of sources, each a slug and the address of its page."""

    def run(pages: dict[str, str]) -> dict[str, Any]:
        tables = [
            f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\nurl = "{url}"\n'
            for slug, url in pages.items()
        ]
        rules = '[http]\ncontact = "mailto:desk@example.org"\ndelay = 0\nretries = 0\ntimeout = 120\n'
        file = tmp_path / "jianbao.toml"
        file.write_text("\n".join((*tables, rules)), "utf-8")
        ended = command("--config", file, "crawl", "--json", prelude=SOON)
        assert ended.status == 0, f"{ended.stdout}{ended.stderr}"
        return {source["slug"]: source for source in ended.json["sources"]}

    return run


def articles(site: DemoSite) -> list[Request]:
    """Return what was asked for of articles."""
    return [request for request in [*site.requests] if is_article(request.path)]


def hold_until_others_came(site: DemoSite, other: DemoSite, count: int) -> None:
    """Let a site answer no article before another has answered so many."""

    def others_came() -> bool:
        return sum(request.status == 200 for request in articles(other)) >= count

    site.misbehave("*/20*NW*", "hold", until=others_came)


def test_a_host_that_hangs_keeps_nobody_waiting(crawl: Crawl) -> None:
    with DemoSite(small_press(44, 2)) as hanging, DemoSite(small_press(44, 2)) as swift:
        hold_until_others_came(hanging, swift, 22)
        one, other = hanging.slugs
        sources = crawl({one: hanging.category_url(one), other: swift.category_url(other)})
    assert (sources[one]["new"], sources[other]["new"]) == (22, 22)


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")], ids=["hanging-first", "swift-first"])
def test_an_article_of_two_sources_does_not_wait_for_the_one_that_hangs(
    crawl: Crawl, names: tuple[str, str]
) -> None:
    with DemoSite(small_press(2)) as hanging, DemoSite(small_press(2)) as swift:
        hold_until_others_came(hanging, swift, 2)
        sites = zip(names, (hanging, swift), strict=True)
        sources = crawl({name: site.category_url(site.slugs[0]) for name, site in sites})
    assert sum(source["new"] for source in sources.values()) == 2
    assert sum(source["failed"] for source in sources.values()) == 0
    assert len(articles(swift)) == 2
