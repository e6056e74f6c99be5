"""Re-parsing: kept pages read again without a network, and a better reader improves what it should alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import text
from support.newsroom import Newsroom, small_press

from jianbao.demo.declarations import declare_rooms
from jianbao.demo.lists import Portal
from jianbao.demo.offer import Offer

BETTER_TITLE = """
import spiders.kinds.infocode as infocode
from dataclasses import replace
whole = infocode.read_article
def read_article(html, url):
    draft = whole(html, url)
    return replace(draft, title=f"{draft.title}（修订版式）")
infocode.read_article = read_article
"""
BETTER_AUTHOR = """
import pipelines.judge as judge
from dataclasses import replace
whole = judge.normalise
judge.normalise = lambda draft: replace(whole(draft), author="新版解析员")
"""
REFUSING = """
import spiders.kinds.infocode as infocode
from storage.records import SetAside
def read_article(html, url):
    raise SetAside("has another layout")
def read_article_json(text, url, info_code):
    raise SetAside("has another layout")
infocode.read_article = read_article
infocode.read_article_json = read_article_json
"""
NO_NETWORK = """
import socket
def refuse(*asked, **rest):
    raise AssertionError("asked a network")
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, refuse)
socket.socket.connect = refuse
"""
ROOMS = r"""
[[sources]]
slug = "ybxw"
name = "云碧新闻网"
kind = "feed"
site = "ybxw"
url = "{site}/ybxw/atom.xml"
link = '/a/(?P<id>\d+)\.html$'
full = true

[[sources]]
slug = "lxrb"
name = "灵溪日报"
kind = "epaper"
site = "lxrb"
url = "{site}/lxrb/"
issue = "html/{Y}-{m}/{d}/node_2047.htm"
"""


def articles(newsroom: Newsroom) -> dict[str, dict[str, Any]]:
    """Return every archived article as `show` has it, but for what a re-parse need not leave alone."""
    codes = newsroom.rows("SELECT info_code FROM article ORDER BY info_code")
    return {code: newsroom.show(code) for code in codes}


def improve(newsroom: Newsroom, prelude: str, *arguments: str, status: int = 0) -> dict[str, Any]:
    """Re-parse with a changed reader and no network; return what is printed."""
    newsroom.prelude = NO_NETWORK + prelude
    ended = newsroom.run("reparse", *arguments, "--json")
    newsroom.prelude = ""
    assert ended.status == status, ended.stderr
    document: dict[str, Any] = ended.json
    return document


def test_the_same_reader_changes_nothing(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(articles=6, papers=2))
    newsroom.crawl()
    posts = newsroom.site.listed(newsroom.site.slugs[0])
    newsroom.site.edit(posts[0].code, append="傍晚又补记一段现场见闻。")
    newsroom.recrawl("--source", newsroom.site.slugs[0])
    newsroom.recrawl("--code", posts[1].code)
    before = articles(newsroom)
    told = improve(newsroom, "")
    assert (told["read"], told["unchanged"], told["fields"]) == (6, 6, [])
    assert told["captures"] == 7, "what came again as it was is read once"
    assert improve(newsroom, "", "--apply")["unchanged"] == 6
    assert articles(newsroom) == before


def test_every_kind_is_read_again_as_it_was(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(sources=ROOMS)
    newsroom.crawl()
    states = newsroom.states()
    told = improve(newsroom, "")
    assert (told["unchanged"], told["fields"]) == (states["archived"], []), told
    assert told["waiting"] == states.get("furniture", 0)


def test_a_better_reader_changes_what_it_should_and_nothing_else(newsroom: Newsroom) -> None:
    newsroom.crawl()
    before = articles(newsroom)
    told = improve(newsroom, BETTER_AUTHOR)
    assert not told["applied"]
    assert told["improved"] == len(before) == 2
    assert [one["field"] for one in told["fields"]] == ["author"]
    sample = told["fields"][0]["samples"][0]
    assert (sample["old"], sample["new"]) == (before[sample["info_code"]]["author"] or "", "新版解析员")
    assert articles(newsroom) == before, "a look changes nothing"
    improve(newsroom, BETTER_AUTHOR, "--apply")
    assert articles(newsroom) == {code: shown | {"author": "新版解析员"} for code, shown in before.items()}
    assert improve(newsroom, BETTER_AUTHOR)["unchanged"] == 2, "once is enough"


def test_another_text_makes_a_revision_that_is_ours(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = newsroom.site.listed(newsroom.site.slugs[0])[0].code
    feed_before = newsroom.rows("SELECT max(seen_at) FROM revision WHERE cause = 'newspaper'")
    told = improve(newsroom, BETTER_TITLE, "--apply")
    assert (told["revised"], told["improved"]) == (2, 0)
    shown = newsroom.show(code)
    assert [(row["number"], row["cause"]) for row in shown["revisions"]] == [(1, "newspaper"), (2, "reader")]
    assert shown["title"].endswith("（修订版式）")
    assert "read better by us" in newsroom.run("show", code, "--diff").stdout
    assert newsroom.rows("SELECT max(seen_at) FROM revision WHERE cause = 'newspaper'") == feed_before
    assert newsroom.ask("stats")["revisions"] == 0
    assert newsroom.ask("search", "修订版式")["total"] == 2, "the index follows"

    newsroom.prelude = BETTER_TITLE
    assert newsroom.recrawl("--code", code).total("revised") == 0, "the page has not changed"
    newsroom.site.edit(code, append="傍晚又补记一段现场见闻。")
    assert newsroom.recrawl("--code", code).total("revised") == 1, "and a real change is the newspaper's"
    newsroom.prelude = ""
    assert [row["cause"] for row in newsroom.show(code)["revisions"]] == ["newspaper", "reader", "newspaper"]


def test_the_same_page_read_better_by_a_crawl_is_no_change_of_the_newspaper(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = newsroom.site.listed(newsroom.site.slugs[0])[0].code
    newsroom.prelude = BETTER_TITLE
    newsroom.recrawl("--code", code)
    newsroom.prelude = ""
    assert [row["cause"] for row in newsroom.show(code)["revisions"]] == ["newspaper", "reader"]


def test_what_was_set_aside_comes_in_with_a_reader_that_knows_it(newsroom: Newsroom) -> None:
    newsroom.prelude = REFUSING
    newsroom.crawl(status=1)
    assert newsroom.states() == {"quarantined": 2}
    told = improve(newsroom, "", "--state", "quarantined", "--apply")
    assert (told["new"], told["waiting"]) == (2, 0)
    assert newsroom.states() == {"archived": 2}
    assert newsroom.events() == [], "also that its pages had another layout is over"
    code = newsroom.site.listed(newsroom.site.slugs[0])[0].code
    assert newsroom.show(code)["capture"]["url"].endswith(f"{code}.html")
    assert newsroom.crawl().total("new") == 0


def test_what_is_archived_is_kept_from_a_reader_that_does_not_know_it(newsroom: Newsroom) -> None:
    newsroom.crawl()
    before = articles(newsroom)
    told = improve(newsroom, REFUSING, "--apply", status=1)
    assert told["refused"] == 2
    assert "has another layout" in told["samples"]["refused"][0]["reason"]
    assert articles(newsroom) == before
    assert newsroom.events() == ["reparse_refused"]
    improve(newsroom, "", "--apply")
    assert newsroom.events() == []


def test_an_earlier_wording_does_not_come_back(newsroom: Newsroom) -> None:
    newsroom.crawl()
    code = newsroom.site.listed(newsroom.site.slugs[0])[0].code
    newsroom.site.edit(code, append="傍晚又补记一段现场见闻。")
    newsroom.recrawl("--code", code)
    improve(newsroom, BETTER_TITLE, "--apply", "--code", code)
    shown = newsroom.show(code)
    assert shown["paragraphs"][-1] == "傍晚又补记一段现场见闻。"
    assert [row["cause"] for row in shown["revisions"]] == ["newspaper", "newspaper", "reader"]


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        (("--source", "{first}"), 3),
        (("--code", "{code}"), 1),
        (("--from", "2200-01-01"), 0),
        (("--to", "2200-01-01"), 6),
        (("--state", "gone"), 0),
        (("--state", "archived", "--state", "quarantined"), 6),
        (("--older-than-parser",), 0),
        (("--parser-version", "1"), 0),
        (("--found-by", "title:nobody"), 0),
        (("--limit", "4"), 4),
    ],
)
def test_filters_choose_what_is_read(two_papers: Newsroom, arguments: tuple[str, ...], read: int) -> None:
    first = two_papers.site.slugs[0]
    code = two_papers.site.listed(first)[0].code
    named = [one.format(first=first, code=code) for one in arguments]
    assert improve(two_papers, "", *named)["read"] == read


@pytest.fixture
def two_papers(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    newsroom = open_newsroom(small_press(articles=6, papers=2))
    newsroom.crawl()
    return newsroom


def test_a_lost_capture_is_told_and_its_article_left_alone(newsroom: Newsroom) -> None:
    newsroom.crawl()
    before = articles(newsroom)
    for file in (newsroom.archive_folder / "warc").glob("*.warc.gz"):
        file.write_bytes(b"\0" * file.stat().st_size)
    told = improve(newsroom, BETTER_AUTHOR, status=1)
    assert (told["lost"], told["improved"]) == (2, 0)
    assert articles(newsroom) == before


def test_people_read_what_would_change(newsroom: Newsroom) -> None:
    newsroom.crawl()
    newsroom.prelude = BETTER_TITLE
    ended = newsroom.run("reparse")
    assert "2 articles read again, from 2 captures" in ended.stdout
    assert "{+（修订版式）+}" in ended.stdout
    assert "--apply writes it" in ended.stdout


def test_what_was_imported_is_read_again_as_it_was(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crawl()
    newsroom.run("export", "posts", str(tmp_path / "posts"))
    newsroom.archive_folder.rename(tmp_path / "crawled")
    newsroom.run("import", "posts", str(tmp_path / "posts"))
    page = tmp_path / "page.txt"
    page.write_text(
        "渔港开海第一网\n本报记者 李晓渔\n　　清晨五点，渔港的灯先亮了。\n　　头一网捞上来三百斤鲳鱼。\n",
        "utf-8",
    )
    ended = newsroom.run(
        "import", "text", str(page), "--source", "yugangbao", "--media", "渔港报", "--date", "2026-03-01"
    )
    assert ended.status == 0, ended.stderr
    before = articles(newsroom)
    told = improve(newsroom, "")
    assert (told["unchanged"], told["fields"]) == (3, []), told
    assert improve(newsroom, BETTER_AUTHOR, "--apply")["improved"] >= 2
    assert articles(newsroom).keys() == before.keys()


def test_what_only_the_endpoint_and_the_page_together_told_is_put_together_again(newsroom: Newsroom) -> None:
    post = newsroom.site.publish()
    newsroom.site.delete(post.code)
    assert newsroom.recrawl("--code", post.code).total("new") == 1
    told = improve(newsroom, "")
    assert (told["unchanged"], told["fields"]) == (1, []), told


def test_an_article_over_several_pages_is_read_from_all_of_them(
    open_newsroom: Callable[..., Newsroom],
) -> None:
    newsroom = open_newsroom(small_press())
    (portal,) = (room for room in newsroom.site.rooms if isinstance(room, Portal))
    newsroom.sources = declare_rooms(cast("Offer", SimpleNamespace(rooms=[portal])), newsroom.site.url)
    newsroom.configure()
    newsroom.crawl()
    joined = newsroom.rows(
        "SELECT info_code FROM capture GROUP BY info_code HAVING count(*) > 1 AND info_code > ''"
    )
    assert joined, "some go on on a second page"
    told = improve(newsroom, "")
    assert (told["unchanged"], told["fields"]) == (newsroom.states()["archived"], []), told
    with newsroom.archive() as archive, archive.writing() as connection:
        connection.execute(
            text("UPDATE article SET author = '误读的名字' WHERE info_code = :code"), {"code": joined[0]}
        )
    told = improve(newsroom, "", "--code", joined[0], "--apply")
    assert [one["field"] for one in told["fields"]] == ["author"]


STUMPS = """
import spiders.kinds.infocode as infocode
from dataclasses import replace
whole = infocode.read_article
def read_article(html, url):
    return replace(whole(html, url), body_html="<p>敬请关注。</p>", linked_html=None)
infocode.read_article = read_article
"""


def test_rubbish_goes_on_waiting_until_its_reader_is_mended(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(articles=45))
    newsroom.crawl()
    for _ in range(6):
        newsroom.site.publish()
    newsroom.prelude = STUMPS
    newsroom.command("--config", newsroom.config, "crawl", prelude=STUMPS)
    waiting = newsroom.states()["quarantined"]
    assert waiting >= 3
    told = improve(newsroom, STUMPS, "--state", "quarantined", "--apply")
    assert (told["new"], newsroom.states()["quarantined"]) == (0, waiting)
    told = improve(newsroom, "", "--state", "quarantined", "--apply")
    assert (told["new"], newsroom.states().get("quarantined", 0)) == (waiting, 0)
    assert "contract_broken" not in newsroom.events()
