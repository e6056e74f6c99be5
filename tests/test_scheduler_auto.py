"""The service with sources that go by their own habit: when they are polled, with whom, within budgets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.service_setup import HOST, QUICK, SHANGHAI, Bench, idle, until

from scheduler.adaptive.history import Bounds, PollHistory
from scheduler.auto_polls import AutoPolls
from scheduler.service import Service
from scheduler.vocabulary.refusal import HistoryRefused

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BOUNDS = Bounds(5 * MINUTE, 2 * HOUR, timedelta(days=3))
NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
Read = Callable[[Collection[str]], Mapping[str, PollHistory]]


def polled(ago: timedelta | None, now: datetime = NOW) -> PollHistory:
    """Return the history of a source of which nothing is known but its last poll."""
    at = None if ago is None else now - ago
    return PollHistory(SHANGHAI, BOUNDS, polled_at=at, succeeded_at=at)


def of(histories: dict[str, PollHistory]) -> Read:
    return lambda slugs: {slug: histories[slug] for slug in slugs if slug in histories}


def auto(
    histories: dict[str, PollHistory], budget: int = 0, hosts: dict[str, str] | None = None
) -> AutoPolls:
    polls = AutoPolls(hosts or dict.fromkeys(histories, HOST), of(histories), lambda _: budget)
    polls.plan(polls.slugs, NOW)
    return polls


def test_the_most_overdue_goes_first_and_no_child_gets_too_many() -> None:
    histories = {f"s{n:04}": polled((6 + n) * MINUTE) for n in range(500)}

    chosen = auto(histories).choose(histories, NOW)

    assert chosen.now == tuple(f"s{n:04}" for n in range(499, 299, -1))
    assert chosen.held == ()


def test_a_budget_admits_half_of_it_for_polls_the_most_overdue_first() -> None:
    histories = {f"s{n:04}": polled((6 + n) * MINUTE) for n in range(100)}
    polls = auto(histories, budget=20)

    chosen = polls.choose(histories, NOW)
    assert chosen.now == tuple(f"s{n:04}" for n in range(99, 89, -1))
    assert len(chosen.held) == 90
    polls.note_started(chosen.now, NOW)
    assert polls.choose(chosen.held, NOW + HOUR / 2).now == ()
    assert len(polls.choose(chosen.held, NOW + HOUR).now) == 10


def test_the_budget_of_one_host_holds_back_no_other() -> None:
    hosts = {"one": "a.example.org", "two": "a.example.org", "three": "b.example.org"}
    polls = auto(dict.fromkeys(hosts, polled(HOUR)), budget=2, hosts=hosts)

    chosen = polls.choose(hosts, NOW)

    assert (set(chosen.now), chosen.held) == ({"one", "three"}, ("two",))


def test_a_budget_that_keeps_no_window_is_told_of() -> None:
    histories = {f"s{n}": polled(HOUR) for n in range(36)}  # six polls in three days each: three an hour
    assert auto(histories, budget=6).find_short() == ()

    (short,) = auto(histories, budget=5).find_short()

    assert (short.host, short.budget, short.needed, len(short.slugs)) == (HOST, 5, 3, 36)


def test_who_is_due_soon_may_go_along() -> None:
    polls = auto({"now": polled(6 * MINUTE), "soon": polled(4.5 * MINUTE), "later": polled(2 * MINUTE)})

    assert polls.due(polls.slugs, NOW) == {"now": NOW - MINUTE}
    assert polls.along({"now"}, NOW) == ("soon",)


def test_a_poll_that_left_no_trace_is_not_begun_again_at_once() -> None:
    polls = auto({"one": polled(HOUR)})
    polls.note_started(["one"], NOW)

    (planned,) = polls.plan(["one"], NOW).values()

    assert (planned.at, planned.why) == (NOW + HOUR / 2, "retry")


def test_a_history_that_cannot_be_read_is_looked_at_again() -> None:
    def refuse(_: Collection[str]) -> Mapping[str, PollHistory]:
        raise HistoryRefused("database is locked")

    polls = AutoPolls({"one": HOST}, refuse)

    assert polls.plan(["one"], NOW)["one"].at == NOW + 5 * MINUTE


@pytest.mark.parametrize(("late", "count"), [(3 * MINUTE, 0), (11 * MINUTE, 2), (300 * MINUTE, 60)])
def test_whole_pauses_of_an_outage_were_missed(late: timedelta, count: int) -> None:
    polls = auto({"one": polled(5 * MINUTE + late), "new": polled(None)})

    missed = polls.missed(polls.slugs, NOW, grace=MINUTE)

    assert [one.count for one in missed] == [count][: bool(count)]


def test_the_service_polls_by_habit_beside_schedules(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"habit": "auto", "along": "auto", "later": "auto", "cron": "0 0 1 1 *"})
    bench.up_to_date(datetime.now(SHANGHAI))
    last: dict[str, datetime | None] = {"habit": None, "along": _ago(4.8), "later": _ago(1.0)}
    bench.notebook.polls = {
        slug: lambda slug=slug: _history(last[slug])  # type: ignore[misc]
        for slug in last
    }

    async def scenario(service: Service) -> None:
        await until(lambda: bench.started)
        for slug in ("habit", "along"):
            last[slug] = datetime.now(UTC)
        await until(lambda: idle(service))
        await until(lambda: len(service._scheduler.get_jobs()) == 4)
        times = {job.id: job.next_run_time for job in service._scheduler.get_jobs()}
        assert times["habit"] - datetime.now(UTC) > 4 * MINUTE
        assert service._heartbeat().next_runs is not None

    assert bench.run(scenario) == 0
    assert [slugs for slugs, _ in bench.started] == [("along", "habit")]
    assert bench.notebook.rows == [("settled",)]
    assert bench.notebook.events == {}


def test_the_service_holds_back_what_a_budget_does_not_allow(tmp_path: Path) -> None:
    slugs = [f"s{n}" for n in range(6)]
    limits = replace(QUICK, children=2)
    bench = Bench(tmp_path, dict.fromkeys(slugs, "auto"), limits=limits, budget=4)
    started: set[str] = set()
    bench.notebook.polls = {
        slug: lambda slug=slug: _history(datetime.now(UTC) if slug in started else None)  # type: ignore[misc]
        for slug in slugs
    }

    async def scenario(service: Service) -> None:
        await until(lambda: bench.started)
        started.update(slug for found, _ in bench.started for slug in found)
        await until(lambda: idle(service))
        await until(lambda: len(service._scheduler.get_jobs()) == len(slugs))

    assert bench.run(scenario) == 0
    assert [found for found, _ in bench.started] == [("s0", "s1")]


def _ago(minutes: float) -> datetime:
    return datetime.now(UTC) - minutes * MINUTE


def _history(at: datetime | None) -> PollHistory:
    return PollHistory(SHANGHAI, BOUNDS, polled_at=at, succeeded_at=at)
