"""The log of a crawl: what libraries have to say goes to stderr, harmless for a terminal."""

from __future__ import annotations

import logging

from jianbao.terminal.output import printable


class PrintableFormatter(logging.Formatter):
    """A formatter for records that may quote what was crawled."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line, traceback included, without control characters."""
        return printable(super().format(record))


_TOLD_ELSEWHERE = ("scrapy.downloadermiddlewares", "scrapy.core.downloader")
"""Loggers whose troubles all end in the ledger, told in a sentence by the crawl's report."""


def log_to_stderr() -> None:
    """Send warnings and errors to stderr; a second call changes nothing."""
    for name in _TOLD_ELSEWHERE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    root = logging.getLogger()
    if any(isinstance(handler.formatter, PrintableFormatter) for handler in root.handlers):
        return
    handler = logging.StreamHandler()
    handler.setFormatter(PrintableFormatter("%(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    root.addHandler(handler)
