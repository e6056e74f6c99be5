"""What stands still is said by the reader and by `/healthz`, whether or not an event tells of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from support.command_line import Command
from support.web_client import TestClient, open_reader

from jianbao.documents.standstill import find_standstills
from scheduler.liveness.heartbeat import Heartbeat, read_service_state, write_heartbeat
from storage.archive.folder import Archive
from storage.database.schema import source
from storage.events.event import open_event, open_event_about
from storage.ledger.source import save_sources
from storage.records import Source
from storage.records.saying import quote, say

BEAT = Heartbeat(1, "here", "2026-05-01T04:00:00+00:00", "2026-05-01T04:00:00+00:00")
CODE = "NW202603200000000001"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an archive of a newspaper that was polled just now."""
    paper = Source("hexi", "河西晚报", "category", "http://127.0.0.1/", "UTC", "*/5 * * * *", enabled=True)
    with Archive.open(tmp_path) as archive:
        with archive.writing() as connection:
            save_sources(connection, [paper])
            connection.execute(update(source).values(last_polled_at=datetime.now(UTC)))
        yield archive


def kinds(archive: Archive) -> list[str]:
    now = datetime.now(UTC)
    with archive.reading() as view:
        return [one.kind for one in find_standstills(view, read_service_state(archive.folder, now), now)]


def test_what_goes_on_is_no_standstill(archive: Archive) -> None:
    assert kinds(archive) == [], "nobody ever started a service here"
    write_heartbeat(archive.folder, BEAT.stopped(datetime.now(UTC)))
    assert kinds(archive) == [], "it was stopped in good order"


def test_each_standstill_is_told_by_reader_and_healthz(archive: Archive) -> None:
    now = datetime.now(UTC)
    write_heartbeat(archive.folder, BEAT)
    with archive.writing() as connection:
        connection.execute(update(source).values(last_polled_at=now - timedelta(hours=3)))
        open_event_about(connection, "alerts_undelivered", "值班", quote("it answered 500"), now)
    assert kinds(archive) == ["service_dead", "polling_stopped", "alerts_undelivered"]
    with open_reader(archive.folder, "zh") as reader:
        health = reader.get("/healthz")
        assert (health.status_code, health.json()["ok"]) == (200, True), "no reason to start the reader again"
        assert [one["kind"] for one in health.json()["standstills"]] == kinds(archive)
        for path in ("/", "/crawls"):
            said = html.unescape(reader.get(path).text)
            assert "服务意外中断" in said
            assert "没有任何轮询：1 个来源自" in said
            assert "提醒送不到 值班" in said
        assert 'jianbao_faults{kind="polling_stopped"} 1.0' in reader.get("/metrics").text


def test_a_pause_names_what_is_in_the_way(archive: Archive) -> None:
    now = datetime.now(UTC)
    paused = {
        **read_service_state(archive.folder, now),
        "state": "running",
        "obstacles": [{"kind": "disk_low", "message": "the disk is nearly full"}],
    }
    with archive.reading() as view:
        [told] = find_standstills(view, paused, now)
        assert told.message.tell("zh") == "抓取已暂停：磁盘将满"
        assert find_standstills(view, {**paused, "obstacles": "a newer version's"}, now) == []


def open_some(archive: Archive) -> None:
    now = datetime.now(UTC)
    with archive.writing() as connection:
        open_event(connection, "quarantine", quote("no text"), now, source="hexi", info_code=CODE)
        open_event(connection, "poll_failed", quote("503"), now, source="hexi", examples=[CODE, "hexi"])
        open_event(connection, "poll_failed", quote("502"), now, examples=["http://127.0.0.1/a", "值班"])
        open_event(connection, "disk_low", quote("full"), now)


@pytest.fixture
def reader(archive: Archive) -> Iterator[TestClient]:
    open_some(archive)
    with open_reader(archive.folder, "en") as reader:
        yield reader


def test_open_events_stand_by_kind_the_gravest_first(reader: TestClient) -> None:
    page = reader.get("/events").text
    heads = [re.sub(r"<[^>]+>|\s+", " ", head).split() for head in re.findall(r"<h3.*?</h3>", page)]
    assert [head[:2] for head in heads] == [["‼", "alarm"], ["!", "warning"], ["i", "notice"]]
    assert "(2 open)" in page
    assert f'<a href="/article/{CODE}">' in page
    assert 'href="http://127.0.0.1/a" rel="nofollow' in page
    assert '<a href="/source/hexi"' in page


def test_alarms_are_counted_in_every_head(reader: TestClient) -> None:
    for path in ("/", "/sources", "/about", "/search"):
        assert "1 open alarm" in reader.get(path).text, path


def test_status_prints_each_standstill_in_the_wanted_language(archive: Archive, command: Command) -> None:
    write_heartbeat(archive.folder, BEAT)
    for language in ("en", "zh"):
        ended = command("--language", language, "--archive", str(archive.folder), "status")
        now = datetime.now(UTC)
        with archive.reading() as view:
            [told] = find_standstills(view, read_service_state(archive.folder, now), now)
        line = say("status.standstill", what=told.message)
        assert line.tell(language) in ended.stdout.splitlines()
