"""Exports: what goes out comes back the same in other programs' readers, whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow.parquet
import pytest
import typer.main
from lxml import etree
from support.command_line import PYTHON, Command, run_process
from support.exported_archive import HOSTILE, NOON, ExportBench, an_article, hostile_articles

from jianbao.commands import export
from jianbao.demo import Press
from jianbao.documents.article_fields import TABLE_COLUMNS
from jianbao.exporting.destination import DestinationUnusable, writing_whole
from jianbao.exporting.formats import ATOM_FIELDS, JSON_FIELDS
from jianbao.exporting.parquet import ParquetMissing, check_parquet
from jianbao.terminal.exit_status import status_of
from jianbao.web.server import ExtraMissing
from storage.archive.folder import Archive
from storage.ledger.listing import ensure_listing
from storage.records import Owed, Paragraph

FORMS = ("jsonl", "csv", "parquet", "atom", "warc")
STREAMS = ("jsonl", "csv")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, command: Command) -> ExportBench:
    """Return a bench with the articles of the daily demo, which no test changes."""
    bench = ExportBench(tmp_path_factory.mktemp("demo"), command)
    bench.fill(Press.daily())
    return bench


@pytest.fixture
def bench(tmp_path: Path, command: Command) -> ExportBench:
    """Return a bench with nothing on it."""
    return ExportBench(tmp_path, command)


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def read_csv(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, strict=True))


def read_parquet(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    return rows


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def codes_of(path: Path, form: str) -> list[str]:
    """Return the info codes in an export, in its order, as another program reads them."""
    if form == "jsonl":
        return [row["info_code"] for row in read_jsonl(path)]
    if form == "csv":
        return [row["info_code"] for row in read_csv(path)]
    if form == "parquet":
        return [row["info_code"] for row in read_parquet(path)]
    found = etree.parse(path).iterfind(f"{ATOM}entry/{ATOM}id")
    return [str(entry.text).rpartition(":")[2] for entry in found]


def all_codes(bench: ExportBench, *query: str) -> list[str]:
    found = bench.run("list", "--duplicates", "--limit", "10000", *query, "--json").json
    return [item["info_code"] for item in found["items"]]


@pytest.mark.parametrize("form", FORMS[:4])
def test_every_article_goes_out_once(demo: ExportBench, form: str) -> None:
    codes = codes_of(demo.export(form, "--force"), form)
    expected = all_codes(demo)
    assert len(expected) > 50
    assert codes == (expected if form == "atom" else expected[::-1])


def test_a_line_of_json_is_what_show_prints(demo: ExportBench) -> None:
    rows = read_jsonl(demo.export("jsonl", "--force"))
    for row in rows[:: len(rows) // 5]:
        shown = demo.run("show", row["info_code"], "--json").json
        assert {name: shown[name] for name in row} == row
        assert tuple(row) == JSON_FIELDS


def test_tables_say_the_same_as_json(demo: ExportBench) -> None:
    documents = read_jsonl(demo.export("jsonl", "--force", name="a"))
    rows = read_csv(demo.export("csv", "--force", name="b"))
    typed = read_parquet(demo.export("parquet", "--force", name="c"))
    assert any(document["securities"] for document in documents)
    for document, row, whole in zip(documents, rows, typed, strict=True):
        for name in ("title", "media", "author", "url", "summary", "text", "source_line", "content_hash"):
            assert whole[name] == document[name]
            assert row[name] == (document[name] or "")
        for name in ("sources", "kinds", "images", "securities", "links"):
            assert whole[name] == document[name] == json.loads(row[name])
        for name in ("published_at", "first_seen_at", "last_checked_at"):
            assert datetime.fromisoformat(row[name]) == datetime.fromisoformat(document[name])
            assert whole[name].replace(microsecond=0) == datetime.fromisoformat(document[name])
        assert whole["revision"] == int(row["revision"]) == document["revision"]
        assert whole["continued"] is document["continued"] is (row["continued"] == "true")
        assert whole["warc_offset"] == int(row["warc_offset"]) == document["capture"]["warc_offset"]


def test_near_copies_say_which_story_they_tell(bench: ExportBench) -> None:
    lines = tuple(
        Paragraph(f"第{number}段：信江两岸春耕正忙，农技员走村入户，良种送到田头。") for number in range(12)
    )
    bench.store(an_article(1, paragraphs=lines), an_article(2, paragraphs=(*lines, Paragraph("转载。"))))
    bench.store(an_article(3))
    assert bench.run("stories").status == 0
    first = an_article(1).info_code
    assert [row["story"] for row in read_csv(bench.export("csv"))] == [first, first, ""]
    one, _, alone = read_jsonl(bench.export("jsonl", name="b"))
    assert one["story"] == bench.run("show", first, "--json").json["story"]
    assert one["story"]["size"] == 2
    assert alone["story"] is None


def test_parquet_is_typed(demo: ExportBench) -> None:
    schema = pyarrow.parquet.read_schema(demo.export("parquet", "--force"))
    assert schema.names == [column.name for column in TABLE_COLUMNS]
    assert str(schema.field("published_at").type) == "timestamp[us, tz=Asia/Shanghai]"
    assert str(schema.field("sources").type) == "list<element: string>"
    assert str(schema.field("continued").type) == "bool"


def test_a_feed_has_whole_entries(demo: ExportBench) -> None:
    entries = list(etree.parse(demo.export("atom", "--force")).iterfind(f"{ATOM}entry"))
    for entry in entries:
        names = Counter(etree.QName(element).localname for element in entry)
        assert set(names) <= set(ATOM_FIELDS)
        assert all(names[name] == 1 for name in ("id", "title", "updated", "published", "content"))
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)


def test_a_feed_is_the_same_whenever_the_same_is_asked_for(demo: ExportBench) -> None:
    asked: tuple[tuple[str, ...], ...] = (
        (),
        ("--query", "春"),
        ("--media", "上饶日报"),
        ("--from", "2026-03-20"),
    )
    feeds = [etree.parse(demo.export("atom", "--force", *query)) for query in (*asked, *asked)]
    ids = [feed.findtext(f"{ATOM}id") for feed in feeds]
    assert ids[:4] == ids[4:]
    assert len(set(ids)) == 4


@pytest.mark.parametrize("form", FORMS)
def test_a_manifest_stands_beside_the_file(demo: ExportBench, form: str) -> None:
    path = demo.export(form, "--force")
    manifest = demo.manifest(path)
    content = path.read_bytes()
    assert manifest["format"] == form
    assert manifest["file"] == path.name
    assert manifest["bytes"] == len(content)
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert manifest["articles"] == len(all_codes(demo))
    assert sum(manifest["by_source"].values()) >= manifest["articles"]
    assert manifest["ledger"]["holds"] is True
    assert manifest["ledger"]["listed"] == manifest["ledger"]["archived"]
    assert manifest["missing"] == []
    assert manifest["fields"]
    assert manifest["first_published_at"] < manifest["last_published_at"]


def test_the_manifest_tells_what_the_archive_lacks(bench: ExportBench) -> None:

    bench.store(an_article(1), an_article(2))
    with Archive.open_existing(bench.archive_folder) as archive, archive.writing() as connection:
        ensure_listing(
            connection, Owed("paper", "NW202603200000000009", "media", "http://127.0.0.1/9", "缺"), NOON
        )
    path = bench.folder / "out.jsonl"
    ended = bench.run("export", "jsonl", path, "--source", "paper")
    assert ended.status == 0
    assert "not in the archive, of these sources and days: 1 owed" in ended.stdout
    ledger = bench.manifest(path)["ledger"]
    assert (ledger["listed"], ledger["archived"], ledger["owed"], ledger["holds"]) == (3, 2, 1, True)
    assert [each["source"] for each in ledger["sources"]] == ["paper"]
    nothing = bench.export("jsonl", "--from", "2026-03-22", name="later")
    assert bench.manifest(nothing)["ledger"]["listed"] == 0


def test_json_prints_the_manifest(demo: ExportBench) -> None:
    path = demo.folder / "said"
    assert demo.run("export", "csv", path, "--force", "--json").json == demo.manifest(path)


@pytest.mark.parametrize("form", FORMS[:4])
@pytest.mark.parametrize(
    "query",
    [
        pytest.param(("--query", "上饶"), id="words"),
        pytest.param(("--query", '春 OR "南昌" -股'), id="language"),
        pytest.param(("--from", "2026-03-20", "--to", "2026-03-20"), id="day"),
        pytest.param(("--source", "shangraoribao"), id="source"),
        pytest.param(("--media", "上饶日报"), id="media"),
    ],
)
def test_an_export_takes_the_filters_of_search(demo: ExportBench, form: str, query: tuple[str, ...]) -> None:
    codes = codes_of(demo.export(form, "--force", *query), form)
    words = query[1] if query[0] == "--query" else ""
    rest = () if words else query
    if words:
        found = demo.run("search", words, "--duplicates", "--limit", "10000", *rest, "--json").json
        expected = [item["info_code"] for item in found["items"]]
    else:
        expected = all_codes(demo, *query)
    assert 0 < len(expected) < len(all_codes(demo))
    assert sorted(codes) == sorted(expected)


def test_a_security_narrows(bench: ExportBench) -> None:
    bench.store(an_article(1), *hostile_articles())
    for name in ("600519", "1.600519"):
        path = bench.export("jsonl", "--security", name, "--force")
        assert len(read_jsonl(path)) == len(HOSTILE)
        assert bench.manifest(path)["query"]["securities"] == [name]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_found_is_a_whole_empty_export(demo: ExportBench, form: str) -> None:
    path = demo.export(form, "--force", "--query", "绝无此词绝无此词")
    assert demo.manifest(path)["articles"] == 0
    assert demo.manifest(path)["first_published_at"] is None
    if form == "csv":
        assert path.read_bytes().count(b"\r\n") == 1
    elif form != "warc":
        assert form == "jsonl" or codes_of(path, form) == []
        assert (path.read_bytes() == b"") == (form == "jsonl")


@pytest.mark.parametrize("form", STREAMS)
def test_stdout_gets_the_same_bytes_as_a_file(demo: ExportBench, form: str) -> None:
    path = demo.export(form, "--force")
    ended = demo.run("export", form, "-")
    assert ended.stdout.encode() == path.read_bytes().replace(b"\r\n", b"\n")
    assert not (Path.cwd() / "-").exists()


@pytest.mark.parametrize("form", ["parquet", "atom", "warc"])
def test_other_formats_need_a_file(demo: ExportBench, form: str) -> None:
    ended = demo.run("export", form, "-")
    assert ended.status == 2
    assert "only jsonl and csv can go to stdout" in ended.stderr


def test_a_reader_that_goes_away_is_no_error(demo: ExportBench) -> None:
    words = [
        sys.executable,
        "-P",
        "-m",
        "jianbao",
        "--archive",
        str(demo.archive_folder),
        "export",
        "jsonl",
        "-",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(120) == 0


# -- hostile text ------------------------------------------------------------------------------------------


def test_hostile_text_comes_back_as_it_is(bench: ExportBench) -> None:
    articles = hostile_articles()
    bench.store(*articles)
    titles = [article.title for article in articles]
    assert [row["title"] for row in read_jsonl(bench.export("jsonl"))] == titles
    assert [row["title"] for row in read_csv(bench.export("csv", name="b"))] == titles
    assert [row["title"] for row in read_parquet(bench.export("parquet", name="c"))] == titles
    feed = etree.parse(bench.export("atom", name="d"))
    shown = [entry.text for entry in feed.iterfind(f"{ATOM}entry/{ATOM}title")][::-1]
    assert shown == titles
    assert [row["text"] for row in read_csv(bench.export("csv", name="e"))] == [one.text for one in articles]


def test_a_line_of_json_is_one_line_for_every_reader(bench: ExportBench) -> None:
    bench.store(*hostile_articles())
    text = bench.export("jsonl").read_text("utf-8")
    assert len(text.splitlines()) == len(HOSTILE)
    assert not re.search(r"[\x7f-\x9f\u2028\u2029]", text)


def test_csv_is_rfc_4180(bench: ExportBench) -> None:
    bench.store(*hostile_articles())
    content = bench.export("csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    unquoted = re.sub(rb'"(?:[^"]|"")*"', b"", content)
    assert unquoted.count(b"\r\n") == unquoted.count(b"\n") == len(HOSTILE) + 1


def test_excel_reads_a_marked_and_harmless_table(bench: ExportBench) -> None:
    bench.store(*hostile_articles())
    path = bench.export("csv", "--bom", "--excel-safe")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfinfo_code,")
    rows = read_csv(path, "utf-8-sig")
    assert [row["title"] for row in rows[:4]] == [f"'{text}" for text in HOSTILE[:4]]
    assert rows[4]["title"] == HOSTILE[4]
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_document_of_parquet_survives_pyarrow_alone(bench: ExportBench) -> None:
    bench.store(*hostile_articles())
    file = pyarrow.parquet.ParquetFile(bench.export("parquet"))
    assert file.metadata.num_rows == len(HOSTILE)
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


# -- destinations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_not_replaced_unasked(demo: ExportBench, form: str, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    ended = demo.run("export", form, path)
    assert ended.status == 2
    assert "exists already: name another file, or replace it with --force" in ended.stderr
    assert path.read_text() == "mine"
    assert names_in(tmp_path) == ["mine"]


def test_a_manifest_is_not_replaced_unasked(demo: ExportBench, tmp_path: Path) -> None:
    (tmp_path / "mine.manifest.json").write_text("mine")
    ended = demo.run("export", "csv", tmp_path / "mine")
    assert ended.status == 2
    assert names_in(tmp_path) == ["mine.manifest.json"]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_only_files_are_replaced(demo: ExportBench, tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "odd")
    ended = demo.run("export", "csv", tmp_path / "odd", "--force")
    assert ended.status == 2
    assert "is no file that can be replaced" in ended.stderr


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_what_names_no_file_is_told(demo: ExportBench, name: str) -> None:
    ended = demo.run("export", "csv", name)
    assert ended.status == 2
    assert "name the file to write" in ended.stderr


def test_a_file_may_have_a_name_that_is_no_utf8(demo: ExportBench, tmp_path: Path) -> None:
    ended = demo.run("export", "jsonl", tmp_path / "out\udcff", "--from", "2026-03-20")
    assert ended.status == 0
    assert len(names_in(tmp_path)) == 2


def test_posts_do_not_go_to_stdout(demo: ExportBench) -> None:
    assert demo.run("export", "posts", "-").status == 2


def test_a_folder_that_is_missing_is_told(demo: ExportBench, tmp_path: Path) -> None:
    ended = demo.run("export", "csv", tmp_path / "no" / "out")
    assert ended.status == 2
    assert f"there is no folder {tmp_path / 'no'}: make it first" in ended.stderr


def test_a_file_has_the_rights_of_any_new_file(demo: ExportBench, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    assert demo.run("export", "csv", tmp_path / "out").status == 0
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_error_leaves_what_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), writing_whole(path, force=True) as out:  # noqa: PT012
        out.write(b"half")
        _ = 1 / 0
    assert path.read_text() == "before"
    assert names_in(tmp_path) == ["out"]


def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with pytest.raises(DestinationUnusable), writing_whole(path, force=False) as out:  # noqa: PT012
        out.write(b"ours")
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert names_in(tmp_path) == ["out"]


DYING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
sent = int(sys.argv.pop())
from jianbao.exporting import selection
counted = selection.ExportCounts.count
def count(self, whole):
    counted(self, whole)
    if self.articles == 30:
        os.kill(os.getpid(), sent)
selection.ExportCounts.count = count
from jianbao.cli import main
main()
"""


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("jsonl", signal.SIGKILL),
        ("parquet", signal.SIGKILL),
        ("warc", signal.SIGKILL),
        ("csv", signal.SIGINT),
        ("atom", signal.SIGTERM),
    ],
)
def test_a_kill_leaves_no_half_file(
    demo: ExportBench, tmp_path: Path, form: str, sent: signal.Signals
) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    words = ["--archive", str(demo.archive_folder), "export", form, str(path), "--force", str(int(sent))]
    ended = subprocess.run([*PYTHON, "-c", DYING, *words], capture_output=True, check=False)
    assert ended.returncode == (-signal.SIGKILL if sent is signal.SIGKILL else 130)
    assert path.read_text() == "before"
    left = set(names_in(tmp_path)) - {"out"}
    assert all(name.startswith(".out.") and name.endswith(".part") for name in left)
    assert sent is signal.SIGKILL or not left


def test_the_warm_command_is_the_real_one(demo: ExportBench, tmp_path: Path) -> None:
    ended = run_process("--archive", demo.archive_folder, "export", "csv", tmp_path / "out")
    assert ended.status == 0
    assert len(read_csv(tmp_path / "out")) == len(all_codes(demo))


# -- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--source", "nowhere"), "nowhere"),
        (("--from", "yesterday"), "yesterday"),
        (("--query", "from:never"), "never"),
        (("--from", "2026-03-21", "--to", "2026-03-20"), "first day"),
    ],
)
def test_wrong_filters_are_usage_errors(demo: ExportBench, tmp_path: Path, options: Any, said: str) -> None:
    ended = demo.run("export", "csv", tmp_path / "out", *options)
    assert ended.status == 2
    assert said in ended.stderr
    assert names_in(tmp_path) == []


def test_parquet_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ParquetMissing, match=r"pip install '\.\[parquet\]'"):
        check_parquet()
    assert status_of(ParquetMissing()) == status_of(ExtraMissing()) == 1


def test_writing_counts_and_digests_what_it_writes(tmp_path: Path) -> None:
    with writing_whole(tmp_path / "out", force=False) as out:
        table = io.TextIOWrapper(cast(BinaryIO, out), "utf-8", write_through=True)
        table.write("剪报")
        table.detach()
        assert out.bytes == 6
        assert out.sha256 == hashlib.sha256("剪报".encode()).hexdigest()


# -- documentation -----------------------------------------------------------------------------------------

DOCS = Path(__file__).parent.parent / "docs"


def documented(heading: str) -> str:
    """Return the text under a heading of the document on exports."""
    return (DOCS / "export.md").read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_option_is_documented() -> None:
    text = (DOCS / "export.md").read_text("utf-8")
    commands = typer.main.get_command(export.app).commands  # type: ignore[attr-defined]
    assert set(FORMS) <= set(commands)
    options = {
        one.opts[0] for form in FORMS for one in commands[form].params if one.param_type_name == "option"
    }
    assert [option for option in options if f"`{option}" not in text and option != "--help"] == []


def test_the_documented_columns_are_those_of_the_file(demo: ExportBench) -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", documented("csv and parquet"), re.MULTILINE)
    schema = pyarrow.parquet.read_schema(demo.export("parquet", "--force"))
    typed = {field.name: re.sub(r"<.*|\[.*", "", str(field.type)) for field in schema}
    assert [name for name, _, _ in rows] == [column.name for column in TABLE_COLUMNS]
    assert {name: kind.split()[0] for name, _, kind in rows} == typed
    kinds = {"text": "text", "number": "number", "truth": "true or false", "time": "time"}
    assert [said for _, said, _ in rows] == [kinds.get(column.kind, "JSON") for column in TABLE_COLUMNS]


def test_the_documented_keys_are_those_of_the_files(demo: ExportBench) -> None:
    manifest = demo.manifest(demo.export("jsonl", "--force"))
    cells = re.findall(r"^\| (`[^|]+) \|", documented("The manifest"), re.MULTILINE)
    assert [key for cell in cells for key in re.findall(r"`(\w+)`", cell)] == list(manifest)
    said = documented("jsonl").partition("keys of")[2]
    assert tuple(re.findall(r"`(\w+)`", said)) == JSON_FIELDS
    assert set(ATOM_FIELDS) <= set(re.findall(r"`(\w+)`", documented("atom")))
