"""Importing WARC files: articles, lists and issues out of what others kept, each by its own time."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from support.crawl_processes import wait_until
from support.foreign_warcs import SITE, TakingIn, answer, list_of, packed, page_of, record, url_of
from support.newsroom import Newsroom, small_press

from jianbao.configuration import load_configuration
from jianbao.reparse.run import reparse_archive
from jianbao.reparse.wish import ReparseWish
from storage.archive.material import MaterialFilter


@pytest.fixture
def bench(tmp_path: Path) -> TakingIn:
    """Return an archive that takes files in."""
    return TakingIn(tmp_path)


def test_a_whole_archive_comes_over(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(2, 2))
    newsroom.run("crawl")
    newsroom.site.publish()
    newsroom.run("crawl")
    asked = (
        "SELECT info_code, title, text, paragraphs, published_at, precision, media, author, summary, url,"
        " forms, revision, status, content_hash, links"
        " FROM article ORDER BY info_code"
    )
    listed = "SELECT source, info_code, form, url, title, state FROM listing ORDER BY 1, 2"
    before, ledger = newsroom.rows(asked), newsroom.rows(listed)
    kept = newsroom.folder / "kept"
    newsroom.archive_folder.rename(kept)
    document = newsroom.ask("import", "warc", str(kept / "warc"))
    assert (document["status"], document["new"], document["quarantined"]) == ("ok", len(before), 0)
    assert newsroom.rows(asked) == before
    assert newsroom.rows(listed) == ledger
    assert newsroom.events() == []
    rows = newsroom.rows("SELECT * FROM capture")
    again = newsroom.ask("import", "warc", str(kept / "warc"))
    assert (again["new"], again["revised"], again["unchanged"], again["older"], again["listed"]) == (0,) * 5
    assert again["known"]
    assert newsroom.rows("SELECT * FROM capture") == rows
    assert newsroom.run("verify", "--full").status == 0
    (newsroom.archive_folder / "archive.db").unlink()
    assert newsroom.ask("rebuild")["whole"]
    assert newsroom.rows(asked) == before


def test_a_dry_run_tells_and_writes_nothing(bench: TakingIn) -> None:
    content = packed(record(answer(page_of())), record(answer(list_of([1, 2])), f"{SITE}/news/"))
    counted = bench.take(content, dry_run=True)
    assert (counted.total("new"), counted.total("listed")) == (1, 2)
    assert bench.rows("SELECT count(*) FROM capture") == [0]
    assert bench.rows("SELECT count(*) FROM listing") == [0]


def test_captures_of_one_page_are_revisions_in_time_order(bench: TakingIn) -> None:
    first, second, third = (page_of(more=f"第{one}次更新：有关工作仍在进行之中。") for one in "一二三")
    later = packed(record(answer(third), date="2021-03-25T00:00:00Z"), record(answer(first)))
    middle = packed(record(answer(second), date="2021-03-23T00:00:00.5Z"))
    counted = bench.take(later, middle)
    assert (counted.total("new"), counted.total("revised")) == (1, 2)
    assert bench.rows("SELECT count(*) FROM revision") == [3]
    assert "第三次" in bench.rows("SELECT text FROM article")[0]
    assert bench.rows("SELECT first_seen_at, last_checked_at FROM article") == [
        ("2021-03-21 01:02:03.000000", "2021-03-25 00:00:00.000000")
    ]


def test_an_older_capture_never_replaces_a_newer_text(bench: TakingIn) -> None:
    newer, older = page_of(more="最新进展：全县育秧工作已经结束。"), page_of()
    bench.take(packed(record(answer(newer), date="2021-03-25T00:00:00Z")))
    before = bench.rows("SELECT * FROM article")
    counted = bench.take(packed(record(answer(older))))
    assert counted.total("older") == 1
    assert bench.rows("SELECT * FROM article") == before
    assert bench.rows("SELECT count(*) FROM capture WHERE info_code = 'jnrb-1'") == [2]
    again = bench.take(packed(record(answer(older))))
    assert (again.total("known"), again.total("older")) == (1, 0)
    with bench.archive() as archive:
        summary = reparse_archive(
            load_configuration(bench.config, None, {}), archive, ReparseWish(MaterialFilter()), processes=0
        )
    assert (summary.read, summary.changed) == (1, 0)


def test_lists_are_entered_at_the_time_of_their_capture(bench: TakingIn) -> None:
    listing = record(answer(list_of([1, 2])), f"{SITE}/news/", "2021-03-21T00:00:00Z")
    counted = bench.take(packed(record(answer(page_of())), listing))
    assert (counted.total("listed"), counted.total("new")) == (2, 1)
    assert bench.rows("SELECT info_code, state, first_listed_at FROM listing ORDER BY info_code") == [
        ("jnrb-1", "archived", "2021-03-21 00:00:00.000000"),
        ("jnrb-2", "owed", "2021-03-21 00:00:00.000000"),
    ]
    assert bench.rows("SELECT last_polled_at FROM source WHERE slug = 'jnrb'") == [None]
    assert bench.rows("SELECT kind FROM event") == []


def test_what_is_of_no_source_is_counted_by_host_or_goes_to_the_named_one(bench: TakingIn) -> None:
    other = "https://news.other.example.net/2019/1.html"
    content = packed(record(answer(page_of()), other), record(answer(b"<html>short</html>"), other + "?2"))
    counted = bench.take(content)
    assert dict(counted.hosts) == {"news.other.example.net": 2}
    assert bench.titles == []
    taken = bench.take(content, source="jiubao")
    assert (taken.total("new"), taken.total("no_article"), dict(taken.hosts)) == (1, 1, {})
    assert bench.rows("SELECT source, url FROM listing") == [("jiubao", other)]
    with bench.archive() as archive:
        summary = reparse_archive(
            load_configuration(bench.config, None, {}), archive, ReparseWish(MaterialFilter()), processes=0
        )
    assert (summary.read, summary.changed, summary.has_alarms) == (1, 0, False)


def test_the_record_that_is_kept_names_where_it_came_from(bench: TakingIn) -> None:
    bench.take(packed(record(answer(page_of()))), name="site.warc.gz")
    (path,) = (bench.folder / "archive" / "warc").glob("jianbao-*.warc.gz")
    kept = gzip.decompress(path.read_bytes())
    assert b"Jianbao-Origin: site.warc.gz at 0\r\n" in kept
    assert b"WARC-Type: request" not in kept


def test_a_page_that_is_no_article_is_set_aside_without_an_alarm(bench: TakingIn) -> None:
    counted = bench.take(packed(record(answer(b"<html><body>404 not found</body></html>"))))
    assert (counted.total("quarantined"), counted.status) == (1, "partial")
    assert bench.rows("SELECT state FROM listing") == ["quarantined"]
    assert bench.rows("SELECT kind FROM event") == []


def test_an_import_that_was_killed_goes_on_and_doubles_nothing(bench: TakingIn) -> None:
    content = packed(
        *(record(answer(page_of(f"江南县第{one}条消息见报")), url_of(one)) for one in range(1, 41))
    )
    (bench.folder / "their.warc.gz").write_bytes(content)
    command = [sys.executable, "-P", "-m", "jianbao", "--config", str(bench.config), "import", "warc"]
    running = subprocess.Popen([*command, str(bench.folder / "their.warc.gz")], stdout=subprocess.DEVNULL)
    database = bench.folder / "archive" / "archive.db"
    wait_until(lambda: running.poll() is not None or has_articles(database), "the import to write")
    running.kill()
    running.wait()
    counted = bench.take(content)
    assert counted.total("new") + counted.total("known") == 40
    assert bench.rows("SELECT count(*), count(DISTINCT url) FROM capture") == [(40, 40)]
    assert len(bench.titles) == 40


def has_articles(database: Path) -> bool:
    """Tell whether an import has begun to write."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection,
    ):
        return bool(connection.execute("SELECT count(*) FROM article").fetchone()[0])
    return False


ROOMS = r"""
[[sources]]
slug = "lxrb"
name = "灵溪日报"
kind = "epaper"
site = "lxrb"
url = "{site}/lxrb/"
issue = "html/{Y}-{m}/{d}/node_2047.htm"
"""


def test_issues_come_out_of_their_pages(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(sources=ROOMS)
    newsroom.run("crawl")
    asked = "SELECT info_code, title, text, published_at, page, page_name FROM article ORDER BY info_code"
    issues = "SELECT source, day, articles FROM issue ORDER BY 1, 2"
    before, known = newsroom.rows(asked), newsroom.rows(issues)
    assert len(known) > 0
    kept = newsroom.folder / "kept"
    newsroom.archive_folder.rename(kept)
    assert newsroom.ask("import", "warc", str(kept / "warc"))["new"] == len(before)
    assert newsroom.rows(asked) == before
    assert newsroom.rows(issues) == known
