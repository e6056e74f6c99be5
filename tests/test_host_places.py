"""Places at hosts: limits hold for all processes of an archive together, whatever way one of them ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spiders.middleware.places import BudgetSpent, PlaceLines
from spiders.middleware.retry_after import HostRests
from storage.ledger.host_block import SIZE, HostBlock, Seat
from storage.ledger.host_places import PLACES_FILE, HostPlaces, end_rests, open_host_places
from storage.records.host_limits import HostLimits, Rank, Refused

HOST = "news.example.org"
NO_DELAY = HostLimits(concurrency=4, delay=0.0)

HOLD_ALL = """
import sys, time
from pathlib import Path
from storage.ledger.host_places import open_host_places
from storage.records.host_limits import HostLimits, Rank
with open_host_places(Path(sys.argv[1]), lambda host: HostLimits(4, 0.0)) as places:
    while places.take("news.example.org", Rank.HISTORY) == 0.0:
        print("took", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def places(tmp_path: Path) -> Iterator[HostPlaces]:
    with open_host_places(tmp_path, lambda _: NO_DELAY) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has taken every place there is."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_ALL, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(4)] == ["took\n"] * 4
        yield process
        process.kill()


def test_no_more_places_are_given_than_there_are(places: HostPlaces) -> None:
    assert [places.take(HOST, Rank.ARTICLE) for _ in range(4)] == [0.0] * 4
    pause = places.take(HOST, Rank.ARTICLE)
    assert isinstance(pause, float)
    assert pause > 0
    assert places.take("other.example.org", Rank.ARTICLE) == 0.0

    places.leave(HOST)

    assert places.take(HOST, Rank.ARTICLE) == 0.0


def test_a_process_that_is_killed_leaves_no_place_taken(
    other: subprocess.Popen[str], places: HostPlaces
) -> None:
    assert places.take(HOST, Rank.POLL) != 0.0

    os.kill(other.pid, signal.SIGKILL)
    other.wait()

    assert [places.take(HOST, Rank.POLL) for _ in range(4)] == [0.0] * 4


def test_the_delay_is_kept_between_all_requests(tmp_path: Path) -> None:
    with open_host_places(tmp_path, lambda _: HostLimits(4, 60.0)) as places:
        assert places.take(HOST, Rank.POLL) == 0.0
        assert places.take(HOST, Rank.POLL) != 0.0
    with open_host_places(tmp_path, lambda _: NO_DELAY) as places:  # another process, told of no delay
        assert places.take(HOST, Rank.POLL) != 0.0


def test_after_a_new_start_of_the_machine_nobody_waits_for_the_old_clock(tmp_path: Path) -> None:
    with open_host_places(tmp_path, lambda _: HostLimits(4, 0.5)) as places:
        assert places.take(HOST, Rank.POLL) == 0.0
        number = places._number(HOST)
    with (tmp_path / PLACES_FILE).open("r+b") as file:
        file.seek(number * SIZE)
        block = HostBlock.unpack(file.read(SIZE))
        block.next_at += 900
        file.seek(number * SIZE)
        file.write(block.pack())
    with open_host_places(tmp_path, lambda _: HostLimits(4, 0.5)) as places:
        assert places.take(HOST, Rank.POLL) == 0.0


def test_a_rest_counts_for_everybody_until_it_is_ended(tmp_path: Path) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    with open_host_places(tmp_path, lambda _: NO_DELAY) as places:
        places.let_rest(HOST, until)
        places.let_rest(HOST, until - timedelta(minutes=30))
    with open_host_places(tmp_path, lambda _: NO_DELAY) as places:
        assert places.take(HOST, Rank.POLL) == Refused(until, is_budget=False)
        assert places.take("other.example.org", Rank.POLL) == 0.0
    end_rests(tmp_path, ["other.example.org"])
    with open_host_places(tmp_path, lambda _: NO_DELAY) as places:
        assert places.rests_until(HOST) == until
    end_rests(tmp_path)
    with open_host_places(tmp_path, lambda _: NO_DELAY) as places:
        assert places.rests_until(HOST) is None
        places.let_rest(HOST, until + timedelta(days=365))
        assert places.rests_until(HOST) is None, "a clock that was wrong"


def test_a_budget_is_spent_by_all_together_and_a_tenth_of_it_by_polls_alone(tmp_path: Path) -> None:
    limits = HostLimits(concurrency=16, delay=0.0, budget=20)

    def take_some(count: int, rank: Rank) -> list[float | Refused]:
        with open_host_places(tmp_path, lambda _: limits) as places:
            return [places.take(HOST, rank) for _ in range(count)]

    assert take_some(10, Rank.ARTICLE) + take_some(8, Rank.HISTORY) == [0.0] * 18
    (refused,) = take_some(1, Rank.ARTICLE)
    assert isinstance(refused, Refused)
    assert refused.is_budget
    assert timedelta(minutes=55) < refused.until - datetime.now(UTC) <= timedelta(minutes=62)
    assert take_some(2, Rank.POLL) == [0.0] * 2
    assert isinstance(take_some(1, Rank.POLL)[0], Refused)


def test_a_budget_holds_within_any_hour() -> None:
    block = HostBlock()
    for minute in range(100):
        if not block.spent_until(30, 1_000 + minute, spares=False):
            block.count(1_000 + minute)
    asked = block.asked_in_hour(1_099)
    assert sum(asked.values()) == 30
    assert block.spent_until(30, 1_099, spares=False) == (min(asked) + 61) * 60
    assert block.spent_until(0, 1_099, spares=True) == 0.0


def test_a_block_is_read_as_it_was_written_and_half_of_one_is_empty() -> None:
    block = HostBlock(bytes(range(16)), 1.5, 0.5, 2.5, 3.5)
    block.seats[3].wait(Rank.POLL, 7.0)
    block.count(5)
    assert HostBlock.unpack(block.pack().ljust(SIZE, b"\0")) == block
    assert HostBlock.unpack(block.pack()[:-1]) == HostBlock()


@pytest.mark.parametrize(
    ("waiting", "goes"),
    [
        (Seat(taken=3, wish=Rank.POLL + 1, since=9.0, looked_at=9.9), True),  # a poll before an article
        (Seat(taken=0, wish=Rank.ARTICLE + 1, since=9.0, looked_at=9.9), True),  # fewer places
        (Seat(taken=1, wish=Rank.ARTICLE + 1, since=8.0, looked_at=9.9), True),  # waits longer
        (Seat(taken=1, wish=Rank.ARTICLE + 1, since=9.8, looked_at=9.9), False),
        (Seat(taken=2, wish=Rank.ARTICLE + 1, since=8.0, looked_at=9.9), False),
        (Seat(taken=0, wish=Rank.HISTORY + 1, since=1.0, looked_at=9.9), False),
        (Seat(taken=0, wish=Rank.POLL + 1, since=1.0, looked_at=8.0), False),  # it looks no more
        (Seat(), False),
    ],
)
def test_whose_turn_it_is(waiting: Seat, goes: bool) -> None:
    asking = Seat(taken=1)
    asking.wait(Rank.ARTICLE, 9.5)

    assert waiting.is_before(asking, Rank.ARTICLE, now=10.0) is goes


def test_who_waits_longest_goes_first_and_polls_before_all(places: HostPlaces) -> None:
    lines, order = PlaceLines(places), list[str]()

    async def ask(name: str, rank: Rank) -> None:
        async with lines.place(HOST, rank, delay=0.0):
            order.append(name)
            await asyncio.sleep(0.01)

    async def run() -> None:
        articles = [asyncio.create_task(ask(f"article {n}", Rank.ARTICLE)) for n in range(6)]
        await asyncio.sleep(0)
        poll = asyncio.create_task(ask("poll", Rank.POLL))
        await asyncio.gather(*articles, poll)

    asyncio.run(run())
    assert order[:5] == [*(f"article {n}" for n in range(4)), "poll"]
    assert order[5:] == ["article 4", "article 5"]


def test_who_gives_up_waiting_takes_no_place(places: HostPlaces) -> None:
    lines = PlaceLines(places)

    async def hold() -> None:
        async with lines.place(HOST, Rank.ARTICLE, delay=0.0):
            await asyncio.sleep(600)

    async def run() -> None:
        tasks = [asyncio.create_task(hold()) for _ in range(6)]
        await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _ in range(4):
            await asyncio.wait_for(lines._wait(HOST, Rank.ARTICLE), 60)

    asyncio.run(run())


@pytest.mark.parametrize(("is_budget", "error"), [(False, HostRests), (True, BudgetSpent)])
def test_who_would_wait_for_long_is_told(tmp_path: Path, is_budget: bool, error: type[HostRests]) -> None:
    limits = HostLimits(4, 0.0, budget=1 if is_budget else 0)
    with open_host_places(tmp_path, lambda _: limits) as places:
        lines = PlaceLines(places)
        places.take(HOST, Rank.POLL)
        if not is_budget:
            places.let_rest(HOST, datetime.now(UTC) + timedelta(hours=1))

        async def run() -> None:
            async with lines.place(HOST, Rank.POLL, delay=0.0):
                pass

        with pytest.raises(error, match="is spent until" if is_budget else "left alone until"):
            asyncio.run(run())
