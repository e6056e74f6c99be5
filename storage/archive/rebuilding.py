"""The database made again from the WARC files alone, by what the journal in them says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from storage.articles.security_names import count_all_names
from storage.articles.shrinking import shrink_bodies
from storage.captures.capture import insert_capture
from storage.database.ledger_days import count_days
from storage.database.opening import connect_database, open_database, reading, writing
from storage.database.schema import metadata
from storage.journal.places import enter_journal
from storage.journal.record import BrokenJournal
from storage.journal.scanned import Damage, ScannedFiles, StoredAnswer
from storage.journal.unpacking import enter_record
from storage.records import Capture, WarcPlace

Watch = Callable[[str], object]

_PART = 500  # articles or answers of one transaction


@dataclass(slots=True)
class Rebuilt:
    """What came of a rebuilding.

    ``journals`` are the journal records that were entered, ``aside`` those of databases that were replaced
    by older ones. ``told`` is the last capture of which they tell, ``untold`` how many answers they tell
    nothing of: those are the captures behind it. ``lost`` are the info codes of articles whose answer is not
    in the files any more, ``orphans`` rows by table that refer to what is not there and were left out.
    """

    journals: int = 0
    aside: int = 0
    captures: int = 0
    told: int = 0
    untold: int = 0
    lost: list[str] = field(default_factory=list)
    orphans: dict[str, int] = field(default_factory=dict)


def rebuild_database(
    scanned: ScannedFiles, warc_folder: Path, database: Path, watch: Watch | None = None
) -> Rebuilt:
    """Make a database of what WARC files say, where there is none yet; the files are only read.

    The search index and the stories are not in it: they are made of it afterwards.
    """
    open_database(database).dispose()
    rebuilt = Rebuilt()
    with _unchecked(database) as engine:
        _enter_journal(engine, scanned, warc_folder, rebuilt, watch)
        _finish(engine, rebuilt)
    engine = open_database(database)
    try:
        _enter_untold(engine, scanned, rebuilt, watch)
    finally:
        engine.dispose()
    return rebuilt


def forget_found(connection: Connection, rebuilt: Rebuilt) -> None:
    """Take out of those that are lost what was read again since."""
    there = {
        code
        for code in rebuilt.lost
        if connection.exec_driver_sql("SELECT 1 FROM article WHERE info_code = ?", (code,)).first()
    }
    rebuilt.lost = [code for code in rebuilt.lost if code not in there]


@contextmanager
def _unchecked(database: Path) -> Iterator[Engine]:
    """Connect to a database without foreign keys being checked, and without anything being owed."""
    engine = connect_database(database)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
    try:
        yield engine
    finally:
        engine.dispose()


def _enter_journal(
    engine: Engine, scanned: ScannedFiles, warc_folder: Path, rebuilt: Rebuilt, watch: Watch | None
) -> None:
    rebuilt.aside = scanned.choose_line()
    count = scanned.count_journals()
    lost: dict[str, None] = {}
    for record, place in scanned.journals():
        try:
            with writing(engine) as connection:
                missing = enter_record(connection, record, scanned, warc_folder)
                enter_journal(connection, place)
        except BrokenJournal as broken:
            scanned.damages.append(Damage(place.place.file, place.place.offset, str(broken)))
            continue
        for code in {one.info_code for one in record.articles}:
            lost.pop(code, None)
        lost |= dict.fromkeys(missing)
        rebuilt.journals += 1
        if watch:
            watch(f"journal record {rebuilt.journals:,} of {count:,}")
    with writing(engine) as connection:
        for place in scanned.journals_aside():
            enter_journal(connection, place, is_aside=True)
    rebuilt.lost = list(lost)


def _enter_untold(engine: Engine, scanned: ScannedFiles, rebuilt: Rebuilt, watch: Watch | None) -> None:
    """Enter the answers of which the journal says nothing: what an earlier version kept, or a crash left.

    That they are entered is owed to the journal: what refers to them later does so by these numbers.
    """
    with reading(engine) as connection:
        rebuilt.told = int(
            connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM capture").scalar_one()
        )
    place = ("", "", -1)
    while answers := scanned.answers(place, _PART):
        with writing(engine) as connection:
            for answer in answers:
                rebuilt.captures += 1
                if not _is_entered(connection, answer.file, answer.offset):
                    _enter_answer(connection, answer)
                    rebuilt.untold += 1
        last = answers[-1]
        place = (last.fetched_at, last.file, last.offset)
        if watch:
            watch(f"{rebuilt.captures:,} answers looked at")


def _is_entered(connection: Connection, file: str, offset: int) -> bool:
    statement = "SELECT 1 FROM capture WHERE warc_file = ? AND warc_offset = ?"
    return connection.exec_driver_sql(statement, (file, offset)).first() is not None


def _enter_answer(connection: Connection, answer: StoredAnswer) -> None:
    refers_to = None
    if answer.kind == "revisit":
        statement = (
            "SELECT id FROM capture WHERE payload_digest = ? AND refers_to IS NULL ORDER BY id LIMIT 1"
        )
        refers_to = connection.exec_driver_sql(statement, (answer.digest,)).scalar()
    insert_capture(
        connection,
        Capture(
            url=answer.url,
            fetched_at=datetime.fromisoformat(f"{answer.fetched_at}+00:00"),
            status=answer.status or 0,
            content_type=answer.content_type,
            payload_digest=answer.digest,
            place=WarcPlace(answer.file, answer.offset, answer.length),
            refers_to=refers_to,
        ),
    )


def _finish(engine: Engine, rebuilt: Rebuilt) -> None:
    """Make what is derived, and leave out what refers to nothing."""
    after: str | None = ""
    while after is not None:
        with writing(engine) as connection:
            after = shrink_bodies(connection, after, _PART)
    with writing(engine) as connection:
        count_all_names(connection)
        _forget_lost_captures(connection)
        _own_again(connection, rebuilt.lost)
        rebuilt.orphans = _drop_orphans(connection)
        count_days(connection)


def _forget_lost_captures(connection: Connection) -> None:
    """Have nothing point to a capture whose record is gone: the row says then that it is not known."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            refers = any(key.target_fullname == "capture.id" for key in column.foreign_keys)
            if refers and column.nullable:
                name = f'{table.name}."{column.name}"'
                there = f"SELECT 1 FROM capture held WHERE held.id = {name}"  # noqa: S608 - names of our own
                where = f"{name} IS NOT NULL AND NOT EXISTS ({there})"
                connection.exec_driver_sql(
                    f'UPDATE {table.name} SET "{column.name}" = NULL WHERE {where}'  # noqa: S608
                )


def _own_again(connection: Connection, lost: Sequence[str]) -> None:
    """Have articles fetched again that are listed as archived and are not there."""
    for code in lost:
        connection.exec_driver_sql(
            "UPDATE listing SET state = 'owed', next_try_at = first_listed_at WHERE info_code = ? "
            "AND NOT EXISTS (SELECT 1 FROM article WHERE article.info_code = listing.info_code)",
            (code,),
        )


def _drop_orphans(connection: Connection) -> dict[str, int]:
    """Remove rows that refer to rows that are not there; return how many of each table."""
    dropped: dict[str, int] = {}
    while broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        for name, rowid, *_ in broken:
            connection.exec_driver_sql(f"DELETE FROM {name} WHERE rowid = ?", (rowid,))  # noqa: S608
            dropped[name] = dropped.get(name, 0) + 1
    return dropped
