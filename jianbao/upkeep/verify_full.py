"""Looking at every record, text and token of an archive: on two cores, and going on after an interrupt."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from jianbao.upkeep.verify import Entry, Found, Tell, look_quickly, opening
from pipelines.compare.fingerprint import hash_text
from pipelines.compare.near_copies import SHORTEST, comparable
from pipelines.judge import PARSER_VERSION
from storage.archive.folder import Archive
from storage.custody.index import TokenSums, compare_index
from storage.custody.journals import check_journal_records
from storage.custody.records import (
    Stretch,
    StretchChecked,
    check_stretch,
    count_known,
    list_files,
    list_newest_pages,
    plan_stretches,
    tell_unknown,
)
from storage.custody.rows import STORIES, count_rows
from storage.custody.texts import HeldArticle, read_texts
from storage.records.problem import Problem
from storage.records.saying import say
from storage.search.index import read_index_state
from storage.stories.sketch import list_unsketched

_PROCESSES = 2
_AHEAD = 6
"""Pieces of work that are given out before their outcome is taken."""
_WORTH_PROCESSES = 2_000
"""Captures from which on another process is worth its start."""

_Piece = TypeVar("_Piece")
_Done = TypeVar("_Done")
Run = Callable[[Callable[[_Piece], _Done], Iterable[_Piece]], Iterator[_Done]]


Reread = Callable[[Archive, Found, Tell], None]
"""Reads every article again from its captures, and adds to what was found."""


def verify_fully(
    folder: Path, tell: Tell | None = None, *, restart: bool = False, reread: Reread | None = None
) -> Found:
    """Look at everything, and enter what was found, as an event too; what interrupts it is raised.

    Another call goes on with the records where one was interrupted, unless it is to ``restart``. Raises
    `NoArchive`, and what tells of an archive of another version.
    """
    found = Found("full")
    entry = Entry(folder, found, restart=restart)
    try:
        with opening(folder, found) as archive:
            if archive is not None:
                _look(archive, found, entry, tell or _tell_nobody)
                if reread is not None:
                    reread(archive, found, tell or _tell_nobody)
    except KeyboardInterrupt:
        entry.note(at_once=True)
        raise
    entry.finish()
    return found


def _look(archive: Archive, found: Found, entry: Entry, tell: Tell) -> None:
    if not found.continued:
        tell("database")
        look_quickly(archive, found, thoroughly=True)
    with _working(archive) as run:
        _look_at_records(archive, found, entry, tell, run)
        _look_at_texts(archive, found, tell, run)


def _look_at_records(archive: Archive, found: Found, entry: Entry, tell: Tell, run: Run[Any, Any]) -> None:
    with archive.reading() as connection:
        files = list_files(connection, archive.folder)
        newest = list_newest_pages(connection)
        if found.cursor is None:
            found.add(list(check_journal_records(connection, archive.warc_folder)))
    done_to: str | None = (found.cursor or {}).get("file")
    for place, file in enumerate(files):
        if done_to is not None and file <= done_to:
            continue
        tell(f"{file}, {place + 1} of {len(files)}")
        with archive.reading() as connection:
            stretches = list(plan_stretches(connection, file, newest))
        unknown = 0
        for checked in run(partial(check_stretch, archive.folder), stretches):
            _take(found, checked)
            unknown += checked.unknown
        _tell_unknown(archive, found, stretches[-1], unknown)
        found.cursor = {"file": file}
        entry.note()


def _take(found: Found, checked: StretchChecked) -> None:
    found.add(checked.problems, checked.notes)
    found.count(records=checked.records, record_bytes=checked.size)


def _tell_unknown(archive: Archive, found: Found, last: Stretch, unknown: int) -> None:
    """Tell of answers that the database does not know, but for those that came while we read."""
    if unknown:
        with archive.reading() as connection:
            unknown -= count_known(connection, last.file, last.committed)
    if (told := tell_unknown(last.file, last.committed, unknown)) is not None:
        found.add([told] if told.command else [], [] if told.command else [told])


def _look_at_texts(archive: Archive, found: Found, tell: Tell, run: Run[Any, Any]) -> None:
    """Compare each text with its own hash, and the index with the texts, in one view of both."""
    with archive.reading() as connection:
        is_built = read_index_state(connection).is_current
        sums: list[tuple[int, str, int]] = []
        done = 0
        for part, problems in run(_check_texts, read_texts(connection)):
            found.add(problems)
            done += len(part)
            tell(f"{done:,} texts")
            if is_built:
                sums.extend(part)
        found.checked["texts"] = done
        found.add(list(check_stories(connection)))
        if is_built:
            tell("search index")
            found.add(list(compare_index(connection, sums)))
            found.checked["indexed"] = len(sums)


_SUMS = TokenSums()


def _check_texts(texts: Sequence[HeldArticle]) -> tuple[list[tuple[int, str, int]], list[Problem]]:
    """Return the sums of texts' tokens, and those texts that are not as their hash says.

    An earlier version's reader may have hashed otherwise: its texts are told by nothing but their tokens.
    """
    sums, problems = [], []
    for held in texts:
        sums.append((held.id, held.info_code, _SUMS.of_text(held.title, held.text)))
        if held.parser_version == PARSER_VERSION and not _is_as_hashed(held):
            said = say("custody.text_damaged", code=held.info_code)
            command = f"jianbao reparse --code {held.info_code} --apply"
            problems.append(
                Problem("text_damaged", said, command, file="archive.db", info_code=held.info_code)
            )
    return sums, problems


def check_stories(connection: Connection) -> Iterator[Problem]:
    """Yield that articles long enough to have near copies were never compared, and are not to be either."""
    codes = [code for code, text in list_unsketched(connection) if len(comparable(text)) >= SHORTEST]
    if codes:
        said = say("custody.story_unseen", count=len(codes), codes=codes[:5])
        yield Problem("story_unseen", said, STORIES, info_code=codes[0], count=len(codes))


def _is_as_hashed(held: HeldArticle) -> bool:
    lines = held.text.split("\n")
    return len(lines) == held.paragraphs and hash_text(held.title, lines) == held.content_hash


@contextmanager
def _working(archive: Archive) -> Iterator[Run[Any, Any]]:
    """Give what does pieces of work in their order: in processes of their own where there is much of it."""
    with archive.reading() as connection:
        few = count_rows(connection)["capture"] < _WORTH_PROCESSES
    if few or (os.cpu_count() or 1) < _PROCESSES:
        yield map
        return
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as executor:
        try:
            yield partial(_spread, executor)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _spread(
    executor: ProcessPoolExecutor, work: Callable[[_Piece], _Done], pieces: Iterable[_Piece]
) -> Iterator[_Done]:
    """Yield what comes of each piece, in their order; only some are given out at a time."""
    waiting: deque[Future[_Done]] = deque()
    for piece in pieces:
        waiting.append(executor.submit(work, piece))
        if len(waiting) >= _AHEAD:
            yield waiting.popleft().result()
    yield from chain(future.result() for future in waiting)


def _tell_nobody(_text: str) -> None:
    return None
