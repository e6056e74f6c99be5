"""`import text`: one file is one article, however often and in whatever encoding it comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as sql_text
from support.command_line import Command, Ended
from support.newsroom import Newsroom
from support.web_client import open_reader

from jianbao.commands import import_
from jianbao.importing.text_identity import TEXT_SCHEME, identify_text, site_of
from storage.archive.folder import Archive
from storage.ledger.owed import find_listings
from storage.ledger.poll import record_listings
from storage.ledger.source import ensure_source
from storage.records import Listed, Source, WarcPlace, canonical_info_code, has_digits_alone, info_code_day
from storage.warc import read_payload

STORY = """春水满塘，信州春耕跑出「加速度」


信江边新修的提灌站。

清晨六点,沙溪镇的田埂上已经热闹起来。今年全区早稻计划种植面积突破

12万亩,比去年多出三成。

一年之计在于春!(张平 全媒体记者 林妙)
"""
DAY = "2026-03-20"


@dataclass
class Cuttings:
    """A folder with files, and an archive that they are imported into."""

    folder: Path
    command: Command

    def write(self, text: str, name: str = "story.txt", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def run(self, *arguments: str | Path) -> Ended:
        ended = self.command("--archive", self.folder / "archive", *arguments)
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    def bring(self, *files: Path, source: str = "paper", day: str = DAY, code: str = "") -> Ended:
        named = ("--code", code) if code else ()
        facts = ("--source", source, "--media", "上饶日报", "--date", day)
        return self.run("import", "text", *files, *facts, *named, "--json")

    def bring_one(self, text: str = STORY, encoding: str = "utf-8", **facts: str) -> dict[str, Any]:
        ended = self.bring(self.write(text, encoding=encoding), **facts)
        (item,) = ended.json["items"]
        assert ended.status == (1 if item["error"] else 0)
        return dict(item)

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        with Archive.open_existing(self.folder / "archive") as archive:
            yield archive

    def count(self, table: str) -> int:
        with self.archive() as archive, archive.reading() as connection:
            return int(connection.execute(sql_text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.fixture
def cuttings(tmp_path: Path, command: Command) -> Cuttings:
    return Cuttings(tmp_path, command)


def test_a_text_becomes_an_article(cuttings: Cuttings) -> None:
    item = cuttings.bring_one()
    assert item["outcome"] == "new"
    assert item["author"] == "张平、林妙"
    shown = cuttings.run("show", item["info_code"], "--json").json
    assert shown["title"] == "春水满塘，信州春耕跑出「加速度」"
    assert shown["published_at"] == "2026-03-20T00:00:00+08:00"
    assert shown["precision"] == "day"
    assert shown["media"] == "上饶日报"
    assert shown["sources"] == ["paper"]
    assert shown["kinds"] == ["caption", "text", "text"]
    assert "突破12万亩" in shown["text"]
    assert shown["url"].startswith(TEXT_SCHEME)


def test_the_source_is_made_of_kind_import(cuttings: Cuttings) -> None:
    cuttings.bring_one()
    (source,) = cuttings.run("sources", "--json").json["sources"]
    assert (source["slug"], source["name"], source["kind"]) == ("paper", "上饶日报", "import")
    assert cuttings.run("status").status == 0


def test_a_source_that_is_configured_stays_as_it_is(newsroom: Newsroom, tmp_path: Path) -> None:
    (slug,) = newsroom.site.slugs
    file = tmp_path / "story.txt"
    file.write_text(STORY, "utf-8")
    facts = ("--source", slug, "--media", "上饶日报", "--date", DAY)
    assert newsroom.run("import", "text", str(file), *facts).status == 0
    (source,) = newsroom.ask("sources")["sources"]
    assert source["kind"] == "category"
    assert newsroom.states() == {"archived": 1}


def test_the_file_is_kept_as_it_is(cuttings: Cuttings) -> None:
    code = cuttings.bring_one(STORY, encoding="gb18030")["info_code"]
    shown = cuttings.run("show", code, "--json").json
    with cuttings.archive() as archive, archive.reading() as connection:
        row = connection.execute(sql_text("SELECT * FROM capture")).one()
    assert row.payload_digest == shown["capture"]["payload_digest"]
    with cuttings.archive() as archive:
        place = WarcPlace(row.warc_file, row.warc_offset, row.warc_length)
        kept = read_payload(archive.warc_folder, place, digest=row.payload_digest)
    assert kept.body == STORY.encode("gb18030")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_in_its_encoding(cuttings: Cuttings, encoding: str) -> None:
    assert cuttings.bring_one(STORY, encoding=encoding)["title"] == "春水满塘，信州春耕跑出「加速度」"


def test_the_same_file_again_is_known(cuttings: Cuttings) -> None:
    first = cuttings.bring_one()
    again = cuttings.bring_one()
    assert again == {**first, "outcome": "known"}
    assert cuttings.count("article") == cuttings.count("capture") == cuttings.count("listing") == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(STORY.replace("\n", "\r\n").encode(), id="line-ends"),
        pytest.param(STORY.encode("gb18030"), id="encoding"),
        pytest.param(STORY.replace("\n\n", "\n\n\n").encode(), id="blank-lines"),
    ],
)
def test_the_same_text_in_another_form_is_the_same_article(cuttings: Cuttings, other: bytes) -> None:
    first = cuttings.bring_one()
    path = cuttings.folder / "other.txt"
    path.write_bytes(other)
    (item,) = cuttings.bring(path).json["items"]
    assert (item["outcome"], item["info_code"]) == ("unchanged", first["info_code"])
    assert cuttings.count("article") == 1


def test_an_edited_text_is_another_article(cuttings: Cuttings) -> None:
    first = cuttings.bring_one()
    edited = cuttings.bring_one(STORY.replace("三成", "四成"))
    assert edited["outcome"] == "new"
    assert edited["info_code"] != first["info_code"]


def test_an_edited_text_is_a_revision_of_the_article_that_the_import_names(cuttings: Cuttings) -> None:
    code = cuttings.bring_one()["info_code"]
    edited = STORY.replace("三成", "四成")
    assert cuttings.bring_one(edited, code=code)["outcome"] == "revised"
    shown = cuttings.run("show", code, "--json").json
    assert shown["revision"] == 2
    assert "四成" in shown["text"]
    again = cuttings.bring_one(edited)
    assert (again["info_code"], again["outcome"]) == (code, "known")


def test_a_text_can_fill_a_hole_under_its_real_info_code(cuttings: Cuttings) -> None:
    item = cuttings.bring_one(code="NW202603202900000001")
    assert item["info_code"] == "NW202603202900000001"


def test_a_code_that_is_taken_is_refused(cuttings: Cuttings) -> None:
    text = STORY.replace("三成", "四成")
    taken = identify_text("paper", date(2026, 3, 20), text).info_code
    cuttings.bring_one(code=taken)
    item = cuttings.bring_one(text)
    assert item["outcome"] == "failed"
    assert f"{taken}, which is another article's already: name a free one with --code" in item["error"]
    assert cuttings.count("article") == cuttings.count("capture") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "has no title", id="empty"),
        pytest.param("题目".encode(), "has no text", id="title-alone"),
        pytest.param(b"\x00\x01\x02\xff" * 100, "decodes neither", id="binary"),
        pytest.param("题目\n正文。\x00".encode(), "is binary", id="nul"),
        pytest.param(b"<!DOCTYPE html><html></html>", "with markup", id="html"),
        pytest.param(STORY.rstrip().encode()[:-2], "broken bytes", id="cut"),
        pytest.param(b"\n" * 10_000_001, "larger than http.max_size allows", id="too-large"),
    ],
)
def test_what_is_no_article_is_refused_and_nothing_stored(
    cuttings: Cuttings, content: bytes, said: str
) -> None:
    path = cuttings.folder / "odd.txt"
    path.write_bytes(content)
    ended = cuttings.bring(path)
    assert ended.status == 1
    (item,) = ended.json["items"]
    assert item["outcome"] == "failed"
    assert item["error"].startswith(f"{path} ")
    assert said in item["error"]
    tables = ("article", "capture", "listing", "source")
    assert [cuttings.count(table) for table in tables] == [0, 0, 0, 0]


def test_one_bad_file_does_not_hold_back_the_others(cuttings: Cuttings) -> None:
    good, missing = cuttings.write(STORY), cuttings.folder / "missing.txt"
    ended = cuttings.bring(missing, good)
    assert ended.status == 1
    assert ended.json["status"] == "partial"
    assert [item["outcome"] for item in ended.json["items"]] == ["failed", "new"]


def test_people_get_a_table(cuttings: Cuttings) -> None:
    facts = ("--source", "paper", "--media", "上饶日报", "--date", DAY)
    ended = cuttings.run("import", "text", cuttings.write(STORY), *facts)
    assert ended.status == 0
    assert "张平、林妙" in ended.stdout


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"source": "a/b"}, "slash"),
        ({"source": "infocode"}, "reserved"),
        ({"source": ""}, "empty"),
        ({"day": "2026-13-01"}, "is not a day"),
        ({"day": "2026"}, "is not a day"),
        ({"day": "1900-01-01"}, "out of range"),
        ({"code": "NW1"}, "not an info code"),
    ],
)
def test_wrong_facts_are_usage_errors(cuttings: Cuttings, facts: dict[str, str], said: str) -> None:
    ended = cuttings.bring(cuttings.write(STORY), **facts)
    assert ended.status == 2
    assert said in ended.stderr


def test_a_code_belongs_to_one_file(cuttings: Cuttings) -> None:
    ended = cuttings.bring(cuttings.write(STORY), cuttings.write(STORY, "b.txt"), code="NW202603202900000001")
    assert ended.status == 2


def test_an_imported_text_is_not_fetched_again(
    open_newsroom: Callable[..., Newsroom], tmp_path: Path
) -> None:
    newsroom = open_newsroom()
    file = tmp_path / "story.txt"
    file.write_text(STORY, "utf-8")
    newsroom.run("import", "text", str(file), "--source", "paper", "--media", "上饶日报", "--date", DAY)
    newsroom.site.requests.clear()
    found = newsroom.ask("recrawl", "--source", "paper", "--dry-run")
    assert found["total"] == 0


@given(st.text(min_size=1), st.text(), st.dates(date(1990, 1, 1), date(2200, 12, 31)))
def test_an_identity_is_a_valid_code_of_its_day_and_never_upstreams(slug: str, text: str, day: date) -> None:
    identity = identify_text(slug, day, text)
    assert canonical_info_code(identity.info_code) == identity.info_code
    assert info_code_day(identity.info_code) == day
    assert identity.info_code == f"{site_of(slug)}-{day:%Y%m%d}.{identity.info_code.rpartition('.')[2]}"
    assert not has_digits_alone(identity.info_code)
    assert re.fullmatch(r"urn:jianbao:text:[\w%.~-]+/\d{4}-\d\d-\d\d/[0-9a-f]{64}", identity.uri, re.ASCII)
    assert identify_text(slug, day, f" {text}\n") == identity


@pytest.mark.parametrize("slug", ["上饶日报", "Paper", "paper!", "p" * 25, "a/b", ""])
def test_a_source_that_is_no_site_has_a_name_of_its_own(slug: str) -> None:
    assert site_of(slug) != site_of(f"{slug}x")
    assert site_of(slug).removeprefix("paper") != ""
    assert site_of(slug) == site_of(slug)
    assert re.fullmatch("[a-z0-9]{8,24}", site_of(slug))


def test_a_text_has_the_site_that_its_source_declares(cuttings: Cuttings) -> None:
    earlier = cuttings.bring_one()["info_code"]
    config = cuttings.folder / "jianbao.toml"
    config.write_text(
        '[[sources]]\nslug = "paper"\nname = "报"\nkind = "category"\nsite = "srrb"\n'
        'url = "http://127.0.0.1:1/category/paper.html"\n',
        "utf-8",
    )

    def bring(text: str) -> dict[str, Any]:
        facts = ("--source", "paper", "--media", "上饶日报", "--date", DAY)
        ended = cuttings.run("--config", config, "import", "text", cuttings.write(text), *facts, "--json")
        (item,) = ended.json["items"]
        return dict(item)

    again = bring(STORY.replace("\n", "\r\n"))
    assert (again["info_code"], again["outcome"]) == (earlier, "unchanged")
    other = bring(STORY.replace("三成", "五成"))
    assert other["info_code"].startswith("srrb-20260320.t")


def test_what_a_text_was_called_before_still_finds_it(cuttings: Cuttings) -> None:
    code, former = cuttings.bring_one()["info_code"], "NW202603200123456789"
    with cuttings.archive() as archive, archive.writing() as connection:
        connection.execute(sql_text(f"INSERT INTO code_alias VALUES ('{former}', '{code}')"))
    assert cuttings.run("show", former, "--json").json["info_code"] == code
    assert cuttings.run("recrawl", "--code", former, "--dry-run", "--json").json["total"] == 0
    assert cuttings.bring_one(code=former)["outcome"] == "known"
    edited = cuttings.bring_one(STORY.replace("三成", "四成"), code=former[2:])
    assert (edited["info_code"], edited["outcome"]) == (code, "revised")
    assert cuttings.count("article") == 1
    with open_reader(cuttings.folder / "archive") as client:
        led = client.get(f"/article/{former}?revision=1")
        assert (led.status_code, led.headers["location"]) == (308, f"/article/{code}?revision=1")
        assert (
            client.get(f"/article/{former[2:]}/original").headers["location"].startswith(f"/article/{code}/")
        )
        for part in ("", "/revisions", "/diff"):
            assert client.get(f"/api/v1/articles/{former}{part}").status_code == 200
        assert client.get(f"/api/v1/articles/{former}").json()["info_code"] == code


def test_a_page_that_lists_a_text_by_its_former_code_lists_that_article(cuttings: Cuttings) -> None:
    code, former = cuttings.bring_one()["info_code"], "NW202603200123456789"
    page = f"http://127.0.0.1/2026/03/20/{former}.html"
    with cuttings.archive() as archive, archive.writing() as connection:
        connection.execute(sql_text(f"INSERT INTO code_alias VALUES ('{former}', '{code}')"))
        ensure_source(connection, Source("site", "站", "category", None, "Asia/Shanghai", None, enabled=True))
        listed = [Listed(former, form, page, "题") for form in ("media", "rolling")]
        recorded = record_listings(connection, "site", listed[:1], datetime.now(UTC))
        assert (recorded.new, recorded.known) == (1, 1)
        (one,) = [entry for entry in find_listings(connection, code) if entry.source == "site"]
        assert one.state == "archived"
        # The page of another form is still to be fetched, and has the code that it has.
        record_listings(connection, "site", listed[1:], datetime.now(UTC))
        assert [entry.state for entry in find_listings(connection, former)] == ["owed"]


def test_an_exported_text_is_the_same_article_where_it_is_imported(
    cuttings: Cuttings, tmp_path: Path
) -> None:
    code = cuttings.bring_one()["info_code"]
    assert cuttings.run("export", "posts", tmp_path / "site").status == 0
    shown = cuttings.run("show", code, "--json").json
    other = ("--archive", tmp_path / "other")
    assert cuttings.command(*other, "import", "posts", tmp_path / "site").status == 0
    there = cuttings.command(*other, "show", code, "--json").json
    assert (there["title"], there["text"], there["media"]) == (shown["title"], shown["text"], shown["media"])


def test_identities_differ_by_source_day_and_text() -> None:
    day = date(2026, 3, 20)
    codes = {
        identify_text(slug, on, text).info_code
        for slug in ("a", "b")
        for on in (day, date(2026, 3, 21))
        for text in ("甲", "乙")
    }
    assert len(codes) == 8


def test_every_option_is_documented() -> None:
    document = (Path(__file__).parent.parent / "docs" / "import-text.md").read_text("utf-8")
    command = typer.main.get_command(import_.app).commands["text"]  # type: ignore[attr-defined]
    options = [one.opts[0] for one in command.params if one.param_type_name == "option"]
    assert [option for option in options if f"`{option}" not in document and option != "--help"] == []


# Links.


@pytest.mark.parametrize("kind", ["to a text", "to a chain", "to nothing", "to itself", "to a folder"])
def test_no_link_is_followed(cuttings: Cuttings, kind: str) -> None:
    secret = cuttings.write(STORY, "secret")
    (cuttings.folder / "chain").symlink_to(secret)
    target = {
        "to a text": secret.name,
        "to a chain": "chain",
        "to nothing": "nothing",
        "to itself": "link.txt",
        "to a folder": ".",
    }
    (cuttings.folder / "link.txt").symlink_to(target[kind])
    ended = cuttings.bring(cuttings.folder / "link.txt")
    assert ended.status == 1
    assert "it is a link, and links are not followed" in ended.json["items"][0]["error"]
    assert cuttings.run("list", "--json").json["total"] == 0


def test_a_hard_link_is_the_file(cuttings: Cuttings) -> None:
    (cuttings.folder / "other.txt").hardlink_to(cuttings.write(STORY))
    assert cuttings.bring(cuttings.folder / "other.txt").status == 0
