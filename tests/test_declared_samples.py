"""`jianbao source test` runs the tables ``test`` and ``test_list`` of a declaration, offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.newsroom import Newsroom

PAGE = """<html><head><title>渡口的水位 - 灵溪网</title></head><body><h1>渡口的水位</h1>
<div class="info">2026-03-20 08:15 来源：灵溪日报 作者：周渡</div><div id="content">
<p>渡口的水位在夜里又涨了两指，摆渡的人把缆绳往上挪了一格。</p><p>天亮以后水退了，缆绳回到原来的石桩上。</p></div></body></html>"""
LIST = """<html><body><ul><li><a href="/20260320/100025.html">渡口的水位</a></li>
<li><a href="/20260319/100024.html">石桩与缆绳</a></li><li><a href="/20260319/100024.html">石桩与缆绳</a></li>
<li><a href="/about.html">关于我们</a></li></ul></body></html>"""
DECLARED = """
[[sources]]
slug = "lxw"
name = "灵溪网"
kind = "page"
site = "lxw"
url = "https://news.example.org/xwzx/"
link = '/(?P<date>\\d{8})/(?P<id>\\d+)\\.html'
pages = 5
next = "index_{n}.html"
"""
STATED = """
[[sources.test]]
file = "kept/100025.html"
url = "https://news.example.org/20260320/100025.html"
fetched = 2026-03-20T09:00:00+08:00
layout = 1
title = "渡口的水位"
time = "2026-03-20 08:15"
media = "灵溪日报"
author = "周渡"
first = "渡口的水位在夜里又涨了两"
last = "绳回到原来的石桩上。"
paragraphs = 2

[[sources.test_list]]
file = "kept/list.html"
links = 2
first = "100025"
"""
LAYOUT = """
[[sources.layout]]
title = "h1"
body = "#content"
"""
OLD = """
[[sources.layout]]
name = "old"
title = "td.title"
body = "td.text"
"""


def declare(newsroom: Newsroom, *tables: str) -> None:
    """Write a configuration whose saved pages are beside it."""
    folder = newsroom.config.parent / "kept"
    folder.mkdir(exist_ok=True)
    (folder / "100025.html").write_text(PAGE, "utf-8")
    (folder / "list.html").write_text(LIST, "utf-8")
    newsroom.config.write_text('archive = "archive"\n' + DECLARED + "".join(tables), "utf-8")


def prove(newsroom: Newsroom, *slug: str) -> tuple[int, dict[str, Any]]:
    ended = newsroom.run("source", "test", *slug, "--json")
    return ended.status, json.loads(ended.stdout)["sources"][0]


def test_stated_pages_are_read_as_stated(newsroom: Newsroom) -> None:
    declare(newsroom, STATED, LAYOUT)
    status, said = prove(newsroom, "lxw")
    assert (status, said["ok"], said["samples"]) == (0, True, 2), said
    assert {one["what"]: one["by"] for one in said["tested"]} == {
        "kept/list.html": None,
        "kept/100025.html": "layout:1",
    }
    assert newsroom.run("source", "test").stdout == "lxw: 2 samples, all as before\n"


@pytest.mark.parametrize(
    ("stated", "instead", "told"),
    [
        ('"渡口的水位"', '"渡口"', "title is to be '渡口', is '渡口的水位'"),
        ("08:15", "08:16", "time is to be '2026-03-20 08:16', is '2026-03-20 08:15'"),
        ('"灵溪日报"', '""', "media is to be '', is '灵溪日报'"),
        (
            '"渡口的水位在',
            '"渡口的水落在',
            "first is to be '渡口的水落在夜里又涨了两', is '渡口的水位在夜里又涨了两'",
        ),
        ("石桩上。", "石桩下。", "last is to be '绳回到原来的石桩下。', is '绳回到原来的石桩上。'"),
        ("paragraphs = 2", "paragraphs = 3", "paragraphs is to be 3, is 2"),
        ("links = 2", "links = 3", "links is to be 3, is 2"),
        ('first = "100025"', 'first = "100024"', "first is to be '100024', is 'lxw-100025'"),
        ("layout = 1", 'layout = "old"', "layout is to be 'old', is 'layout:1'"),
        ("kept/list.html", "kept/none.html", "it can't be opened (No such file or directory)"),
    ],
)
def test_what_differs_is_told(newsroom: Newsroom, stated: str, instead: str, told: str) -> None:
    assert stated in STATED
    declare(newsroom, STATED.replace(stated, instead), LAYOUT)
    ended = newsroom.run("source", "test", "lxw")
    assert ended.status == 1
    assert told in ended.stdout
    assert "not as before" in ended.stdout


def test_a_layout_without_a_page_is_told(newsroom: Newsroom) -> None:
    declare(newsroom, STATED, LAYOUT, OLD)
    status, said = prove(newsroom)
    assert status == 1
    assert [one["what"] for one in said["tested"] if not one["ok"]] == ["layout:old"]
    assert "no sample is read by it" in newsroom.run("source", "test").stdout
    declare(newsroom, LAYOUT)
    bare = newsroom.run("source", "test", "lxw")
    assert bare.status == 1
    assert "no samples; keep some" in bare.stdout
    assert "layout:1: no sample is read by it" in bare.stdout


def test_a_day_alone_and_a_zone_are_compared_as_far_as_they_go(newsroom: Newsroom) -> None:
    for time in ("2026-03-20", '"2026-03-20T00:15:00+00:00"'):
        declare(newsroom, STATED.replace('"2026-03-20 08:15"', time), LAYOUT)
        assert prove(newsroom)[0] == 0
    declare(newsroom, STATED.replace('"2026-03-20 08:15"', '"eight"'), LAYOUT)
    refused = newsroom.run("source", "test")
    assert refused.status == 2
    assert "time" in refused.stderr


def test_paths_begin_at_the_configuration(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(newsroom, STATED, LAYOUT)
    elsewhere = newsroom.config.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert prove(newsroom)[0] == 0
    assert Path.cwd() == elsewhere
