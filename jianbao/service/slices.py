"""Histories that the service goes on with while nothing is due: which one is next, and how."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from jianbao.crawl.history import HistoryWish, plan_history
from scheduler.slice import Slice
from scheduler.vocabulary.refusal import HistoryRefused
from storage.archive.folder import Archive
from storage.ledger.source import find_source
from storage.ledger.spans import list_spans

_SECONDS = 600
"""How long a slice makes steps; what these have listed is fetched behind them."""


class HistorySlices:
    """The sources in turn, each as long as something of its history is to be fetched."""

    def __init__(
        self, archive: Archive, options: Sequence[str], histories: Sequence[tuple[str, str | None]]
    ) -> None:
        """``options`` precede the command; ``histories`` are slugs with the first day of each."""
        self._archive = archive
        self._options = tuple(options)
        self._turns = deque((slug, date.fromisoformat(since) if since else None) for slug, since in histories)

    def next(self) -> Slice | None:
        """Return the next slice; None while every history is here, or waits. Raises `HistoryRefused`."""
        for _ in range(len(self._turns)):
            slug, since = self._turns[0]
            self._turns.rotate(-1)
            if self._has_more(slug, since):
                return Slice(slug, self._command(slug))
        return None

    def _has_more(self, slug: str, since: date | None) -> bool:
        now = datetime.now(UTC)
        try:
            with self._archive.reading() as connection:
                row, spans = find_source(connection, slug), list_spans(connection, slug)
        except SQLAlchemyError as error:
            raise HistoryRefused(str(getattr(error, "orig", None) or error)) from error
        if row is None:
            return False
        today = now.astimezone(ZoneInfo(row.timezone)).date()
        if since is not None and since > today:
            return False
        return bool(plan_history(HistoryWish(slug, today), since, spans, now).todo)

    def _command(self, slug: str) -> tuple[str, ...]:
        command = ("backfill", "--idle", "--seconds", str(_SECONDS), "--", slug)
        return (sys.executable, "-P", "-m", "jianbao", *self._options, *command)
