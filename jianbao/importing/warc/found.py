"""Captures of articles on their way into the archive: read by their kind, decided by their own time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import overload

from jianbao.importing.warc.lists import ListReader
from pipelines.decide_found import decide_found, give_up_found
from spiders.answer_reading import read_answer
from spiders.kept_answers import read_kept_answers
from spiders.kinds.kind import Answer, Kind
from storage.ledger.source import IMPORT_KIND
from storage.records import (
    Decision,
    Delivery,
    Draft,
    Exchange,
    Owed,
    Resource,
    SetAside,
    Snapshot,
    Vanished,
    Voices,
    Wanted,
    has_digits_alone,
)
from storage.records.host import host_of
from storage.search import ReadyTokens
from storage.warc import payload_digest
from storage.warc.foreign.fault import Faulty
from storage.warc.foreign.index import MOVED, Entry

_NEAR = timedelta(days=2)
"""How far from an article's first page its further pages, or what it leads to, may have been fetched."""
_OWN = ("article", "list", "wanted", "file")
"""What has a place of its own here: that an article's address leads there says nothing of the article."""


@dataclass(frozen=True, slots=True)
class FoundCapture:
    """A capture of an article, read: what it holds as it is kept, and the delivery that it makes."""

    role: str
    kept: Exchange | Resource
    delivery: Delivery
    voices: Voices | None
    complete: Callable[[Decision, str], Decision]
    source_name: str | None = None
    tokens: Sequence[ReadyTokens] = ()

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        return Wanted(self.delivery.owed.info_code, (self.url, digest_of(self.kept)))

    @property
    def url(self) -> str:
        """The address under which it is kept."""
        return self.kept.uri if isinstance(self.kept, Resource) else self.kept.url

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it."""
        listed = snapshot.listing_of(self.delivery.owed.source)
        owed = replace(self.delivery.owed, attempts=listed.attempts) if listed else self.delivery.owed
        decision = decide_found(replace(self.delivery, owed=owed), snapshot, self.voices)
        keep = tuple(self.kept if one is self.delivery.exchange else one for one in decision.keep)
        return self.complete(replace(decision, keep=keep, source_name=self.source_name), owed.source)

    def give_up(self, snapshot: Snapshot, error: Exception) -> Decision:
        """Return that it could not be stored, and nothing of it is."""
        return give_up_found(self.delivery.owed, snapshot, self.kept.fetched_at, error)


@dataclass(slots=True)
class ArticleReader:
    """What reads captures of articles."""

    lists: ListReader
    voices: Voices | None
    complete: Callable[[Decision, str], Decision]
    names: dict[str, str] = field(default_factory=dict)

    def read(self, entry: Entry, listings: Sequence[Owed]) -> FoundCapture | None:
        """Read a capture as its source's kind does; raise `Faulty` for one that is lost.

        ``listings`` are those of its article, the first listed first. What is none has the trouble that was
        met with in its delivery. None: the address only leads to a list, to an article with an address of its
        own, or to nothing in the files.
        """
        asked = entry.url
        if entry.kind == MOVED:
            found = self.lists.survey.index.arrive(entry.url, entry.moment, _NEAR)
            if found is None or found.role in _OWN:
                return None
            moved = (entry.role, entry.source, entry.info_code, entry.form)
            entry = replace(found, role=moved[0], source=moved[1], info_code=moved[2], form=moved[3])
        answer, kept = self.lists.answer(entry)
        exchange = kept if isinstance(kept, Exchange) else _as_exchange(kept)
        owed = _choose(replace(entry, url=asked), listings)
        answer = replace(answer, asked=asked)
        delivery = self._deliver(entry, answer, exchange, owed)
        name = None if owed.source in self.lists.rows else self.names.get(owed.source, owed.source)
        return FoundCapture(entry.role, kept, delivery, self.voices, self.complete, name)

    def take_whole(self, owed: Owed, draft: Draft, answer: Exchange) -> FoundCapture:
        """Return an article that a list has whole, with the list's answer as its capture."""
        delivery = Delivery(owed, answer, draft)
        return FoundCapture("list", answer, delivery, self.voices, self.complete)

    def _deliver(self, entry: Entry, answer: Answer, exchange: Exchange, owed: Owed) -> Delivery:
        nearby = _Nearby(self.lists, entry)
        try:
            draft = self._read(answer, owed, nearby)
        except (SetAside, Vanished) as refused:
            return Delivery(owed, exchange, trouble=refused)
        return Delivery(owed, exchange, draft, beside=tuple(nearby.loaded))

    def _read(self, answer: Answer, owed: Owed, nearby: _Nearby) -> Draft:
        kind = self._kind_of(owed)
        draft = read_answer(kind, answer, owed, was_kept=True)
        if not draft.parts and kind.page_for_rest(draft, owed) is None:
            return draft
        draft, _ = read_kept_answers(kind, answer, nearby, nearby.load, owed)
        return draft

    def _kind_of(self, owed: Owed) -> Kind:
        """Return the kind that reads an article; one that a source of imports takes is read as any page."""
        row = self.lists.rows.get(owed.source)
        name = row.kind if row is not None else IMPORT_KIND
        is_any = name == IMPORT_KIND and not has_digits_alone(owed.info_code)
        return self.lists.kind("page" if is_any else name)


class _Nearby(Sequence[str]):
    """The addresses of answers in the files, as far as they are asked for; ``loaded`` are those that were."""

    def __init__(self, lists: ListReader, entry: Entry) -> None:
        self._lists, self._entry = lists, entry
        self._asked: list[Entry] = []
        self.loaded: list[Exchange] = []

    def __contains__(self, url: object) -> bool:
        return isinstance(url, str) and self._find(url) is not None

    def index(self, url: str, start: int = 0, stop: int | None = None) -> int:  # noqa: ARG002 - as a sequence has it
        found = self._find(url)
        if found is None:
            raise ValueError(url)
        self._asked.append(found)
        return len(self._asked) - 1

    def load(self, place: int) -> Answer:
        """Return an answer that was asked for; raise `SetAside` for one that is lost."""
        try:
            answer, came = self._lists.answer(self._asked[place])
        except Faulty as lost:
            raise SetAside(lost.fault.why) from lost
        if isinstance(came, Exchange):
            self.loaded.append(came)
        return answer

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        urls = [one.url for one in self._asked]
        return urls[place]

    def __len__(self) -> int:
        return len(self._asked)

    def __iter__(self) -> Iterator[str]:
        return iter([one.url for one in self._asked])

    def _find(self, url: str) -> Entry | None:
        return self._lists.survey.index.arrive(url, self._entry.moment, _NEAR)


def digest_of(kept: Exchange | Resource) -> str:
    """Return the digest of what is kept."""
    return payload_digest(kept.body)


def time_of(kept: Exchange | Resource) -> datetime:
    """Return when it came, aware."""
    return kept.fetched_at


def _as_exchange(kept: Resource) -> Exchange:
    """Return a file as an answer, for what decides."""
    headers = (("Content-Type", kept.content_type),)
    return Exchange(kept.uri, kept.fetched_at, 200, (), headers, kept.body, origin=kept.origin)


def _choose(entry: Entry, listings: Sequence[Owed]) -> Owed:
    """Return the listing that leads to a capture: of its address, else of its host, else any; or its own."""
    own = next((one for one in listings if one.url == entry.url), None)
    near = own or next(
        (one for one in listings if one.form == entry.form and host_of(one.url) == host_of(entry.url)), None
    )
    chosen = near or next((one for one in listings if one.form == entry.form), None)
    if chosen is not None:
        return chosen
    return Owed(entry.source, entry.info_code, entry.form, entry.url, "")
