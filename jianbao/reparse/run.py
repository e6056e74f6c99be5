"""Running a re-parse: two processes read and compare, this one writes and sums up."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context

from jianbao.configuration import Configuration
from jianbao.crawl.contracts import read_terms
from jianbao.crawl.pictures import read_wishes
from jianbao.reparse.examining import Examiner, begin_examining, examine_there
from jianbao.reparse.finding import Finding
from jianbao.reparse.summary import Summary
from jianbao.reparse.wish import ReparseWish
from jianbao.reparse.writing import note_progress, tell_contracts, tell_refused, write_findings
from jianbao.upkeep.index import index_news
from jianbao.upkeep.stories import link_news
from jianbao.upkeep.texts import shrink_some_texts
from jianbao.upkeep.worker_process import begin_worker, free_feeder
from pipelines.judge import PARSER_VERSION
from storage.archive.folder import Archive
from storage.archive.material import MaterialFilter, count_material, list_material_codes
from storage.articles.article import mend_duplicates
from storage.ledger.reparse import ReparseRun, begin_reparse, finish_reparse
from storage.ledger.source_locks import SourceBusy, hold_sources
from storage.records import Busy, Unusable
from storage.records.saying import say

Watch = Callable[[Summary, int], None]
"""What is shown the sums as they grow, and of how many articles they will be."""

_BATCH = 100
_AHEAD = 6
"""Batches that are being read or wait to be written: enough that nobody waits, and few in memory."""
_PROCESSES = 2
_LOCK = "/reparse"
"""What stands for a re-parse among the locks of sources: no slug has a slash."""


class ReadingStopped(Unusable):
    """A process that reads died: re-parse again, nothing that was written is lost."""


class ReparseBusy(Busy):
    """Another re-parse is under way: wait for it, or stop it."""


def reparse_archive(
    configuration: Configuration,
    archive: Archive,
    wish: ReparseWish,
    *,
    watch: Watch | None = None,
    tell: Callable[[str], None] | None = None,
    processes: int = _PROCESSES,
    batch: int = _BATCH,
) -> Summary:
    """Read again what matches a wish, write what changes where it says so, and return the sums.

    An interrupt ends it early, and is noted in them. ``processes`` 0: all is done in this one; a ``batch`` of
    articles is read by one of them at a time, and is written before how far all has come is noted. Raises
    `ReparseBusy`, `ReadingStopped`, and what tells of an archive that cannot be written.
    """
    run = _Reparse(configuration, archive, wish, watch, tell, processes, batch)
    if not wish.apply:
        return run.look()
    try:
        with hold_sources(archive.folder, (_LOCK,)):
            return run.apply()
    except SourceBusy as busy:
        raise ReparseBusy(str(say("reparse.busy"))) from busy


@dataclass
class _Reparse:
    """One re-parse under way."""

    configuration: Configuration
    archive: Archive
    wish: ReparseWish
    watch: Watch | None
    tell: Callable[[str], None] | None
    processes: int
    batch: int
    summary: Summary = field(default_factory=Summary)
    _of: int = 0
    _last: str = ""

    def look(self) -> Summary:
        """Sum up what would change; write nothing."""
        try:
            for _, findings in self._examined("", self._count("")):
                self._add(findings)
            self.summary.finished = True
        except KeyboardInterrupt:
            self.summary.interrupted = True
        return self.summary

    def apply(self) -> Summary:
        """Write what changes, batch by batch."""
        run = self._begin()
        try:
            self._write_all(run)
            self.summary.finished = True
        except KeyboardInterrupt:
            self.summary.interrupted = True
        self._follow(run)
        return self.summary

    def _begin(self) -> ReparseRun:
        name = self.wish.name(self.configuration)
        with self.archive.writing() as connection:
            run = begin_reparse(connection, name, PARSER_VERSION, datetime.now(UTC), anew=self.wish.anew)
        self.summary.resume(run.counts)
        if run.done_to and self.tell is not None:
            self.tell(str(say("reparse.resumed", code=run.done_to)))
        return run

    def _write_all(self, run: ReparseRun) -> None:
        wishes = read_wishes(self.configuration)
        of = self._count(run.done_to) + self.summary.read
        again: list[str] = []
        for codes, findings in self._examined(run.done_to, of):
            written, stale = write_findings(self.archive, findings, wishes)
            again += stale
            self._add(written)
            note_progress(self.archive, run.id, codes[-1], written, self.summary)
        if again:  # somebody changed them meanwhile
            findings = Examiner.of(self.configuration, self.archive).examine(again, with_tokens=True)
            written, _ = write_findings(self.archive, findings, wishes)
            self._add(written)
            note_progress(self.archive, run.id, self._last, written, self.summary)

    def _follow(self, run: ReparseRun) -> None:
        """Do what follows from what was written, however far it came."""
        tell_contracts(self.archive, self.summary, read_terms(self.configuration))
        tell_refused(
            self.archive,
            self.summary,
            is_whole=self.wish.is_of_whole_sources and self.summary.finished,
            sources=self.wish.filter.sources,
        )
        if self.summary.finished:
            with self.archive.writing() as connection:
                mend_duplicates(connection)
                finish_reparse(connection, run.id, datetime.now(UTC))
        if self.summary.changed:
            index_news(self.archive)
            link_news(self.archive)
            shrink_some_texts(self.archive)

    def _add(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self.summary.add(finding)
        if self.watch is not None:
            self.watch(self.summary, self._of)

    def _count(self, after: str) -> int:
        with self.archive.reading() as connection:
            count = count_material(connection, self.wish.filter, after)
        return count if self.wish.limit is None else min(count, self.wish.limit)

    def _examined(self, after: str, of: int) -> Iterator[tuple[list[str], list[Finding]]]:
        """Yield the codes that match, some at a time, with what was found of them; by code."""
        self._of = of
        batches = self._codes(after)
        if not self.processes or of - self.summary.read <= self.batch:
            examiner = Examiner.of(self.configuration, self.archive)
            for codes in batches:
                self._last = codes[-1]
                yield codes, examiner.examine(codes, with_tokens=self.wish.apply)
            return
        for codes, findings in _examine_elsewhere(
            self.configuration, batches, self.processes, with_tokens=self.wish.apply
        ):
            self._last = codes[-1]
            yield codes, findings

    def _codes(self, after: str) -> Iterator[list[str]]:
        left = self.wish.limit
        if left is not None:
            left -= self.summary.read
        while left is None or left > 0:
            size = self.batch if left is None else min(self.batch, left)
            codes = _list_codes(self.archive, self.wish.filter, after, size)
            if not codes:
                return
            yield codes
            after = codes[-1]
            left = None if left is None else left - len(codes)


def _list_codes(archive: Archive, wanted: MaterialFilter, after: str, limit: int) -> list[str]:
    with archive.reading() as connection:
        return list_material_codes(connection, wanted, after, limit)


def _examine_elsewhere(
    configuration: Configuration, batches: Iterator[list[str]], processes: int, *, with_tokens: bool
) -> Iterator[tuple[list[str], list[Finding]]]:
    waiting: deque[tuple[list[str], Future[list[Finding]]]] = deque()
    # Not forked: a fork takes the locks of this process's threads with it.
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin_process, initargs=(configuration,)
    )
    with ExitStack() as stack:
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        try:
            for codes in batches:
                waiting.append((codes, pool.submit(examine_there, codes, with_tokens)))
                if len(waiting) >= _AHEAD:
                    yield _give_back(*waiting.popleft())
            while waiting:
                yield _give_back(*waiting.popleft())
        except BrokenProcessPool as error:
            free_feeder(pool)
            raise ReadingStopped(
                "a process that reads died, perhaps of too little memory: re-parse again, nothing is lost"
            ) from error


def _give_back(codes: list[str], reading: Future[list[Finding]]) -> tuple[list[str], list[Finding]]:
    return codes, reading.result()


def _begin_process(configuration: Configuration) -> None:
    """Begin a process that reads: whoever crawls or serves beside it goes first."""
    begin_worker()
    os.nice(5)
    begin_examining(configuration)
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # parsed pages are cyclic, and freed by the thousand
