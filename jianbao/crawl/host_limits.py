"""What may be asked of each host, as the configuration has it, and the places at hosts for one process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from jianbao.configuration import Configuration
from storage.ledger.host_places import HostPlaces, open_host_places
from storage.records.host_limits import HostLimits


def limits_of(configuration: Configuration) -> Callable[[str], HostLimits]:
    """Return what says how much may be asked of a host (``name[:port]``)."""
    http = configuration.http

    def limits(host: str) -> HostLimits:
        return HostLimits(http.concurrency, http.delay, http.budgets.get(host, http.budget))

    return limits


def open_places(configuration: Configuration) -> AbstractContextManager[HostPlaces | None]:
    """Open the places of the configured archive; None where there is no archive yet: nobody shares them."""
    if not configuration.archive.is_dir():
        return nullcontext()
    return open_host_places(configuration.archive, limits_of(configuration))
