"""What a child's end means: every outcome, and records that wait while the archive can't be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from scheduler.accounting import BUSY, account
from scheduler.backlog import Backlog, BacklogFull
from scheduler.ending import Ending
from scheduler.runs import Child

NOW = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
CHILD = Child(("yunwanbao",), NOW, NOW, 4711)
WELL = Ending("exited", 4711, 0, forced=False, seconds=7.0, tail=("取得三篇",))
FAILED = replace(WELL, status=1)
TIMED_OUT = replace(WELL, how="timed_out", status=-9, forced=True, seconds=1800.0)
STOPPED = replace(WELL, how="stopped", status=-15)
NOT_STARTED = Ending("not_started", None, None, forced=False, seconds=0.0, tail=("Too many open files",))


class Recorder:
    """A history that knows one crawl status and keeps the names of what it was told."""

    def __init__(self, status: str | None) -> None:
        self.status = status
        self.told: list[str] = []

    def crawl_status(self, child: Child) -> str | None:
        return self.status

    def __getattr__(self, name: str) -> Any:
        def tell(*arguments: Any) -> None:
            self.told.append(name if name.startswith("record") else f"{name} {arguments[0]}")

        return tell


@pytest.mark.parametrize(
    ("status", "ending", "told", "sentence"),
    [
        ("failed", FAILED, [], None),
        ("interrupted", STOPPED, [], None),
        (
            "interrupted",
            TIMED_OUT,
            ["record_killed", "open_event killed_run"],
            "killed at its time limit after 1800 s",
        ),
        ("running", TIMED_OUT, ["record_killed", "open_event killed_run"], "and ignored SIGTERM"),
        (None, TIMED_OUT, ["record_killed", "open_event killed_run"], "killed at its time limit"),
        ("running", STOPPED, ["record_killed"], "was stopped with the service"),
        (None, STOPPED, [], None),
        (
            "running",
            FAILED,
            ["record_killed", "open_event killed_run"],
            "ended with status 1 after 7 s without",
        ),
        (
            "running",
            replace(WELL, status=-9),
            ["record_killed", "open_event killed_run"],
            "was ended by SIGKILL",
        ),
        (None, FAILED, ["record_failed_start", "open_event failed_start"], "recorded anything: 取得三篇"),
        (None, WELL, ["record_failed_start", "open_event failed_start"], "ended with status 0 before it"),
        (
            None,
            replace(FAILED, tail=()),
            ["record_failed_start", "open_event failed_start"],
            "it printed nothing",
        ),
        (None, NOT_STARTED, ["record_failed_start", "open_event failed_start"], "could not be started"),
        (
            None,
            replace(WELL, status=BUSY),
            ["record_overlapped", "open_event overlapped_run"],
            "the crawl of yunwanbao was not started: 取得三篇",
        ),
    ],
    ids=[
        "failed and said so",
        "stopped in time",
        "hung, then closed its row",
        "hung",
        "hung before its row",
        "stopped by force",
        "stopped before its row",
        "gave up halfway",
        "out of memory",
        "refused its arguments",
        "well without a row",
        "silent",
        "no process",
        "somebody else crawls it",
    ],
)
def test_what_an_end_means(status: str | None, ending: Ending, told: list[str], sentence: str | None) -> None:
    history = Recorder(status)
    entered = account(history, CHILD, ending)
    assert history.told == told
    assert (entered is None) == (sentence is None)
    assert sentence is None or sentence in str(entered)


@pytest.mark.parametrize("status", ["ok", "partial"])
def test_a_good_crawl_resolves_what_went_wrong_before(status: str) -> None:
    history = Recorder(status)
    assert account(history, CHILD, WELL) is None
    assert history.told == [
        "resolve_event missed_run",
        "resolve_event overlapped_run",
        "resolve_event killed_run",
        "resolve_event failed_start",
    ]


def test_a_crowd_is_not_named_in_full() -> None:
    crowd = replace(CHILD, slugs=("beichen", "liyang", "xishanribao", "yunwanbao", "zhangshu"))
    assert "the crawl of beichen, liyang, xishanribao and 2 more was killed" in str(
        account(Recorder("running"), crowd, TIMED_OUT)
    )


def test_records_wait_in_order() -> None:
    written: list[int] = []
    locked = True
    backlog = Backlog()

    def write(number: int) -> None:
        if locked:
            raise OSError("database is locked")
        written.append(number)

    for number in range(3):
        backlog.enter(partial(write, number))
    assert (len(backlog), written) == (3, [])
    locked = False
    backlog.enter(lambda: write(3))
    assert (len(backlog), written) == (0, [0, 1, 2, 3])


def test_a_defect_is_not_kept_for_later() -> None:
    def defect() -> None:
        raise KeyError("no such column")

    with pytest.raises(KeyError):
        Backlog().enter(defect)


def test_a_full_backlog_ends_the_service() -> None:
    backlog = Backlog(most=2)

    def full_disk() -> None:
        raise OSError("No space left on device")

    backlog.enter(full_disk)
    backlog.enter(full_disk)
    with pytest.raises(BacklogFull, match="took no record of 2 runs: No space left on device"):
        backlog.enter(full_disk)
