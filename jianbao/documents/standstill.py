"""What stands still now: a service that died or hangs, polls, a pause of crawling, alerts that go nowhere.

Cheap enough for every page that asks; whether somebody entered an event about it does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection

from jianbao.documents.overdue import find_stopped
from storage.events.event import list_open_about
from storage.records.event import title_of
from storage.records.instants import past
from storage.records.saying import Saying, say

StandstillKind = Literal[
    "service_dead", "service_stuck", "polling_stopped", "crawling_paused", "alerts_undelivered"
]
STANDSTILL_KINDS: tuple[StandstillKind, ...] = get_args(StandstillKind)


@dataclass(frozen=True, slots=True)
class Standstill:
    """What stands still now, in one sentence."""

    kind: StandstillKind
    message: Saying


def find_standstills(view: Connection, service: Mapping[str, object], now: datetime) -> list[Standstill]:
    """Return what stands still; ``service`` is what `read_service_state` says of the archive's service."""
    told = [*_look_at_service(service, now), *_look_at_polls(view, now)]
    if channels := sorted(list_open_about(view, "alerts_undelivered")):
        message = say("standstill.alerts", channels=", ".join(channels))
        told.append(Standstill("alerts_undelivered", message))
    return told


def _look_at_service(service: Mapping[str, object], now: datetime) -> Iterator[Standstill]:
    state, since = service["state"], _minute(service.get("since"), now)
    if not service["clean"]:
        yield Standstill("service_dead", say("standstill.dead", since=since))
    if state == "stuck":
        yield Standstill("service_stuck", say("standstill.stuck", since=since))
    if state == "running" and (kinds := _kinds(service.get("obstacles"))):
        why = [title_of(kind) for kind in kinds]
        yield Standstill("crawling_paused", say("standstill.paused", why=why))


def _look_at_polls(view: Connection, now: datetime) -> Iterator[Standstill]:
    if late := find_stopped(view, now):
        since = min(late.values()).isoformat(timespec="minutes")
        yield Standstill("polling_stopped", say("standstill.polls", count=len(late), since=since))


def _kinds(obstacles: object) -> list[str]:
    """Return the kinds of the obstacles that a heartbeat names, whoever wrote it."""
    if not isinstance(obstacles, Sequence):
        return []
    return [str(one["kind"]) for one in obstacles if isinstance(one, Mapping) and "kind" in one]


def _minute(text: object, now: datetime) -> str:
    """Return an instant of a heartbeat to the minute; a mark where there is none to be believed."""
    try:
        moment = past(datetime.fromisoformat(str(text)), now)
    except (ValueError, TypeError):
        moment = None
    return "?" if moment is None else moment.isoformat(timespec="minutes")
