"""Others' WARC files in every shape: read honestly; what is not whole is told and never stored as whole."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import subprocess
import zipfile
from base64 import b32encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.foreign_warcs import (
    SITE,
    TakingIn,
    answer,
    by_warcio,
    packed,
    page_of,
    record,
    sha1,
    url_of,
)

from jianbao.demo import DemoSite, Press
from storage.records.content_coding import zstd
from storage.warc.foreign.digest import check_digest
from storage.warc.foreign.fault import FoundFault
from storage.warc.foreign.flow import open_flow
from storage.warc.foreign.record import ForeignRecord, read_date, read_records

PAGE = page_of()
WHOLE = answer(PAGE)


@pytest.fixture
def bench(tmp_path: Path) -> TakingIn:
    """Return an archive that takes files in."""
    return TakingIn(tmp_path)


def chunked(body: bytes) -> bytes:
    """Return a body in chunks."""
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def frames(*records: bytes) -> bytes:
    """Return records as zstd frames behind a dictionary that they need."""
    dictionary = zstd.train_dict([page_of(f"题目{one}") for one in range(50)], 4_000)
    made = b"".join(zstd.compress(one, zstd_dict=dictionary) for one in records)
    content = zstd.compress(dictionary.dict_content)
    return b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content + made


def wacz(content: bytes, compression: int = zipfile.ZIP_STORED, name: str = "archive/data.warc.gz") -> bytes:
    """Return a WACZ file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr(name, content)
    return out.getvalue()


TWO = (record(WHOLE, url_of(1)), record(WHOLE, url_of(2)))
CONTAINERS = {
    "by-record.warc.gz": packed(*TWO),
    "whole.warc.gz": gzip.compress(b"".join(TWO)),
    "plain.warc": b"".join(TWO),
    "old.warc": b"".join(record(WHOLE, url_of(one), version="WARC/0.18") for one in (1, 2)),
    "new.warc": b"".join(record(WHOLE, url_of(one), version="WARC/1.1") for one in (1, 2)),
    "line-feeds.warc": b"".join(TWO).replace(b"\r\nWARC-", b"\nWARC-"),
    "by-record.warc.zst": b"".join(zstd.compress(one) for one in TWO),
    "with-dictionary.warc.zst": frames(*TWO),
    "stored.wacz": wacz(packed(*TWO)),
    "deflated.wacz": wacz(packed(*TWO), zipfile.ZIP_DEFLATED),
    "by-warcio.warc.gz": by_warcio([(url_of(one), PAGE, "2021-03-21T01:02:03Z") for one in (1, 2)]),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_read(bench: TakingIn, name: str) -> None:
    counted = bench.take(CONTAINERS[name], name=name)
    assert counted.as_json(is_applied=True)["damages"] == []
    assert counted.total("new") == 2
    assert bench.rows("SELECT url FROM capture ORDER BY url") == [url_of(1), url_of(2)]


def test_folders_are_looked_through(bench: TakingIn) -> None:
    folder = bench.folder / "theirs" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.warc.gz").write_bytes(packed(TWO[0]))
    (folder / "b.WACZ").write_bytes(wacz(packed(TWO[1])))
    (folder / "notes.txt").write_text("none of them")
    assert bench.take_paths(bench.folder / "theirs").total("new") == 2


ANSWERS = {
    "chunks": answer(chunked(PAGE), "Transfer-Encoding: chunked"),
    "joined chunks": answer(PAGE, "Transfer-Encoding: chunked"),
    "packed": answer(gzip.compress(PAGE), "Content-Encoding: gzip"),
    "packed in chunks": answer(
        chunked(gzip.compress(PAGE)), "Content-Encoding: gzip", "Transfer-Encoding: chunked"
    ),
    "unpacked by their writer": answer(PAGE, "Content-Encoding: br", "Content-Length: 77"),
    "HTTP/2": answer(PAGE, ":status: 200", line="HTTP/2 200"),
    "HTTP/1.0": answer(PAGE, line="HTTP/1.0 200 Everything is fine"),
    "folded": answer(PAGE, "X-Long: one\r\n two"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_read(bench: TakingIn, name: str) -> None:
    block = ANSWERS[name]
    _, _, body = block.partition(b"\r\n\r\n")
    payload = sha1(PAGE if name == "chunks" else body)
    counted = bench.take(packed(record(block, "", "2021-03-21T00:00:00Z", f"WARC-Payload-Digest: {payload}")))
    assert counted.faults.total() == 0, str(counted.damages)
    assert bench.titles == ["江南县春耕生产有序推进"]


def test_digests_of_any_algorithm_and_base_are_checked() -> None:
    data = b"payload"
    for name in ("md5", "sha1", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256"):
        digest = hashlib.new(name, data)
        base32 = b32encode(digest.digest()).decode()
        label = name.upper().replace("SHA256", "SHA-256")
        for value in (
            digest.hexdigest(),
            digest.hexdigest().upper(),
            base32,
            base32.lower(),
            base32.rstrip("="),
        ):
            assert check_digest(f"{label}:{value}", (b"x", data)) == "true"
            assert check_digest(f"{label}:{value}", (b"x",)) == "false"
    for odd in ("xxh64:0011223344556677", "sha1:zz", "nothing", "sha1:", "crc32:00000000"):
        assert check_digest(odd, (data,)) == "unknown"


FAULTS = {
    "digest": record(WHOLE, "", "2021-03-21T00:00:00Z", f"WARC-Payload-Digest: {sha1(b'other')}"),
    "digest of the block": record(WHOLE, "", "2021-03-21T00:00:00Z", f"WARC-Block-Digest: {sha1(b'other')}"),
    "algorithm": record(WHOLE, "", "2021-03-21T00:00:00Z", "WARC-Payload-Digest: tiger:ABC"),
    "truncated": record(WHOLE, "", "2021-03-21T00:00:00Z", "WARC-Truncated: length"),
    "too_large": record(answer(PAGE + b" " * 200_000)),
    "too_large when unpacked": record(answer(gzip.compress(PAGE + b" " * 200_000), "Content-Encoding: gzip")),
    "cut body": record(answer(PAGE[:-100], f"Content-Length: {len(PAGE)}")),
    "cut chunks": record(answer(chunked(PAGE)[:-100], "Transfer-Encoding: chunked")),
    "cut record": record(WHOLE, length=len(WHOLE) + 500),
    "cut by a short length": record(WHOLE, length=len(WHOLE) - 50),
    "odd status": record(answer(PAGE, line="HTTP/1.1 OK")),
    "odd date": record(WHOLE, date="yesterday"),
    "odd future": record(WHOLE, date="2999-01-01T00:00:00Z"),
    "damaged coding": record(answer(gzip.compress(PAGE)[:-20], "Content-Encoding: gzip")),
    "unresolved": record(
        answer(b"", "Content-Length: 99"), "", "2021-03-21T00:00:00Z", f"WARC-Payload-Digest: {sha1(PAGE)}",
        kind="revisit",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("plain", [False, True])
def test_what_is_not_whole_is_told_and_not_stored(bench: TakingIn, name: str, plain: bool) -> None:
    after = record(WHOLE, url_of(7))
    records = (FAULTS[name], after)
    content = b"".join(records) if plain else packed(*records)
    counted = bench.take(content, name="their.warc" if plain else "their.warc.gz")
    wanted, *_ = name.split(maxsplit=1)
    assert dict(counted.faults) == {wanted: 1}, str(counted.damages)
    assert (counted.damages[0].file, counted.damages[0].offset) == (
        "their.warc" if plain else "their.warc.gz", 0,
    )  # fmt: skip
    assert bench.rows("SELECT url FROM capture") == [url_of(7)]
    assert counted.status == "partial"


def test_reading_goes_on_behind_a_member_that_is_damaged(bench: TakingIn) -> None:
    first, second = packed(TWO[0]), packed(TWO[1])
    damaged = bytearray(first)
    damaged[len(first) // 2] ^= 0xFF
    counted = bench.take(bytes(damaged) + second, second[: len(second) // 2])
    assert counted.faults["damaged"] == 2
    assert [one.offset for one in counted.damages] == [0, 0]
    assert bench.rows("SELECT url FROM capture") == [url_of(2)]


def test_a_revisit_takes_its_body_from_an_earlier_record_of_another_file(bench: TakingIn) -> None:
    told = f"WARC-Payload-Digest: {sha1(PAGE)}"
    original = record(WHOLE, SITE.replace("www", "m") + "/x", "2021-03-20T00:00:00Z", told)
    refers = (
        f"WARC-Refers-To-Target-URI: {SITE.replace('www', 'm')}/x",
        "WARC-Refers-To-Date: 2021-03-20T00:00:00Z",
    )
    again = record(
        answer(b"", "X-Cache: hit"), url_of(1), "2021-03-22T00:00:00Z", told, *refers, kind="revisit"
    )
    by_digest = record(b"", url_of(2), "2021-03-23T00:00:00Z", told, kind="revisit")
    counted = bench.take(packed(again, by_digest), packed(original))
    assert counted.faults.total() == 0, str(counted.damages)
    assert counted.total("new") == 2


def test_resources_are_read_and_other_records_counted(bench: TakingIn) -> None:
    resource = record(PAGE, "", "2021-03-21T00:00:00Z", "Content-Type: text/html", kind="resource")
    others = [
        record(b"x: y", url_of(3), kind=kind) for kind in ("request", "metadata", "warcinfo", "conversion")
    ]
    moved = record(answer(b"", "Location: /", line="HTTP/1.1 301 Moved"), url_of(4))
    missing = record(answer(PAGE, line="HTTP/1.1 404 Not Found"), url_of(5))
    counted = bench.take(packed(resource, *others, moved, missing))
    assert counted.total("new") == 1
    kinds = dict.fromkeys(("request", "metadata", "warcinfo", "conversion", "resource"), 1) | {"response": 2}
    assert dict(counted.records) == kinds
    assert dict(counted.statuses) == {"3xx": 1, "4xx": 1}
    assert bench.rows("SELECT url, status FROM capture") == [(url_of(1), 0)]


def test_hostile_wacz_files_write_nothing_and_end_nothing(bench: TakingIn) -> None:
    bomb = wacz(b"\0" * 50_000_000, zipfile.ZIP_DEFLATED)
    climbing = wacz(packed(TWO[0]), name="archive/../../evil.warc.gz")
    unusual = [wacz(packed(TWO[0]), method) for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)]
    none = b"PK\x03\x04 no zip at all"
    counted = bench.take(bomb, climbing, none, wacz(b"", name="other/x"), *unusual, name="their.wacz")
    assert [one.offset for one in counted.damages] == [None] * 5
    assert sorted(path.name for path in bench.folder.iterdir() if "evil" in path.name) == []


def test_wget_is_understood(bench: TakingIn, tmp_path: Path) -> None:
    wget = shutil.which("wget")
    if wget is None:
        pytest.skip("there is no wget here")
    with DemoSite(Press.of(1, 1)) as site:
        post = site.category_url(site.slugs[0])
        asked = [wget, "-q", "--no-proxy", f"--warc-file={tmp_path}/wget", "-O", f"{tmp_path}/page", post]
        subprocess.run(asked, check=True, timeout=60)
    counted = bench.take_paths(tmp_path / "wget.warc.gz")
    assert counted.faults.total() == 0, str(counted.damages)
    assert counted.records["response"] == 1
    assert counted.hosts.total() == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_files_end_without_a_crash_and_give_nothing_that_is_not_whole(data: st.DataObject) -> None:
    digest = f"WARC-Block-Digest: {sha1(WHOLE)}"
    records = [record(WHOLE, url_of(one), "2021-03-21T00:00:00Z", digest) for one in (1, 2, 3)]
    make = data.draw(
        st.sampled_from([packed, lambda *all: b"".join(all), lambda *all: gzip.compress(b"".join(all))])
    )
    content = bytearray(make(*records))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(max_size=6))
        content[place : place + data.draw(st.integers(0, 40))] = piece
    for found in read_records(open_flow(io.BytesIO(content)), 100_000):
        assert isinstance(found, ForeignRecord | FoundFault)
        if isinstance(found, ForeignRecord) and found.fault is None and "warc-block-digest" in found.fields:
            assert check_digest(found.fields["warc-block-digest"], (found.block,)) != "false"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2021-03-21T01:02:03Z", "2021-03-21T01:02:03+00:00"),
        ("2021-03-21T01:02:03.123456789Z", "2021-03-21T01:02:03.123456+00:00"),
        ("2021-03", "2021-03-01T00:00:00+00:00"),
        ("20210321010203", "2021-03-21T01:02:03+00:00"),
        ("2021-13-01", None),
        ("", None),
    ],
)
def test_dates_are_read_to_whatever_they_are_exact(text: str, wanted: str | None) -> None:
    found = read_date(text)
    assert (found.isoformat() if found else None) == wanted
