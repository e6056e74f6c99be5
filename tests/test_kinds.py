"""Kinds: one crawl takes sources of any, and nothing outside of a kind's own file knows it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.newsroom import Newsroom, small_press
from support.tiny_kind import ENTRY, PRELUDE, TinySite, serve_tiny_site
from support.web_client import open_reader

from jianbao.configuration import ConfigurationError, load_configuration
from jianbao.configuration.model import describe_expected
from spiders.kinds import registry
from spiders.kinds.kind import Ask, Kind, KindContext
from spiders.kinds.registry import UnknownKind, list_kinds, load_kind
from storage.ledger.source import UNLISTED_KINDS
from storage.records import Owed, PollOrder

ONE, TWO, THREE = "20260320.1", "Extra_2-b", "20260321.7"
CODES = {key: f"hupan-{key}" for key in (ONE, TWO, THREE)}
TEXT = "湖水退了三尺，渔户把船拖上了岸。\n乡里的学堂改在祠堂里上课。"


@pytest.fixture
def tiny() -> Iterator[TinySite]:
    """A tiny site with two articles, the second at its second address alone."""
    with serve_tiny_site() as site:
        site.print_day("friday", {ONE: "湖水退了三尺", TWO: "祠堂里的学堂"})
        site.put("a", ONE, "湖水退了三尺", TEXT)
        site.put("b", TWO, "祠堂里的学堂", "先生把黑板挂在柱子上。\n学生二十七人。")
        yield site


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom], tiny: TinySite) -> Newsroom:
    """A newsroom that polls a category page and the tiny site."""
    opened = open_newsroom(small_press())
    opened.prelude = PRELUDE
    with opened.config.open("a", encoding="utf-8") as file:
        file.write(
            f'[[sources]]\nslug = "小报"\nname = "湖畔小报"\nkind = "tiny"\nsite = "hupan"\n'
            f'url = "{tiny.address}/"\n'
        )
    return opened


def test_one_crawl_takes_sources_of_any_kind(newsroom: Newsroom, tiny: TinySite) -> None:
    crawled = newsroom.crawl()
    assert crawled.sources["小报"]["new"] == 2
    assert crawled.total("new") == 4
    assert sorted(tiny.asked) == ["/", f"/a/{ONE}.txt", f"/a/{TWO}.txt", f"/b/{TWO}.txt", "/friday.txt"]
    assert newsroom.states() == {"archived": 4}
    shown = newsroom.show(CODES[TWO])
    assert shown["url"] == f"{tiny.address}/b/{TWO}.txt"
    assert (shown["media"], shown["paragraphs"][0]) == ("湖畔小报", "先生把黑板挂在柱子上。")


def test_known_articles_cost_nothing_whatever_their_kind(newsroom: Newsroom, tiny: TinySite) -> None:
    newsroom.crawl()
    tiny.asked.clear()
    assert newsroom.crawl().sources["小报"]["poll"] == "unchanged"
    assert tiny.asked == ["/"]
    tiny.print_day("saturday", {THREE: "新的一天", ONE: "湖水退了三尺"})
    tiny.put("a", THREE, "新的一天", "渡口开了第一班船。\n船上七人。")
    tiny.asked.clear()
    assert newsroom.crawl().sources["小报"]["new"] == 1
    assert tiny.asked == ["/", "/saturday.txt", f"/a/{THREE}.txt"]


def test_a_poll_of_several_pages_fails_with_the_one_that_failed(newsroom: Newsroom, tiny: TinySite) -> None:
    tiny.pages["/friday.txt"] = "没有标题的一行\n"
    crawled = newsroom.crawl(status=1)
    assert crawled.sources["小报"]["poll"] == "failed"
    assert f"{tiny.address}/friday.txt has lines without a title" in crawled.errors
    assert newsroom.events() == ["layout_broken"]
    assert crawled.total("new") == 2, "the other source is not touched by it"
    del tiny.pages["/friday.txt"]
    assert "names a list that is not there" in newsroom.crawl(status=1).errors


def test_articles_of_any_kind_are_fetched_again_by_code(newsroom: Newsroom, tiny: TinySite) -> None:
    newsroom.crawl()
    tiny.put("a", ONE, "湖水退了三尺", TEXT.replace("三尺", "四尺"))
    tiny.asked.clear()
    category = newsroom.rows("SELECT info_code FROM article WHERE info_code LIKE 'NW%' ORDER BY info_code")[0]
    again = newsroom.recrawl("--code", CODES[ONE], "--code", category)
    assert (again.total("revised"), again.total("unchanged")) == (1, 1)
    assert tiny.asked == [f"/a/{ONE}.txt"]
    del tiny.pages[f"/a/{ONE}.txt"], tiny.pages[f"/b/{TWO}.txt"]
    tiny.put("b", ONE, "湖水退了三尺", TEXT)
    gone = newsroom.recrawl("--source", "小报")
    assert (gone.total("revised"), gone.total("gone")) == (1, 1)


def test_what_no_page_listed_is_not_asked_of_another_site(newsroom: Newsroom) -> None:
    ended = newsroom.run("recrawl", "--code", "hupan-nowhere")
    assert ended.status == 1
    assert "hupan-nowhere was listed by no source" in ended.stderr


def test_every_way_out_knows_other_codes(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crawl()
    code = CODES[TWO]
    assert [item["info_code"] for item in newsroom.ask("search", "黑板挂在柱子上")["items"]] == [code]
    assert code in {item["info_code"] for item in newsroom.ask("list")["items"]}
    page = newsroom.ask("list", "--limit", "1")
    assert page["total"] == 4
    newsroom.run("export", "jsonl", str(tmp_path / "all.jsonl"))
    lines = (tmp_path / "all.jsonl").read_text("utf-8").splitlines()
    assert code in {json.loads(line)["info_code"] for line in lines}
    assert newsroom.run("export", "csv", str(tmp_path / "all.csv")).status == 0
    assert newsroom.run("export", "posts", str(tmp_path / "site")).status == 0
    names = {file.name for file in (tmp_path / "site" / "_posts").iterdir()}
    assert {f"2026-03-20-{CODES[ONE]}.md", "2026-03-20-hupan-=extra_2-b.md"} < names
    assert len(names) == 4
    again = newsroom.ask("import", "posts", str(tmp_path / "site"))
    assert again["unchanged"] + again["older"] + again["new"] + again["revised"] == 4, again
    assert newsroom.rows("SELECT count(*), sum(revision) FROM article") == [(4, 4)]
    assert newsroom.ask("sql", f"SELECT title FROM article WHERE info_code = '{code}'")
    with open_reader(newsroom.archive_folder) as client:
        assert "黑板挂在柱子上" in client.get(f"/article/{code}").text
        assert client.get(f"/article/{code}/original").status_code == 200
        assert client.get(f"/api/v1/articles/{code}").json()["info_code"] == code
        assert client.get("/source/小报").status_code == 200
        seen, cursor = [], ""
        for _ in range(4):
            found = client.get(f"/api/v1/articles?limit=1{cursor}").json()
            seen += [item["info_code"] for item in found["items"]]
            cursor = f"&cursor={found['next']}" if found["next"] else ""
        assert len(set(seen)) == 4
        first = client.get("/api/v1/search?q=学&limit=1").json()
        assert code in {item["info_code"] for item in first["items"]} or first["next"]


def test_an_article_without_a_day_in_its_code_is_in_the_calendar(newsroom: Newsroom, tiny: TinySite) -> None:
    tiny.pages.pop(f"/b/{TWO}.txt")
    newsroom.crawl(status=1)
    with open_reader(newsroom.archive_folder) as client:
        page = client.get("/source/小报").text
        assert CODES[TWO] in page or "祠堂里的学堂" in page
        assert client.get(f"/article/{CODES[TWO]}").status_code == 404
    assert newsroom.run("status").status in (0, 1)


# -- the registry ---------------------------------------------------------------------------------


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny kind is known to this process."""
    monkeypatch.setitem(registry._KINDS, ENTRY.name, ENTRY)


def configure(folder: Path, *lines: str) -> None:
    """Load a configuration with one source of the tiny kind."""
    table = ('slug = "t"', 'name = "t"', 'kind = "tiny"', 'url = "http://127.0.0.1/"', *lines)
    file = folder / "jianbao.toml"
    file.write_text("\n".join(("[[sources]]", *table)), "utf-8")
    load_configuration(file, None, {})


def test_configuration_takes_every_kind_that_is_registered(tmp_path: Path, known: None) -> None:
    assert '"tiny"' in describe_expected(("sources", "kind"))
    configure(tmp_path, 'site = "hupan"')


def test_configuration_refuses_a_kind_that_is_not_registered(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r'kind is "tiny"; expected "category" or "infocode"'):
        configure(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", r"sources\[t\]\.site is missing; expected 1 to 24 lower-case letters and digits"),
        ('site = "Hupan"', r'site is "Hupan": it has other characters than lower-case letters and digits'),
        ('site = "hu-pan"', "it has other characters"),
        ('site = ""', 'site is "": it is empty'),
        (f'site = "{"h" * 25}"', "longer than 24 characters"),
        ("site = 7", "site is 7; expected"),
    ],
)
def test_a_kind_that_needs_a_site_asks_for_it(tmp_path: Path, known: None, line: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        configure(tmp_path, line)


def test_a_kind_that_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownKind, match="no kind 'gazette' of sources is known"):
        load_kind("gazette", KindContext())


@pytest.mark.parametrize("entry", list_kinds(), ids=lambda entry: entry.name)
def test_every_registered_kind_can_be_loaded(entry: registry.KindEntry) -> None:
    kind = load_kind(entry.name, KindContext(endpoint="http://json.example/?id={code}"))
    assert isinstance(kind, Kind)
    owed = Owed("s", "NW202603200000000001", "media", "http://news.example/1.html", "题")
    assert next(iter(kind.addresses(owed))) == owed.url
    if entry.is_polled:
        assert isinstance(next(kind.poll(PollOrder("s", "http://news.example/", entry.name))), Ask)


def test_the_archive_knows_which_kinds_list_nothing() -> None:
    assert {name for name, entry in registry._KINDS.items() if not entry.is_polled} == set(UNLISTED_KINDS)


def test_the_configuration_loads_no_kind() -> None:
    heavy = ("scrapy", "twisted", "lxml", "spiders.readers", "spiders.kinds.kind", "spiders.kinds.category")
    asked = f"import sys, jianbao.configuration; print([m for m in {heavy!r} if m in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
