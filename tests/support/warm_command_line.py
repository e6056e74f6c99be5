"""The command line behind a warm start: imports everything once, then forks one child for every command.

A child runs exactly what ``python -P -m jianbao`` runs; only the imports are already made. Orders and answers
are lines of JSON on stdin and stdout: to each order the child's process id, and later its exit status. The
reactor is not imported here, so every child starts its own. Its arguments are modules to import besides. An
order's ``prelude`` is code that its child runs before the command, to let something in it break or wait. An
order for a ``twin`` names two pipes: another process like this one serves at them, so that commands run
beside each other.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import sys
import traceback
from typing import Any

_WARM = (
    "alembic.command",
    "alembic.config",
    "jianbao.cli",
    "jianbao.configuration",
    "jianbao.crawl.report",
    "jianbao.crawl.port",
    "jianbao.crawl.run",
    "jianbao.terminal.progress",
    "jianbao.documents.status",
    "storage.database.trouble",
    "jianbao.crawl.deliveries",
    "rich.console",
    "rich.table",
    "scrapy.core.downloader.handlers.datauri",
    "scrapy.core.downloader.handlers.file",
    "scrapy.core.downloader.handlers.ftp",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.downloader.handlers.s3",
    "scrapy.crawler",
    "scrapy.downloadermiddlewares.cookies",
    "scrapy.downloadermiddlewares.defaultheaders",
    "scrapy.downloadermiddlewares.downloadtimeout",
    "scrapy.downloadermiddlewares.httpauth",
    "scrapy.downloadermiddlewares.httpcache",
    "scrapy.downloadermiddlewares.httpcompression",
    "scrapy.downloadermiddlewares.httpproxy",
    "scrapy.downloadermiddlewares.offsite",
    "scrapy.downloadermiddlewares.redirect",
    "scrapy.downloadermiddlewares.retry",
    "scrapy.downloadermiddlewares.stats",
    "scrapy.dupefilters",
    "scrapy.extensions.closespider",
    "scrapy.extensions.corestats",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.memdebug",
    "scrapy.extensions.remote_control",
    "scrapy.extensions.spiderstate",
    "scrapy.extensions.telnet",
    "scrapy.extensions.throttle",
    "scrapy.pqueues",
    "scrapy.resolver",
    "scrapy.spidermiddlewares.start",
    "scrapy.squeues",
    "scrapy.utils.reactor",
    "spiders.archive_spider",
    "spiders.kinds.category",
    "spiders.kinds.epaper",
    "spiders.kinds.feed",
    "spiders.kinds.infocode",
    "spiders.kinds.page",
    "spiders.middleware.retry_after",
    "spiders.middleware.robots",
    "spiders.settings",
    "spiders.middleware.trouble",
    "storage.database.migrations",
    "twisted.internet.asyncioreactor",
)


def serve() -> None:
    """Answer orders until stdin ends."""
    for module in (*_WARM, *sys.argv[1:]):
        __import__(module)
    assert "twisted.internet.reactor" not in sys.modules
    _remember()
    gc.freeze()
    _attend()


def _attend() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        if "twin" in order:
            _divide(*order["twin"])
            continue
        child = fork_command(order)
        _tell(child)
        _tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _divide(orders: str, answers: str) -> None:
    """Become two: the other one takes its orders from one pipe and answers into another."""
    if os.fork() == 0:
        os.dup2(os.open(orders, os.O_RDONLY), 0)
        os.dup2(os.open(answers, os.O_WRONLY), 1)
        sys.stdin = os.fdopen(0, closefd=False)
        _attend()
        os._exit(0)


def _remember() -> None:
    """Make once what each command would make anew: the parser of its line, the table of characters."""
    import typer.main

    from jianbao.cli import app
    from storage.search.tokens import index_version

    index_version()
    typer.main.get_command = functools.cache(typer.main.get_command)
    typer.main.get_command(app)


def fork_command(order: dict[str, Any]) -> int:
    """Start one command in a child of its own; return its process id."""
    child = os.fork()
    if child == 0:
        _become(order)
    return child


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(order: dict[str, Any]) -> None:
    status = 1
    try:
        for stream, path in ((1, order["stdout"]), (2, order["stderr"])):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = ["jianbao", *order["arguments"]]
        os.chdir(order.get("folder", "."))
        exec(compile(order.get("prelude", ""), "<prelude>", "exec"), {"__name__": "__prelude__"})
        from jianbao.cli import main

        main()
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - whatever ends a process prints its trace
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
