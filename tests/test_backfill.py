"""Backfill: a newspaper's history, each issue once, from wherever it was interrupted."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from support.crawl_processes import wait_until
from support.daily_kind import ENTRY, PRELUDE, print_days
from support.newsroom import Newsroom, small_press
from support.processes import Foundling, Nursery
from support.tiny_kind import TinySite, serve_tiny_site

from jianbao.configuration import load_configuration
from jianbao.crawl.history_report import Progress
from jianbao.service.order import ServiceOrder, order_service
from jianbao.service.slices import HistorySlices
from spiders.kinds import registry
from storage.database.schema import backfill, listing
from storage.ledger.counts import CrawlCounts, HistoryCounts
from storage.ledger.source_locks import hold_history, hold_sources
from storage.records.press_days import PRESS_ZONE

FIRST, DAYS, LAST = date(2026, 3, 1), 12, date(2026, 3, 12)
NONE = (date(2026, 3, 4), date(2026, 3, 8))


@pytest.fixture
def site() -> Iterator[TinySite]:
    """A paper of twelve days, two of them without an issue."""
    with serve_tiny_site() as opened:
        print_days(opened, FIRST, DAYS, 3, NONE.__contains__)
        yield opened


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom], site: TinySite) -> Newsroom:
    """A newsroom with a category page, and the paper with a history."""
    opened = open_newsroom(small_press())
    opened.prelude = PRELUDE
    with opened.config.open("a", encoding="utf-8") as file:
        file.write(
            f'[[sources]]\nslug = "daily"\nname = "湖畔日报"\nkind = "daily"\nsite = "hupan"\n'
            f'url = "{site.address}/"\nsince = 2026-03-01\n'
        )
    return opened


def fill(newsroom: Newsroom, *arguments: str, status: int = 0) -> dict[str, Any]:
    """Backfill, expect an exit status, and return the report."""
    ended = newsroom.run("backfill", "daily", *arguments, "--json")
    assert ended.status == status, f"{ended.status}: {ended.stdout}{ended.stderr}"
    report: dict[str, Any] = ended.json
    return report


def test_a_history_is_fetched_once(newsroom: Newsroom, site: TinySite) -> None:
    report = fill(newsroom, "--to", "2026-03-12")
    assert report["status"] == "ok"
    assert report["sources"][0]["new"] == 30
    history = report["history"]
    assert history["state"] == "done"
    assert history["days"] == {"none": 2, "listed": 10, "failed": 0, "unknown": 0}
    assert newsroom.states() == {"archived": 30}
    assert newsroom.rows("SELECT trigger, status FROM crawl") == [("backfill", "ok")]
    days = [path[1:9] for path in site.asked if len(path) == 9]
    assert days == sorted(days, reverse=True), "the newest first"
    site.asked.clear()
    told = newsroom.run("backfill", "daily", "--to", "2026-03-12").stdout
    assert "days: 10 with an issue, 2 without one, 0 could not be had" in told
    assert "from 2026-03-01 to 2026-03-12 is fetched: nothing was asked for" in told
    again = fill(newsroom, "--to", "2026-03-12")
    assert (again["requests"], again["crawl_id"], site.asked) == (0, None, [])


def test_only_days_that_are_new_are_asked_for(newsroom: Newsroom, site: TinySite) -> None:
    fill(newsroom, "--from", "2026-03-05", "--to", "2026-03-07")
    assert newsroom.states() == {"archived": 9}
    site.asked.clear()
    report = fill(newsroom, "--from", "2026-03-02", "--to", "2026-03-10", "--oldest-first")
    days = [path[1:9] for path in site.asked if len(path) == 9]
    assert days == ["20260302", "20260303", "20260309", "20260310"]
    assert report["history"]["days"] == {"none": 2, "listed": 7, "failed": 0, "unknown": 0}
    assert newsroom.rows("SELECT first_day, last_day, state FROM backfill") == [
        ("2026-03-02", "2026-03-10", "done")
    ]


def test_by_default_it_goes_from_the_source_s_since_to_today(newsroom: Newsroom, site: TinySite) -> None:
    plan = newsroom.ask("backfill", "daily", "--dry-run")
    assert plan["from"] == "2026-03-01"
    assert len(plan["spans"]) == 1
    assert site.asked == []
    assert not newsroom.archive_folder.exists(), "nothing is written"
    fill(newsroom, "--to", "2026-03-03")
    plan = newsroom.ask("backfill", "daily", "--dry-run", "--to", "2026-03-06")
    assert [(span["from"], span["to"]) for span in plan["spans"]] == [("2026-03-04", "2026-03-06")]
    assert plan["estimate"] == {"days": 3, "known": 0, "requests": 12, "seconds": 0}
    assert "about 12 requests" in newsroom.run("backfill", "daily", "--dry-run", "--to", "2026-03-06").stdout


def test_days_of_outage_are_no_days_without_an_issue(newsroom: Newsroom, site: TinySite) -> None:
    lost = {day: site.pages.pop(f"/{day}") for day in ("20260306", "20260309")}
    report = fill(newsroom, "--to", "2026-03-12", status=1)
    history = report["history"]
    assert history["days"] == {"none": 2, "listed": 8, "failed": 2, "unknown": 0}
    assert [(one["day"], one["state"]) for one in history["lost"]] == [
        ("2026-03-06", "failed"),
        ("2026-03-09", "failed"),
    ]
    assert history["lost"][0]["reason"].endswith("/20260306 answered 404")
    assert history["state"] == "failed"
    assert "2 days could not be had: 2026-03-06, 2026-03-09" in history["spans"][0]["reason"]
    site.asked.clear()
    assert fill(newsroom, "--to", "2026-03-12", status=1)["requests"] == 0, "not before its time"
    site.pages |= {f"/{day}": page for day, page in lost.items()}
    let_spans_wait_no_longer(newsroom)
    report = fill(newsroom, "--to", "2026-03-12")
    assert {path[1:9] for path in site.asked if len(path) >= 9} == set(lost)
    assert report["history"]["days"] == {"none": 2, "listed": 10, "failed": 0, "unknown": 0}
    assert newsroom.states() == {"archived": 30}


def test_days_that_stay_away_are_asked_for_ever_more_rarely(newsroom: Newsroom, site: TinySite) -> None:
    del site.pages["/20260306"]
    waits = []
    for _ in range(3):
        fill(newsroom, "--to", "2026-03-12", status=1)
        waits += newsroom.rows(
            "SELECT round((julianday(next_try_at) - julianday(stepped_at)) * 24) FROM backfill"
        )
        let_spans_wait_no_longer(newsroom)
    assert waits == [1, 2, 4]


def test_a_site_that_is_away_is_left_alone_and_gone_on_with(newsroom: Newsroom, site: TinySite) -> None:
    site.files = {f"/2026030{day}": (503, {}, b"") for day in range(1, 10)}
    report = fill(newsroom, "--to", "2026-03-12", status=1)
    assert report["history"]["state"] == "failed"
    assert "5 steps in a row brought nothing" in report["history"]["spans"][0]["reason"]
    assert "/20260302" not in site.asked
    assert report["history"]["days"]["unknown"] == 5
    site.files.clear()
    site.asked.clear()
    let_spans_wait_no_longer(newsroom)
    assert fill(newsroom, "--to", "2026-03-12")["history"]["state"] == "done"
    assert "/20260310" not in site.asked, "what is here is not asked for again"
    assert newsroom.states() == {"archived": 30}


def test_issues_that_the_site_no_longer_has_stop_nothing(newsroom: Newsroom, site: TinySite) -> None:
    for day in range(3, 10):
        site.pages.pop(f"/2026030{day}", None)
    history = fill(newsroom, "--to", "2026-03-12", status=1)["history"]
    assert history["days"] == {"none": 2, "listed": 5, "failed": 5, "unknown": 0}
    assert newsroom.states() == {"archived": 15}


def test_articles_that_are_not_there_are_in_the_ledger_with_the_reason(
    newsroom: Newsroom, site: TinySite
) -> None:
    del site.pages["/20260306/2"]
    report = fill(newsroom, "--to", "2026-03-12", status=1)
    assert report["history"]["waiting"] == 1
    assert "answered 404" in newsroom.listing("hupan-20260306.2")["last_error"]
    site.asked.clear()
    assert fill(newsroom, "--to", "2026-03-12")["requests"] == 0, "not at every run"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "has no source 'nobody'"),
        (("xishanribao",), "is of the kind category, which has no history"),
        (
            ("daily", "--from", "2026-03-05", "--to", "2026-03-04"),
            "there is no day from 2026-03-05 to 2026-03-04",
        ),
        (("daily", "--from", "gestern"), "is not a day"),
    ],
)
def test_what_cannot_be_fetched_is_said(newsroom: Newsroom, arguments: tuple[str, ...], said: str) -> None:
    slug = newsroom.site.slugs[0]
    ended = newsroom.run("backfill", *(slug if word == "xishanribao" else word for word in arguments))
    assert ended.status == 2
    assert said in ended.stderr


def test_a_second_backfill_of_a_source_is_refused(newsroom: Newsroom, site: TinySite) -> None:
    newsroom.crawl(status=0)
    with hold_history(newsroom.archive_folder, "daily"):
        ended = newsroom.run("backfill", "daily")
    assert ended.status == 3
    assert "the history of daily is being fetched by another process" in ended.stderr


def launch(newsroom: Newsroom, nursery: Nursery, *arguments: str) -> Foundling:
    """Begin a backfill beside the test."""
    command = ["--config", str(newsroom.config), "backfill", "daily", *arguments]
    return nursery.launch(command, newsroom.folder / "stderr", prelude=PRELUDE)


def backfills(newsroom: Newsroom) -> list[str]:
    """Return how the backfills so far ended."""
    return newsroom.rows("SELECT status FROM crawl WHERE trigger = 'backfill' ORDER BY id")


def has_to_wait(newsroom: Newsroom) -> bool:
    """Tell whether a backfill has said that a crawl goes first."""
    log = newsroom.folder / "stderr"
    return log.exists() and "daily: a crawl at the same host goes first" in log.read_text("utf-8")


def test_a_backfill_waits_while_its_source_is_crawled(
    newsroom: Newsroom, site: TinySite, nursery: Nursery
) -> None:
    newsroom.crawl()
    site.asked.clear()
    with hold_sources(newsroom.archive_folder, ["daily"]):
        running = launch(newsroom, nursery, "--to", "2026-03-12")
        wait_until(lambda: has_to_wait(newsroom), "the backfill to give way")
        assert site.asked == []
        assert newsroom.rows("SELECT count(*) FROM backfill") == [0]
    assert running.wait(120) == 0
    assert newsroom.states()["archived"] == 32


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_backfill_goes_on_where_it_stopped(
    newsroom: Newsroom, site: TinySite, nursery: Nursery, number: signal.Signals
) -> None:
    gate = threading.Event()
    site.before = lambda path: gate.wait(120) if path == "/20260306" else None
    running = launch(newsroom, nursery, "--to", "2026-03-12")
    wait_until(lambda: "/20260306" in site.asked, "an issue to hang")
    running.send_signal(number)
    assert running.wait(60) == 130
    gate.set()
    assert backfills(newsroom) == ["interrupted"]
    assert newsroom.rows("SELECT state, cursor FROM backfill") == [("stopped", "2026-03-06")]
    site.asked.clear()
    assert fill(newsroom, "--to", "2026-03-12")["history"]["state"] == "done"
    assert "/20260307" not in site.asked
    assert newsroom.states() == {"archived": 30}


def test_what_was_listed_and_not_fetched_comes_first(newsroom: Newsroom, site: TinySite) -> None:
    fill(newsroom, "--from", "2026-03-10", "--to", "2026-03-12")
    with newsroom.archive() as archive, archive.writing() as connection:
        again = {"state": "owed", "next_try_at": listing.c.first_listed_at}
        connection.execute(update(listing).where(listing.c.info_code == "hupan-20260311.2").values(again))
    site.asked.clear()
    fill(newsroom, "--to", "2026-03-12")
    assert site.asked[0] == "/20260311/2"


def test_progress_tells_days_articles_requests_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress, counted = Progress(), CrawlCounts(requests=7, history=HistoryCounts())
    assert progress.describe(counted) == "beginning"
    counted.of("daily").new = 5
    counted.history = HistoryCounts(steps=4, days=Counter(listed=4), done=14, total=40, gained=4)
    now[0] += 60
    assert progress.describe(counted) == "14 of 40 days, 5 articles, 7 requests, about 6 min left"
    counted.history.waits = True
    assert progress.describe(counted).endswith("7 requests; waiting for another crawl at the same host")
    counted.history = HistoryCounts(steps=4)
    assert progress.describe(counted) == "4 steps, 5 articles, 7 requests"


def test_the_service_goes_on_with_histories_until_they_are_here(
    newsroom: Newsroom, site: TinySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._KINDS, ENTRY.name, ENTRY)
    first = datetime.now(PRESS_ZONE).date() - timedelta(days=3)
    print_days(site, first, 4, 3, NONE.__contains__)
    keys = f'backfill = true\nschedule = "@hourly"\nsince = {first}'
    written = newsroom.config.read_text("utf-8").replace("since = 2026-03-01", keys)
    newsroom.config.write_text(written, "utf-8")
    order = order_service(load_configuration(newsroom.config, None, {}))
    assert ServiceOrder.from_json(order.to_json()).histories == (("daily", str(first)),)
    newsroom.run("crawl")
    lost = site.pages.pop(f"/{first:%Y%m%d}")
    with newsroom.archive() as archive:
        slices = HistorySlices(archive, order.options, order.histories)
        found = slices.next()
        assert found is not None
        command = found.argv[found.argv.index("backfill") :]
        assert newsroom.run(*command).status == 1
        assert slices.next() is None, "what waits for its next try starts nothing"
        history = newsroom.ask("status")["sources"][0]["history"]
        assert (history["state"], history["from"], history["done"], history["of"]) == (
            "failed",
            str(first),
            4,
            4,
        )
        assert "history: daily" in newsroom.run("status").stdout
        let_spans_wait_no_longer(newsroom)
        site.pages[f"/{first:%Y%m%d}"] = lost
        assert slices.next() == found
        assert newsroom.run(*command).status == 0
        assert slices.next() is None, "it is here"
    assert newsroom.states()["archived"] == 14


def let_spans_wait_no_longer(newsroom: Newsroom) -> None:
    """Make everything due again that was put off."""
    with newsroom.archive() as archive, archive.writing() as connection:
        connection.execute(update(backfill).values(next_try_at=backfill.c.begun_at))
