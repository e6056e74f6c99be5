"""The answers of an archive's own WARC files, as an import of WARC files finds the records of others'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from jianbao.importing.warc.roles import Role, Roles
from storage.archive.folder import Archive
from storage.captures.capture import list_captures, read_captures
from storage.records import Capture, Exchange, Resource
from storage.records.saying import quote
from storage.warc import CaptureUnreadable, read_payload
from storage.warc.foreign.fault import Faulty, fault
from storage.warc.foreign.index import Entry, RecordIndex

_TOGETHER = 1_000
_HTTP_OK = range(200, 300)


class KeptAnswers:
    """The captures of an archive; ``at`` of an entry is a capture's id. Close it when done."""

    def __init__(self, archive: Archive, warc_folder: Path) -> None:
        self.index = RecordIndex()
        self._archive = archive
        self._folder = warc_folder

    def look_through(self, roles: Roles, after: int) -> None:
        """Index all captures; those behind the one of this id have the roles of their addresses."""
        for capture in self._captures():
            self.index.add(_entry(capture, _role_of(roles, capture, after)))
        self.index.finish()

    def load(self, entry: Entry) -> Exchange | Resource:
        """Return what a capture holds; raise `Faulty` for one that cannot be read."""
        capture = self._read(entry.at)
        held = self._read(capture.refers_to).place if capture.refers_to is not None else None
        try:
            answer = read_payload(self._folder, capture.place, digest=capture.payload_digest, refers_to=held)
        except CaptureUnreadable as error:
            raise Faulty("damaged", quote(str(error))) from error
        if entry.kind == "resource":
            return Resource(capture.url, capture.fetched_at, capture.content_type or "", answer.body)
        return answer

    def place_of(self, entry: Entry) -> tuple[str, int]:
        """Return the name of a record's file, and where it is there."""
        place = self._read(entry.at).place
        return place.file, place.offset

    def find_of(self, kept: Exchange | Resource) -> int | None:
        """Return the capture that this was loaded from."""
        url = kept.uri if isinstance(kept, Resource) else kept.url
        found = self.index.arrive(url, kept.fetched_at, timedelta())
        return found.at if found is not None else None

    def find(self, answers: Sequence[Exchange]) -> list[int]:
        """Return the captures that these answers were loaded from."""
        return [at for one in answers if (at := self.find_of(one)) is not None]

    def close(self) -> None:
        """Forget the index."""
        self.index.close()

    def _captures(self) -> Iterator[Capture]:
        after = 0
        while True:
            with self._archive.reading() as connection:
                captures = list_captures(connection, after, _TOGETHER)
            if not captures:
                return
            yield from captures
            after = captures[-1].id or 0

    def _read(self, identity: int) -> Capture:
        with self._archive.reading() as connection:
            found = read_captures(connection, [identity]).get(identity)
        if found is None:
            raise fault("damaged", "changed_since")
        return found


def _role_of(roles: Roles, capture: Capture, after: int) -> Role:
    """Return what stands at a capture's address; ``other`` where it is told, or is no good answer."""
    if (capture.id or 0) <= after or (capture.status and capture.status not in _HTTP_OK):
        return Role("other")
    if capture.url.startswith(("http://", "https://")):
        return roles.find(capture.url, capture.fetched_at) or Role("other")
    return Role("file")


def _entry(capture: Capture, role: Role) -> Entry:
    return Entry(
        file=0,
        at=capture.id or 0,
        url=capture.url,
        moment=capture.fetched_at,
        kind="response" if capture.status else "resource",
        role=role.name,
        source=role.source,
        info_code=role.info_code,
        form=role.form,
        day=role.day,
        digest=capture.payload_digest,
    )
