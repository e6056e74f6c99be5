"""The database: how SQLite is set up, who waits for whom, and instants that keep their meaning."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from storage.database.column_types import UtcDateTime
from storage.database.opening import open_database, reading, writing
from storage.database.schema import capture, crawl, source

ROUNDS = 40


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with one source, whose ``listed_count`` serves as a number to fight over."""
    opened = open_database(tmp_path / "archive.db")
    with writing(opened) as connection:
        connection.execute(
            insert(source).values(
                slug="yunwanbao", name="云湾报", kind="category", timezone="Asia/Shanghai", enabled=True
            )
        )
    yield opened
    opened.dispose()


def counted(connection: Connection) -> int:
    count: int = connection.execute(select(source.c.listed_count)).scalar_one()
    return count


def count_to(connection: Connection, number: int) -> None:
    connection.execute(update(source).values(listed_count=number))


@pytest.mark.parametrize("transaction", [reading, writing], ids=["reading", "writing"])
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 30_000)],
    ids=str,
)
def test_pragmas_are_in_force(engine: Engine, transaction: object, pragma: str, value: object) -> None:
    assert callable(transaction)
    with transaction(engine) as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_rows_that_refer_to_nothing_are_refused(engine: Engine) -> None:
    row = {"url": "http://127.0.0.1/", "fetched_at": datetime.now(UTC), "status": 200, "payload_digest": ""}
    place = {"warc_file": "jianbao.warc.gz", "warc_offset": 0, "warc_length": 1}
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(engine) as connection:
        connection.execute(insert(capture).values(row | place | {"crawl_id": 404}))


def test_json_is_stored_as_it_reads(engine: Engine) -> None:
    values = {"trigger": "manual", "started_at": datetime.now(UTC), "status": "ok", "pid": 1, "version": ""}
    with writing(engine) as connection:
        connection.execute(insert(crawl).values(values | {"sources": [], "errors": ["云湾报没有回答"]}))
        assert connection.execute(text("SELECT errors FROM crawl")).scalar() == '["云湾报没有回答"]'


# Who waits for whom


def count_up(engine: Engine, rounds: int) -> None:
    """Read a number, think about it, write it back one higher."""
    for _ in range(rounds):
        with writing(engine) as connection:
            seen = counted(connection)
            time.sleep(0.001)
            count_to(connection, seen + 1)


def test_threads_lose_no_update(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: count_up(engine, ROUNDS), range(4)))
    with reading(engine) as connection:
        assert counted(connection) == 4 * ROUNDS


COUNTER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from storage.database.opening import open_database
from test_database import count_up
engine = open_database(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
count_up(engine, int(sys.argv[3]))
"""


def test_processes_lose_no_update(engine: Engine) -> None:
    arguments = [str(engine.url.database), str(Path(__file__).parent), str(ROUNDS)]
    counters = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTER, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for counter in counters:
        assert counter.stdout is not None
        assert counter.stdout.readline() == "ready\n"
    for counter in counters:
        assert counter.stdin is not None
        counter.stdin.write("\n")
        counter.stdin.flush()
    for counter in counters:
        counter.communicate(timeout=120)
    assert [counter.returncode for counter in counters] == [0, 0, 0]
    with reading(engine) as connection:
        assert counted(connection) == 3 * ROUNDS


def test_a_reader_never_waits_for_a_writer(engine: Engine) -> None:
    with writing(engine) as writer:
        count_to(writer, 7)
        with reading(engine) as reader:  # waits in vain where the lock keeps readers out, and is an error
            assert counted(reader) == 0
    with reading(engine) as reader:
        assert counted(reader) == 7


def test_a_writer_never_waits_for_a_reader_whose_view_stays_the_same(engine: Engine) -> None:
    with reading(engine) as reader:
        assert counted(reader) == 0
        with writing(engine) as writer:
            count_to(writer, 7)
        assert counted(reader) == 0


def test_a_writer_waits_for_a_writer(engine: Engine) -> None:
    turns: list[str] = []

    coming = threading.Event()

    def come_second() -> None:
        coming.set()
        with writing(engine):
            turns.append("second")

    second = threading.Thread(target=come_second)
    with writing(engine):
        second.start()
        coming.wait()
        time.sleep(0.1)  # for a writer that does not wait to come first
        turns.append("first")
    second.join()
    assert turns == ["first", "second"]


def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises(OperationalError, match="readonly"), reading(engine) as reader:
        count_to(reader, 7)
    with writing(engine) as writer:  # on the same pooled connection
        assert counted(writer) == 0
        count_to(writer, 8)
        assert counted(writer) == 8


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as writer:
            count_to(writer, 7)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with reading(engine) as reader:
        assert counted(reader) == 0


# Instants

MEMORY = create_engine("sqlite://")
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@given(INSTANTS)
def test_an_instant_comes_back_as_itself_in_utc(instant: datetime) -> None:
    with MEMORY.connect() as connection:
        back = connection.execute(select(literal(instant, UtcDateTime()))).scalar_one()
    assert back == instant.astimezone(UTC)
    assert back.tzinfo is UTC


@given(INSTANTS, INSTANTS)
def test_the_database_orders_instants_as_python_does(one: datetime, other: datetime) -> None:
    one, other = one.astimezone(UTC), other.astimezone(UTC)
    with MEMORY.connect() as connection:
        earlier = select(literal(one, UtcDateTime()) < literal(other, UtcDateTime()))
        assert bool(connection.execute(earlier).scalar_one()) is (one < other)


def test_no_instant_stays_none() -> None:
    with MEMORY.connect() as connection:
        assert connection.execute(select(literal(None, UtcDateTime()))).scalar_one() is None


def test_a_naive_time_is_refused() -> None:
    with MEMORY.connect() as connection, pytest.raises(StatementError, match="has no time zone"):
        connection.execute(select(literal(datetime(2026, 3, 20), UtcDateTime())))  # noqa: DTZ001
