"""Rebuilding an archive's database from its WARC files alone, and putting it in the place of the lost one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jianbao.upkeep.index import rebuild_index
from jianbao.upkeep.stories import link_news, rebuild_stories
from scheduler.liveness.service_lock import is_held
from storage.archive.folder import DATABASE_FILE, WARC_FOLDER, Archive
from storage.archive.rebuilding import Rebuilt, rebuild_database
from storage.events.event import record_event
from storage.journal.scanned import ScannedFiles
from storage.records.remedy import Busy, Missing, Unusable
from storage.records.saying import say
from storage.warc.name import newest_names, try_slot

Watch = Callable[[str], None]

WORKSHOP = "rebuild"
"""The folder in the archive in which a database is made again. What a killed rebuilding left there goes."""
_NAMED = 20  # articles and places that the outcome names
_IN_EVENT = 5


class NothingToRebuild(Missing):
    """There is no WARC file in the archive's folder: there is nothing to make a database of."""


class ArchiveInUse(Busy):
    """Something writes in the archive, so its database cannot be replaced: stop the service and crawls."""


class DatabaseThere(Unusable):
    """There is a database already: say where the new one goes, or that it takes that one's place."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rebuilding made. ``kept_aside`` is where the database that stood there before is now."""

    database: Path
    kept_aside: Path | None
    scanned: dict[str, int]
    damages: list[str]
    rebuilt: Rebuilt

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found damaged, lost or untold."""
        return not (self.damages or self.rebuilt.lost or self.rebuilt.untold or self.rebuilt.orphans)

    def as_json(self) -> dict[str, Any]:
        """Return it as `rebuild --json` prints it."""
        return {
            "database": str(self.database),
            "kept_aside": str(self.kept_aside) if self.kept_aside else None,
            "whole": self.is_whole,
            **self.scanned,
            "journal_records": self.rebuilt.journals,
            "untold": self.rebuilt.untold,
            "lost": len(self.rebuilt.lost),
            "lost_articles": self.rebuilt.lost[:_NAMED],
            "left_out": self.rebuilt.orphans,
            "damages": self.damages[:_NAMED],
        }


def rebuild_archive(
    folder: Path, to: Path | None, *, replace: bool, software: str, watch: Watch | None = None
) -> Outcome:
    """Make the database of an archive's folder again; return what came of it.

    It goes to the folder ``to``, or in the place of the one that is there, which is kept under another name.
    Without ``to`` a database that is there is only replaced where that was asked for. The WARC files are only
    read. Raises `NothingToRebuild`, `ArchiveInUse`, `DatabaseThere`, or OSError.
    """
    database = folder / DATABASE_FILE
    target = (to / DATABASE_FILE) if to is not None else database
    if to is not None and target.exists():
        raise DatabaseThere(f"{target} is there already: name a folder without one with --to")
    if to is None and not replace and database.is_file() and database.stat().st_size:
        raise DatabaseThere(
            f"{database} is there: say --replace to put the new one in its place (it is kept under another "
            "name), or name another folder with --to"
        )
    if next((folder / WARC_FOLDER).rglob("jianbao-*.warc.gz"), None) is None:
        raise NothingToRebuild(f"there is no WARC file in {folder / WARC_FOLDER}")
    with _left_alone(folder) if to is None else ExitStack():
        return _rebuild(folder, to or folder / WORKSHOP, target, software, watch)


def _rebuild(folder: Path, work: Path, target: Path, software: str, watch: Watch | None) -> Outcome:
    is_inside = work == folder / WORKSHOP
    if is_inside:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    made = work / DATABASE_FILE
    with ScannedFiles(folder / WARC_FOLDER, work / "scanned.db") as scanned:
        scanned.read(watch)
        rebuilt = rebuild_database(scanned, folder / WARC_FOLDER, made, watch)
        damages = [f"{one.file} at {one.offset}: the record {one.why}" for one in scanned.damages]
        counts = {"files": scanned.files, "records": scanned.records, "captures": scanned.count_answers()}
    _make_derived(work, software, watch)
    if rebuilt.lost or damages:
        _tell(work, software, rebuilt, damages)
    kept_aside = _put_in_place(made, target) if is_inside else None
    if is_inside:
        shutil.rmtree(work)
    return Outcome(target, kept_aside, counts, damages, rebuilt)


def _make_derived(work: Path, software: str, watch: Watch | None) -> None:
    """Make the search index and the stories."""
    with _open_work(work, software) as archive:
        done = 0
        for part in rebuild_index(archive, anew=True):
            done += part
            if watch:
                watch(f"{done:,} articles indexed")
        rebuild_stories(archive)
        link_news(archive, None, watch)


def _tell(work: Path, software: str, rebuilt: Rebuilt, damages: list[str]) -> None:
    """Leave an event about what could not be brought back."""
    named = ", ".join([*rebuilt.lost[:_NAMED], *damages[:_NAMED]][:_IN_EVENT])
    message = say("rebuild.incomplete", lost=len(rebuilt.lost), damages=len(damages), named=named)
    with _open_work(work, software) as archive, archive.writing() as connection:
        record_event(connection, "rebuild_incomplete", message, datetime.now(UTC))


@contextmanager
def _open_work(work: Path, software: str) -> Iterator[Archive]:
    """Open the new database for writing; what is written is owed to the journal, and written there later."""
    from storage.database.opening import open_database  # noqa: PLC0415

    archive = Archive(work, open_database(work / DATABASE_FILE), software)
    try:
        yield archive
    finally:
        archive.engine.dispose()


@contextmanager
def _left_alone(folder: Path) -> Iterator[None]:
    """Keep everybody from writing captures meanwhile; raise `ArchiveInUse` where somebody does."""
    if is_held(folder):
        raise ArchiveInUse(f"the service runs for {folder}: stop it first")
    with ExitStack() as held:
        warc = folder / WARC_FOLDER
        for number in {0, *newest_names(warc)}:
            slot = try_slot(warc, number)
            if slot is None:
                raise ArchiveInUse(f"something is writing into {warc}: stop the service and crawls first")
            held.callback(slot.release)
        yield


def _put_in_place(made: Path, target: Path) -> Path | None:
    """Move a database to where it belongs; return under which name the one that stood there is kept."""
    kept: Path | None = None
    if target.exists():
        kept = target.with_name(f"{DATABASE_FILE}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        for ending in ("-wal", "-shm"):
            beside = target.with_name(target.name + ending)
            if beside.exists():
                beside.replace(kept.with_name(kept.name + ending))
        target.replace(kept)
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
        if (beside := made.with_name(made.name + ending)).exists():
            beside.replace(target.with_name(target.name + ending))
    made.replace(target)
    return kept
