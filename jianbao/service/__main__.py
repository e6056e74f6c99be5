"""The service process: ``python -m jianbao.service ORDER``, started by `jianbao run`.

It imports only what it needs for months of waiting; reading pages is its children's work.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jianbao.documents.polling import AUTO
from jianbao.service.chores import make_chores
from jianbao.service.guards import Guards
from jianbao.service.order import ServiceOrder
from jianbao.service.polls import ArchivePolls
from jianbao.service.runs import ArchiveRunHistory
from jianbao.service.second import refusing_second
from jianbao.service.slices import HistorySlices
from jianbao.service.waiting import wait_until_whole
from jianbao.terminal.exit_status import status_of
from scheduler.cron.line import parse_schedule
from scheduler.cron.schedule import Schedule
from scheduler.liveness.clock import ClockWatch
from scheduler.plan import Source
from scheduler.service import run_service
from scheduler.settings import Limits, ServiceSettings
from scheduler.vocabulary.refusal import HistoryBroken
from storage.archive.folder import Archive
from storage.database.opening import ArchiveDamaged
from storage.database.trouble import foresee
from storage.ledger.source import list_sources
from storage.records import StoredSource
from storage.records.host import host_of


def main(order: ServiceOrder) -> int:
    """Run the service until it is told to stop; return its exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with Archive.open_existing(Path(order.archive)) as archive:
        settings = ServiceSettings(
            archive=archive.folder,
            sources=_scheduled_sources(archive),
            argv=child_command(order.options),
            limits=Limits(
                grace=order.misfire_grace,
                time_limit=order.time_limit,
                stop_grace=order.stop_grace,
                jitter=order.jitter,
                children=order.children,
            ),
            budgets=order.budget_of,
            idle=HistorySlices(archive, order.options, order.histories).next if order.histories else None,
            chores=make_chores(archive, order.options, order.chores),
            obstacles=Guards(archive, order.floors, ClockWatch() if order.watches_clock else None).look,
            polls=ArchivePolls(archive),
        )
        with refusing_second():
            return run_service(settings, ArchiveRunHistory(archive))


def child_command(options: Sequence[str]) -> Callable[[Sequence[str], datetime], list[str]]:
    """Return what gives the command line of a crawl of sources that are due together."""

    def command(slugs: Sequence[str], due_at: datetime) -> list[str]:
        crawl = ["crawl", "--trigger", "schedule", "--due-at", due_at.isoformat()]
        return [sys.executable, "-P", "-m", "jianbao", *options, *crawl, "--", *slugs]

    return command


def _scheduled_sources(archive: Archive) -> tuple[Source, ...]:
    with archive.reading() as connection:
        return tuple(
            Source(row.slug, _schedule(row), host=host_of(row.url or ""))
            for row in list_sources(connection)
            if row.enabled and row.schedule
        )


def _schedule(row: StoredSource) -> Schedule | None:
    """Return when a source is due, None where its own habit decides."""
    if row.schedule is None or row.schedule == AUTO:
        return None
    return parse_schedule(row.schedule, ZoneInfo(row.timezone))


def _run(order: ServiceOrder) -> int:
    """Run the service; a known error ends it with its sentence and status, as in any command.

    A damaged database is waited for, until somebody has mended it.
    """
    try:
        return main(order)
    except (ArchiveDamaged, HistoryBroken) as error:
        wait_until_whole(order, error)
    except Exception as error:
        foreseen = foresee(error)
        if foreseen is None:
            raise
        print(f"jianbao: {foreseen}", file=sys.stderr)  # noqa: T201
        return status_of(foreseen)


if __name__ == "__main__":
    sys.exit(_run(ServiceOrder.from_json(sys.argv[1])))
