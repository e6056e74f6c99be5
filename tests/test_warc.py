"""WARC files: valid for the tools of others, one per day and writer, and what goes in comes out."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.warc_folder import (
    FIRST_FILE,
    NOON,
    PAGE,
    a_writer,
    an_exchange,
    assert_valid,
    body_at,
    end_of,
    names_in,
    start_crawler,
    told_by,
    told_next,
    warcio_records,
    write_pages,
)
from warcio.cli import main as warcio_command

from storage.records.content_coding import zstd
from storage.warc import CaptureUnreadable, mend_folder, payload_digest, read_payload, read_record

# Valid for others


def test_warcio_reads_what_we_write(tmp_path: Path) -> None:
    write_pages(tmp_path, PAGE, b"")
    info, request, response, _, empty = warcio_records(tmp_path / FIRST_FILE)
    assert [info["type"], request["type"], response["type"]] == ["warcinfo", "request", "response"]
    assert b"software: jianbao/test\r\n" in info["payload"]
    assert b"conformsTo: http" in info["payload"]
    assert info["warc-filename"] == FIRST_FILE
    assert response["payload"] == PAGE
    assert response["warc-payload-digest"] == payload_digest(PAGE)
    assert [request["passed"], response["passed"], empty["passed"]] == [True, True, True]


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_a_body_that_is_compressed_already_is_stored_as_it_came(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    body = compress(PAGE)
    (place,) = write_pages(tmp_path, body)
    _, _, response = warcio_records(tmp_path / FIRST_FILE)
    assert (response["payload"], response["passed"]) == (body, True)
    member = (tmp_path / FIRST_FILE).read_bytes()[place.offset : end_of(place)]
    assert body in member
    assert b"200 OK" not in member, "its headers are compressed"


def test_what_only_begins_like_a_compressed_body_is_kept_too(tmp_path: Path) -> None:
    body = b"\x1f\x8b\x08 and nothing that gzip knows" * 10_000
    (place,) = write_pages(tmp_path, body)
    assert body_at(tmp_path, place) == body
    assert_valid(tmp_path)


def test_request_and_response_name_each_other(tmp_path: Path) -> None:
    write_pages(tmp_path, PAGE)
    _, request, response = warcio_records(tmp_path / FIRST_FILE)
    assert request["warc-concurrent-to"] == response["warc-record-id"]
    assert response["warc-concurrent-to"] == request["warc-record-id"]
    assert request["warc-date"] == response["warc-date"] == "2026-03-05T12:00:00.123456Z"
    assert request["warc-target-uri"] == response["warc-target-uri"]


def test_the_request_line_and_host_are_those_of_the_wire(tmp_path: Path) -> None:
    write_pages(tmp_path, PAGE)
    _, request, _ = warcio_records(tmp_path / FIRST_FILE)
    assert request["http"].protocol == "GET"
    assert request["http"].statusline == (
        "/2026/03/05/NW202603051234567890.html?from=%E9%A6%96%E9%A1%B5 HTTP/1.1"
    )
    assert request["http"].headers[:2] == [("Host", "127.0.0.1"), ("User-Agent", "jianbao/test")]


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        pytest.param("http://127.0.0.1:8080", "/", "127.0.0.1:8080", id="no path"),
        pytest.param("http://reader:secret@127.0.0.1/a", "/a", "127.0.0.1", id="password"),
        pytest.param("http://[::1]?q=1#top", "/?q=1", "[::1]", id="query and fragment"),
        pytest.param("http://[::1/a b\r\nX: y", "/a%20b%0D%0AX:%20y", "[::1", id="no URL at all"),
    ],
)
def test_the_request_of_an_address(tmp_path: Path, url: str, target: str, host: str) -> None:
    with a_writer(tmp_path) as writer:
        writer.write(an_exchange(url=url))
    _, request, _ = warcio_records(tmp_path / FIRST_FILE)
    assert request["http"].statusline == f"{target} HTTP/1.1"
    assert request["http"].get_header("host") == host


def test_warcio_check_finds_nothing_to_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with a_writer(tmp_path) as writer:
        writer.write(an_exchange())
        writer.write(an_exchange(), refers_to=(an_exchange().url, NOON))
        writer.write(an_exchange(gzip.compress(PAGE), response_headers=(("Content-Encoding", "gzip"),)))
    with pytest.raises(SystemExit) as ended:
        warcio_command(["check", str(tmp_path / FIRST_FILE)])
    assert ended.value.code == 0
    assert capsys.readouterr() == ("", "")


def test_warcio_check_does_find_a_changed_body(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The proof above proves something: the checker sees our digests."""
    write_pages(tmp_path, PAGE)
    path = tmp_path / FIRST_FILE
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"<h1>", b"<h2>")))
    with path.open("r+b") as file:
        members = gzip.decompress(file.read()).split(b"WARC/1.1\r\n")[1:]
        file.seek(0)
        file.truncate()
        file.write(b"".join(gzip.compress(b"WARC/1.1\r\n" + member) for member in members))
    with pytest.raises(SystemExit) as ended:
        warcio_command(["check", str(path)])
    assert ended.value.code == 1
    assert "payload digest failed" in capsys.readouterr().out


def test_a_place_opens_directly(tmp_path: Path) -> None:
    places = write_pages(tmp_path, "一".encode(), "二".encode(), "三".encode())
    data = (tmp_path / FIRST_FILE).read_bytes()
    for place, body in zip(places, ("一", "二", "三"), strict=True):
        member = gzip.decompress(data[place.offset : end_of(place)])
        assert member.startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")
        assert member.endswith(f"\r\n\r\n{body}\r\n\r\n".encode())
    assert end_of(places[-1]) == len(data)


def test_a_time_in_another_zone_is_stored_in_utc(tmp_path: Path) -> None:
    beijing = datetime(2026, 3, 5, 7, 30, tzinfo=timezone(timedelta(hours=8)))
    with a_writer(tmp_path) as writer:
        place = writer.write(an_exchange(fetched_at=beijing))
    assert read_record(tmp_path, place).exchange.fetched_at == beijing
    assert warcio_records(tmp_path / FIRST_FILE)[2]["warc-date"] == "2026-03-04T23:30:00Z"


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    with a_writer(tmp_path) as writer, pytest.raises(ValueError, match="has no zone"):
        writer.write(an_exchange(fetched_at=NOON.replace(tzinfo=None)))
    assert not list(tmp_path.glob("*.warc.gz"))


# What goes in comes out

HEADER_NAMES = st.from_regex(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}", fullmatch=True).filter(
    lambda name: name.lower() not in {"content-length", "transfer-encoding"}
)
HEADER_VALUES = st.text(
    st.characters(max_codepoint=255, exclude_characters=[chr(code) for code in (*range(32), 127)]),
    max_size=40,
).map(lambda value: value.strip(" "))
HEADERS = st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=8).map(tuple)


@settings(max_examples=60)
@given(headers=HEADERS, body=st.binary(max_size=3000), status=st.integers(-1, 1000))
def test_headers_and_body_survive(
    tmp_path_factory: pytest.TempPathFactory, headers: tuple[tuple[str, str], ...], body: bytes, status: int
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    with a_writer(folder) as writer:
        place = writer.write(an_exchange(body, response_headers=headers, status=status))
    exchange = read_payload(folder, place, digest=payload_digest(body))
    expected = headers if status in {204, 304} else (*headers, ("Content-Length", str(len(body))))
    assert (exchange.response_headers, exchange.body, exchange.status) == (expected, body, status)
    response = warcio_records(folder / FIRST_FILE)[-1]
    assert (response["payload"], response["passed"]) == (body, True)


@settings(max_examples=60)
@given(
    name=st.text(max_size=12),
    value=st.text(max_size=40),
    url=st.text(max_size=40),
    method=st.text(max_size=6),
)
def test_hostile_text_never_breaks_a_record(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: str, url: str, method: str
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    hostile = an_exchange(
        url=f"http://127.0.0.1/{url}",
        method=f"GET{method}",
        protocol=value,
        request_headers=((name, value),),
        response_headers=((name, value), ("X-After", "still here")),
    )
    with a_writer(folder, software=value) as writer:
        place = writer.write(hostile)
    stored = read_payload(folder, place, digest=payload_digest(PAGE))
    assert len(stored.response_headers) == 3  # and the length, which we add
    assert stored.header("X-After") == "still here"
    assert [record["type"] for record in warcio_records(folder / FIRST_FILE)] == [
        "warcinfo",
        "request",
        "response",
    ]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        pytest.param(("X-A", "b\r\nSet-Cookie: c"), ("X-A", "b  Set-Cookie: c"), id="line break in a value"),
        pytest.param(("X-A", "b\r\n\r\n<html>"), ("X-A", "b    <html>"), id="end of headers in a value"),
        pytest.param(("X-A\r\nX-B", "c"), ("X-A__X-B", "c"), id="line break in a name"),
        pytest.param(("X: A", "b"), ("X__A", "b"), id="colon in a name"),
        pytest.param(("", "b"), ("_", "b"), id="no name"),
        pytest.param(("X-A", "b\x00c\x7f"), ("X-A", "b c"), id="control characters"),
        pytest.param(("X-A", "caf\xe9"), ("X-A", "caf\xe9"), id="Latin-1"),
        pytest.param(("X-A", "剪报"), ("X-A", "剪报".encode().decode("latin-1")), id="beyond Latin-1"),
        pytest.param(("X-A", "\udc80"), ("X-A", "?"), id="lone surrogate"),
        pytest.param(
            ("Transfer-Encoding", "chunked"),
            ("X-Archive-Orig-Transfer-Encoding", "chunked"),
            id="transfer coding",
        ),
        pytest.param(("Content-Length", "7"), ("X-Archive-Orig-Content-Length", "7"), id="false length"),
    ],
)
def test_a_header_is_stored_as(tmp_path: Path, given: tuple[str, str], stored: tuple[str, str]) -> None:
    with a_writer(tmp_path) as writer:
        place = writer.write(an_exchange(response_headers=(given,)))
    headers = read_record(tmp_path, place).exchange.response_headers
    assert headers == (stored, ("Content-Length", str(len(PAGE))))


def test_a_true_length_stays_where_it_was(tmp_path: Path) -> None:
    headers = (("content-length", f"\t{len(PAGE)} "), ("X-Last", "1"))
    with a_writer(tmp_path) as writer:
        place = writer.write(an_exchange(response_headers=headers))
    stored = read_record(tmp_path, place).exchange.response_headers
    assert stored == (("content-length", str(len(PAGE))), ("X-Last", "1"))


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 304), ("GET", 204)], ids=["HEAD", "304", "204"]
)
def test_the_length_of_an_answer_without_body_is_left_alone(tmp_path: Path, method: str, status: int) -> None:
    headers = (("Content-Length", "4711"),)
    with a_writer(tmp_path) as writer:
        place = writer.write(an_exchange(b"", method=method, status=status, response_headers=headers))
    assert read_record(tmp_path, place).exchange.response_headers == headers


# Revisits


def test_a_revisit_keeps_its_headers_and_finds_the_body(tmp_path: Path) -> None:
    first = an_exchange(url="http://127.0.0.1/a.html")
    later = replace(
        first,
        url="http://127.0.0.1/b.html",
        fetched_at=NOON + timedelta(hours=1),
        response_headers=(("Age", "9"),),
    )
    with a_writer(tmp_path) as writer:
        original = writer.write(first)
        revisit = writer.write(later, refers_to=(first.url, first.fetched_at))
    stored = read_record(tmp_path, revisit)
    assert (stored.kind, stored.exchange.body, stored.refers_to) == ("revisit", b"", (first.url, NOON))
    exchange = read_payload(tmp_path, revisit, digest=payload_digest(PAGE), refers_to=original)
    assert (exchange.url, exchange.body, exchange.header("age")) == (later.url, PAGE, "9")


def test_a_revisit_is_one_for_warcio_too(tmp_path: Path) -> None:
    with a_writer(tmp_path) as writer:
        writer.write(an_exchange())
        writer.write(an_exchange(), refers_to=(an_exchange().url, NOON))
    _, _, response, _, revisit = warcio_records(tmp_path / FIRST_FILE)
    assert revisit["warc-profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert revisit["warc-refers-to-target-uri"] == response["warc-target-uri"]
    assert revisit["warc-refers-to-date"] == response["warc-date"]
    assert revisit["warc-payload-digest"] == response["warc-payload-digest"]
    assert (revisit["payload"], revisit["http"].get_statuscode()) == (b"", "200")


def test_a_revisit_without_its_original_is_unreadable(tmp_path: Path) -> None:
    with a_writer(tmp_path) as writer:
        revisit = writer.write(an_exchange(), refers_to=(an_exchange().url, NOON))
    digest = payload_digest(PAGE)
    with pytest.raises(CaptureUnreadable, match="not known"):
        read_payload(tmp_path, revisit, digest=digest)
    with pytest.raises(CaptureUnreadable, match="another revisit"):
        read_payload(tmp_path, revisit, digest=digest, refers_to=revisit)


# Files: by day, by size, by writer


def test_nothing_is_touched_before_the_first_write(tmp_path: Path) -> None:
    with a_writer(tmp_path / "warc") as writer:
        writer.sync()
    assert not (tmp_path / "warc").exists()


def test_successive_writers_append_to_one_file(tmp_path: Path) -> None:
    places = [write_pages(tmp_path, body)[0] for body in (b"one", b"two", b"three")]
    assert names_in(tmp_path) == [FIRST_FILE]
    assert [body_at(tmp_path, place) for place in places] == [b"one", b"two", b"three"]
    kinds = [record["type"] for record in warcio_records(tmp_path / FIRST_FILE)]
    assert kinds == ["warcinfo", *["request", "response"] * 3]


def test_a_new_utc_day_is_a_new_file(tmp_path: Path) -> None:
    beijing = timezone(timedelta(hours=8))
    times = iter(
        [datetime(2026, 3, 6, 7, 59, 59, tzinfo=beijing), datetime(2026, 3, 6, 8, 0, tzinfo=beijing)]
    )
    now = [next(times)]
    with a_writer(tmp_path, clock=lambda: now[0]) as writer:
        evening = writer.write(an_exchange(b"evening"))
        now[0] = next(times)
        morning = writer.write(an_exchange(b"morning"))
    assert [evening.file, morning.file] == [FIRST_FILE, "jianbao-20260306-0-00000.warc.gz"]
    assert [body_at(tmp_path, evening), body_at(tmp_path, morning)] == [b"evening", b"morning"]


def test_a_clock_that_goes_back_appends_to_the_days_newest_file(tmp_path: Path) -> None:
    now = [NOON]
    with a_writer(tmp_path, clock=lambda: now[0], roll_at=600) as writer:
        for step in (0, 0, 1, 0):
            now[0] = NOON + timedelta(days=step)
            last = writer.write(an_exchange(random.Random(1).randbytes(700)))
    assert last.file == "jianbao-20260305-0-00002.warc.gz"
    assert len(body_at(tmp_path, last)) == 700


def test_a_file_of_full_size_gets_no_more(tmp_path: Path) -> None:
    noise = random.Random(7)
    bodies = [noise.randbytes(2000) for _ in range(9)]
    with a_writer(tmp_path, roll_at=8000) as writer:
        places = [writer.write(an_exchange(body)) for body in bodies[:7]]
    with a_writer(tmp_path, roll_at=8000) as writer:
        places += [writer.write(an_exchange(body)) for body in bodies[7:]]
    assert names_in(tmp_path) == [f"jianbao-20260305-0-{number:05d}.warc.gz" for number in range(3)]
    assert all(8000 <= (tmp_path / name).stat().st_size < 11500 for name in names_in(tmp_path)[:2])
    assert [body_at(tmp_path, place) for place in places] == bodies
    assert all(warcio_records(tmp_path / name)[0]["type"] == "warcinfo" for name in names_in(tmp_path))


def test_two_writers_at_once_use_two_files(tmp_path: Path) -> None:
    with a_writer(tmp_path) as one, a_writer(tmp_path) as two:
        files = {one.write(an_exchange()).file, two.write(an_exchange()).file}
    assert files == {FIRST_FILE, "jianbao-20260305-1-00000.warc.gz"}
    assert write_pages(tmp_path, b"after")[0].file == FIRST_FILE


def test_processes_at_once_never_share_a_file(tmp_path: Path) -> None:
    crawlers = [start_crawler(tmp_path, seed=seed, size=3000, times=100_000) for seed in range(2)]
    told = [[told_next(crawler) for crawler in crawlers] for _ in range(60)]
    for crawler in crawlers:
        crawler.kill()
        told_by(crawler)
    mend_folder(tmp_path, lambda _: 0)
    ours, theirs = zip(*told, strict=True)
    assert not {place.file for place, _ in ours} & {place.file for place, _ in theirs}
    for place, digest in (*ours, *theirs):
        read_payload(tmp_path, place, digest=digest)
    assert_valid(tmp_path)
