"""A WARC export: valid for other tools, whole with its revisits, each record as the archive holds it."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Command
from support.delivered_articles import DeliveredArticles
from support.exported_archive import NOON, ExportBench, an_article
from support.warc_folder import warcio_records
from warcio.indexer import Indexer

from jianbao.demo import Press
from storage.archive.folder import Archive
from storage.database.schema import capture
from storage.records import Exchange
from storage.warc.name import parse_name


@pytest.fixture
def bench(tmp_path: Path, command: Command) -> ExportBench:
    """Return a bench with nothing on it."""
    return ExportBench(tmp_path, command)


def captures(bench: ExportBench) -> list[Any]:
    with Archive.open_existing(bench.archive_folder) as archive, archive.reading() as connection:
        return list(connection.execute(capture.select().order_by(capture.c.id)))


def members(path: Path) -> list[bytes]:
    """Return the gzip members of a file, packed, as their own headers part them."""
    content, found = path.read_bytes(), []
    while content:
        unpacker = zlib.decompressobj(31)
        unpacker.decompress(content)
        assert unpacker.eof
        found.append(content[: len(content) - len(unpacker.unused_data)])
        content = unpacker.unused_data
    return found


def member_at(bench: ExportBench, row: Any) -> bytes:
    content: bytes = (bench.archive_folder / "warc" / row.warc_file).read_bytes()
    return content[row.warc_offset : row.warc_offset + row.warc_length]


def test_every_capture_is_copied_byte_for_byte(bench: ExportBench) -> None:
    bench.fill()
    first, *rest = members(bench.export("warc", name="out.warc.gz"))
    assert b"WARC-Type: warcinfo" in gzip.decompress(first)
    assert b"WARC-Filename: out.warc.gz" in gzip.decompress(first)
    assert rest == [member_at(bench, row) for row in captures(bench)]


def test_warcio_believes_every_digest(bench: ExportBench) -> None:
    total = bench.fill()
    records = warcio_records(bench.export("warc", name="out.warc.gz"))
    assert [record["type"] for record in records] == ["warcinfo"] + ["response"] * total
    assert all(record["passed"] for record in records)
    assert all(record["http"].get_header("Content-Type") for record in records[1:])


def test_an_index_can_be_made_of_it(bench: ExportBench) -> None:
    total = bench.fill()
    path = bench.export("warc", name="out.warc.gz")
    lines = io.StringIO()
    indexer = Indexer(["offset", "warc-type", "warc-target-uri", "http:status"], [], None)
    with path.open("rb") as file:
        indexer.process_one(file, lines, path.name)
    assert lines.getvalue().count('"http:status": "200"') == total


def test_a_file_from_an_import_is_in_it(bench: ExportBench) -> None:
    story = bench.folder / "story.txt"
    story.write_text("题目\n\n正文在此,完整无缺。", "utf-8")
    facts = ("--source", "paper", "--media", "上饶日报", "--date", "2026-03-20")
    assert bench.run("import", "text", story, *facts).status == 0
    _, record = warcio_records(bench.export("warc"))
    assert record["type"] == "resource"
    assert record["payload"] == story.read_bytes()
    assert record["warc-target-uri"].startswith("urn:jianbao:text:paper/2026-03-20/")


def test_every_revision_brings_its_capture(bench: ExportBench) -> None:
    delivered = DeliveredArticles.open(bench.archive_folder, Press.of(2, 1))
    first, other = delivered.offer.articles
    with delivered.archive:
        delivered.deliver(first)
        delivered.deliver(other)
        delivered.offer.edit(first.code, append="<p>更正：以本段为准。</p>")
        delivered.deliver(first)
    path = bench.export("warc", "--query", "更正")
    assert bench.manifest(path)["articles"] == 1
    records = warcio_records(path)[1:]
    assert len(records) == 2
    assert ["更正".encode() in record["payload"] for record in records] == [False, True]


def test_a_revisit_brings_the_record_that_holds_its_payload(bench: ExportBench) -> None:
    bench.store(an_article(1))
    twin = an_article(2, paragraphs=an_article(1).paragraphs, title="另一个题目")
    bench.store(twin)
    plain = captures(bench)
    assert plain[1].refers_to == plain[0].id
    path = bench.export("warc", "--query", "另一个题目")
    assert bench.manifest(path)["articles"] == 1
    _, held, revisit = warcio_records(path)
    assert (held["type"], revisit["type"]) == ("response", "revisit")
    assert held["payload"] == an_article(1).text.encode()
    assert revisit["warc-refers-to-target-uri"] == held["warc-target-uri"]
    assert revisit["warc-refers-to-date"] == held["warc-date"]


def test_a_record_is_written_once_however_many_articles_need_it(bench: ExportBench) -> None:
    same = an_article(1).paragraphs
    bench.store(*(an_article(number, paragraphs=same) for number in range(1, 5)))
    records = warcio_records(bench.export("warc"))
    assert [record["type"] for record in records] == ["warcinfo", "response", *["revisit"] * 3]


def test_a_damaged_record_is_left_out_and_told(bench: ExportBench) -> None:
    bench.store(an_article(1), an_article(2), an_article(3))
    row = captures(bench)[1]
    file = bench.archive_folder / "warc" / row.warc_file
    content = bytearray(file.read_bytes())
    content[row.warc_offset + row.warc_length // 2] ^= 0xFF
    file.write_bytes(content)
    path = bench.folder / "out"
    ended = bench.run("export", "warc", path)
    assert ended.status == 1
    assert f"capture {row.id} of {row.url}" in ended.stderr
    assert len(warcio_records(path)) == 3
    (sentence,) = bench.manifest(path)["missing"]
    assert f"{row.warc_file} at {row.warc_offset}" in sentence


def test_a_missing_file_is_told_for_each_record(bench: ExportBench) -> None:
    bench.store(an_article(1), an_article(2))
    (bench.archive_folder / "warc" / captures(bench)[0].warc_file).unlink()
    path = bench.folder / "out"
    assert bench.run("export", "warc", path).status == 1
    assert len(bench.manifest(path)["missing"]) == 2
    assert len(warcio_records(path)) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "jianbao-20260320-0-00000.warc.gz/../x"])
def test_a_row_cannot_lead_out_of_the_folder(bench: ExportBench, name: str) -> None:
    bench.store(an_article(1))
    assert parse_name(name) is None
    with Archive.open_existing(bench.archive_folder) as archive, archive.writing() as connection:
        connection.execute(capture.update().values(warc_file=name))
    path = bench.folder / "out"
    assert bench.run("export", "warc", path).status == 1
    assert "whose name is not a WARC file's" in bench.manifest(path)["missing"][0]


def test_pages_that_made_no_article_stay_in_the_archive(bench: ExportBench) -> None:
    bench.store(an_article(1))
    with Archive.open_existing(bench.archive_folder) as archive, archive.writing() as connection:
        page = Exchange("http://127.0.0.1/category/x.html", NOON, 200, (), (), b"<ul></ul>")
        archive.keep(connection, page)
        archive.keep(connection, replace(page, body=b"other"), info_code="NW202603209999999999")
    assert len(warcio_records(bench.export("warc"))) == 2
