"""Where the records of others' files are, by address and time: on the disk, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

MOVED = "moved"
"""The kind of an entry that only says where its address leads."""
_MOST_HOPS = 10
_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that may be used. ``file`` is the number of its file, ``at`` its place there.

    ``role`` is what stands at its address: ``article``, ``list``, ``sheet`` (a page of an issue), ``page``,
    ``other`` (of no source), ``file`` (what an archive of ours was given); ``source``, ``info_code`` and
    ``form`` are those of an article, ``source`` and ``day`` those of a sheet. Of `MOVED` entries
    ``refers_url`` is where their address leads.
    ``digest`` is that of its body, as `payload_digest` has it; None of a revisit. ``told`` is what a revisit
    says of its payload's digest, ``refers_to`` (address and time) of where it is. ``moment`` is aware;
    ``number`` is its own.
    """

    file: int
    at: int
    url: str
    moment: datetime
    kind: str
    role: str
    source: str = ""
    info_code: str = ""
    form: str = ""
    day: str = ""
    digest: str | None = None
    told: str | None = None
    refers_url: str | None = None
    refers_at: datetime | None = None
    number: int = 0


_NAMES = tuple(one.name for one in fields(Entry) if one.name != "number")
_COLUMNS = ", ".join(_NAMES)


class RecordIndex:
    """The entries of an import, for as long as it runs."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a file of its own, gone when closed
        self._database.execute(f"CREATE TABLE entry (number INTEGER PRIMARY KEY, {_COLUMNS})")
        self._database.execute("BEGIN")

    def add(self, entry: Entry) -> None:
        """Add an entry."""
        row = asdict(entry)
        values = [_stored(row[name]) for name in _NAMES]
        marks = ", ".join("?" * len(_NAMES))
        self._database.execute(f"INSERT INTO entry ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608 - names of ours

    def finish(self) -> None:
        """Make it quick to ask, once everything is in it."""
        for name, columns in (("url", "url, moment"), ("role", "role, moment"), ("digest", "told")):
            self._database.execute(f"CREATE INDEX by_{name} ON entry ({columns})")
        self._database.execute("COMMIT")

    def of_role(self, role: str) -> Iterator[Entry]:
        """Yield the entries of a role by time; those of one time as they were added."""
        after: tuple[str, int] = ("", 0)
        while rows := self._ask(
            "role = ? AND (moment, number) > (?, ?) ORDER BY moment, number LIMIT 500", role, *after
        ):
            yield from rows
            after = _stored(rows[-1].moment), rows[-1].number

    def count(self, role: str) -> int:
        """Return how many entries have a role."""
        found: int = self._database.execute("SELECT count(*) FROM entry WHERE role = ?", (role,)).fetchone()[
            0
        ]
        return found

    def sources(self) -> set[str]:
        """Return the sources that entries have."""
        return {
            slug for (slug,) in self._database.execute("SELECT DISTINCT source FROM entry WHERE source <> ''")
        }

    def sheets(self, source: str, day: str) -> list[Entry]:
        """Return the pages of one issue, by address: of each the last capture."""
        found = self._ask(
            "role = 'sheet' AND source = ? AND day = ? ORDER BY url, moment LIMIT 2000", source, day
        )
        return list({one.url: one for one in found}.values())

    def days(self) -> list[tuple[str, str]]:
        """Return the issues of which there are pages: source and day, the oldest first."""
        asked = "SELECT DISTINCT source, day FROM entry WHERE role = 'sheet' ORDER BY day, source"
        return [(source, day) for source, day in self._database.execute(asked)]

    def arrive(self, url: str, moment: datetime, near: timedelta) -> Entry | None:
        """Return the capture to which an address led at a time, however often it was sent on; None for none.

        Each step was taken no further than ``near`` from the one before. Whether an address begins with http
        or https makes no difference.
        """
        asked: set[str] = set()
        for _ in range(_MOST_HOPS):
            found = self._nearest(url, moment, but_moved=url in asked)
            if found is None or abs(found.moment - moment) > near:
                return None
            if found.kind != MOVED:
                return found
            asked.add(url)
            url, moment = found.refers_url or "", found.moment
        return None

    def _nearest(self, url: str, moment: datetime, *, but_moved: bool) -> Entry | None:
        at = _stored(moment)
        only = f" AND kind <> '{MOVED}'" if but_moved else ""
        for address in (url, _other_scheme(url)):
            found = [
                *self._ask(
                    f"url = ? AND moment <= ?{only} ORDER BY moment DESC, number DESC LIMIT 1", address, at
                ),
                *self._ask(f"url = ? AND moment > ?{only} ORDER BY moment, number LIMIT 1", address, at),
            ]
            if found:
                return min(found, key=lambda one: abs(one.moment - moment))
        return None

    def payloads(self, entry: Entry) -> Iterator[Entry]:
        """Yield what may hold the payload of a revisit: where it says, then the address' own, at that time or
        before it.
        """
        if entry.refers_url and entry.refers_at:
            at = _stored(entry.refers_at)
            yield from self._ask(
                "url = ? AND moment = ? AND digest IS NOT NULL LIMIT 5", entry.refers_url, at
            )
        url = entry.refers_url or entry.url
        yield from self._ask(
            "url = ? AND moment <= ? AND digest IS NOT NULL ORDER BY moment DESC LIMIT 20",
            url,
            _stored(entry.moment),
        )
        yield from self._ask("told = ? AND digest IS NOT NULL LIMIT 5", entry.told or "")

    def _ask(self, condition: str, *values: object) -> list[Entry]:
        rows = self._database.execute(f"SELECT number, {_COLUMNS} FROM entry WHERE {condition}", values)  # noqa: S608 - conditions of ours
        return [_entry(row) for row in rows]

    def close(self) -> None:
        """Forget everything."""
        self._database.close()


def _other_scheme(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return ("http" if scheme == "https" else "https") + mark + rest


def _entry(row: Any) -> Entry:
    number, *values = row
    found = dict(zip(_NAMES, values, strict=True))
    for name in ("moment", "refers_at"):
        found[name] = datetime.strptime(found[name], _FORMAT).replace(tzinfo=UTC) if found[name] else None
    return Entry(**found, number=number)


def _stored(value: Any) -> Any:
    return value.astimezone(UTC).strftime(_FORMAT) if isinstance(value, datetime) else value
