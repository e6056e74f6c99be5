"""Rebuild: the WARC files alone give the same archive again, field by field."""

from __future__ import annotations

import shutil
import sqlite3
import string
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.newsroom import Newsroom, small_press
from support.post_files import synthetic
from support.rebuilt import find_differences, tables_of
from support.warc_folder import warcio_records

from jianbao.demo import Press
from storage.journal.packing import BrokenRows, pack_rows, unpack_rows
from storage.warc.name import try_slot
from storage.warc.scan import FoundDamage, scan_file


def lose_database(newsroom: Newsroom) -> Path:
    """Move the database away, with all that is beside it; return where it is."""
    kept = newsroom.folder / "lost"
    kept.mkdir(exist_ok=True)
    for path in newsroom.archive_folder.glob("archive.db*"):
        shutil.move(path, kept / path.name)
    return kept / "archive.db"


def test_the_same_archive_comes_back_field_by_field(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(Press.daily())
    newsroom.run("crawl")
    newsroom.site.publish()
    newsroom.run("crawl")
    with newsroom.archive() as archive:
        archive.write_journal(even_idle=True)
    found = newsroom.ask("search", "市场")
    before = lose_database(newsroom)
    files = {path: path.read_bytes() for path in (newsroom.archive_folder / "warc").rglob("*.gz")}
    outcome = newsroom.ask("rebuild")
    assert outcome["whole"], str(outcome)
    assert len(tables_of(before)["article"]) > 50
    assert find_differences(before, newsroom.archive_folder / "archive.db") == []
    assert {path: path.read_bytes() for path in files} == files
    assert newsroom.ask("search", "市场") == found


@pytest.fixture
def crawled(newsroom: Newsroom) -> Newsroom:
    """Return a newsroom whose articles were crawled, with all of the journal written."""
    newsroom.crawl()
    with newsroom.archive() as archive:
        archive.write_journal(even_idle=True)
    return newsroom


def journal_of(newsroom: Newsroom) -> Path:
    """Return the journal's file."""
    (path,) = (newsroom.archive_folder / "warc" / "journal").glob("*.warc.gz")
    return path


def test_the_next_crawl_goes_on_where_the_lost_database_was(crawled: Newsroom) -> None:
    lose_database(crawled)
    assert crawled.ask("rebuild")["whole"]
    crawled.site.publish()
    again = crawled.crawl()
    assert (again.total("new"), again.total("revised"), again.total("unchanged")) == (1, 0, 0)
    assert crawled.states() == {"archived": 3}
    assert crawled.ask("rebuild", "--to", str(crawled.folder / "elsewhere"))["whole"]
    assert (
        tables_of(crawled.folder / "elsewhere" / "archive.db")["article"]
        == tables_of(crawled.archive_folder / "archive.db")["article"]
    )


def test_a_poll_without_news_writes_nothing(crawled: Newsroom) -> None:
    before = journal_of(crawled).stat().st_size
    crawled.crawl()
    crawled.crawl()
    assert journal_of(crawled).stat().st_size == before


def test_the_journal_is_valid_for_other_readers(crawled: Newsroom) -> None:
    records = warcio_records(journal_of(crawled))
    assert [record["type"] for record in records][:2] == ["warcinfo", "metadata"]


def test_a_database_that_is_there_is_replaced_only_when_asked(crawled: Newsroom) -> None:
    assert crawled.run("rebuild").status == 1
    before = tables_of(crawled.archive_folder / "archive.db")
    outcome = crawled.ask("rebuild", "--replace")
    assert tables_of(Path(outcome["kept_aside"])) == before
    assert tables_of(crawled.archive_folder / "archive.db") == before


def test_who_writes_meanwhile_is_not_disturbed(crawled: Newsroom) -> None:
    slot = try_slot(crawled.archive_folder / "warc", 0)
    assert slot is not None
    try:
        assert crawled.run("rebuild", "--replace").status == 3
    finally:
        slot.release()


def test_a_lost_file_is_named_and_its_articles_are_owed_or_told(crawled: Newsroom) -> None:
    (answers,) = (crawled.archive_folder / "warc").glob("jianbao-*-0-*.warc.gz")
    codes = crawled.rows("SELECT info_code FROM article ORDER BY 1")
    answers.unlink()
    lose_database(crawled)
    ended = crawled.run("rebuild", "--json")
    assert ended.status == 1
    assert sorted(ended.json["lost_articles"]) == codes
    crawled.site.publish()
    assert crawled.crawl().total("new") == 3
    assert crawled.states() == {"archived": 3}
    assert "rebuild_incomplete" in crawled.events(resolved=True)


def test_a_torn_journal_is_read_to_where_it_is_whole(crawled: Newsroom) -> None:
    path = journal_of(crawled)
    whole = path.read_bytes()
    crawled.site.publish()
    crawled.crawl()
    path.write_bytes(path.read_bytes()[:-10])
    lose_database(crawled)
    ended = crawled.run("rebuild", "--json")
    assert ended.status == 1
    assert len(ended.json["damages"]) == 1
    assert ended.json["untold"] == 2
    assert (ended.json["reread"]["new"], ended.json["reread"]["listed"]) == (1, 1)
    assert len(whole) < path.stat().st_size
    assert crawled.crawl().total("new") == 0
    assert crawled.states() == {"archived": 3}


def test_a_journal_that_was_lost_is_written_again(crawled: Newsroom) -> None:
    journal_of(crawled).unlink()
    crawled.site.publish()
    crawled.crawl()
    with crawled.archive() as archive:
        archive.write_journal(even_idle=True)
    before = lose_database(crawled)
    assert crawled.ask("rebuild")["whole"]
    assert find_differences(before, crawled.archive_folder / "archive.db") == []


def test_an_archive_without_a_journal_is_prepared(crawled: Newsroom) -> None:
    path = journal_of(crawled)
    with crawled.archive() as archive, archive.writing() as connection:
        connection.exec_driver_sql("DELETE FROM journal")
        connection.exec_driver_sql("DELETE FROM journal_owed")
    path.unlink()
    assert crawled.ask("rebuild", "--prepare")["journal_records"] == 1
    before = tables_of(lose_database(crawled))
    assert crawled.ask("rebuild")["whole"]
    assert tables_of(crawled.archive_folder / "archive.db")["article"] == before["article"]


def test_an_archive_of_an_earlier_version_gets_its_journal_portion_by_portion(crawled: Newsroom) -> None:
    with crawled.archive() as archive, archive.writing() as connection:
        connection.exec_driver_sql("DELETE FROM journal_owed")
        connection.exec_driver_sql("DELETE FROM journal")
        journal_of(crawled).unlink()
    (path,) = (crawled.archive_folder / "warc" / "journal").glob("*.warc.gz")  # closing wrote it
    path.unlink()
    with crawled.archive() as archive:
        with archive.writing() as connection:
            connection.exec_driver_sql("DELETE FROM journal")
        assert archive.write_journal(most=0) == 0, "all is owed, and nothing written yet"
    before = tables_of(lose_database(crawled))
    assert crawled.ask("rebuild")["whole"]
    assert tables_of(crawled.archive_folder / "archive.db")["article"] == before["article"]


def test_a_journal_that_cannot_be_written_is_an_event_until_it_can(crawled: Newsroom) -> None:
    folder = crawled.archive_folder / "warc" / "journal"
    folder.rename(folder.with_name("aside"))
    folder.write_text("in its place")
    crawled.site.publish()
    crawled.crawl()
    assert "journal_unwritten" in crawled.events()
    folder.unlink()
    folder.with_name("aside").rename(folder)
    crawled.site.publish()
    crawled.crawl()
    assert "journal_unwritten" not in crawled.events()


@given(
    body=st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")),
    rows=st.dictionaries(
        st.sampled_from(["article", "wording"]),
        st.lists(st.lists(st.none() | st.integers() | st.text() | st.binary(), max_size=4), max_size=3),
    ),
    start=st.integers(0, 500),
)
def test_packed_rows_come_back(body: bytes, rows: dict[str, list[list[Any]]], start: int) -> None:
    packed = pack_rows(rows, body, start, b"sample")
    assert unpack_rows(packed, body, start, b"sample") == rows


@given(packed=st.text(alphabet=string.ascii_letters + string.digits + "+/=", max_size=200))
def test_what_was_not_packed_is_refused(packed: str) -> None:
    with pytest.raises(BrokenRows):
        unpack_rows(packed, b"", 0, b"")


@given(data=st.binary(max_size=300))
def test_any_bytes_are_scanned_to_their_end(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("scan") / "x.warc.gz"
    path.write_bytes(data)
    assert all(isinstance(found, FoundDamage) for found in scan_file(path))


PAPER = """\
[[sources]]
slug = "lxrb"
name = "芦溪日报"
kind = "epaper"
site = "lxrb"
url = "{site}/lxrb/"
images = true
facsimile = "pdf"
"""
TEXT = """河湾村的桥通车了

　　三月二十日上午，河湾村新修的石桥通车，村民不必再绕行六里山路。

　　桥长四十八米，用了一百二十天。
"""


_SAME_WHEN_REREAD = (
    "SELECT info_code, title, text, published_at, author, images FROM article ORDER BY 1",
    "SELECT info_code, number, title, text FROM wording ORDER BY 1, 2",
    "SELECT source, info_code, state FROM listing ORDER BY 1, 2",
    "SELECT info_code, url, state, digest, width, height FROM picture ORDER BY 1, 2",
    "SELECT source, day, url, state, digest, width, height FROM facsimile ORDER BY 1, 2, 3",
)


def ask(database: Path, statement: str) -> list[Any]:
    """Return the rows of a statement."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


def test_papers_pictures_and_imports_come_back(
    open_newsroom: Callable[..., Newsroom], tmp_path: Path
) -> None:
    newsroom = open_newsroom(small_press(), sources=PAPER)
    newsroom.crawl()
    posts = tmp_path / "posts" / "_posts"
    posts.mkdir(parents=True)
    for name, text in synthetic(8):
        (tmp_path / "posts" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "posts" / name).write_text(text, "utf-8")
    newsroom.run("import", "posts", str(tmp_path / "posts"))
    (tmp_path / "bridge.txt").write_text(TEXT, "utf-8")
    given = ("--source", "hewan", "--media", "河湾报", "--date", "2026-03-20")
    assert newsroom.run("import", "text", *given, str(tmp_path / "bridge.txt")).status == 0
    newsroom.crawl()  # it links the stories that the imports owe
    with newsroom.archive() as archive:
        archive.write_journal(even_idle=True)
    before = lose_database(newsroom)
    assert newsroom.ask("rebuild")["whole"]
    held = tables_of(before)
    for name in ("issue", "issue_page", "facsimile", "picture", "listing", "article", "wording"):
        assert held[name], f"there is no {name}, so that nothing is tried"
    assert find_differences(before, newsroom.archive_folder / "archive.db") == []
    shutil.rmtree(newsroom.archive_folder / "warc" / "journal")
    ended = newsroom.run("rebuild", "--to", str(tmp_path / "reread"), "--json")
    assert ended.status == 1, "what only the journal told is lost"
    reread = tmp_path / "reread" / "archive.db"
    for wanted in _SAME_WHEN_REREAD:
        assert ask(reread, wanted) == ask(before, wanted)


def test_a_database_of_an_earlier_time_notices_and_rebuild_takes_both_lines_in(crawled: Newsroom) -> None:
    database = crawled.archive_folder / "archive.db"
    earlier = crawled.folder / "earlier.db"
    shutil.copy(database, earlier)
    crawled.site.publish()
    crawled.crawl()
    lost = set(crawled.rows("SELECT info_code FROM article"))
    lose_database(crawled)
    shutil.copy(earlier, database)
    assert crawled.run("status").status == 0
    assert crawled.ask("rebuild", "--to", str(crawled.folder / "at-once"))["journal_records_aside"] == 0
    assert len(tables_of(crawled.folder / "at-once" / "archive.db")["article"]) == len(lost) == 3
    crawled.site.publish()
    crawled.crawl()
    assert "database_older" in crawled.events()
    outcome = crawled.run("rebuild", "--replace", "--json").json
    assert outcome["journal_records_aside"] == 1
    assert "database_older" in crawled.events(resolved=True)
    assert crawled.ask("verify", "--full")["problems"] == []
    assert lost <= set(crawled.rows("SELECT info_code FROM article"))


def test_a_record_that_was_written_and_not_noted_is_its_own(crawled: Newsroom) -> None:
    crawled.site.publish()
    crawled.prelude = _KILLED_AFTER_APPEND
    assert crawled.run("crawl").status not in (0, 1, 2, 3)
    crawled.prelude = ""
    crawled.crawl()
    assert crawled.events() == []
    assert crawled.ask("rebuild", "--replace")["journal_records_aside"] == 0


_KILLED_AFTER_APPEND = """
import os, signal
from storage.journal import writing
def enter_journal(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)
writing.enter_journal = enter_journal
"""
