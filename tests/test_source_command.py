"""`jianbao source`: papers of every kind are added by address alone, crawled, and proved live and offline."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.newsroom import Newsroom

KEPT = (
    '# my own remark\r\narchive = "archive" # here\r\n\r\n'
    '[http] # polite\r\ndelay = 0\r\ncontact = "mailto:desk@jianbao.test"'
)
SOURCES = {
    "lxrb/": ("epaper", "灵溪日报", "lxrb"),
    "ybwb/": ("epaper", "云碧晚报", "ybwb"),
    "lxw/xwzx/": ("page", "灵溪网", "lxw"),
    "ybxw/rss.xml": ("feed", "云碧新闻网", "ybxw"),
    "lqzx/api/list.json": ("page", "罗桥在线", "lqzx"),
    "category/shangraoribao.html": ("category", "上饶日报", None),
}


def add(newsroom: Newsroom, what: str, *options: str, status: int = 0) -> dict[str, Any]:
    """Add a source, and return the document that says so."""
    ended = newsroom.run("source", "add", what, "--json", *options)
    assert ended.status == status, ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout) if ended.stdout else {"said": ended.stderr}
    return document


def test_papers_of_every_kind_are_added_by_address_alone(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom()
    newsroom.config.write_bytes(KEPT.encode())
    for path, (kind, name, site) in SOURCES.items():
        before = newsroom.config.read_bytes()
        said = add(newsroom, f"{newsroom.site.url}/{path}", "--yes")
        declared = said["declaration"]
        assert (said["written"], declared["kind"], declared["name"]) == (True, kind, name)
        assert declared.get("site") == site
        assert said["questions"] <= 10
        assert all(one["title"] and one["published_at"] and one["first_line"] for one in said["articles"])
        after = newsroom.config.read_bytes()
        assert after.startswith(before), "the rest stays byte for byte"
        assert b"\n" not in after.replace(b"\r\n", b""), "the file's own line ends"
    assert newsroom.config.read_bytes().startswith(KEPT.encode())
    listed = newsroom.ask("source", "list")["sources"]
    assert [one["slug"] for one in listed] == ["lxrb", "ybwb", "lxw", "ybxw", "lqzx", "shangraoribao"]
    assert all(one["samples"] >= 2 for one in listed)
    assert all(one["ok"] for one in newsroom.ask("source", "test")["sources"])

    crawled = json.loads(newsroom.run("crawl", "--json").stdout)
    new = {counts["slug"]: counts["new"] for counts in crawled["sources"]}
    assert (new["lxw"], new["ybxw"], new["lqzx"], new["shangraoribao"]) == (25, 10, 25, 18)
    assert new["lxrb"] > 5
    assert new["ybwb"] > 5
    again = add(newsroom, f"{newsroom.site.url}/lxw/xwzx/", "--yes", status=1)
    assert "is a source already: lxw" in again["said"]

    checked = newsroom.ask("source", "check", "lxw")
    assert (checked["ok"], checked["links"], checked["known"], checked["new"]) == (True, 25, 25, 0)
    assert checked["listed_before"] == 25
    folder = newsroom.config.parent / "samples" / "lxw"
    page = next(folder.glob("article-1.*"))
    page.write_bytes(page.read_bytes().replace("来源".encode("gbk"), b"xx"))
    proved = newsroom.run("source", "test", "lxw")
    assert proved.status == 1
    assert "media was" in proved.stdout
    assert newsroom.ask("source", "save", "lxw")["files"] > 3
    assert newsroom.run("source", "test", "lxw").status == 0


def test_nothing_is_written_unless_somebody_says_so(newsroom: Newsroom) -> None:
    before = newsroom.config.read_bytes()
    address = f"{newsroom.site.url}/ybxw/atom.xml"
    for options in ((), ("--dry-run", "--yes")):
        ended = newsroom.run("source", "add", address, *options)
        assert ended.status == 0
        assert "full = true" in ended.stdout
        assert "nothing was written" in ended.stdout
    assert newsroom.config.read_bytes() == before
    assert not (newsroom.config.parent / "samples").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("lxw/about.html", "is no list of articles, no feed and no issue of a newspaper"),
        ("nothing.html", "answered 404"),
        ("lqzx/p/100025.html", "is an article, no list"),
    ],
)
def test_what_is_no_list_is_told_in_a_sentence(newsroom: Newsroom, path: str, said: str) -> None:
    ended = newsroom.run("source", "add", f"{newsroom.site.url}/{path}", "--yes")
    assert ended.status == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_catalogue_is_searched_by_any_part_of_a_name(newsroom: Newsroom) -> None:
    found = newsroom.ask("source", "find", "南昌日報")
    assert [paper["name"] for paper in found["papers"]] == ["南昌日报"]
    several = newsroom.run("source", "add", "晚报", "--yes")
    assert several.status == 1
    assert "name one of them" in several.stderr
    none = newsroom.run("source", "add", "南昌日抱")
    assert none.status == 1
    assert "it has 南昌日报" in none.stderr
    assert newsroom.run("source", "find", "没有这张报").status == 1


def test_the_catalogue_has_every_paper_of_the_facts(shared: Path) -> None:
    from jianbao.discovery.catalogue import find_papers

    lines = (shared / "facts" / "epaper_papers.tsv").read_text("utf-8").splitlines()[2:]
    names = {line.partition("\t")[0] for line in lines}
    assert len(names) == 471
    assert [name for name in names if not find_papers(name)] == []


def test_a_block_is_valid_and_says_what_its_keys_are_for() -> None:
    from jianbao.discovery.block import write_block

    keys = {
        "slug": "a",
        "name": '引"号',
        "kind": "page",
        "link": r"/(?P<id>\d+)'\.html$",
        "json_list": {"url": r"\d"},
    }
    block = write_block(keys, ("weil", "zwei\nZeilen"))
    assert tomllib.loads(block)["sources"] == [keys]
    assert block.startswith("# weil\n# zwei\n# Zeilen\n[[sources]]\n")
    assert "# which links are articles" in block


def test_a_list_out_of_reach_is_told_in_a_sentence(tmp_path: Path) -> None:
    """A check that gets no answer ends with what was asked and why, not with a traceback."""
    (tmp_path / "jianbao.toml").write_text(
        '[http]\ncontact = "mailto:me@example.org"\nretries = 0\n[[sources]]\nslug = "away"\nname = "A"\n'
        'site = "away"\nkind = "epaper"\nurl = "http://127.0.0.1:9/"\ntimezone = "Asia/Shanghai"\n',
        "utf-8",
    )
    command = ["--config", str(tmp_path / "jianbao.toml"), "source", "check", "away"]
    finished = subprocess.run(
        [sys.executable, "-m", "jianbao", *command], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "jianbao: the list of away could not be read: http://127.0.0.1:9/" in finished.stderr
    assert "Traceback" not in finished.stderr
