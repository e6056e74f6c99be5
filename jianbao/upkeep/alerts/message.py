"""What a message says: several notices in one text, in one language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from jianbao.upkeep.alerts.channel import Text
from storage.records.event import Event, Severity
from storage.records.notice import Notice
from storage.records.saying import Language, Saying, say

_SHOWN = 25
"""Events that one message spells out."""
_GRAVITY: tuple[Severity, ...] = ("alarm", "warning", "notice")
_LONGEST_TITLE = 100  # characters


@dataclass(frozen=True, slots=True)
class Voice:
    """How messages are said: in which language and zone, what sources are called, where the reader is."""

    language: Language
    zone: ZoneInfo
    names: Mapping[str, str] = field(default_factory=dict)
    reader: str | None = None

    def tell(self, key: str, **values: str | int | Saying) -> str:
        """Return what a saying of the alerts says."""
        return say(f"alerts.{key}", **values).tell(self.language)

    def time(self, moment: datetime) -> str:
        """Return an instant as people write it, to the minute, in the zone."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Day:
    """What a digest tells: the day, how much came and happened, and what is open."""

    day: str
    new: int
    opened: int
    resolved: int
    open: Sequence[Event]


def compose_message(notices: Sequence[Notice], voice: Voice) -> Text:
    """Return one message for notices about events: the gravest first, then those that are over."""
    told = [(notice, notice.event) for notice in notices if notice.event is not None]
    told.sort(key=lambda pair: (_is_over(pair[0], pair[1]), *_rank(pair[1])))
    lines = [_say_event(notice, event, voice) for notice, event in told[:_SHOWN]]
    if len(told) > _SHOWN:
        lines.append(voice.tell("more", count=len(told) - _SHOWN))
    if any(notice.state == "sending" for notice in notices):
        lines.append(voice.tell("perhaps"))
    graves = sum(_is_grave(event) and not _is_over(notice, event) for notice, event in told)
    return Text(_title(told, graves, voice), "\n\n".join(lines), is_grave=graves > 0)


def compose_digest(day: Day, voice: Voice) -> Text:
    """Return the message that sums up a day."""
    counts = {"new": day.new, "opened": day.opened, "resolved": day.resolved, "open": len(day.open)}
    lines = [voice.tell("digest", **counts)]
    found = sorted(day.open, key=_rank)
    lines += [_say_open(event, "line", voice) for event in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(voice.tell("more", count=len(found) - _SHOWN))
    if not found:
        lines.append(voice.tell("quiet"))
    return Text(voice.tell("title_digest", day=day.day), "\n\n".join(lines))


def compose_plain(sayings: Iterable[Saying], voice: Voice) -> Text:
    """Return a message about what no archive could keep."""
    told = [saying.tell(voice.language) for saying in sayings]
    lines = [voice.tell("line", severity=voice.tell("alarm"), what=what) for what in told]
    title = _cut(voice.tell("title_one", what=told[0]))
    return Text(title, "\n\n".join((*lines, voice.tell("without_archive"))), is_grave=True)


def compose_test(channel: str, voice: Voice) -> Text:
    """Return the message by which somebody sees that a channel works."""
    return Text(voice.tell("title_test"), voice.tell("test", channel=channel))


def _title(told: Sequence[tuple[Notice, Event]], graves: int, voice: Voice) -> str:
    if len(told) == 1:
        notice, event = told[0]
        key = "title_over" if _is_over(notice, event) else "title_one"
        return _cut(voice.tell(key, what=_of_source(event, event.title, voice)))
    if graves:
        return voice.tell("title_grave", count=graves, all=len(told))
    return voice.tell("title_many", count=len(told))


def _say_event(notice: Notice, event: Event, voice: Voice) -> str:
    if event.resolved_at is None:
        return _say_open(event, "line_again" if notice.what == "again" else "line", voice)
    at_once = event.resolved_at == event.opened_at
    severity = voice.tell(event.severity)
    first = voice.tell("line" if at_once else "line_over", severity=severity, what=event.title)
    times = {"since": voice.time(event.opened_at), "until": voice.time(event.resolved_at)}
    when = voice.tell("since", since=times["since"]) if at_once else voice.tell("over", **times)
    return f"{first}\n{_what(event, voice)}\n{when}"


def _say_open(event: Event, key: str, voice: Voice) -> str:
    severity = voice.tell(event.severity)
    lines = [voice.tell(key, severity=severity, what=event.title), _what(event, voice)]
    since = voice.time(event.opened_at)
    if event.times > 1:
        last = voice.time(event.last_seen_at)
        lines.append(voice.tell("seen", since=since, times=event.times, last=last))
    else:
        lines.append(voice.tell("since", since=since))
    if event.examples:
        lines.append(voice.tell("examples", examples=", ".join(event.examples)))
    if voice.reader is not None:
        lines.append(f"{voice.reader.rstrip('/')}/events#event-{event.id}")
    return "\n".join(lines)


def _what(event: Event, voice: Voice) -> str:
    return _of_source(event, event.message, voice)


def _of_source(event: Event, said: Saying, voice: Voice) -> str:
    if event.source is None:
        return said.tell(voice.language)
    return voice.tell("of_source", source=voice.names.get(event.source, event.source), message=said)


def _is_over(notice: Notice, event: Event) -> bool:
    return notice.what == "resolved" or (
        event.resolved_at is not None and event.resolved_at != event.opened_at
    )


def _is_grave(event: Event) -> bool:
    return event.severity == "alarm"


def _rank(event: Event) -> tuple[int, int]:
    return _GRAVITY.index(event.severity), event.id


def _cut(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"
