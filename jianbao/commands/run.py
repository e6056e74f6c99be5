"""`jianbao run`: the background service."""

from __future__ import annotations

import os
import sys

import typer

from jianbao.terminal.invocation import Invocation


def run(context: typer.Context) -> None:
    """Run in the background: poll every source by its schedule."""
    from jianbao.configuration import require_contact
    from jianbao.crawl.opening import open_archive
    from jianbao.service.order import order_service
    from jianbao.service.second import refusing_second
    from jianbao.service.waiting import wait_until_whole
    from scheduler.service import refuse_second
    from storage.archive.folder import find_database
    from storage.database.opening import ArchiveDamaged

    configuration = Invocation.of(context).configuration()
    require_contact(configuration)
    order = order_service(configuration)
    find_database(configuration.archive)  # before anything is made where an archive ought to be
    with refusing_second():
        refuse_second(configuration.archive)
    try:
        with open_archive(configuration, polls=True, begin=False):
            pass  # the service reads its sources from the archive, where this has entered them
    except ArchiveDamaged as damaged:
        wait_until_whole(order, damaged)
    # The service stays for months: it begins anew, without what reading the configuration had to import.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jianbao.service", order.to_json()])  # noqa: S606
