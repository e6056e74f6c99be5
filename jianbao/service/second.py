"""A second service for one archive: the scheduler refuses it, and knows no errors of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scheduler.liveness.service_lock import ArchiveBusy
from storage.records.remedy import Busy


class ServiceRuns(Busy):
    """Another service holds the archive; the message says who. Nothing was started."""


@contextmanager
def refusing_second() -> Iterator[None]:
    """Turn the scheduler's refusal into `ServiceRuns`."""
    try:
        yield
    except ArchiveBusy as busy:
        raise ServiceRuns(str(busy)) from busy
