"""Writing the journal: what is owed to it is read, packed and put into a WARC file as metadata records.

It is done after the fact and outside of every transaction that enters answers: whoever holds the write lock
packs nothing. What is owed stays so until its record is on the disk, so that a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, bindparam, select

from storage.database.opening import SCHEMA_REVISION, reading, writing
from storage.database.prepared import Prepared
from storage.database.schema import metadata, revision
from storage.database.schema_journal import PASSING, list_journalled
from storage.events.event import open_event
from storage.journal.file import JOURNAL_FOLDER, journal_file
from storage.journal.originals import Originals
from storage.journal.owed import (
    OwedRow,
    count_owed,
    is_record_due,
    owe_table,
    read_rows,
    settle_owed,
    take_owed,
)
from storage.journal.packing import find_start, join_rows, pack_rows
from storage.journal.places import (
    JournalPlace,
    enter_journal,
    enter_unknown,
    find_line,
    find_longer_journals,
    find_lost_journals,
    forget_journals,
    is_journal_lacking,
    journal_ends,
    next_number,
)
from storage.journal.record import JournalRecord, PackedArticle, format_journal
from storage.records.saying import say
from storage.records.text.parts import put_together
from storage.warc.record import warc_uri

_AT_ONCE = 1_500
"""Rows of one record: some hundred articles, a few megabytes before packing."""
_WITH_ARTICLE = ("article", "wording", "listing", "security", "picture", "time_change")
"""Tables whose rows say again what the article's own page said."""
_LEFT_OUT = {"capture": frozenset({"fetched_at", "status", "content_type", "payload_digest", "warc_length"})}
"""Columns that the WARC record of each row tells by itself; ``url`` only where that has it otherwise."""

_FIND_BODY = Prepared(
    select(revision.c.body_html).where(
        revision.c.info_code == bindparam("code"), revision.c.number == bindparam("of_number")
    )
)
_TEXTS = {"article": {"text", "paragraphs"}, "wording": {"text", "body_html"}}
Rows = dict[str, dict[tuple[Any, ...], list[Any]]]


def write_journal(
    engine: Engine,
    warc_folder: Path,
    software: str,
    *,
    all_of_it: bool = False,
    even_idle: bool = False,
    most: int | None = None,
) -> int:
    """Write what is owed to the journal; return how many records that took.

    Nothing is written where nothing but polls without news is owed, unless ``even_idle``, nor while another
    process writes the journal: that one, or who ends next, does it. ``all_of_it``: every row is owed, whether
    it was noted or not; so it is where a journal file is missing or too short, and where an archive of an
    earlier version has none. At ``most`` so many records are written: the rest stays owed. Records that this
    database does not know are noted, and an event tells of them: it is older than they are. Raises OSError,
    also for a full disk: what was owed then still is.
    """
    folder = warc_folder / JOURNAL_FOLDER
    with reading(engine) as connection:
        lost = find_lost_journals(connection, folder)
        all_of_it = all_of_it or bool(lost) or is_journal_lacking(connection)
        is_due = is_record_due(connection) or (even_idle and count_owed(connection) > 0)
        is_longer = bool(find_longer_journals(connection, folder))
    if not (is_due or all_of_it or is_longer):
        return 0
    try:
        with FileLock(warc_folder.parent / "journal.lock", timeout=0):
            if is_longer:
                _learn_unknown(engine, folder)
            if not (is_due or all_of_it):
                return 0
            if all_of_it:
                _owe_everything(engine, lost)
            return sum(1 for _ in islice(_write_records(engine, warc_folder, software), most))
    except Timeout:
        return 0


def _learn_unknown(engine: Engine, folder: Path) -> None:
    """Note what the journal has beyond what the database knows, and tell where another one wrote that."""
    with writing(engine) as connection:
        count = enter_unknown(connection, folder, find_longer_journals(connection, folder))
        if count:
            open_event(
                connection, "database_older", say("custody.database_older", count=count), datetime.now(UTC)
            )


def _owe_everything(engine: Engine, lost: Sequence[str]) -> None:
    """Have every row noted again, a table at a time: the lost files are forgotten when all are."""
    for table in list_journalled(metadata):
        with writing(engine) as connection:
            owe_table(connection, table)
    with writing(engine) as connection:
        forget_journals(connection, lost)


def _write_records(engine: Engine, warc_folder: Path, software: str) -> Iterator[JournalRecord]:
    with journal_file(warc_folder / JOURNAL_FOLDER, software, partial(_known_end, engine)) as file:
        while True:
            with writing(engine) as connection:
                number = next_number(connection)
                line, lineage = find_line(connection)
                taken = take_owed(connection, number, _AT_ONCE)
            if not taken:
                return
            record = JournalRecord(line, number, SCHEMA_REVISION, lineage)
            with reading(engine) as connection:
                _fill_record(connection, warc_folder, record, taken)
            place = file.append(line, number, format_journal(record))
            with writing(engine) as connection:
                enter_journal(connection, JournalPlace(line, number, place))
                settle_owed(connection, number)
            yield record


def _known_end(engine: Engine, name: str) -> int:
    with reading(engine) as connection:
        return journal_ends(connection).get(name, 0)


def _fill_record(
    connection: Connection, warc_folder: Path, record: JournalRecord, taken: Sequence[OwedRow]
) -> None:
    rows: Rows = {}
    for name in dict.fromkeys(one.name for one in taken):
        _read_table(connection, record, rows, name, [one for one in taken if one.name == name])
    _leave_out_addresses(rows)
    _say_bodies(connection, rows)
    _pack_articles(connection, warc_folder, record, rows)
    _add_rows(record, rows)


def _read_table(
    connection: Connection, record: JournalRecord, rows: Rows, name: str, taken: Sequence[OwedRow]
) -> None:
    columns = _columns(name)
    whole = [one.key for one in taken if one.is_whole]
    for key, row in read_rows(connection, name, columns, whole):
        if row is None:
            record.gone.setdefault(name, []).append(list(key))
        else:
            rows.setdefault(name, {})[key] = row
    passing = sorted(PASSING.get(name, ()))
    seen = [one.key for one in taken if not one.is_whole]
    for key, row in read_rows(connection, name, passing, seen) if passing else ():
        if row is not None:
            record.looks.setdefault(name, []).append((list(key), row[0]))


def _columns(name: str) -> list[str]:
    left_out = _LEFT_OUT.get(name, frozenset())
    return [column.name for column in metadata.tables[name].columns if column.name not in left_out]


def _leave_out_addresses(rows: Rows) -> None:
    """Have captures without their addresses where their WARC records have them just so."""
    place = _columns("capture").index("url")
    for row in rows.get("capture", {}).values():
        if warc_uri(row[place]) == row[place]:
            row[place] = None


def _say_bodies(connection: Connection, rows: Rows) -> None:
    """Have wordings with their delivered bodies whole, as they stand in their answers, and not by the parts
    that the text shares with them.
    """
    article, wording = _columns("article"), _columns("wording")
    code, text = article.index("info_code"), article.index("text")
    texts = {row[code]: row[text] for row in rows.get("article", {}).values()}
    code, number, body, parts = map(wording.index, ("info_code", "number", "body_html", "body_parts"))
    for row in rows.get("wording", {}).values():
        if row[parts] is None:
            continue
        if row[code] in texts:
            row[body] = put_together(row[parts], texts[row[code]])
        else:
            whole = {"code": row[code], "of_number": row[number]}
            (row[body],) = _FIND_BODY.run(connection, whole).fetchone()
        row[parts] = None


def _pack_articles(connection: Connection, warc_folder: Path, record: JournalRecord, rows: Rows) -> None:
    """Move the rows of articles into packs, each against the answer that its article was read from."""
    columns = _columns("article")
    where = {name: columns.index(name) for name in ("info_code", "capture_id", "text")}
    articles = {
        row[where["info_code"]]: (row[where["capture_id"]], row[where["text"]])
        for row in rows.get("article", {}).values()
    }
    own = _rows_by_code(rows, articles)
    record.sample = _sample_of(next(iter(own.values()), {}))
    sample = record.sample.encode("utf-8", "surrogatepass")
    originals = Originals(connection, warc_folder)
    for code, (capture_id, text) in articles.items():
        body = originals.read_text(capture_id or _capture_of(own[code]))
        start = find_start(body, text)
        packed = pack_rows(own[code], body, start, sample)
        held = capture_id or _capture_of(own[code])
        record.articles.append(PackedArticle(code, held if body else None, start, packed))
    for name in _WITH_ARTICLE:
        if any(name in of_code for of_code in own.values()):
            record.columns[name] = _columns(name)


def _capture_of(rows: Mapping[str, Sequence[Sequence[Any]]]) -> int | None:
    """Return the capture of the last of an article's wordings, where the article itself names none."""
    place = _columns("wording").index("capture_id")
    return next((row[place] for row in reversed(rows.get("wording", ())) if row[place] is not None), None)


def _sample_of(rows: Mapping[str, Sequence[Sequence[Any]]]) -> str:
    """Return an article's rows without its texts: what the rows of others have in common with it."""
    bare = {name: [_without_texts(name, row) for row in part] for name, part in rows.items()}
    return join_rows(bare).decode("utf-8", "surrogatepass")


def _without_texts(name: str, row: Sequence[Any]) -> list[Any]:
    pairs = zip(_columns(name), row, strict=True)
    return ["" if column in _TEXTS.get(name, ()) else value for column, value in pairs]


def _rows_by_code(rows: Rows, codes: Mapping[str, object]) -> dict[str, dict[str, list[list[Any]]]]:
    """Take the rows of these articles out of all; return them by info code and table."""
    found: dict[str, dict[str, list[list[Any]]]] = {code: {} for code in codes}
    for name in _WITH_ARTICLE:
        place = _columns(name).index("info_code")
        of_table = rows.get(name, {})
        for key in [key for key, row in of_table.items() if row[place] in codes]:
            row = of_table.pop(key)
            found[row[place]].setdefault(name, []).append(row)
    return found


def _add_rows(record: JournalRecord, rows: Rows) -> None:
    for name, of_table in rows.items():
        if of_table:
            record.columns[name] = _columns(name)
            record.rows[name] = list(of_table.values())
