"""One round of sending: what channels are to be told is entered, composed, sent, and marked.

What is sent is marked before (``sending``) and after (``sent``). Who dies between the two leaves notices of
which nobody knows whether they arrived: they are sent again, and the message says so. That moment aside,
nothing is sent twice; and nothing is given up, however long a channel takes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jianbao.configuration import Configuration
from jianbao.configuration.alert_keys import Channel
from jianbao.upkeep.alerts.address import ChannelUnusable
from jianbao.upkeep.alerts.channel import Sender, Text, make_sender
from jianbao.upkeep.alerts.hours import begin_of_digest, find_digest_day, find_quiet_end
from jianbao.upkeep.alerts.message import Day, Voice, compose_digest, compose_message
from storage.archive.folder import Archive
from storage.events.event import (
    KINDS,
    count_changes,
    list_open_events,
    open_event_about,
    resolve_events,
)
from storage.events.notices import (
    Wish,
    count_sent_since,
    drop_channels,
    enter_digest,
    enter_notices,
    hold_notices,
    list_waiting,
    mark_refused,
    mark_sending,
    mark_sent,
)
from storage.ledger.crawl import count_new_since
from storage.ledger.source import list_sources
from storage.records.event import severity_of
from storage.records.notice import Notice
from storage.records.saying import Saying, say

_HOUR = timedelta(hours=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
TOLD_AFTER = _HOUR
"""A channel that takes nothing for so long is an event."""


@dataclass(slots=True)
class Outcome:
    """What became of one channel in a round: how many notices were sent, wait, or why they were not taken."""

    channel: str
    sent: int = 0
    held: int = 0
    refused: Saying | None = None


class Round:
    """One round over all channels. ``environ`` is where addresses may be."""

    def __init__(
        self, archive: Archive, configuration: Configuration, environ: Mapping[str, str], now: datetime
    ) -> None:
        self._archive = archive
        self._configuration = configuration
        self._alerts = configuration.alerts
        self._environ = environ
        self._now = now
        self._voice = read_voice(archive, configuration)

    def run(self) -> list[Outcome]:
        """Tell every channel what it is to be told now."""
        self._enter()
        return [self._serve(channel) for channel in self._alerts.channels]

    def _enter(self) -> None:
        with self._archive.writing() as connection:
            drop_channels(connection, [channel.name for channel in self._alerts.channels])
            for channel in self._alerts.channels:
                enter_notices(connection, wish_of(channel), self._now)
                day = find_digest_day(channel.digest, self._now, self._alerts.zone)
                if day is not None:
                    due_at = begin_of_digest(channel.digest or "", day + 1, self._alerts.zone)
                    enter_digest(connection, channel.name, day, due_at, self._now)

    def _serve(self, channel: Channel) -> Outcome:
        with self._archive.reading() as view:
            waiting = list_waiting(view, channel.name, self._now)
        outcome = Outcome(channel.name)
        loud = self._hold_quiet(channel, waiting, outcome)
        loud = self._hold_many(channel, loud, outcome)
        if loud:
            self._send(channel, loud, outcome)
        return outcome

    def _hold_quiet(self, channel: Channel, waiting: list[Notice], outcome: Outcome) -> list[Notice]:
        """Let all but alarms, and digests, wait for the morning; return what is told."""
        until = find_quiet_end(channel.quiet, self._now, self._alerts.zone)
        if until is None:
            return waiting
        return self._hold([one for one in waiting if not _is_told_at_night(one)], waiting, until, outcome)

    def _hold_many(self, channel: Channel, waiting: list[Notice], outcome: Outcome) -> list[Notice]:
        """Let everything wait while the channel was told as often as it may be in an hour."""
        with self._archive.reading() as view:
            told = count_sent_since(view, channel.name, self._now - _HOUR)
        if told < channel.per_hour:
            return waiting
        return self._hold(waiting, waiting, self._now + timedelta(minutes=5), outcome)

    def _hold(
        self, held: list[Notice], waiting: list[Notice], until: datetime, outcome: Outcome
    ) -> list[Notice]:
        if held:
            with self._archive.writing() as connection:
                hold_notices(connection, _numbers(held), until)
        outcome.held += len(held)
        return [one for one in waiting if one not in held]

    def _send(self, channel: Channel, notices: list[Notice], outcome: Outcome) -> None:
        """Send what is about events as one message, and each digest as one of its own."""
        try:
            sender = make_sender(channel, self._configuration, self._environ)
        except ChannelUnusable as error:
            self._refuse(channel, notices, error.args[0], outcome)
            return
        others = [one for one in notices if one.what != "digest"]
        if others:
            self._deliver(sender, channel, others, compose_message(others, self._voice), outcome)
        for digest in notices:
            if digest.what == "digest":
                text = compose_digest(self._sum_up(channel, digest.mark), self._voice)
                self._deliver(sender, channel, [digest], text, outcome)

    def _deliver(
        self, sender: Sender, channel: Channel, notices: list[Notice], text: Text, outcome: Outcome
    ) -> None:
        with self._archive.writing() as connection:
            mark_sending(connection, _numbers(notices))
        if (reason := sender.send(text)) is not None:
            self._refuse(channel, notices, reason, outcome)
            return
        with self._archive.writing() as connection:
            mark_sent(connection, channel.name, _numbers(notices), self._now)
            resolve_events(connection, ("alerts_undelivered",), self._now, about=channel.name)
        outcome.sent += len(notices)

    def _refuse(self, channel: Channel, notices: list[Notice], reason: Saying, outcome: Outcome) -> None:
        """Keep what was not taken for a later try; after an hour of that it is an event."""
        attempts = max(one.attempts for one in notices)
        again = self._now + min(_FIRST_PAUSE * 2 ** min(attempts, 10), _LONGEST_PAUSE)
        with self._archive.writing() as connection:
            since = mark_refused(connection, channel.name, _numbers(notices), reason, self._now, again)
            if self._now - since >= TOLD_AFTER:
                values = {"channel": channel.name, "since": self._voice.time(since), "reason": reason}
                message = say("alerts.undelivered", **values)
                open_event_about(connection, "alerts_undelivered", channel.name, message, self._now)
        outcome.refused = reason

    def _sum_up(self, channel: Channel, day: int) -> Day:
        since = begin_of_digest(channel.digest or "00:00", day, self._alerts.zone)
        kinds, sources = wish_of(channel).kinds, frozenset(channel.sources)
        with self._archive.reading() as view:
            opened, resolved = count_changes(view, since)
            found = list_open_events(view)
            new = count_new_since(view, since)
        about = [one for one in found if one.kind in kinds and (not sources or one.source in sources)]
        return Day(date.fromordinal(day).isoformat(), new, opened, resolved, about)


def wish_of(channel: Channel) -> Wish:
    """Return which events a channel wants to be told of."""
    kinds = tuple(
        kind
        for kind in KINDS
        if severity_of(kind) in channel.severities and (not channel.kinds or kind in channel.kinds)
    )
    return Wish(channel.name, kinds, channel.sources, channel.resolved)


def read_voice(archive: Archive | None, configuration: Configuration) -> Voice:
    """Return how messages are said, with the newspapers' names."""
    names = {source.slug: source.name for source in configuration.sources}
    if archive is not None:
        with archive.reading() as view:
            names |= {row.slug: row.name for row in list_sources(view)}
    alerts = configuration.alerts
    return Voice(configuration.language or "en", alerts.zone, names, alerts.reader)


def _is_told_at_night(notice: Notice) -> bool:
    return notice.event is None or severity_of(notice.event.kind) == "alarm"


def _numbers(notices: Sequence[Notice]) -> list[int]:
    return [one.id for one in notices]
