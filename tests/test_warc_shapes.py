"""What wget, warcio, browsertrix and other archives of ours write: pictures, feeds and redirects among it."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import struct
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest
from support.foreign_warcs import (
    CONFIGURATION,
    SITE,
    TakingIn,
    answer,
    list_of,
    packed,
    page_of,
    record,
    sha1,
    url_of,
)
from support.newsroom import Newsroom, small_press

PICTURED = CONFIGURATION.replace("[http]", "images = true\n[http]")
FEED = f"{SITE}/feed.xml"
FULL = PICTURED.replace('kind = "page"', 'kind = "feed"\nfull = true').replace(f"{SITE}/news/", FEED)


def png(colour: int = 0) -> bytes:
    """Return a picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 400, 300, 8, 0, 0, 0, 0))
    pixels = zlib.compress((b"\0" + bytes([colour]) * 400) * 300)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def shown(*urls: str) -> bytes:
    """Return an article's page with pictures in it."""
    pictures = "".join(f'<p><img src="{url}" width="400" height="300"></p>' for url in urls)
    return page_of().replace(b"</p></div></div>", f"</p>{pictures}</div></div>".encode())


def picture(body: bytes, *headers: str) -> bytes:
    """Return the answer with a picture."""
    return answer(body, *headers).replace(b"text/html; charset=utf-8", b"image/png")


def moved(to: str, line: str = "HTTP/1.1 301 Moved Permanently") -> bytes:
    """Return an answer that leads elsewhere."""
    return answer(b"<html>moved</html>", f"Location: {to}", line=line)


@pytest.fixture
def bench(tmp_path: Path) -> TakingIn:
    """Return an archive that takes files in, and wants pictures."""
    bench = TakingIn(tmp_path)
    bench.config.write_text(PICTURED, "utf-8")
    return bench


KEPT = "SELECT url, state, width FROM picture ORDER BY position"


@pytest.mark.parametrize("pack", [packed, lambda *all: gzip.compress(b"".join(all))])
def test_pictures_that_articles_name_are_kept(bench: TakingIn, pack: Callable[..., bytes]) -> None:
    own, far, lost, page = f"{SITE}/1.png", "https://cdn.example.net/2.png", f"{SITE}/3.png", f"{SITE}/4.png"
    told = f"WARC-Payload-Digest: {sha1(png(1))}"
    content = pack(
        record(answer(shown(own, far, lost, page))),
        record(moved("/moved/1.png", "HTTP/1.1 302 Found"), own),
        record(picture(png()), f"{SITE}/moved/1.png"),
        record(picture(png(1)), "https://other.example.org/same.png", "2021-03-20T00:00:00Z", told),
        record(b"", far, "2021-03-21T01:02:04Z", told, kind="revisit"),
        record(answer(b"<html>login</html>"), page),
    )
    counted = bench.take(content, dry_run=True)
    assert counted.total("pictures") == 3
    counted = bench.take(content)
    assert (counted.total("new"), counted.total("pictures"), counted.faults.total()) == (1, 2, 0)
    assert bench.rows(KEPT) == [
        (own, "archived", 400),
        (far, "archived", 400),
        (lost, "owed", None),
        (page, "owed", None),
    ]
    assert len(counted.packed_as_a_whole) == (pack is not packed)
    later = bench.take(packed(record(picture(png(2)), lost, "2021-03-22T00:00:00Z")), content)
    assert (later.total("pictures"), later.total("known")) == (1, 1)


def test_what_a_source_does_not_want_is_not_kept(bench: TakingIn) -> None:
    bench.config.write_text(CONFIGURATION, "utf-8")
    url = f"{SITE}/1.png"
    counted = bench.take(packed(record(answer(shown(url))), record(picture(png()), url)))
    assert counted.total("pictures") == 0
    assert bench.rows("SELECT count(*) FROM capture") == [1]


def test_what_an_articles_address_leads_to_is_its_page(bench: TakingIn) -> None:
    target, home = "https://new.example.net/a/77", f"{SITE}/"
    content = packed(
        record(moved(url_of(1).replace("https", "http")), url_of(1), "2021-03-21T01:02:01Z"),
        record(moved(target), url_of(1).replace("https", "http"), "2021-03-21T01:02:02Z"),
        record(answer(page_of("江南县第1则消息见报")), target, "2021-03-21T01:02:03Z"),
        record(moved(home), url_of(2)),
        record(answer(list_of([])), home),
        record(moved(url_of(3)), url_of(4)),
        record(answer(page_of("江南县第三条消息见报")), url_of(3)),
        record(moved(url_of(5)), url_of(5)),
        record(moved("http://[broken"), url_of(6)),
        record(moved(f"{SITE}/news/list.html"), f"{SITE}/news/"),
        record(answer(list_of([1, 7])), f"{SITE}/news/list.html"),
    )
    counted = bench.take(content)
    assert counted.faults.total() == 0, counted.damages
    assert (counted.total("new"), counted.total("listed")) == (2, 2)
    assert bench.rows("SELECT listing.info_code, listing.url, capture.url FROM listing"
                      " JOIN capture USING (info_code) ORDER BY 1") == [
        ("jnrb-1", url_of(1), target), ("jnrb-3", url_of(3), url_of(3)),
    ]  # fmt: skip
    again = bench.take(content)
    assert (again.total("new"), again.total("revised"), again.total("listed")) == (0, 0, 0)


def entry(number: int, body: str) -> str:
    """Return an entry of a feed."""
    return (
        f"<item><title>江南县第{number}则全文消息</title><link>{url_of(number)}</link>"
        f"<pubDate>Sat, 20 Mar 2021 08:0{number}:00 +0800</pubDate>"
        f"<description><![CDATA[{body}]]></description></item>"
    )


def test_whole_articles_of_a_feed_come_out_of_the_feed(bench: TakingIn) -> None:
    bench.config.write_text(FULL, "utf-8")
    prose = "，江南县各乡镇抢抓农时，组织农技人员下到田间地头，指导农户育秧。"
    whole = "".join(f"<p>{one}{prose}</p>" for one in "甲乙丙")
    head = "<rss version='2.0'><channel><title>江南日报</title>"
    feed = f"{head}{entry(1, whole)}{entry(2, '摘要')}</channel></rss>"
    content = packed(
        record(answer(feed.encode()).replace(b"text/html", b"application/rss+xml"), FEED),
        record(answer(page_of("江南县第1则全文消息")), url_of(1), "2021-03-22T00:00:00Z"),
    )
    assert bench.take(content, dry_run=True).total("new") == 2, "each as if it were the only one"
    counted = bench.take(content)
    assert (counted.total("listed"), counted.total("new"), counted.total("known")) == (2, 1, 1)
    assert bench.rows("SELECT info_code, revision FROM article") == [("jnrb-1", 1)]
    assert bench.rows("SELECT state FROM listing ORDER BY info_code") == ["archived", "owed"]
    assert bench.rows("SELECT text FROM article")[0].startswith("甲，")
    again = bench.take(content)
    assert (again.total("new"), again.total("revised"), again.total("known")) == (0, 0, 1)


def test_what_another_archive_was_given_comes_over(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(1, 1))
    newsroom.run("crawl")
    posts, text = newsroom.folder / "posts", newsroom.folder / "one.txt"
    newsroom.run("export", "posts", str(posts))
    text.write_text(
        "江南县育秧完成九成\n\n\n清晨，沙溪镇田埂热闹起来。\n\n一年之计在于春！（张平）\n", "utf-8"
    )
    newsroom.archive_folder.rename(newsroom.folder / "first")
    newsroom.run("import", "posts", str(posts))
    named = ("--source", "jiubao", "--media", "旧报", "--date", "2021-03-20")
    newsroom.run("import", "text", str(text), *named)
    asked = "SELECT info_code, title, text, published_at, url, media FROM article ORDER BY 1"
    before = newsroom.rows(asked)
    assert len(before) > 1
    kept = newsroom.folder / "second"
    newsroom.archive_folder.rename(kept)
    document = newsroom.ask("import", "warc", str(kept / "warc"))
    assert (document["status"], document["new"]) == ("ok", len(before))
    assert [row[:5] for row in newsroom.rows(asked)] == [row[:5] for row in before]
    again = newsroom.ask("import", "warc", str(kept / "warc"))
    assert (again["new"], again["revised"], again["known"]) == (0, 0, len(before))


def test_browsertrix_and_pywb_are_understood(bench: TakingIn) -> None:
    body, url = shown(f"{SITE}/1.png"), url_of(1)
    coded = brotli.compress(body)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(coded), coded)
    block = answer(chunks, "Content-Encoding: br", "Transfer-Encoding: chunked")
    told = f"WARC-Payload-Digest: sha256:{hashlib.sha256(coded).hexdigest()}"
    whole = f"WARC-Block-Digest: sha256:{hashlib.sha256(block).hexdigest()}"
    asked = f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    beside = "WARC-Concurrent-To: <urn:uuid:7>"
    refers = (f"WARC-Refers-To-Target-URI: {url}", "WARC-Refers-To-Date: 2021-03-21T01:02:03.123Z",
              "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest")  # fmt: skip
    records = (
        record(b"software: browsertrix", "", "2021-03-21T01:02:00Z", kind="warcinfo", version="WARC/1.1"),
        record(asked, url, "2021-03-21T01:02:03.123Z", beside, kind="request", version="WARC/1.1"),
        record(block, url, "2021-03-21T01:02:03.123Z", told, whole, beside, version="WARC/1.1"),
        record(asked, url_of(2), "2021-03-21T02:00:00Z", kind="request", version="WARC/1.1"),
        record(answer(b"", "Content-Encoding: br"), url_of(2), "2021-03-21T02:00:00Z", told, *refers,
               kind="revisit", version="WARC/1.1"),
        record(b'{"pages": 1}', "urn:pageinfo:" + url, "2021-03-21T02:00:00Z", kind="resource"),
        record(body, "urn:text:" + url, "2021-03-21T02:00:00Z", kind="conversion"),
        record(picture(png(), "Content-Encoding: gzip"), f"{SITE}/1.png", "2021-03-21T01:02:05Z"),
    )  # fmt: skip
    counted = bench.take(b"".join(records), name="rec.warc")
    assert counted.faults.total() == 0, counted.damages
    assert (counted.total("new"), counted.total("pictures"), counted.records["without_address"]) == (2, 2, 1)
    assert bench.titles == ["江南县春耕生产有序推进"] * 2


PAGES = {
    "/news/": (200, b"<ul><li><a href='/2021/0320/1.html'>A</a><li><a href='/2021/0320/2.html'>B</a></ul>"),
    "/2021/0320/1.html": (200, shown("/p.png")),
    "/2021/0320/2.html": (302, b"/elsewhere/2"),
    "/elsewhere/2": (200, page_of("江南县第二条消息见报")),
    "/p.png": (200, png()),
}


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, body = PAGES.get(self.path, (404, b"none"))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode())
        self.send_header("Content-Type", "image/png" if self.path.endswith("png") else "text/html")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))

    def log_message(self, *_: object) -> None:
        return None


@contextmanager
def serving() -> Iterator[str]:
    """Serve the pages; yield the site's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_site_that_wget_took_is_taken_in(bench: TakingIn, tmp_path: Path) -> None:
    wget = shutil.which("wget")
    if wget is None:
        pytest.skip("there is no wget here")
    with serving() as site:
        options = ("-q", "--no-proxy", "-r", "-l2", "-p", "--tries=1", "-e", "robots=off")
        command = [
            wget,
            *options,
            f"--warc-file={tmp_path}/wget",
            "-P",
            str(tmp_path / "site"),
            f"{site}/news/",
        ]
        subprocess.run(command, check=False, timeout=60)
    bench.config.write_text(PICTURED.replace(SITE, site), "utf-8")
    counted = bench.take_paths(tmp_path / "wget.warc.gz")
    assert counted.faults.total() == 0, counted.damages
    assert (counted.total("new"), counted.total("listed"), counted.total("pictures")) == (2, 2, 1)
    assert bench.rows("SELECT url FROM capture WHERE info_code = 'jnrb-2'") == [f"{site}/elsewhere/2"]
