"""The first look at others' files: every record is read and checked, what may be used is indexed."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import BinaryIO
from urllib.parse import urljoin

from jianbao.importing.text_identity import TEXT_SCHEME
from jianbao.importing.warc.counts import WarcCounts
from jianbao.importing.warc.files import UnusableFile, WarcSource
from jianbao.importing.warc.roles import Role, Roles, is_web_address
from pipelines.compare.precedence import FILE_SCHEME
from storage.records import Exchange, Resource
from storage.records.host import host_of
from storage.records.remedy import saying_of
from storage.warc import payload_digest
from storage.warc.foreign.digest import Verdict, check_digest
from storage.warc.foreign.fault import Fault, Faulty, FoundFault, fault
from storage.warc.foreign.flow import open_flow
from storage.warc.foreign.index import MOVED, Entry, RecordIndex
from storage.warc.foreign.message import Message, check_payload, read_message, with_payload
from storage.warc.foreign.record import ForeignRecord, read_date, read_records
from storage.warc.record import format_record, warc_uri

_ROOM = 2**20  # bytes of a block beside its body
_SPOOL = -1
_MOST_AHEAD = timedelta(days=1)
_USED = ("response", "revisit", "resource")
FILE_SCHEMES = (FILE_SCHEME, TEXT_SCHEME)
"""What the addresses of files begin with that an archive of ours was given: posts and plain texts."""
_OPEN = 8
_MOVES = frozenset({301, 302, 303, 307, 308})
_NO_PAGE = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript", "application/javascript")
_NEVER_USED = _NO_PAGE[1:]
_LED = {"article": "moved", "list": "turned"}
"""The roles of addresses that only lead to an article or a list; those of all others are ``hop``."""


class Survey:
    """The files of an import: surveyed once, and read again where a record is needed.

    What cannot be read from its place again (in a file that was packed as a whole) is kept in a file without
    a name until the import ends.
    """

    def __init__(self, roles: Roles, index: RecordIndex, counted: WarcCounts, now: datetime) -> None:
        self.index = index
        self._roles = roles
        self._counted = counted
        self._now = now
        self._most = roles.order.max_size
        self._sources: list[WarcSource] = []
        self._opened: dict[int, tuple[ExitStack, BinaryIO]] = {}
        self._spool: BinaryIO | None = None
        self._names: list[tuple[str, int]] = []

    def look_through(self, source: WarcSource, show: Callable[[], None]) -> None:
        """Read all records of a file, and note those that may be used."""
        number = len(self._sources)
        self._sources.append(source)
        self._counted.files += 1
        try:
            with source.open() as file:
                for found in read_records(open_flow(file), self._most + _ROOM):
                    self._take(number, source, found)
                    show()
        except Faulty as faulty:
            self._counted.note_fault(source.name, 0, faulty.fault)
        except (
            UnusableFile,
            OSError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
        ) as error:
            self._counted.note_fault(source.name, None, Fault("damaged", saying_of(error)))

    def load(self, entry: Entry) -> Exchange | Resource:
        """Return what a record holds, a revisit's body from where that is; raise `Faulty` if it is lost."""
        if entry.kind == "resource":
            record = self._record(entry)
            kind = record.fields.get("content-type", "")
            return Resource(warc_uri(entry.url), entry.moment, kind, record.block, origin=self._origin(entry))
        message = self._message(entry)
        return message.as_exchange(warc_uri(entry.url), entry.moment, self._origin(entry))

    def close(self) -> None:
        """Close all files."""
        for stack, _ in self._opened.values():
            stack.close()
        self._opened.clear()
        if self._spool is not None:
            self._spool.close()

    def _take(self, number: int, source: WarcSource, found: ForeignRecord | FoundFault) -> None:
        if isinstance(found, FoundFault):
            self._counted.note_fault(source.name, found.at, found.fault)
            return
        self._counted.records[found.kind or "unknown"] += 1
        if not found.is_alone:
            self._counted.note_packed(source.name)
        if found.kind not in _USED:
            if found.fault is not None:
                self._counted.note_fault(source.name, found.at, found.fault)
            return
        try:
            self._note(number, source, found)
        except Faulty as faulty:
            self._counted.note_fault(source.name, found.at, faulty.fault)

    def _note(self, number: int, source: WarcSource, record: ForeignRecord) -> None:
        """Check a record that holds an answer, and add it to the index where it may be used."""
        if record.fault is not None:
            raise Faulty(record.fault.kind, record.fault.why)
        if record.kind == "resource" and record.url.startswith(FILE_SCHEMES):
            self._add(number, source, record, self._date(record), Role("file"), self._check_file(record))
            return
        if not is_web_address(record.url):
            self._counted.records["without_address"] += 1
            return
        moment = self._date(record)
        role = self._roles.find(record.url, moment)
        if role is None:
            self._counted.note_host(host_of(record.url))
        if record.kind == "resource":
            if role is not None:
                self._add(number, source, record, moment, role, self._check_file(record))
            return
        self._note_answer(number, source, record, moment, role)

    def _note_answer(
        self, number: int, source: WarcSource, record: ForeignRecord, moment: datetime, role: Role | None
    ) -> None:
        """Note an answer, or where it leads; what is of no source may be led to, or be a picture."""
        head = self._read_head(record, must=role is not None)
        if head is None:
            return
        if role is not None:
            self._counted.statuses[f"{head.status // 100}xx"] += 1
        if head.status in _MOVES and (target := _leads_to(record.url, head)) is not None:
            led = replace(role, name=_LED.get(role.name, "hop")) if role is not None else Role("hop")
            self._add(number, source, record, moment, led, None, target)
        if not 200 <= head.status < 300:  # noqa: PLR2004 - HTTP's own numbers
            return
        kind = (head.header("content-type") or "").lower()
        if role is not None and (role.name != "wanted" or not kind.startswith(_NO_PAGE)):
            digest = None if record.kind == "revisit" else self._check_answer(record)
            self._add(number, source, record, moment, role, digest)
        elif not kind.startswith(_NEVER_USED):
            digest = None if record.kind == "revisit" else _UNCHECKED
            self._add(number, source, record, moment, Role("other"), digest)

    def _date(self, record: ForeignRecord) -> datetime:
        moment = read_date(record.fields.get("warc-date", ""))
        if moment is None:
            raise fault("odd", "no_date", date=record.fields.get("warc-date", "")[:40])
        if moment > self._now + _MOST_AHEAD:
            raise fault("odd", "future", date=moment.isoformat())
        return moment

    def _check_file(self, record: ForeignRecord) -> str:
        """Return the digest of a file; raise `Faulty` for one that is not what its digest says."""
        told = record.fields.get("warc-payload-digest")
        if told is not None:
            _check_told(check_digest(told, (record.block,)), told, record)
        return payload_digest(record.block)

    def _check_answer(self, record: ForeignRecord) -> str:
        """Return the digest of an answer's body; raise `Faulty` for what is not whole."""
        return payload_digest(self._check_payload(self._read(record), record).body)

    def _check_payload(self, message: Message, record: ForeignRecord) -> Message:
        told = record.fields.get("warc-payload-digest")
        if told is not None:
            _check_told(check_payload(message, told, self._most), told, record)
        return message

    def _read_head(self, record: ForeignRecord, *, must: bool) -> Message | None:
        """Return what an answer says before its body; None for no answer, unless it ``must`` be one."""
        if record.kind == "revisit" and not record.block.strip():
            return Message(200, (), b"", b"")
        try:
            return read_message(record.block, self._most, has_body=False)
        except Faulty:
            if must:
                raise
            return None

    def _read(self, record: ForeignRecord) -> Message:
        if record.kind == "revisit" and not record.block.strip():
            return Message(200, (), b"", b"")
        return read_message(record.block, self._most, has_body=record.kind != "revisit")

    def _add(
        self,
        number: int,
        source: WarcSource,
        record: ForeignRecord,
        moment: datetime,
        role: Role,
        digest: str | None,
        leads_to: str | None = None,
    ) -> None:
        """Add a record to the index. ``digest`` is that of its body, None for what has none of its own."""
        file, at = number, record.at
        if leads_to is None and (source.packed or not record.is_alone):
            file, at = _SPOOL, self._keep_aside(record, source)
        fields = record.fields
        refers_at = read_date(fields.get("warc-refers-to-date", ""))
        self.index.add(
            Entry(
                file=file,
                at=at,
                url=record.url,
                moment=moment,
                kind=MOVED if leads_to is not None else record.kind,
                role=role.name,
                source=role.source,
                info_code=role.info_code,
                form=role.form,
                day=role.day,
                digest=digest,
                told=fields.get("warc-payload-digest"),
                refers_url=leads_to or fields.get("warc-refers-to-target-uri", "").strip("<> \t") or None,
                refers_at=refers_at,
            )
        )

    def _keep_aside(self, record: ForeignRecord, source: WarcSource) -> int:
        """Write a record to the file without a name; return its place."""
        if self._spool is None:
            self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        place = self._spool.seek(0, 2)
        left_out = {"warc-type", "content-length", "warc-block-digest"}
        fields = tuple((name, value) for name, value in record.fields.items() if name not in left_out)
        origin = (("jianbao-origin", f"{source.name} at {record.at}"),)
        self._spool.write(format_record(record.kind, (*origin, *fields), record.block))
        return place

    def _message(self, entry: Entry) -> Message:
        record = self._record(entry)
        message = self._read(record)
        if entry.digest == _UNCHECKED:
            self._check_payload(message, record)
        if entry.kind == "revisit":
            return with_payload(message, self._find_payload(entry))
        return message

    def _find_payload(self, entry: Entry) -> Message:
        """Return the answer that a revisit repeats; raise `Faulty` where it is in none of the files."""
        for other in self.index.payloads(entry):
            if other.kind != "response":
                continue
            message = self._read(self._record(other))
            verdict = "true" if entry.told is None else check_payload(message, entry.told, self._most)
            if verdict == "true" or (verdict == "unknown" and entry.told == other.told):
                return message
        raise fault("unresolved", "unresolved", url=entry.refers_url or entry.url)

    def _record(self, entry: Entry) -> ForeignRecord:
        with self._reading(entry) as file:
            found = next(iter(read_records(open_flow(file, entry.at), self._most + _ROOM)), None)
        if not isinstance(found, ForeignRecord) or found.fault is not None or found.url != entry.url:
            raise fault("damaged", "changed_since")
        if entry.digest and self._digest(found) != entry.digest:
            raise fault("damaged", "changed_since")
        return found

    def _digest(self, record: ForeignRecord) -> str:
        body = record.block if record.kind == "resource" else self._read(record).body
        return payload_digest(body)

    @contextmanager
    def _reading(self, entry: Entry) -> Iterator[BinaryIO]:
        if entry.file == _SPOOL:
            assert self._spool is not None, "a record is in it"
            yield self._spool
            return
        try:
            yield self._open(entry.file)
        except (UnusableFile, OSError) as error:
            raise Faulty("damaged", saying_of(error)) from error

    def _open(self, number: int) -> BinaryIO:
        if number not in self._opened:
            if len(self._opened) >= _OPEN:
                stack, _ = self._opened.pop(next(iter(self._opened)))
                stack.close()
            stack = ExitStack()
            self._opened[number] = stack, stack.enter_context(self._sources[number].open())
        return self._opened[number][1]

    def _origin(self, entry: Entry) -> str:
        if entry.file == _SPOOL:
            return self._record(entry).fields["jianbao-origin"]
        return f"{self._sources[entry.file].name} at {entry.at}"

    def place_of(self, entry: Entry) -> tuple[str, int]:
        """Return the name of a record's file, and where it is there."""
        name, _, at = self._origin(entry).rpartition(" at ")
        return name, int(at)


_UNCHECKED = ""
"""The digest of an answer that nobody has computed: its record is checked when it is used."""


def _leads_to(url: str, head: Message) -> str | None:
    """Return the address to which an answer leads, None for one that is none of the web."""
    location = head.header("location")
    if not location:
        return None
    try:
        target = urljoin(url, location).partition("#")[0]
    except ValueError:
        return None
    return target if is_web_address(target) else None


def _check_told(verdict: Verdict, told: str, record: ForeignRecord) -> None:
    """Raise `Faulty` for a payload that is not what its digest says, or of which nobody can tell."""
    if verdict == "false":
        raise fault("digest", "payload_digest", digest=told)
    if verdict == "unknown" and not _is_proven(record):
        raise fault("algorithm", "algorithm", digest=told)


def _is_proven(record: ForeignRecord) -> bool:
    told = record.fields.get("warc-block-digest")
    return told is not None and check_digest(told, (record.block,)) == "true"
