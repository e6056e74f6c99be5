"""Statements handed to the driver as they are say, store and raise what SQLAlchemy's own way does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database.opening import ArchiveUnusable, open_database, reading, upsert, writing
from storage.database.prepared import Prepared, among
from storage.database.schema import crawl, source, story_owed

NOON = datetime(2026, 3, 20, 12, tzinfo=timezone(timedelta(hours=8)))
CRAWL = {
    "id": 1, "trigger": "manual", "started_at": NOON, "status": "running", "pid": 7, "version": "1",
    "sources": [{"slug": "上饶日报"}], "errors": [],
}  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path / "archive.db")
    yield opened
    opened.dispose()


def test_values_are_stored_as_by_the_other_way(engine: Engine) -> None:
    with writing(engine) as connection:
        assert Prepared(insert(crawl)).run(connection, CRAWL).lastrowid == 1
        connection.execute(insert(crawl), CRAWL | {"id": 2})
        one, other = connection.execute(text("SELECT * FROM crawl ORDER BY id")).all()
        assert one[1:] == other[1:]
        row = connection.execute(select(crawl).where(crawl.c.id == 1)).one()
    assert (row.started_at, row.sources) == (NOON.astimezone(UTC), [{"slug": "上饶日报"}])


def test_constants_of_a_statement_need_not_be_given(engine: Engine) -> None:
    end = Prepared(update(crawl).where(crawl.c.id == bindparam("which")).values(status="ok", due_at=None))
    with writing(engine) as connection:
        connection.execute(insert(crawl), CRAWL | {"due_at": NOON})
        assert end.run(connection, {"which": 1}).rowcount == 1
        assert connection.execute(select(crawl.c.status, crawl.c.due_at)).one() == ("ok", None)


def test_one_statement_serves_several_archives(engine: Engine, tmp_path: Path) -> None:
    other = open_database(tmp_path / "other.db")
    owe = Prepared(insert(crawl))
    for one in (engine, other, engine):
        with writing(one) as connection:
            connection.execute(text("DELETE FROM crawl"))
            owe.run(connection, CRAWL)
    with reading(other) as connection:
        assert connection.execute(select(crawl.c.pid)).scalars().all() == [7]
    other.dispose()


def test_a_transaction_that_fails_takes_it_back(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        Prepared(insert(crawl)).run(connection, CRAWL)
        transaction.rollback()
    with reading(engine) as connection:
        assert connection.execute(select(crawl.c.id)).all() == []


def test_what_goes_wrong_is_named_as_by_the_other_way(engine: Engine) -> None:
    owe = Prepared(upsert(story_owed).on_conflict_do_nothing())
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(engine) as connection:
        owe.run(connection, {"info_code": "NW202603200000000001"})
    with pytest.raises(OperationalError, match="readonly"), reading(engine) as connection:
        owe.run(connection, {"info_code": "NW202603200000000001"})
    with writing(engine) as connection:
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.execute(text("UPDATE sqlite_master SET rootpage = 999999 WHERE name = 'story_owed'"))
        connection.exec_driver_sql("PRAGMA writable_schema=RESET")
        with pytest.raises(ArchiveUnusable, match="is damaged"):
            owe.run(connection, {"info_code": "NW202603200000000001"})


def test_a_default_that_python_makes_must_be_given(engine: Engine) -> None:
    named = {"slug": "a", "name": "a", "kind": "import", "timezone": "UTC", "enabled": True}
    enter = Prepared(insert(source))
    with writing(engine) as connection, pytest.raises(AssertionError, match="default"):
        enter.run(connection, named)
    with writing(engine) as connection:
        enter.run(connection, named | {"added_at": NOON})
        assert connection.execute(select(source.c.added_at)).scalar_one() == NOON


@pytest.mark.parametrize("wanted", [[], ["a"], ["a", "a", "缺"], ['引"号', "b'\\", "a"]])
def test_any_number_of_texts_is_given_as_one_value(engine: Engine, wanted: list[str]) -> None:
    find = Prepared(select(crawl.c.version).where(among(crawl.c.version, "texts")))
    held = {"a", "b", "b'\\", '引"号'}
    with writing(engine) as connection:
        connection.execute(
            insert(crawl), [CRAWL | {"id": id_, "version": one} for id_, one in enumerate(held)]
        )
        found = find.run(connection, {"texts": json.dumps(wanted)}).fetchall()
    assert sorted(version for (version,) in found) == sorted(held & {*wanted})
