"""A WARC file that is lost or cut is told, blocks nothing, and what was in it is fetched whole again."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.newsroom import Newsroom, small_press

from storage.archive.folder import Archive
from storage.captures.capture import list_captures, read_capture
from storage.captures.lost import LostFile, find_lost_files, tell_lost_files
from storage.records import Exchange
from storage.warc import read_payload

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)


def warc_files(newsroom: Newsroom) -> list[Path]:
    return sorted((newsroom.archive_folder / "warc").glob("*.warc.gz"))


def exchange(number: int, body: bytes | None = None) -> Exchange:
    return Exchange(
        url=f"http://127.0.0.1/{number}.html",
        fetched_at=NOW,
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", "text/html"),),
        body=f"<p>第{number}篇</p>".encode() if body is None else body,
    )


def keep(folder: Path, *numbers: int) -> None:
    with Archive.open(folder) as archive, archive.writing() as connection:
        for number in numbers:
            archive.keep(connection, exchange(number), info_code=f"NW20260320{number:010d}")


def lost_in(folder: Path) -> list[LostFile]:
    with Archive.open(folder) as archive, archive.reading() as connection:
        return find_lost_files(connection, archive.warc_folder)


# What is found


def test_nothing_is_lost_in_a_whole_archive(tmp_path: Path) -> None:
    keep(tmp_path)
    assert lost_in(tmp_path) == []
    keep(tmp_path, 1, 2, 3)
    assert lost_in(tmp_path) == []


@pytest.mark.parametrize(
    ("lacking", "captures"), [(1, 1), (1000, 2), (None, 4)], ids=["a byte", "1000 bytes", "the file"]
)
def test_what_a_file_lacks_is_told_by_its_size(tmp_path: Path, lacking: int | None, captures: int) -> None:
    keep(tmp_path, 1, 2, 3, 4)
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    size = path.stat().st_size
    if lacking is None:
        path.unlink()
    else:
        os.truncate(path, size - lacking)
    (found,) = lost_in(tmp_path)
    assert (found.file, found.size) == (path.name, None if lacking is None else size - lacking)
    assert (found.needed, found.captures, found.first, found.last) == (size, captures, 5 - captures, 4)


def test_each_file_is_looked_at_and_none_other_named(tmp_path: Path) -> None:
    keep(tmp_path, 1)
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    for day in ("20260101", "20260102", "20260103"):
        with Archive.open(tmp_path) as archive, archive.writing() as connection:
            archive.keep(connection, exchange(int(day)))
            connection.exec_driver_sql(
                "UPDATE capture SET warc_file = ? WHERE id = (SELECT max(id) FROM capture)",
                (f"jianbao-{day}-0-00000.warc.gz",),
            )
    gone = [f"jianbao-{day}-0-00000.warc.gz" for day in ("20260101", "20260102", "20260103")]
    assert [found.file for found in lost_in(tmp_path)] == gone
    (tmp_path / "warc" / gone[1]).write_bytes(path.read_bytes() + bytes(10_000))
    assert [found.file for found in lost_in(tmp_path)] == [gone[0], gone[2]]


# A lost file is made good


def recrawl_all(newsroom: Newsroom) -> None:
    codes = newsroom.rows("SELECT info_code FROM article")
    newsroom.recrawl(*(part for code in codes for part in ("--code", code)))


def payloads_can_be_read(newsroom: Newsroom) -> bool:
    """Read the original of every article, and of every repeated page behind it."""
    with newsroom.archive() as archive, archive.reading() as connection:
        for identity in newsroom.rows("SELECT capture_id FROM article"):
            held = read_capture(connection, identity)
            assert held is not None
            refers_to = read_capture(connection, held.refers_to) if held.refers_to else None
            place = refers_to.place if refers_to else None
            read_payload(archive.warc_folder, held.place, digest=held.payload_digest, refers_to=place)
    return True


@pytest.mark.parametrize("how", ["deleted", "emptied", "cut to half", "cut by 700 bytes"])
def test_articles_whose_originals_are_lost_are_written_whole_again(
    open_newsroom: Callable[..., Newsroom], how: str
) -> None:
    newsroom = open_newsroom(small_press(6))
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    size = path.stat().st_size
    if how == "deleted":
        path.unlink()
    else:
        os.truncate(path, {"emptied": 0, "cut to half": size // 2, "cut by 700 bytes": size - 700}[how])
    assert newsroom.run("status").status == 1
    newsroom.crawl()
    assert newsroom.events() == ["captures_lost"]
    (message,) = newsroom.rows("SELECT message FROM event WHERE kind = 'captures_lost'")
    assert path.name in message
    assert "`jianbao recrawl`" in message

    recrawl_all(newsroom)
    assert payloads_can_be_read(newsroom)
    assert path.name not in {file.name for file in warc_files(newsroom)} or path.stat().st_size < size
    again = newsroom.rows(
        "SELECT count(*) FROM capture WHERE refers_to IS NOT NULL AND warc_file = :f", f=path.name
    )
    assert again == [0]

    before = newsroom.rows("SELECT count(*) FROM capture")
    recrawl_all(newsroom)
    after = newsroom.rows("SELECT count(*) FROM capture WHERE refers_to IS NOT NULL")
    assert after[0] >= before[0] // 4, "what can be read again is repeated by reference again"
    assert payloads_can_be_read(newsroom)


def test_the_event_is_over_when_everything_was_fetched_again(newsroom: Newsroom) -> None:
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    path.unlink()
    newsroom.crawl()
    assert newsroom.events() == ["captures_lost"]
    recrawl_all(newsroom)
    newsroom.site.publish()
    newsroom.crawl()  # the category page's original too
    newsroom.crawl()
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


def test_the_event_is_over_when_the_file_is_back(newsroom: Newsroom) -> None:
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    path.rename(path.with_suffix(".away"))
    for _ in range(2):
        newsroom.crawl()
    assert newsroom.rows("SELECT kind, times FROM event") == [("captures_lost", 2)]
    path.with_suffix(".away").rename(path)
    assert newsroom.run("status").status == 1, "the event is open until a crawl has looked"
    newsroom.crawl()
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


def test_a_revisit_never_refers_to_what_was_cut(tmp_path: Path) -> None:
    keep(tmp_path, 1, 2)
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    os.truncate(path, path.stat().st_size - 1)
    keep(tmp_path, 1, 2, 2)
    with Archive.open(tmp_path) as archive, archive.reading() as connection:
        captures = list_captures(connection)
    assert [capture.refers_to for capture in captures] == [None, None, 1, None, 4]


# Nothing blocks


@pytest.mark.parametrize("lacking", [1, 700, None], ids=["a byte", "700 bytes", "the file"])
def test_todays_file_that_is_not_as_the_database_says_stops_no_crawl(
    newsroom: Newsroom, lacking: int | None
) -> None:
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    if lacking is None:
        path.unlink()
    else:
        os.truncate(path, path.stat().st_size - lacking)
    newsroom.site.publish()
    crawled = newsroom.crawl()
    assert crawled.total("new") == 1
    assert newsroom.states() == {"archived": 3}
    assert any(file.name.endswith("-00001.warc.gz") for file in warc_files(newsroom))


def test_a_bit_that_flipped_behind_the_last_capture_is_an_event_and_stops_nothing(newsroom: Newsroom) -> None:
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    foreign = bytearray(
        gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n")
    )
    foreign[-6] ^= 8
    left = path.read_bytes() + foreign
    path.write_bytes(left)
    newsroom.site.publish()
    assert newsroom.crawl().total("new") == 1
    assert newsroom.events() == ["warc_damaged"]
    assert path.read_bytes() == left
    assert newsroom.run("status").status == 1


def test_a_torn_tail_is_no_event(newsroom: Newsroom) -> None:
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + gzip.compress(b"WARC/1.1\r\nWARC-Type: res")[:-3])
    newsroom.crawl()
    assert path.stat().st_size == size
    assert newsroom.events() == []


def test_telling_twice_counts_one_event(tmp_path: Path) -> None:
    keep(tmp_path, 1)
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    path.unlink()
    with Archive.open(tmp_path) as archive:
        for _ in range(2):
            with archive.writing() as connection:
                (found,) = tell_lost_files(connection, archive.warc_folder, NOW)
    assert found.originals == 0, "no article has its text from there"


def test_what_was_fetched_again_is_over_when_the_crawl_that_fetched_it_ends(newsroom: Newsroom) -> None:
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    os.truncate(path, path.stat().st_size - 700)  # an article's, which came last
    recrawl_all(newsroom)
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


def test_a_file_that_is_a_link_to_nothing_gets_no_more_and_the_next_is_begun(newsroom: Newsroom) -> None:
    newsroom.crawl()
    (path,) = warc_files(newsroom)
    elsewhere = newsroom.folder / "not mounted"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    elsewhere.rename(newsroom.folder / "unmounted")
    newsroom.site.publish()
    assert newsroom.crawl().total("new") == 1
    assert path.is_symlink()
    assert newsroom.events() == ["captures_lost"]
    (newsroom.folder / "unmounted").rename(elsewhere)
    newsroom.crawl()
    assert newsroom.events() == []
