"""Metrics and health: what Prometheus and whoever restarts the reader are told."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, text, update
from support.served_archive import ARTICLES, NOW, fill_archive
from support.web_client import TestClient, open_reader

from jianbao import __version__
from jianbao.web.api.metrics import ArchiveMetrics
from scheduler.liveness.service_lock import hold_archive
from storage.archive.folder import DATABASE_FILE, Archive
from storage.database.schema import listing
from storage.events.event import KINDS
from storage.ledger.poll import record_poll
from storage.ledger.source import save_sources
from storage.records import Poll, PollOutcome, Source

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an archive with something in it, which nobody changes."""
    folder = tmp_path_factory.mktemp("archive")
    fill_archive(folder).archive.close()
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """Return the folder of an archive with something in it."""
    return shutil.copytree(filled, tmp_path / "archive")


@pytest.fixture
def reader(folder: Path) -> Iterator[TestClient]:
    """Return a client of the reader."""
    with open_reader(folder) as client:
        yield client


def scrape(reader: TestClient) -> Series:
    """Return every sample by name and labels."""
    answer = reader.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def labelled(**labels: str) -> tuple[tuple[str, str], ...]:
    """Return labels as a sample's key has them."""
    return tuple(sorted(labels.items()))


def test_the_archive_is_counted(reader: TestClient) -> None:
    series = scrape(reader)
    assert series["jianbao_articles", ()] == ARTICLES + 1
    archived = [value for (name, _), value in series.items() if name == "jianbao_listings"]
    assert sum(archived) == ARTICLES + 1
    assert series["jianbao_owed", labelled(source="di1xianribao")] == 0


def test_an_index_that_does_not_hold_is_told(folder: Path, reader: TestClient) -> None:
    assert scrape(reader)["jianbao_search_index_current", ()] == 1
    with Archive.open_existing(folder) as archive, archive.writing() as connection:
        connection.execute(text("UPDATE search_state SET version = '0-before'"))
    assert scrape(reader)["jianbao_search_index_current", ()] == 0


def test_what_is_owed_failed_and_set_aside_is_told_by_source(folder: Path, reader: TestClient) -> None:
    with Archive.open_existing(folder) as archive, archive.writing() as connection:
        codes = connection.execute(
            listing.select().where(listing.c.source == "di2xianribao").order_by(listing.c.info_code)
        ).all()
        for row, state in zip(codes, ("owed", "owed", "failed", "quarantined", "gone"), strict=False):
            connection.execute(
                update(listing).where(listing.c.info_code == row.info_code).values(state=state)
            )
    series = scrape(reader)
    second = labelled(source="di2xianribao")
    assert [series[f"jianbao_{name}", second] for name in ("owed", "failed", "quarantined")] == [3, 1, 1]
    assert series["jianbao_listings", labelled(source="di2xianribao", state="gone")] == 1


def test_a_failing_poll_leaves_the_last_success_where_it_was(folder: Path, reader: TestClient) -> None:
    first = labelled(source="di1xianribao")
    succeeded, polled = (
        "jianbao_last_successful_poll_timestamp_seconds",
        "jianbao_last_poll_timestamp_seconds",
    )
    assert scrape(reader)[succeeded, first] == NOW.timestamp()
    with Archive.open_existing(folder) as archive, archive.writing() as connection:
        outcomes: list[tuple[PollOutcome, int]] = [("empty", 1), ("failed", 2), ("failed", 3)]
        for outcome, hours in outcomes:
            poll = Poll(source="di1xianribao", outcome=outcome, polled_at=NOW + timedelta(hours=hours))
            record_poll(connection, poll)
    series = scrape(reader)
    assert series[succeeded, first] == (NOW + timedelta(hours=1)).timestamp()
    assert series[polled, first] == (NOW + timedelta(hours=3)).timestamp()


def test_a_source_that_was_never_polled_has_no_time(reader: TestClient) -> None:
    series = scrape(reader)
    assert ("jianbao_last_poll_timestamp_seconds", labelled(source="di3xianribao")) not in series
    assert series["jianbao_source_enabled", labelled(source="di3xianribao")] == 1


def test_every_kind_of_event_has_a_count(reader: TestClient) -> None:
    series = scrape(reader)
    counts = {kind: series["jianbao_events_open", labelled(kind=kind)] for kind in KINDS}
    assert counts == {**dict.fromkeys(KINDS, 0), "source_silent": 1}


def test_the_service_is_up_while_it_holds_the_archive_and_its_heart_beats(
    folder: Path, reader: TestClient
) -> None:
    assert scrape(reader)["jianbao_service_up", ()] == 0
    with hold_archive(folder, lambda: "a test"):
        beat_at = datetime.now(UTC)
        (folder / "service.json").write_text(json.dumps({"beat_at": beat_at.isoformat()}), "utf-8")
        series = scrape(reader)
        assert series["jianbao_service_up", ()] == 1
        assert series["jianbao_service_heartbeat_timestamp_seconds", ()] == beat_at.timestamp()
        long_ago = (beat_at - timedelta(hours=1)).isoformat()
        (folder / "service.json").write_text(json.dumps({"beat_at": long_ago}), "utf-8")
        assert scrape(reader)["jianbao_service_up", ()] == 0


@pytest.mark.parametrize("said", ["[]", "{", '{"beat_at": 7}', '{"beat_at": "2026-03-20T09:00:00"}'])
def test_a_damaged_heartbeat_is_no_heartbeat(folder: Path, reader: TestClient, said: str) -> None:
    (folder / "service.json").write_text(said, "utf-8")
    assert ("jianbao_service_heartbeat_timestamp_seconds", ()) not in scrape(reader)


def test_hostile_names_stay_inside_their_label(folder: Path, reader: TestClient) -> None:
    slug = 'x"} 1\njianbao_articles 7\n# HELP \\ 报'
    with Archive.open_existing(folder) as archive, archive.writing() as connection:
        save_sources(connection, [Source(slug, slug, "category", None, "Asia/Shanghai", None, enabled=True)])
    series = scrape(reader)
    assert series["jianbao_source_enabled", labelled(source=slug)] == 1
    assert series["jianbao_articles", ()] == ARTICLES + 1


def test_every_metric_says_what_it_means(reader: TestClient) -> None:
    told = reader.get("/metrics").text
    for family in text_string_to_metric_families(told):
        assert family.name.startswith("jianbao_")
        assert family.documentation.endswith("."), family.name
        assert family.type == "gauge", family.name
        assert not family.name.endswith("_seconds") or "in seconds" in family.documentation
    build = labelled(version=__version__, schema=next(iter(build_schemas(told))))
    assert scrape(reader)["jianbao_build_info", build] == 1


def build_schemas(told: str) -> set[str]:
    """Return the schema that the build's metric names."""
    families = text_string_to_metric_families(told)
    return {s.labels["schema"] for f in families for s in f.samples if s.name == "jianbao_build_info"}


def test_every_metric_is_documented(reader: TestClient) -> None:
    document = (Path(__file__).parent.parent / "docs" / "api.md").read_text("utf-8")
    names = {family.name for family in text_string_to_metric_families(reader.get("/metrics").text)}
    assert [name for name in names if f"`{name}" not in document] == []


def test_metrics_are_never_kept(reader: TestClient) -> None:
    assert reader.get("/metrics").headers["cache-control"] == "no-store"


def test_a_scrape_of_many_listings_is_quick(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        rows = [
            Source(f"p{n}", "报", "category", None, "Asia/Shanghai", None, enabled=True) for n in range(20)
        ]
        with archive.writing() as connection:
            save_sources(connection, rows)
            moment = {"first_listed_at": NOW, "last_listed_at": NOW, "state": "archived"}
            connection.execute(
                insert(listing),
                [
                    {
                        "source": f"p{number % 20}",
                        "info_code": f"NW{number:018d}",
                        "form": "media",
                        "url": "http://127.0.0.1/",
                        "title": "题",
                        **moment,
                    }
                    for number in range(20_000)
                ],
            )
        began = time.process_time()
        metrics = ArchiveMetrics.read(archive, NOW)
        taken = time.process_time() - began
    assert sum(metrics.states["p7"].values()) == 1_000
    assert taken < 0.1, f"{taken:.3f} s"  # 20,000 take two milliseconds


def test_a_reader_that_can_read_is_healthy(reader: TestClient) -> None:
    answer = reader.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ok": True, "version": __version__, "trouble": None, "standstills": []},
    )
    assert answer.headers["cache-control"] == "no-store"
    assert reader.head("/healthz").status_code == 200


def test_a_silent_newspaper_does_not_make_the_reader_ill(reader: TestClient) -> None:
    assert scrape(reader)["jianbao_events_open", labelled(kind="source_silent")] == 1
    assert reader.get("/healthz").json()["ok"]


def test_an_archive_that_is_gone_is_said_to_be(folder: Path, reader: TestClient) -> None:
    (folder / DATABASE_FILE).rename(folder / "elsewhere.db")
    answer = reader.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["ok"] is False
    assert "is gone" in answer.json()["trouble"]


def test_a_damaged_archive_is_a_sentence_to_machines(folder: Path, reader: TestClient) -> None:
    with Archive.open_existing(folder) as archive, archive.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE source RENAME TO source_elsewhere")
    for path in ("/healthz", "/metrics", "/api/v1/sources", "/feeds/all.atom"):
        answer = reader.get(path)
        assert answer.status_code == 503, path
        assert "cannot be used" in answer.text
        assert "Traceback" not in answer.text
