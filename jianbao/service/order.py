"""What `jianbao run` tells the service process: the archive, the limits, how to start a crawl."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Self

from jianbao.service.chores import ChoreOrder, order_chores
from storage.records.floors import Floors

if TYPE_CHECKING:
    from jianbao.configuration import Configuration


@dataclass(frozen=True, slots=True)
class ServiceOrder:
    """Everything the service process needs. Durations are seconds; ``options`` precede the command.

    ``histories`` are the sources whose history is fetched while nothing is due, each with its first day (ISO
    8601), None for as far back as its site goes; ``chores`` what else it does. ``budget`` is how many
    requests a host is asked within an hour, 0 for no limit, ``budgets`` the same for single hosts. Below the
    ``floors`` of the disk, and with a clock that is not to be believed, it pauses.
    """

    archive: str
    options: tuple[str, ...]
    stop_grace: float
    time_limit: float
    jitter: float
    misfire_grace: float
    children: int = 1
    budget: int = 0
    budgets: tuple[tuple[str, int], ...] = ()
    histories: tuple[tuple[str, str | None], ...] = ()
    chores: tuple[ChoreOrder, ...] = ()
    floors: Floors = field(default_factory=Floors)
    watches_clock: bool = False

    def to_json(self) -> str:
        """Return the order as one command line argument."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def budget_of(self, host: str) -> int:
        """Return how many requests a host is asked within an hour, 0 for no limit."""
        return dict(self.budgets).get(host, self.budget)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read an order that `to_json` wrote."""
        fields = json.loads(text)
        pairs = tuple((slug, since) for slug, since in fields["histories"])
        chores = tuple(ChoreOrder.from_fields(chore) for chore in fields["chores"])
        options, budgets = tuple(fields["options"]), tuple((host, most) for host, most in fields["budgets"])
        given = {"options": options, "budgets": budgets, "histories": pairs, "chores": chores}
        return cls(**{**fields, **given, "floors": Floors(**fields["floors"])})


def order_service(configuration: Configuration) -> ServiceOrder:
    """Return the order for a configuration: its children read the same file, for the same archive.

    Raises `ConfigurationError` when no source would ever be polled.
    """
    from jianbao.configuration import ConfigurationError  # noqa: PLC0415 - the service itself must stay small

    if not any(source.enabled and source.schedule for source in configuration.sources):
        raise ConfigurationError("no enabled source has a schedule: `jianbao run` would never crawl anything")
    options = ["--archive", str(configuration.archive)]
    if configuration.file is not None:
        options += ["--config", str(configuration.file)]
    return ServiceOrder(
        archive=str(configuration.archive),
        options=tuple(options),
        stop_grace=configuration.service.grace,
        time_limit=configuration.service.time_limit,
        jitter=configuration.service.jitter,
        misfire_grace=configuration.service.misfire_grace,
        children=configuration.service.children,
        budget=configuration.http.budget,
        budgets=tuple(configuration.http.budgets.items()),
        histories=tuple(
            (source.slug, source.since.isoformat() if source.since else None)
            for source in configuration.sources
            if source.enabled and source.backfill
        ),
        chores=order_chores(configuration),
        floors=configuration.guards.floors,
        watches_clock=configuration.guards.clock,
    )
