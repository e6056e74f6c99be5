"""What the demo declares is a configuration, and its site knows what of it a poll asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from jianbao.demo import TODAY, DemoSite, Press
from jianbao.demo.declarations import declare_rooms
from jianbao.demo.lists import StorySite


@pytest.fixture(scope="module")
def still_press(press: Press) -> Iterator[DemoSite]:
    """Return an open site that no test changes."""
    with DemoSite(press) as site:
        yield site


def test_one_paper_of_each_kind_is_declared(still_press: DemoSite) -> None:
    sources = tomllib.loads(declare_rooms(still_press, still_press.url))["sources"]
    assert {source["slug"]: source["kind"] for source in sources} == {
        room.slug: room.kind for room in still_press.rooms
    }
    assert {source["kind"] for source in sources} == {"epaper", "page", "feed"}
    addresses = [source.get("url") or source["list"] for source in sources]
    assert all(still_press.is_list(address.removeprefix(still_press.url)) for address in addresses)


def test_lists_are_told_from_articles(still_press: DemoSite) -> None:
    paper = still_press.epaper("lxrb")
    issue = paper.issue(TODAY)
    lists = [paper.base, f"{paper.base}html/2026-03/period.xml", *(page.path for page in issue.pages)]
    assert [path for path in lists if not still_press.is_list(path)] == []
    articles = [article.path for article in issue.articles] + [issue.pages[0].picture]
    assert [path for path in articles if still_press.is_list(path)] == []
    assert still_press.is_list(still_press.category_path("nanchangribao"))
    for room in still_press.rooms:
        if isinstance(room, StorySite):
            assert still_press.is_list(room.base)
            assert [story for story in room.stories if still_press.is_list(room.path(story))] == []
