"""The text is kept once: what SQL, pages and exports say of revisions is what was delivered, in any order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text
from support.sample_articles import CODE, plain_article, stored_with

from storage.archive.folder import Archive
from storage.articles.article import insert_article, insert_revision, replace_revision, update_article
from storage.articles.revision import list_revisions
from storage.captures.imported_files import read_held_text
from storage.database.opening import open_database
from storage.database.revision_view import CREATE_TRIGGER, CREATE_VIEW
from storage.database.schema import metadata
from storage.records import Paragraph, StoredArticle
from storage.records.text.parts import cut_body, cut_text, put_together
from storage.sql.statement import read_sql

LINES = (
    "老街的茶铺在清晨五点就开了门。",
    "医院新添的设备让检查时间缩短一半。",
    "社区食堂每天供应两百多份午餐。",
)
TEXT = "\n".join(LINES)
BODY = "\n ".join(f"<p>\u3000\u3000{line}</p>" for line in LINES)

# Characters of which each is a trap for JSON, SQL, markup or the finding of parts.
_PIECES = st.sampled_from(
    ["老街", "茶铺", "。", "\n", "\u3000", "&nbsp;", "<p>", "</p>\n <p>", '"', "\\", "\\n", "'", "%", "𠮷",
     "\ufdd0", "\x01", "\x00", "<b", "[]", "0", "\u2028", "\ufeff"]
)  # fmt: skip
SAID = st.lists(_PIECES, max_size=24).map("".join)


def saying(*lines: str, number: int = 1, body: str | None = None, **changes: Any) -> StoredArticle:
    """Return the article of the tests as it says these lines."""
    stored = replace(stored_with(plain_article()), content_hash="/".join(lines))
    article = replace(
        stored.article,
        paragraphs=tuple(Paragraph(line) for line in lines),
        body_html=body if body is not None else "\n ".join(f"<p>{line}</p>" for line in lines),
    )
    seen_at = stored.last_checked_at + timedelta(days=number)
    return replace(stored, article=article, revision=number, last_checked_at=seen_at, **changes)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as opened:
        yield opened


def wordings(archive: Archive) -> list[tuple[Any, ...]]:
    """Return the rows as they are kept: number, text, body, and the parts of both."""
    statement = "SELECT number, text, body_html, text_parts, body_parts FROM wording ORDER BY number"
    with archive.reading() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def told(archive: Archive) -> list[tuple[str, str]]:
    """Return text and body of every revision, as everything reads them."""
    with archive.reading() as connection:
        return [(row.text, row.body_html) for row in list_revisions(connection, CODE)]


def expected(*wanted: StoredArticle) -> list[tuple[str, str]]:
    return [(stored.article.text, stored.article.body_html) for stored in wanted]


# Parts


def test_a_body_of_plain_paragraphs_costs_its_marks_alone() -> None:
    assert cut_body(BODY, TEXT) == json.dumps(
        ["</p>\n <p>\u3000\u3000", "<p>\u3000\u3000", 15, 0, 17, 0, 15, "</p>"],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def test_an_earlier_text_is_told_by_what_has_changed() -> None:
    earlier = f"{LINES[0]}\n气象台预计周末将有一次降温。\n{LINES[2]}"
    parts = cut_text(earlier, TEXT)
    assert parts is not None
    assert "气象台" in parts
    assert "茶铺" not in parts
    assert "食堂" not in parts


@pytest.mark.parametrize("body", ["", "无关", "<p>全不相干的话</p>", f"<p>{LINES[0]}\x00</p>"])
def test_what_shares_nothing_is_kept_whole(body: str) -> None:
    assert cut_body(body, TEXT) is None


@given(SAID, SAID)
@settings(deadline=None)
def test_parts_give_back_what_was_cut(whole: str, shared: str) -> None:
    for cut in (cut_body, cut_text):
        parts = cut(f"{shared}{whole}{shared}", shared)
        if parts is not None:
            assert put_together(parts, shared) == f"{shared}{whole}{shared}"
            assert "\x00" not in parts


@given(st.lists(st.tuples(SAID, SAID), min_size=1, max_size=20))
@settings(deadline=None, max_examples=60)
def test_sql_says_the_same_as_was_delivered(said: list[tuple[str, str]]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("CREATE TABLE article (info_code, title, text, content_hash)")
        connection.execute(
            "CREATE TABLE wording (info_code, number, title, text, body_html, content_hash, capture_id,"
            " seen_at, changed, text_parts, body_parts, cause)"
        )
        connection.execute(CREATE_VIEW)
        connection.execute(CREATE_TRIGGER)
        wanted = []
        for number, (one, other) in enumerate(said):
            whole, now = f"{one}{TEXT}{other}", f"{other}{TEXT}{one}"
            body = f"<p>{whole}</p>"
            connection.execute("INSERT INTO article VALUES (?, '', ?, '')", (number, now))
            parts = cut_text(whole, now), cut_body(body, now)
            kept = "" if parts[0] else whole, "" if parts[1] else body
            row = (number, 1, "", *kept, "", None, "", "", *parts, "newspaper")
            connection.execute(f"INSERT INTO wording VALUES ({', '.join('?' * 12)})", row)
            wanted.append((whole, body))
        answer = "SELECT text, body_html FROM revision ORDER BY info_code"
        assert connection.execute(answer).fetchall() == wanted
        connection.execute("UPDATE article SET text = 'something else'")
        assert connection.execute(answer).fetchall() == wanted


# Storing


def test_the_present_wording_is_not_repeated(archive: Archive) -> None:
    stored = saying(*LINES)
    with archive.writing() as connection:
        insert_article(connection, stored)
    ((_, kept_text, kept_body, text_parts, body_parts),) = wordings(archive)
    assert (kept_text, kept_body, text_parts) == ("", "", "[]")
    assert len(body_parts) < 80
    assert told(archive) == expected(stored)


def test_earlier_wordings_are_told_by_the_present_one(archive: Archive) -> None:
    said = [saying(*LINES[:count], number=count) for count in (1, 2, 3)]
    with archive.writing() as connection:
        insert_article(connection, said[0])
        for stored in said[1:]:
            update_article(connection, stored)
            insert_revision(connection, stored, {"paragraphs_added": 1})
    assert told(archive) == expected(*said)
    assert [kept for _, *kept, _, _ in wordings(archive)] == [["", ""]] * 3
    with archive.reading() as connection:
        assert read_held_text(connection, CODE, 2).body_html == said[1].article.body_html
        assert [row.changed for row in list_revisions(connection, CODE)][1] == {"paragraphs_added": 1}


def test_a_revision_may_be_entered_before_its_article_changes(archive: Archive) -> None:
    first, second = saying(*LINES), saying(*LINES[1:], number=2)
    with archive.writing() as connection:
        insert_article(connection, first)
        insert_revision(connection, second, {})
        update_article(connection, second)
    assert told(archive) == expected(first, second)


@pytest.mark.parametrize("replaced_first", [False, True])
def test_a_better_form_of_the_same_text_takes_its_place(archive: Archive, replaced_first: bool) -> None:
    poor, better = saying(*LINES, body="只有摘要"), saying(*LINES, "今年的河鲜比往年早上市半个月。")
    with archive.writing() as connection:
        insert_article(connection, poor)
        for step in (
            (replace_revision, update_article) if replaced_first else (update_article, replace_revision)
        ):
            step(connection, better)
    assert told(archive) == expected(better)


def test_whoever_changes_an_article_loses_none_of_its_wordings(archive: Archive) -> None:
    said = [saying(*LINES), saying(*LINES[1:], number=2)]
    with archive.writing() as connection:
        insert_article(connection, said[0])
        update_article(connection, said[1])
        insert_revision(connection, said[1], {})
    with closing(sqlite3.connect(archive.folder / "archive.db")) as other:
        other.execute("UPDATE article SET text = 'by hand', title = 'by hand', content_hash = 'by hand'")
        other.commit()
    assert told(archive) == expected(*said)
    with archive.reading() as connection:
        hashes = [(row.title, row.content_hash) for row in list_revisions(connection, CODE)]
    assert hashes == [(stored.article.title, stored.content_hash) for stored in said]


def test_a_changed_status_writes_nothing_out(archive: Archive) -> None:
    with archive.writing() as connection:
        insert_article(connection, saying(*LINES))
    before = wordings(archive)
    with archive.writing() as connection:
        update_article(connection, saying(*LINES, status="gone"))
        connection.execute(text("UPDATE article SET status = 'archived'"))
    assert wordings(archive) == before


def test_sql_from_people_reads_revisions_like_any_sqlite_program(archive: Archive) -> None:
    said = [saying(*LINES), saying(*LINES[1:], number=2)]
    with archive.writing() as connection:
        insert_article(connection, said[0])
        update_article(connection, said[1])
        insert_revision(connection, said[1], {})
    statement = "SELECT title, text, body_html, content_hash FROM revision ORDER BY number"
    database = archive.folder / "archive.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as plain:
        by_others = plain.execute(statement).fetchall()
    assert list(read_sql(database, statement).rows) == by_others
    assert [(row[1], row[2]) for row in by_others] == expected(*said)


def test_tables_made_without_migrations_are_guarded_alike(tmp_path: Path) -> None:
    made = create_engine(f"sqlite:///{tmp_path}/made.db")
    metadata.create_all(made)
    migrated = open_database(tmp_path / "migrated.db")
    own = text("SELECT name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name")
    with made.connect() as one, migrated.connect() as other:
        assert one.execute(own).all() == other.execute(own).all() != []
        assert inspect(one).get_view_names() == ["revision"]
    made.dispose()
    migrated.dispose()
