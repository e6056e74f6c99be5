"""The chores of the service: what it does besides crawls, each by a command of ours.

A chore is a function in `_ORDERS` that reads the configuration, and says None where it is not wanted; where
it is due by what the archive holds, a look in `_LOOKS`, and where the archive knows when it was done last, a
look in `_LASTS`, by the chore's name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from scheduler.chore import Chore
from scheduler.cron.line import parse_schedule
from scheduler.vocabulary.refusal import HistoryBroken, HistoryRefused
from storage.archive.folder import Archive
from storage.custody.backups import last_backup_at
from storage.custody.looks import last_look_at
from storage.database.opening import ArchiveDamaged
from storage.events.notices import is_notice_due

if TYPE_CHECKING:
    from jianbao.configuration import Configuration

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ChoreOrder:
    """A chore as `jianbao run` orders it; the fields are those of `scheduler.chore.Chore`.

    ``command`` is a command of ours with its arguments, ``schedule`` a cron line read in ``timezone``.
    """

    name: str
    command: tuple[str, ...]
    schedule: str | None = None
    timezone: str = "Asia/Shanghai"
    every: float | None = None
    time_limit: float = 3600.0
    beside_crawls: bool = True
    despite_obstacles: bool = False
    well: tuple[int, ...] = (0,)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Return the order whose fields JSON held."""
        return cls(**{**fields, "command": tuple(fields["command"]), "well": tuple(fields["well"])})


def _order_alerts(configuration: Configuration) -> ChoreOrder | None:
    if not (configuration.alerts.channels or configuration.alerts.has_ping):
        return None
    return ChoreOrder(
        "notify", ("notify", "send"), every=300.0, time_limit=300.0, despite_obstacles=True, well=(0, 1)
    )


def _order_verify(_configuration: Configuration) -> ChoreOrder | None:
    """A quick look at the whole archive, every day; what it finds is an event, not a failure of the chore."""
    return ChoreOrder("verify", ("verify", "--json"), every=86_400.0, well=(0, 1), despite_obstacles=True)


def _order_backup(configuration: Configuration) -> ChoreOrder | None:
    wanted = configuration.backup
    if wanted.to is None or wanted.schedule is None:
        return None
    return ChoreOrder("backup", ("backup", "--json"), schedule=wanted.schedule, time_limit=6 * 3600.0)


def _order_check(configuration: Configuration) -> ChoreOrder | None:
    """Hour by hour a part of what is due: at each host it comes after the polls and articles of today."""
    if not any(source.enabled and source.check for source in configuration.sources):
        return None
    return ChoreOrder("check", ("check", "--due", "--json"), every=3600.0, well=(0, 1), time_limit=3500.0)


_ORDERS: tuple[Callable[[Configuration], ChoreOrder | None], ...] = (
    _order_alerts,
    _order_verify,
    _order_backup,
    _order_check,
)
_LOOKS: dict[str, Callable[[Connection, datetime], bool]] = {"notify": is_notice_due}
_LASTS: dict[str, Callable[[Connection], datetime | None]] = {
    "verify": last_look_at,
    "backup": last_backup_at,
}


def order_chores(configuration: Configuration) -> tuple[ChoreOrder, ...]:
    """Return the chores that a configuration wants."""
    orders = (order(configuration) for order in _ORDERS)
    return tuple(order for order in orders if order is not None)


def make_chores(archive: Archive, options: Sequence[str], orders: Sequence[ChoreOrder]) -> tuple[Chore, ...]:
    """Return the chores as the scheduler takes them; ``options`` precede each command."""
    return tuple(_make(archive, options, order) for order in orders)


def _make(archive: Archive, options: Sequence[str], order: ChoreOrder) -> Chore:
    look, last = _LOOKS.get(order.name), _LASTS.get(order.name)
    schedule = order.schedule and parse_schedule(order.schedule, ZoneInfo(order.timezone))
    return Chore(
        name=order.name,
        argv=(sys.executable, "-P", "-m", "jianbao", *options, *order.command),
        schedule=schedule or None,
        every=order.every,
        wanted=None if look is None else lambda now: _ask(archive, partial(_at, look, now)),
        last=None if last is None else partial(_ask, archive, last),
        time_limit=order.time_limit,
        beside_crawls=order.beside_crawls,
        despite_obstacles=order.despite_obstacles,
        well=frozenset(order.well),
    )


def _at(look: Callable[[Connection, datetime], bool], now: datetime, view: Connection) -> bool:
    return look(view, now)


def _ask(archive: Archive, look: Callable[[Connection], Found]) -> Found:
    """Ask the archive; raise `HistoryRefused` where it can't be read, `HistoryBroken` where it is damaged."""
    try:
        with archive.reading() as view:
            return look(view)
    except ArchiveDamaged as error:
        raise HistoryBroken(str(error)) from error
    except SQLAlchemyError as error:
        raise HistoryRefused(str(getattr(error, "orig", None) or error)) from error
