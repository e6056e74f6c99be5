"""Rebuilding an archive's database from its WARC files alone, and putting it in the place of the lost one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from jianbao.upkeep.index import rebuild_index
from jianbao.upkeep.replacing import replace_database
from jianbao.upkeep.stories import link_news, rebuild_stories
from scheduler.liveness.service_lock import is_held
from storage.archive.folder import DATABASE_FILE, WARC_FOLDER, Archive
from storage.archive.rebuilding import Rebuilt, forget_found, rebuild_database
from storage.archive.use import ArchiveInUse, alone_in
from storage.events.event import is_event_open, record_event, resolve_events
from storage.journal.scanned import ScannedFiles
from storage.records.remedy import Missing, Unusable
from storage.records.saying import say
from storage.warc.name import newest_names, try_slot

Watch = Callable[[str], None]


class Reread(Protocol):
    """What came of reading answers again."""

    def as_json(self) -> dict[str, Any]:
        """Return it as `rebuild --json` prints it."""


ReadUntold = Callable[[Archive, Path, int, Watch | None], Reread]
"""Reads the captures of an archive behind one of this id, whose records are in a folder, and enters them."""

WORKSHOP = "rebuild"
"""The folder in the archive in which a database is made again. What a killed rebuilding left there goes."""
_NAMED = 20  # articles and places that the outcome names
_IN_EVENT = 5


class NothingToRebuild(Missing):
    """There is no WARC file in the archive's folder: there is nothing to make a database of."""


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
    reread: Reread | None = None

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
            "journal_records_aside": self.rebuilt.aside,
            "untold": self.rebuilt.untold,
            "reread": self.reread.as_json() if self.reread else None,
            "lost": len(self.rebuilt.lost),
            "lost_articles": self.rebuilt.lost[:_NAMED],
            "left_out": self.rebuilt.orphans,
            "damages": self.damages[:_NAMED],
        }


def rebuild_archive(
    folder: Path,
    to: Path | None,
    *,
    replace: bool,
    software: str,
    read_untold: ReadUntold | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Make the database of an archive's folder again; return what came of it.

    It goes to the folder ``to``, or in the place of the one that is there, which is kept under another name.
    Without ``to`` a database that is there is only replaced where that was asked for. Answers of which the
    journal tells nothing are read by ``read_untold``; without it they are kept as captures. The WARC files
    are only read. Raises `NothingToRebuild`, `ArchiveInUse`, `DatabaseThere`, or OSError.
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
    with _left_alone(folder) if to is None else _left_alone_there(to):
        return _rebuild(folder, target, software, read_untold, watch)


def _rebuild(
    folder: Path, target: Path, software: str, read_untold: ReadUntold | None, watch: Watch | None
) -> Outcome:
    work = target.parent / WORKSHOP
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    made = work / DATABASE_FILE
    with ScannedFiles(folder / WARC_FOLDER, work / "scanned.db") as scanned:
        scanned.read(watch)
        rebuilt = rebuild_database(scanned, folder / WARC_FOLDER, made, watch)
        damages = [f"{one.file} at {one.offset}: the record {one.why}" for one in scanned.damages]
        counts = {"files": scanned.files, "records": scanned.records, "captures": scanned.count_answers()}
    reread = None
    if rebuilt.untold and read_untold is not None:
        with _open_work(work, software) as archive:
            reread = read_untold(archive, folder / WARC_FOLDER, rebuilt.told, watch)
            with archive.reading() as connection:
                forget_found(connection, rebuilt)
    _make_derived(work, software, watch)
    _tell(work, software, rebuilt, damages)
    kept_aside = replace_database(made, target)
    shutil.rmtree(work, ignore_errors=True)
    return Outcome(target, kept_aside, counts, damages, rebuilt, reread)


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
    """Leave an event about what could not be brought back, and end the one that the database is too old."""
    named = ", ".join([*rebuilt.lost[:_NAMED], *damages[:_NAMED]][:_IN_EVENT])
    message = say("rebuild.incomplete", lost=len(rebuilt.lost), damages=len(damages), named=named)
    with _open_work(work, software) as archive, archive.writing() as connection:
        if rebuilt.lost or damages:
            record_event(connection, "rebuild_incomplete", message, datetime.now(UTC))
        if is_event_open(connection, "database_older"):
            resolve_events(connection, ("database_older",), datetime.now(UTC))


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
    """Keep everybody from writing in the archive meanwhile; raise `ArchiveInUse` where somebody does."""
    if is_held(folder):
        raise ArchiveInUse(f"the service runs for {folder}: stop it first")
    with ExitStack() as held:
        held.enter_context(alone_in(folder))
        warc = folder / WARC_FOLDER
        for number in {0, *newest_names(warc)}:  # an earlier version's writers hold nothing else
            slot = try_slot(warc, number)
            if slot is None:
                raise ArchiveInUse(f"something is writing into {warc}: stop the service and crawls first")
            held.callback(slot.release)
        yield


@contextmanager
def _left_alone_there(folder: Path) -> Iterator[None]:
    """Make a folder for the new database, in which nobody else makes one."""
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        yield
