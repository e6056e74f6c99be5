"""Lists that others kept: polled again from the files, and entered as known at the time of their capture.

Only what the ledger does not know is entered. Nothing is said of the source's page of today: neither when it
was polled last, nor that it failed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import merge
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfo

from jianbao.importing.warc.counts import WarcCounts
from jianbao.importing.warc.order import WarcOrder
from jianbao.importing.warc.records import Records
from spiders.families.dated_address import fill_day
from spiders.families.registry import FAMILIES
from spiders.kinds.epaper_issue import IssueOrder, list_issue
from spiders.kinds.epaper_rules import PaperRules
from spiders.kinds.kind import Answer, Ask, Kind, KindContext, Listing, Steps
from spiders.kinds.registry import UnknownKind, load_kind
from spiders.recognition.barrier import barrier_of_list
from storage.archive.folder import Archive
from storage.ledger.issue import find_issue, save_issues
from storage.ledger.listing import find_listed
from storage.ledger.poll import record_listings
from storage.records import (
    MEDIA,
    Draft,
    Exchange,
    Issue,
    Listed,
    Owed,
    PollOrder,
    Resource,
    SetAside,
    StoredSource,
    TryLater,
)
from storage.records.content_coding import CodingBroken, TooLarge, read_body
from storage.records.remedy import saying_of
from storage.records.saying import say
from storage.warc.foreign.fault import Faulty
from storage.warc.foreign.index import MOVED, Entry

_Found = TypeVar("_Found")
_NEAR = timedelta(hours=12)
"""How far from a list's first page its other pages may have been asked for."""
_NEAR_ISSUE = timedelta(days=3650)
_MOST_ASKED = 2_000


@dataclass(frozen=True, slots=True)
class KeptList:
    """What was found of a list, and its answers: what is entered, and what is kept with it.

    ``whole`` are the articles that the list itself has whole, each with the answer that has it.
    """

    source: str
    moment: datetime
    listed: tuple[Listed, ...]
    answers: tuple[Exchange, ...]
    issues: tuple[Issue, ...] = ()
    whole: tuple[tuple[Listed, Draft, Exchange], ...] = ()


@dataclass(slots=True)
class ListReader:
    """What polls lists from files, with the kinds of their sources."""

    survey: Records
    context: KindContext
    rows: dict[str, StoredSource]
    max_size: int
    _kinds: dict[str, Kind] = field(default_factory=dict)

    def read(self, entry: Entry) -> KeptList | None:
        """Return what a list says, None for one that only leads to another list or to nothing in the files.

        Raises `SetAside` for one that is none, `Faulty` for one that is lost.
        """
        own = entry.url
        if entry.kind == MOVED:
            found = self.survey.index.arrive(own, entry.moment, _NEAR)
            if found is None or found.role == "list":
                return None
            entry = replace(found, source=entry.source)
        row = self.rows[entry.source]
        kind = self.kind(row.kind)
        now = entry.moment.astimezone(ZoneInfo(row.timezone))
        order = PollOrder(row.slug, row.url or entry.url, row.kind, name=row.name, now=now)
        answers: list[Exchange] = []
        listing = self._drive(kind.poll(order), entry, own, answers)
        whole = tuple(_take_whole(kind, row.slug, listing.listed, answers))
        if not listing.listed and listing.failure:
            raise SetAside(listing.failure)
        return KeptList(row.slug, entry.moment, listing.listed, tuple(answers), whole=whole)

    def read_issue(self, source: str, day: str) -> KeptList | None:
        """Return what the pages of an issue list; None where nothing is declared of its source any more."""
        declared = self.context.sources.get(source)
        sheets = self.survey.index.sheets(source, day)
        if (
            declared is None
            or declared.site is None
            or not isinstance(declared.rules, PaperRules)
            or not sheets
        ):
            return None
        order = _order_issue(declared.site, declared.name, declared.rules, sheets, date.fromisoformat(day))
        if order is None:
            return None
        first = next((one for one in sheets if one.url == order.front), sheets[0])
        answers: list[Exchange] = []
        found = self._drive_issue(order, first, answers)
        issues = (found[0],) if found[0].state == "listed" else ()
        return KeptList(source, first.moment, found[1], tuple(answers), issues)

    def kind(self, name: str) -> Kind:
        """Return a kind, loaded once; raise `UnknownKind`."""
        if name not in self._kinds:
            self._kinds[name] = load_kind(name, self.context)
        return self._kinds[name]

    def answer(self, entry: Entry) -> tuple[Answer, Exchange | Resource]:
        """Return a record as what came of its address, and as what is kept; raise `Faulty`."""
        came = self.survey.load(entry)
        return answer_of(came, self.max_size), came

    def _drive(self, steps: Steps, entry: Entry, own: str, answers: list[Exchange]) -> Listing:
        """Take a poll to its end with what is in the files: the list itself first, asked for as ``own``."""
        return _drive(steps, lambda ask: self._serve(ask, entry, own, answers, _NEAR))

    def _drive_issue(
        self, order: IssueOrder, first: Entry, answers: list[Exchange]
    ) -> tuple[Issue, tuple[Listed, ...]]:
        found = _drive(
            list_issue(order), lambda ask: self._serve(ask, first, first.url, answers, _NEAR_ISSUE)
        )
        return found.issue, found.listed

    def _serve(self, ask: Ask, entry: Entry, own: str, answers: list[Exchange], near: timedelta) -> Answer:
        """Return what the files have of an address; raise `TryLater` for nothing."""
        is_own = _bare(ask.url) == _bare(own)
        found = entry if is_own else self.survey.index.arrive(ask.url, entry.moment, near)
        if found is None or len(answers) > _MOST_ASKED:
            raise TryLater(say("warc.not_in_files", url=ask.url))
        try:
            answer, came = self.answer(found)
        except Faulty as lost:
            raise TryLater(lost.fault.why) from lost
        if barrier := barrier_of_list(answer):
            raise TryLater(barrier)
        if isinstance(came, Exchange):
            answers.append(came)
        return replace(answer, asked=ask.url)


def read_lists(reader: ListReader, counted: WarcCounts) -> Iterator[KeptList]:
    """Yield what all lists and issues of the files say, by time; what cannot be read is counted."""
    index = reader.survey.index
    for entry in merge(index.of_role("list"), index.of_role("turned"), key=attrgetter("moment")):
        try:
            if (found := reader.read(entry)) is not None:
                yield found
        except Faulty as lost:
            counted.note_fault(*reader.survey.place_of(entry), lost.fault)
        except (SetAside, TryLater, UnknownKind) as refused:
            counted.count(
                "quarantined", entry.source, say("said.of", subject=entry.url, what=saying_of(refused))
            )
        except Exception as error:  # noqa: BLE001 - whatever a reader stumbles over, the next list is read
            why = say("page.unreadable", type=type(error).__name__, error=str(error))
            counted.count("quarantined", entry.source, say("said.of", subject=entry.url, what=why))
    for source, day in index.days():
        if (found := reader.read_issue(source, day)) is not None:
            yield found


def enter_list(
    archive: Archive, found: KeptList, order: WarcOrder, *, keep: Callable[[Exchange], bool]
) -> int:
    """Enter what a list names and the ledger does not know; return how many articles that is.

    ``owe`` enters the facsimiles that its source wants of issues.

    The list's answers are kept where it names anything new, and ``keep`` says that they are not held.
    """
    with archive.reading() as connection:
        known = find_listed(connection, found.source, [one.info_code for one in found.listed])
        fresh = tuple(one for one in found.listed if one.info_code not in known)
        issues = tuple(
            one
            for one in found.issues
            if (held := find_issue(connection, found.source, one.day)) is None
            or held.state not in ("complete", "listed")
        )
    if order.dry_run or not (fresh or issues):
        return len(fresh)
    with archive.writing() as connection:
        for answer in found.answers:
            if keep(answer):
                archive.keep(connection, answer)
        record_listings(connection, found.source, fresh, found.moment, order.voices)
        save_issues(connection, found.source, issues, found.moment)
        order.owe(connection, found.source, issues, found.moment)
    return len(fresh)


def answer_of(came: Exchange | Resource, max_size: int) -> Answer:
    """Return what a record holds as a kind reads it: its codings undone."""
    if isinstance(came, Resource):
        return Answer(came.uri, came.uri, 200, came.body, came.content_type, None, came.fetched_at)
    undecodable, body = None, came.body
    try:
        body = read_body(came.response_headers, came.body, max_size)
    except (CodingBroken, TooLarge) as coded:
        undecodable = str(saying_of(coded))
    kind = came.header("Content-Type")
    return Answer(came.url, came.url, came.status, body, kind, undecodable, came.fetched_at)


def _take_whole(
    kind: Kind, source: str, listed: Sequence[Listed], answers: Sequence[Exchange]
) -> Iterator[tuple[Listed, Draft, Exchange]]:
    """Yield the articles that a list of this poll has whole, each with the answer that has it."""
    if not kind.has_articles_at_hand:
        return
    for one in listed:
        held = kind.at_hand(Owed(source, one.info_code, MEDIA, one.url, one.title))
        answer = next((each for each in answers if held is not None and each.url == held[1]), None)
        if held is not None and answer is not None:
            yield one, held[0], answer


def _drive(steps: Generator[Ask, Answer, _Found], serve: Callable[[Ask], Answer]) -> _Found:
    """Take a poll to its end; what cannot be served is thrown into it."""
    came: Answer | TryLater | None = None
    while True:
        try:
            if isinstance(came, TryLater):
                ask = steps.throw(came)
            else:
                ask = next(steps) if came is None else steps.send(came)
        except StopIteration as ended:
            found: _Found = ended.value
            return found
        try:
            came = serve(ask)
        except TryLater as trouble:
            came = trouble


def _order_issue(
    site: str, name: str, rules: PaperRules, sheets: Sequence[Entry], day: date
) -> IssueOrder | None:
    """Return the order to list an issue from its front page, as declared, else of the lowest name."""
    place = rules.place_of(day) or next((one for one in rules.places if one.has_issue_of(day)), None)
    if place is None:
        return None
    for family in place.families() or FAMILIES:
        names = {one.url: spot.name for one in sheets if (spot := family.page_at(one.url)) is not None}
        if names:
            declared = fill_day(place.front, day) if place.front else ""
            front = next((url for url in names if _bare(url) == _bare(declared)), None)
            front = front or min(names, key=lambda url: (len(names[url]), names[url]))
            return IssueOrder(site, day, front, family, tuple(rules.all_hosts()), name, place.keys)
    return None


def _bare(url: str) -> str:
    return url.partition("#")[0].partition("://")[2].removeprefix("www.")
