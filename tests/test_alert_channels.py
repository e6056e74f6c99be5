"""Channels of alerts: their addresses are secrets, their hours are kept, their ping asks one address."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.alert_targets import NOON, Alerted, Webhook, channel, serve_mail, serve_webhook
from support.configuration_file import load_error, source_table, write_file
from support.raw_server import refused_address

from jianbao.upkeep.alerts.account import send_alerts
from jianbao.upkeep.alerts.address import as_apprise
from jianbao.upkeep.alerts.hours import find_digest_day, find_quiet_end
from jianbao.upkeep.alerts.ping import ask_ping
from jianbao.upkeep.alerts.trial import try_channels
from storage.archive.folder import Archive
from storage.events.event import list_open_events, open_event
from storage.records.saying import quote

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECRET = "SECRET-TOKEN"


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serve_webhook() as hook:
        yield hook


@pytest.fixture
def alerted(tmp_path: Path, hook: Webhook) -> Iterator[Alerted]:
    with Archive.open(tmp_path / "archive") as archive:
        yield Alerted(tmp_path, archive, channel(url=hook.address))


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        ("22:00-07:00", "23:30", "2026-03-21T07:00"),
        ("22:00-07:00", "06:59", "2026-03-20T07:00"),
        ("22:00-07:00", "07:00", None),
        ("12:00-14:00", "12:00", "2026-03-20T14:00"),
        ("12:00-14:00", "11:59", None),
        ("08:00-08:00", "08:00", "2026-03-21T08:00"),
        (None, "03:00", None),
    ],
)
def test_quiet_hours(quiet: str | None, now: str, until: str | None) -> None:
    moment = datetime.fromisoformat(f"2026-03-20T{now}").replace(tzinfo=SHANGHAI)
    ends = find_quiet_end(quiet, moment.astimezone(UTC), SHANGHAI)
    assert (ends and f"{ends:%Y-%m-%dT%H:%M}") == until


def test_a_digest_is_due_from_its_time_on() -> None:
    day = datetime(2026, 3, 20, tzinfo=SHANGHAI)
    assert find_digest_day("08:00", day.replace(hour=7, minute=59), SHANGHAI) is None
    assert find_digest_day("08:00", day.replace(hour=8), SHANGHAI) == day.toordinal()
    assert find_digest_day(None, day, SHANGHAI) is None


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://example.org/a?b=c", "jsons://example.org/a?b=c"),
        ("http://127.0.0.1:8000/", "json://127.0.0.1:8000/"),
        ("wecombot://key", "wecombot://key"),
        ("mailto://user:word@example.org", "mailto://user:word@example.org"),
    ],
)
def test_addresses(address: str, taken: str) -> None:
    assert as_apprise(address) == taken
    assert as_apprise("mailto:me@example.org").startswith("mailto://localhost:25?to=me@example.org&")


def test_an_address_from_the_environment_or_a_file(alerted: Alerted, hook: Webhook) -> None:
    (alerted.folder / "secret").write_text(f"{hook.address}\n", "utf-8")
    alerted.tables = channel("a", url_env="ALERT_URL") + channel("b", url_file="secret")
    environ = {"ALERT_URL": hook.address}
    assert try_channels(alerted.configuration, environ) == {"a": None, "b": None}
    assert try_channels(alerted.configuration, environ, "b") == {"b": None}
    assert len(hook.messages) == 3
    reasons = try_channels(alerted.configuration, {})
    assert str(reasons["a"]).endswith("in the environment variable ALERT_URL, which is not set")
    alerted.tables = channel("c", url=hook.address, url_env="ALERT_URL")
    reasons = try_channels(alerted.configuration, environ)
    assert str(reasons["c"]) == "the channel c needs exactly one of url, url_env and url_file"


@pytest.mark.parametrize(
    "keys",
    [
        {"ulr": "wecombot://SECRET-TOKEN"},
        {"url": ["wecombot://SECRET-TOKEN"]},
        {"url": "wecombot://" + "SECRET-TOKEN" * 300},
        {"url": "x://SECRET-TOKEN", "quiet": "SECRET-TOKEN"},
    ],
)
def test_an_error_of_the_configuration_names_no_address(tmp_path: Path, keys: dict[str, Any]) -> None:
    error = load_error(write_file(tmp_path, source_table() + channel(**keys)))
    assert "alerts.channels" in error
    assert SECRET not in error


def test_no_address_is_ever_named(
    alerted: Alerted, hook: Webhook, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Refused, not reached, of a scheme that nothing reads: neither log nor event nor outcome names it."""
    caplog.set_level(logging.DEBUG)
    hook.status = 500
    with refused_address() as nobody:
        tables = (hook.address, f"{nobody}/{SECRET}", f"nothing://{SECRET}", f"http://[{SECRET}", SECRET)
        alerted.tables = "".join(channel(f"c{number}", url=url) for number, url in enumerate(tables))
        alerted.tables = f'[alerts]\nping = "{nobody}/{SECRET}"\n' + alerted.tables
        alerted.open("poll_failed", source="hexi")
        outcomes = send_alerts(alerted.configuration, {}, NOON)
        for _ in range(8):
            alerted.round(after=NOON - NOON.replace(hour=3))
    reasons = [str(outcome.refused) for outcome in outcomes]
    assert reasons[:2] == ["it answered 500", "it could not be reached, or took nothing"]
    assert all("none that apprise understands" in reason for reason in reasons[2:])
    with alerted.archive.reading() as view:
        told = list_open_events(view)
    assert sum(event.kind == "alerts_undelivered" for event in told) == 5
    printed = capfd.readouterr()
    stored = (alerted.archive.folder / "archive.db").read_bytes()
    everything = f"{told}{outcomes}{alerted.configuration!r}{caplog.text}{printed.out}{printed.err}"
    assert SECRET not in everything
    alerted.archive.close()
    assert SECRET.encode() not in stored + (alerted.archive.folder / "archive.db").read_bytes()


def test_the_ping_asks_one_address_once_and_follows_nothing(hook: Webhook) -> None:
    assert ask_ping(hook.address) is None
    hook.status, hook.location = 302, f"{hook.address}/elsewhere"
    assert str(ask_ping(hook.address)) == "the ping's address could not be asked: it answered 302"
    assert hook.asked == ["/hook/SECRET-TOKEN"] * 2
    assert "http, https" in str(ask_ping("file:///etc/passwd"))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_webhook_is_led_nowhere_else(alerted: Alerted, hook: Webhook, status: int) -> None:
    """Whoever answers with a redirect would have the message sent to any address of a private network."""
    alerted.open("poll_failed", source="hexi")
    with serve_webhook() as other:
        hook.status, hook.location = status, other.address
        [outcome] = send_alerts(alerted.configuration, {}, NOON)
        assert other.asked == []
    assert outcome.sent == 0
    assert str(outcome.refused) == f"it answered {status}"
    assert hook.asked == ["/hook/SECRET-TOKEN"]


def test_nothing_that_was_crawled_is_a_header_of_a_mail(alerted: Alerted) -> None:
    """Names and reasons may hold line ends: they stay in subject and body, and name no other recipient."""
    lines = "坏\r\nBcc: victim@example.net\r\n\r\n<b>x</b>\nSubject: other\x00\x1b[31m\u2028Cc: a@b.c"
    with serve_mail() as (address, box):
        alerted.tables = channel("mail", url=address)
        alerted.open("poll_failed", lines, source="hexi", examples=[lines])
        [outcome] = send_alerts(alerted.configuration, {}, NOON)
    assert outcome.refused is None
    [mail] = box.mails
    assert [str(mail["To"]), mail["Cc"], mail["Bcc"], len(mail.get_all("Subject", []))] == [
        "editor@example.org",
        None,
        None,
        1,
    ]
    assert "\n" not in str(mail["Subject"])
    assert "victim@example.net" in box.texts()[0][1]


def test_no_ping_while_newspapers_are_not_polled(alerted: Alerted, hook: Webhook) -> None:
    alerted.tables = f'[alerts]\nping = "{hook.address}"\n'
    send_alerts(alerted.configuration, {}, NOON)
    assert hook.asked == ["/hook/SECRET-TOKEN"]
    with alerted.archive.writing() as connection:
        open_event(connection, "polling_stopped", quote("停了"), NOON)
    send_alerts(alerted.configuration, {}, NOON)
    assert len(hook.asked) == 1


def test_an_archive_that_cannot_be_written_is_told_without_it(
    alerted: Alerted, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(alerted.folder))
    alerted.archive.close()
    alerted.archive.folder.rename(alerted.folder / "moved")
    for _ in range(3):
        [outcome] = send_alerts(alerted.configuration, {}, NOON)
    assert outcome.refused is None
    [text] = hook.texts
    assert "there is no archive in" in text
    assert "没有记账" in text


@pytest.mark.parametrize("moment", ["before", "after"])
def test_who_is_killed_around_the_sending_loses_nothing(alerted: Alerted, hook: Webhook, moment: str) -> None:
    """Killed before the message left, it arrives once; after it, again, and says that it may have."""
    alerted.open("poll_failed", source="hexi")
    file = alerted.configuration.file
    code = f"""
import os, signal
from jianbao.upkeep.alerts.channel import Sender
whole = Sender.send
def send(self, text):
    if {moment!r} == "after":
        whole(self, text)
    os.kill(os.getpid(), signal.SIGKILL)
Sender.send = send
from jianbao.cli import main
main()
"""
    arguments = ["--config", str(file), "--archive", str(alerted.archive.folder), "notify", "send"]
    ended = subprocess.run([sys.executable, "-c", code, *arguments], check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    outcomes = send_alerts(alerted.configuration, os.environ, NOON)
    send_alerts(alerted.configuration, os.environ, NOON)
    assert [outcome.sent for outcome in outcomes] == [1]
    assert len(hook.messages) == (2 if moment == "after" else 1)
    assert "可能已经送达过" in hook.texts[-1]


def test_the_command_tries_lists_and_sends(alerted: Alerted, hook: Webhook) -> None:
    with serve_mail() as (address, box):
        alerted.tables = channel("mail", url=address) + channel(url=hook.address)
        alerted.open("poll_failed", source="hexi")
        file = str(alerted.configuration.file)
        jianbao = [
            sys.executable,
            "-m",
            "jianbao",
            "--config",
            file,
            "--archive",
            str(alerted.archive.folder),
        ]

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [*jianbao, *arguments], capture_output=True, text=True, check=False, timeout=120
            )

        assert run("notify", "test", "mail").returncode == 0
        assert run("notify", "test", "nobody").returncode == 2
        hook.status = 500
        sent = run("notify", "send", "--json")
        assert sent.returncode == 1
        assert json.loads(sent.stdout)["channels"][0] == {
            "channel": "mail",
            "sent": 1,
            "held": 0,
            "error": None,
        }
        waiting = json.loads(run("notify", "list", "--json").stdout)["notices"]
    assert [(row["channel"], row["what"], row["error"]) for row in waiting] == [
        ("hook", "opened", "it answered 500")
    ]
    assert [title for title, _ in box.texts()] == ["剪报：测试", "剪报：河西晚报：页面取不到"]
