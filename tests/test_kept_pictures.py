"""Pictures are kept after the articles, each address once, and are never an article's failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from support.drawn_pictures import draw_gif, draw_jpeg, draw_png, draw_webp
from support.newsroom import Newsroom, small_press
from support.tiny_kind import PRELUDE, TinySite, serve_tiny_site

from jianbao.crawl.pictures import CrawlPictures, PictureWishes
from spiders.pictures import PictureHosts
from storage.archive.folder import Archive
from storage.captures.capture import list_captures, read_capture
from storage.ledger.counts import CrawlCounts
from storage.ledger.picture import list_facsimiles, list_pictures, owe_pictures
from storage.ledger.source import save_sources
from storage.records import (
    Exchange,
    Issue,
    IssuePage,
    OwedPictures,
    PictureDelivery,
    SetAside,
    Source,
    TryLater,
)
from storage.records.picture import PictureFacts, read_pdf, read_picture
from storage.warc.response import read_payload

ONE, TWO = "20260320.1", "20260320.2"
CODE_ONE, CODE_TWO = f"hupan-{ONE}", f"hupan-{TWO}"


@pytest.fixture
def tiny() -> Iterator[TinySite]:
    """A tiny site with two articles, which share a picture and have one of their own each."""
    with serve_tiny_site() as site:
        site.print_day("friday", {ONE: "湖水退了三尺", TWO: "祠堂里的学堂"})
        put(site, ONE, "湖水退了三尺", "/p/shared.png", "/p/one.jpg")
        put(site, TWO, "祠堂里的学堂", "/p/two.gif", "/p/shared.png")
        site.put_picture("/p/shared.png", draw_png(), "image/png")
        site.put_picture("/p/one.jpg", draw_jpeg())
        site.put_picture("/p/two.gif", draw_gif(), "text/html")
        yield site


def put(site: TinySite, key: str, title: str, *pictures: str) -> None:
    images = "\n".join(f"<img src='{path}'>" for path in pictures)
    site.put("a", key, title, f"湖水退了三尺，渔户把船拖上了岸。\n{images}\n乡里的学堂改在祠堂里上课。")


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom], tiny: TinySite) -> Newsroom:
    """A newsroom that polls the tiny site, with its pictures."""
    opened = open_newsroom(small_press())
    opened.prelude = PRELUDE
    configure(opened, tiny, "images = true")
    return opened


def configure(newsroom: Newsroom, tiny: TinySite, *keys: str, pictures: str = "") -> None:
    newsroom.configure()
    text = newsroom.config.read_text("utf-8").partition("[http]")[2]
    source = f'slug = "小报"\nname = "湖畔小报"\nkind = "tiny"\nsite = "hupan"\nurl = "{tiny.address}/"\n'
    newsroom.config.write_text(
        "\n".join(("[[sources]]", source, *keys, "[pictures]", pictures, "[http]", text)), "utf-8"
    )


def pictures(newsroom: Newsroom) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return state, type, width, height and reason of each picture, by article and path."""
    rows = newsroom.rows("SELECT info_code, url, state, type, width, height, error FROM picture")
    return {(code, url[url.index("/p/") :]): tuple(rest) for code, url, *rest in rows}


def asked(tiny: TinySite) -> list[str]:
    return sorted(path for path in tiny.asked if path.startswith("/p/"))


def test_pictures_are_kept_after_the_articles_each_address_once(newsroom: Newsroom, tiny: TinySite) -> None:
    crawled = newsroom.crawl()
    counts = crawled.sources["小报"]
    assert (counts["new"], counts["pictures"], counts["pictures_failed"]) == (2, 3, 0)
    assert asked(tiny) == ["/p/one.jpg", "/p/shared.png", "/p/two.gif"]
    assert [path.startswith("/p/") for path in tiny.asked] == [False] * 4 + [True] * 3
    png = ("archived", "image/png", 8, 6, None)
    assert pictures(newsroom) == {
        (CODE_ONE, "/p/shared.png"): png,
        (CODE_ONE, "/p/one.jpg"): ("archived", "image/jpeg", 16, 16, None),
        (CODE_TWO, "/p/two.gif"): ("archived", "image/gif", 8, 6, None),
        (CODE_TWO, "/p/shared.png"): png,
    }
    tiny.asked.clear()
    newsroom.crawl()
    assert asked(tiny) == []


def test_a_kept_picture_is_what_came_byte_for_byte(newsroom: Newsroom, tiny: TinySite) -> None:
    newsroom.crawl()
    [(identity, digest)] = newsroom.rows("SELECT capture_id, digest FROM picture WHERE url LIKE '%one.jpg'")
    with newsroom.archive() as archive, archive.reading() as connection:
        capture = read_capture(connection, identity)
        assert capture is not None
        assert capture.payload_digest == digest
        assert read_payload(archive.warc_folder, capture.place, digest=digest).body == draw_jpeg()


def test_a_repeat_is_a_revisit(newsroom: Newsroom, tiny: TinySite) -> None:
    tiny.put_picture("/p/one.jpg", draw_png())
    newsroom.crawl()
    rows = newsroom.rows("SELECT url, refers_to FROM capture WHERE url LIKE '%/p/%' ORDER BY id")
    assert sorted(refers_to is None for _, refers_to in rows) == [False, True, True]
    assert len(set(newsroom.rows("SELECT digest FROM picture WHERE type = 'image/png'"))) == 1


def test_nothing_is_asked_for_without_the_wish(newsroom: Newsroom, tiny: TinySite) -> None:
    configure(newsroom, tiny, "images = false", pictures="images = true")
    newsroom.crawl()
    assert asked(tiny) == []
    assert pictures(newsroom) == {}
    configure(newsroom, tiny, pictures="images = true")
    newsroom.recrawl("--source", "小报")
    assert len(asked(tiny)) == 3


HOSTILE = {
    "a page": (
        b"<!DOCTYPE html><html><body>Log in</body></html>",
        "failed",
        "is a page instead of a picture",
    ),
    "an SVG": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "refused", "is an SVG"),
    "nothing": (b"", "failed", "is empty"),
    "a program": (b"MZ\x90\x00" * 30, "refused", "is no picture of a kind that is kept"),
    "cut off": (draw_jpeg(64, 64)[:-9], "failed", "is a JPEG that is cut off"),
    "a bomb": (draw_png(claims=(60_000, 60_000)), "refused", "says that it is 60000 × 60000 pixels"),
    "a flat one": (draw_png(claims=(0, 5)), "refused", "is a picture without any pixels"),
    "too large": (draw_jpeg(4096, 4096) * 2, "refused", "is larger than 10000 bytes"),
}


def test_what_is_no_picture_is_no_failure_of_the_article(newsroom: Newsroom, tiny: TinySite) -> None:
    configure(newsroom, tiny, "images = true", pictures="max_size = 10_000")
    paths = {f"/p/{number}.jpg": kind for number, kind in enumerate(HOSTILE)}
    put(tiny, ONE, "湖水退了三尺", *paths, "/p/moved.jpg", "/p/nowhere.jpg")
    for path, kind in paths.items():
        tiny.put_picture(path, HOSTILE[kind][0])
    tiny.files["/p/moved.jpg"] = 302, {"Location": "http://pictures.example/p/a.jpg"}, b""
    crawled = newsroom.crawl()
    assert crawled.report["status"] == "ok"
    assert crawled.sources["小报"]["pictures_failed"] == len(HOSTILE) + 2
    found = pictures(newsroom)
    for path, kind in paths.items():
        state, *_, error = found[CODE_ONE, path]
        assert (state, HOSTILE[kind][2] in error) == (HOSTILE[kind][1], True), (kind, error)
    assert "which is none of its source's hosts" in found[CODE_ONE, "/p/moved.jpg"][-1]
    assert "answered 404" in found[CODE_ONE, "/p/nowhere.jpg"][-1]
    assert newsroom.states() == {"archived": 2}
    assert newsroom.rows("SELECT count(*) FROM capture WHERE url LIKE '%/p/%.jpg'") == [0]


def test_what_failed_is_tried_again_later_and_what_was_refused_never(
    newsroom: Newsroom, tiny: TinySite
) -> None:
    tiny.files["/p/one.jpg"] = 503, {}, b""
    tiny.put_picture("/p/two.gif", b"<svg/>")
    newsroom.crawl()
    tiny.asked.clear()
    newsroom.crawl()
    assert asked(tiny) == []
    tiny.put_picture("/p/one.jpg", draw_webp())
    with newsroom.archive() as archive, archive.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE picture SET next_try_at = '2020-01-01' WHERE next_try_at IS NOT NULL"
        )
    newsroom.crawl()
    assert asked(tiny) == ["/p/one.jpg"]
    assert pictures(newsroom)[CODE_ONE, "/p/one.jpg"] == ("archived", "image/webp", 1, 1, None)


def test_a_picture_of_another_host_is_not_asked_for(newsroom: Newsroom, tiny: TinySite) -> None:
    put(tiny, ONE, "湖水退了三尺", "http://pictures.example/p/a.jpg")
    newsroom.crawl()
    [(state, *_, error)] = [one for (code, _), one in pictures(newsroom).items() if code == CODE_ONE]
    assert (state, error) == ("refused", "http://pictures.example/p/a.jpg is on none of its source's hosts")


def test_robots_txt_forbids_pictures_too(newsroom: Newsroom, tiny: TinySite) -> None:
    newsroom.http["obey_robots"] = True
    configure(newsroom, tiny, "images = true")
    tiny.pages["/robots.txt"] = "User-agent: *\nDisallow: /p/\n"
    crawled = newsroom.crawl()
    assert crawled.report["status"] == "ok"
    assert asked(tiny) == []
    assert {state for state, *_ in pictures(newsroom).values()} == {"failed"}


def test_an_article_owes_no_more_pictures_than_the_limit(newsroom: Newsroom, tiny: TinySite) -> None:
    configure(newsroom, tiny, "images = true", pictures="max_count = 1")
    newsroom.crawl()
    assert asked(tiny) == ["/p/shared.png", "/p/two.gif"]


def test_the_time_for_pictures_ends_and_the_next_crawl_goes_on(newsroom: Newsroom, tiny: TinySite) -> None:
    configure(newsroom, tiny, "images = true", pictures="max_time = 0.0")
    newsroom.crawl()
    assert {state for state, *_ in pictures(newsroom).values()} == {"owed"}
    configure(newsroom, tiny, "images = true")
    newsroom.crawl()
    assert {state for state, *_ in pictures(newsroom).values()} == {"archived"}


def test_a_revised_article_owes_its_new_pictures_and_keeps_the_old(
    newsroom: Newsroom, tiny: TinySite
) -> None:
    newsroom.crawl()
    put(tiny, ONE, "湖水退了四尺", "/p/new.jpg")
    tiny.put_picture("/p/new.jpg", draw_jpeg(shade=30))
    tiny.asked.clear()
    newsroom.recrawl("--source", "小报")
    assert asked(tiny) == ["/p/new.jpg"]
    kept = {
        path
        for (code, path), (state, *_) in pictures(newsroom).items()
        if code == CODE_ONE and state == "archived"
    }
    assert kept == {"/p/shared.png", "/p/one.jpg", "/p/new.jpg"}


def test_hosts_of_the_same_domain_may_be_asked() -> None:
    hosts = PictureHosts(frozenset({"epaper.lake.com.cn", "paper.github.io", "127.0.0.1:80"}))
    assert hosts.may_ask("http://epaper.lake.com.cn/a.jpg")
    assert hosts.may_ask("https://img.lake.com.cn/a.jpg")
    assert not hosts.may_ask("https://img.lake.com.cn:8443/a.jpg")
    assert not hosts.may_ask("https://river.com.cn/a.jpg")
    assert not hosts.may_ask("https://other.github.io/a.jpg")
    assert not hosts.may_ask("http://127.0.0.2/a.jpg")
    assert hosts.related == {"img.lake.com.cn"}


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (draw_png(30, 20), PictureFacts("image/png", 30, 20)),
        (draw_gif(31, 21), PictureFacts("image/gif", 31, 21)),
        (draw_jpeg(40, 24), PictureFacts("image/jpeg", 40, 24)),
        (draw_webp(), PictureFacts("image/webp", 1, 1)),
        (
            b"RIFF\x22\0\0\0WEBPVP8 \x10\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01" + bytes(20),
            PictureFacts("image/webp", 640, 480),
        ),
        (
            b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0",
            PictureFacts("image/webp", 640, 480),
        ),
    ],
    ids=["png", "gif", "jpeg", "webp", "webp lossy", "webp extended"],
)
def test_pictures_are_known_by_their_bytes(body: bytes, facts: PictureFacts) -> None:
    assert read_picture(body) == facts
    with pytest.raises((TryLater, SetAside)):
        read_picture(body[: len(body) // 2])


def test_a_pdf_is_whole_or_none() -> None:
    assert read_pdf(b"%PDF-1.4\n...%%EOF\n").type == "application/pdf"
    with pytest.raises(TryLater, match="cut off"):
        read_pdf(b"%PDF-1.4\n...")
    with pytest.raises(TryLater, match="a page instead of a PDF"):
        read_pdf(b"<html></html>")


def test_what_an_article_and_a_page_show_is_fetched_once(tmp_path: Path) -> None:
    wishes = PictureWishes(frozenset({"lake"}), {"lake": "image"})
    url, day, now = "http://paper.example/p/1.png", date(2026, 3, 20), datetime.now(UTC)
    page = IssuePage("A01", "头版", "http://paper.example/1.htm", 1, picture=url)
    with Archive.open(tmp_path / "archive") as archive:
        with archive.writing() as connection:
            save_sources(connection, [Source("lake", "湖畔", "epaper", None, "Asia/Shanghai", None, True)])
            owe_pictures(connection, CODE_ONE, OwedPictures("lake", (url,)), now)
            owe_pictures(connection, CODE_TWO, OwedPictures("lake", (url,)), now)
            wishes.owe(connection, "lake", [Issue(day, "listed", pages=(page,))], now)
        kept = CrawlPictures(archive, CrawlCounts(), wishes, ["lake"], crawl_id=None, halt=pytest.fail)
        (owed,) = kept.next()
        assert owed.shown_by == (CODE_TWO, CODE_ONE)
        exchange = Exchange(url, now, 200, (), (), draw_png())
        kept.add(PictureDelivery(owed, exchange, read_picture(draw_png()), len(draw_png())))
        assert kept.next() == []
        with archive.reading() as connection:
            assert list_facsimiles(connection, "lake", day)[url].state == "archived"
            assert {
                one.state for some in list_pictures(connection, [CODE_ONE, CODE_TWO]).values() for one in some
            } == {"archived"}
            assert len(list_captures(connection)) == 1
