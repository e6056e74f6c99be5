"""Alerts: every event arrives once at each channel that wants it, whatever is down meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.alert_targets import NOON, Alerted, Webhook, channel, serve_mail, serve_webhook

from storage.archive.folder import Archive
from storage.events.event import list_open_events, record_event
from storage.events.notices import is_notice_due, list_unsent, mark_sending
from storage.records.saying import quote, say

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serve_webhook() as hook:
        yield hook


@pytest.fixture
def alerted(tmp_path: Path, hook: Webhook) -> Iterator[Alerted]:
    """Return an archive whose alerts go to the webhook."""
    with Archive.open(tmp_path / "archive") as archive:
        yield Alerted(tmp_path, archive, channel(url=hook.address))


def test_an_event_arrives_by_mail_with_all_that_is_known(alerted: Alerted) -> None:
    with serve_mail() as (address, box):
        alerted.tables = '[alerts]\nreader = "https://news.example.org"\n' + channel("mail", url=address)
        for _ in range(3):
            alerted.open("poll_failed", source="hexi", examples=["NW202603200000000001"])
            alerted.now += MINUTE
        alerted.round()
        alerted.round(MINUTE)
    [(title, body)] = box.texts()
    assert title == "剪报：河西晚报：页面取不到"
    assert body.startswith("【警告】页面取不到")
    assert "河西晚报：页面返回 503" in body
    assert "自 2026-03-20 12:00 起，共 3 次，最近 2026-03-20 12:02" in body
    assert "例如 NW202603200000000001" in body
    assert "https://news.example.org/events#event-1" in body


def test_the_language_is_the_configured_one(alerted: Alerted, hook: Webhook) -> None:
    alerted.tables = channel(url=hook.address)
    failed = say("service.chore_failed", name="backup", status=2, words=quote("no room"))
    alerted.open("chore_failed", failed)
    alerted.round()
    assert "backup 结束，退出码 2：no room" in hook.texts[0]
    alerted.before = 'language = "en"\n'
    alerted.open("chore_failed", failed, info_code="NW1")
    alerted.round()
    assert hook.messages[1]["title"] == "jianbao: A chore of the service failed"


def test_events_of_one_round_are_one_message_the_gravest_first(alerted: Alerted, hook: Webhook) -> None:
    alerted.open("poll_failed", "列表打不开", source="hexi")
    alerted.open("disk_low", "磁盘只剩 10 MB")
    alerted.open("quarantine", "搁置一篇", source="hexi")
    [outcome] = alerted.round()
    [message] = hook.messages
    assert outcome.sent == 2, "a notice is not asked for"
    assert message["title"] == "剪报：2 条事件，其中 1 条严重"
    assert message["message"].index("磁盘") < message["message"].index("列表")
    assert "搁置" not in message["message"]


def test_what_is_over_is_told_once_and_what_stays_open_after_a_day(alerted: Alerted, hook: Webhook) -> None:
    alerted.open("poll_failed", source="hexi")
    alerted.open("disk_low", "磁盘将满")
    alerted.round()
    alerted.now += HOUR
    alerted.resolve("poll_failed", source="hexi")
    alerted.round(MINUTE)
    alerted.round(MINUTE)
    assert [message["title"] for message in hook.messages[1:]] == ["剪报：已恢复：河西晚报：页面取不到"]
    alerted.now += 24 * HOUR
    alerted.open("disk_low", "磁盘将满")
    alerted.round()
    alerted.round(HOUR)
    assert len(hook.messages) == 3
    assert "【严重】仍未恢复：磁盘将满" in hook.texts[2]


def test_a_channel_that_wants_no_end_and_one_source_alone(alerted: Alerted, hook: Webhook) -> None:
    alerted.tables = channel(url=hook.address, resolved=False, sources=["hexi"])
    alerted.open("poll_failed", source="hexi")
    alerted.open("poll_failed", source="another")
    alerted.round()
    alerted.now += HOUR
    alerted.resolve("poll_failed", source="hexi")
    alerted.round()
    assert len(hook.messages) == 1
    assert "another" not in hook.texts[0]


def test_a_channel_that_is_down_for_an_hour_loses_nothing_and_doubles_nothing(
    alerted: Alerted, hook: Webhook
) -> None:
    hook.status = 503
    for minute in range(62):
        alerted.open("articles_failing", f"第 {minute} 件", info_code=f"NW{minute:018}")
        alerted.round(MINUTE)
    tries = len(hook.asked)
    with alerted.archive.reading() as view:
        [told] = [event for event in list_open_events(view) if event.kind == "alerts_undelivered"]
        assert len(list_unsent(view)) == 63, "and that the channel takes nothing"
    assert told.about == "hook"
    assert tries <= 130
    hook.status = 200
    for _ in range(70):
        alerted.round(MINUTE)
    body = "\n".join(hook.texts)
    with alerted.archive.reading() as view:
        assert list_unsent(view) == []
        assert "alerts_undelivered" not in {event.kind for event in list_open_events(view)}
    spelt = [number for number in range(62) if f"第 {number} 件\n" in body]
    more = sum(int(text.split("另有 ")[1].split()[0]) for text in hook.texts if "另有" in text)
    assert len(spelt) + more + body.count("没有接收任何消息") == 63
    assert all(body.count(f"第 {number} 件\n") == 1 for number in spelt)


def test_who_dies_while_sending_sends_again_and_says_so(alerted: Alerted, hook: Webhook) -> None:
    hook.status = 503
    alerted.open("poll_failed", source="hexi")
    alerted.round()
    with alerted.archive.writing() as connection:
        mark_sending(connection, [notice.id for notice in list_unsent(connection)])
    hook.status = 200
    alerted.round(HOUR)
    alerted.round(HOUR)
    assert len(hook.messages) == 1
    assert "可能已经送达过" in hook.texts[0]


def test_quiet_hours_hold_back_all_but_alarms(alerted: Alerted, hook: Webhook) -> None:
    alerted.tables = channel(url=hook.address, quiet="22:00-07:00")
    alerted.now = datetime(2026, 3, 20, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    alerted.open("poll_failed", source="hexi")
    alerted.open("disk_low", "磁盘将满")
    [outcome] = alerted.round()
    assert (outcome.sent, outcome.held) == (1, 1)
    assert "磁盘将满" in hook.texts[0]
    with alerted.archive.reading() as view:
        assert not is_notice_due(view, alerted.now + 6 * HOUR), "nobody starts a sender all night for it"
        assert is_notice_due(view, alerted.now + 8 * HOUR)
    alerted.round(8 * HOUR)
    assert "页面返回 503" in hook.texts[1]


def test_more_than_so_many_messages_an_hour_wait_and_are_told_together(
    alerted: Alerted, hook: Webhook
) -> None:
    alerted.tables = channel(url=hook.address, per_hour=2)
    for minute in range(10):
        alerted.open("articles_failing", f"第 {minute} 件", info_code=f"NW{minute:018}")
        alerted.round(MINUTE)
    assert len(hook.messages) == 2
    for _ in range(12):
        alerted.round(5 * MINUTE)
    assert len(hook.messages) == 3
    assert hook.messages[2]["title"] == "剪报：8 条事件"


def test_the_digest_tells_the_day_once(alerted: Alerted, hook: Webhook) -> None:
    alerted.tables = channel(url=hook.address, digest="08:00", quiet="00:00-23:59")
    alerted.open("poll_failed", source="hexi")
    for _ in range(26):
        alerted.round(HOUR)
    digests = [message for message in hook.messages if "日报" in message["title"]]
    assert len(digests) == 1
    assert "新事件" in digests[0]["message"]
    assert "页面返回 503" in digests[0]["message"]


def test_what_needs_nobody_is_no_end(alerted: Alerted, hook: Webhook) -> None:
    alerted.tables = channel(url=hook.address, severities=["notice"])
    alerted.round()
    with alerted.archive.writing() as connection:
        record_event(connection, "page_back", quote("页面回来了"), alerted.now)
    alerted.round(MINUTE)
    alerted.round(MINUTE)
    assert [message["title"] for message in hook.messages] == ["剪报：页面回来了"]


def test_a_new_channel_is_told_what_is_open_and_not_what_is_over(alerted: Alerted, hook: Webhook) -> None:
    alerted.open("poll_failed", "早已恢复", source="hexi")
    alerted.now += HOUR
    alerted.resolve("poll_failed", source="hexi")
    alerted.open("poll_failed", "仍然打不开", source="another")
    alerted.round()
    assert "仍然打不开" in hook.texts[0]
    assert "早已恢复" not in hook.texts[0]


def test_nothing_is_due_when_everything_was_told(alerted: Alerted) -> None:
    with alerted.archive.reading() as view:
        assert not is_notice_due(view, NOON)
    alerted.open("poll_failed", source="hexi")
    with alerted.archive.reading() as view:
        assert is_notice_due(view, NOON)
    alerted.round()
    with alerted.archive.reading() as view:
        assert not is_notice_due(view, NOON + HOUR)
