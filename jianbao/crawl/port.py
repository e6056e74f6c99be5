"""The port between the spiders and the archive: polls into the ledger, owed listings out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from jianbao.crawl.deliveries import Deliveries, Later
from jianbao.crawl.page_addresses import ADDRESS_KINDS, watch_address
from jianbao.crawl.pictures import CrawlPictures, PictureWishes
from pipelines.judge import judge
from storage.archive.folder import Archive
from storage.events.event import (
    is_event_open,
    list_open_about,
    list_open_kinds,
    open_event,
    open_event_about,
    resolve_events,
)
from storage.ledger.counts import CrawlCounts
from storage.ledger.host import KnownOfHost, find_host, update_host
from storage.ledger.host_places import HostPlaces
from storage.ledger.issue import issue_states, list_unfinished
from storage.ledger.list_habit import watch_list
from storage.ledger.listing import find_listed
from storage.ledger.owed import list_owed
from storage.ledger.poll import record_poll
from storage.ledger.silence import is_silent, usual_silence
from storage.ledger.source import list_sources, order_poll
from storage.ledger.unread_links import watch_unread
from storage.records import (
    Article,
    BackOrder,
    Draft,
    Exchange,
    Host,
    Owed,
    PictureDelivery,
    PictureOwed,
    Poll,
    PollOrder,
    StoredSource,
    Voices,
)
from storage.records.contract import NO_TERMS, Terms
from storage.records.host import host_of
from storage.records.instants import LONGEST_REST, ahead, is_recent, past
from storage.records.saying import Saying, say

_MEMORY = timedelta(days=1)
"""How long a robots.txt is remembered, and a page's validators are trusted without a look at the whole."""

_ISSUES = timedelta(days=60)
"""How far back a poll is told of the issues that are known."""
_AHEAD = timedelta(days=2)
"""How far ahead of now an issue may be dated: in another zone, or printed for the weekend."""
_QUIET_WORTH_A_LOOK = timedelta(days=1)


class RunOfPort(TypedDict):
    """What a port is told of the run that it serves.

    ``halt`` ends the crawl, ``later`` has something done after some seconds, see `Deliveries`; ``due_only``:
    leave failed listings alone until their next try. ``terms`` are those of the sources' contracts; None:
    they are not watched.
    """

    crawl_id: int
    due_only: bool
    halt: Callable[[Saying], None]
    voices: Voices | None
    later: Later | None
    wishes: PictureWishes | None
    places: HostPlaces | None
    terms: Mapping[str, Terms] | None


class ArchivePort:
    """The archive as `spiders.port.Port` sees it, for one crawl."""

    def __init__(  # noqa: PLR0913 - a crawl has that many sides
        self,
        archive: Archive,
        slugs: Iterable[str],
        counted: CrawlCounts,
        *,
        leftovers: Sequence[str] = (),
        crawl_id: int,
        due_only: bool,
        halt: Callable[[Saying], None],
        voices: Voices | None = None,
        later: Later | None = None,
        wishes: PictureWishes | None = None,
        places: HostPlaces | None = None,
        terms: Mapping[str, Terms] | None = None,
    ) -> None:
        """``leftovers`` are fetched from without a poll; ``halt`` ends the crawl.

        ``wishes`` None: no pictures; ``terms`` None: no contracts. ``places`` None: no other process is told
        of a host's wish for rest.

        ``later`` has something done after some seconds, see `Deliveries`.

        ``due_only``: leave failed listings alone until their next try.
        """
        self._archive = archive
        self._counted = counted
        self.deliveries = Deliveries(
            archive,
            counted,
            crawl_id=crawl_id,
            halt=halt,
            voices=voices,
            later=later,
            wishes=wishes,
            terms=terms,
        )
        self._terms = terms
        self._wishes = wishes or PictureWishes()
        self._places = places
        slugs = (*slugs, *leftovers)
        self.kept_pictures = CrawlPictures(
            archive, counted, self._wishes, slugs, crawl_id=crawl_id, halt=halt
        )
        self._crawl_id = crawl_id
        self._due_only = due_only
        self._halt = halt
        self._voices = voices
        self._hosts: dict[str, Host] = {}
        self._leftovers = leftovers
        wanted = {*slugs} - {*leftovers}
        with archive.reading() as connection:
            rows = list_sources(connection)
            self._open_kinds = list_open_kinds(connection, ADDRESS_KINDS)
            self._short = list_open_about(connection, "budget_short")
        self._rows = {row.slug: row for row in rows if row.slug in wanted}
        self._names = _names_by_host(rows)
        self._kinds: dict[str, str] = {row.slug: row.kind for row in rows}

    def orders(self) -> Sequence[PollOrder]:
        """Return the pages to poll, by slug."""
        now = datetime.now(UTC)
        orders = [order_poll(row) for row in self._rows.values()]
        with self._archive.reading() as connection:
            states = issue_states(connection, self._rows, (now - _ISSUES).date(), (now + _AHEAD).date())
            zones = {slug: ZoneInfo(self._rows[slug].timezone) for slug in states}
            for slug, day in list_unfinished(connection, zones, now) if zones else ():
                states[slug][day] = "listed"  # complete or not, it is looked at once more
        return [
            replace(
                order,
                may_ask=is_recent(self._rows[order.source].last_whole_at, now, _MEMORY),
                others=self._names.get(host_of(order.url), frozenset()),
                now=now.astimezone(ZoneInfo(self._rows[order.source].timezone)),
                issues=states.get(order.source, {}),
                known=partial(self._find_listed, order.source),
            )
            for order in orders
        ]

    def unpolled(self) -> Sequence[str]:
        """Return the sources of the crawl that are not polled, and still owe."""
        return self._leftovers

    def kind_of(self, source: str) -> str:
        """Return the kind of a source, whether it is polled or not; empty for one that nobody entered."""
        return self._kinds.get(source, "")

    def record_poll(self, poll: Poll, exchanges: Sequence[Exchange]) -> None:
        """Enter a poll, its captures and the events that follow from it, in one transaction."""
        self.deliveries.settle()
        try:
            with self._archive.writing() as connection:
                if exchanges and not _is_known_to_be_broken(connection, poll):
                    for exchange in exchanges:
                        self._archive.keep(connection, exchange, crawl_id=self._crawl_id)
                poll = self._watch_list(connection, poll)
                unread = watch_unread(connection, poll) if poll.span is None else None
                recorded = record_poll(connection, poll, self._voices)
                self._wishes.owe(connection, poll.source, poll.issues, poll.polled_at)
                if poll.span is None:  # a step into the past tells nothing of the page of today
                    self._record_events(connection, poll, has_news=recorded.new > 0)
        except (SQLAlchemyError, OSError) as error:
            self._halt(say("crawl.not_written", error=str(error)))
            raise
        for note in filter(None, (unread, *_tell_failed_issues(poll))):
            self._counted.note(note)
        if poll.span is None:
            self._count(poll)
        elif poll.error:
            self._counted.note(say("crawl.of", source=poll.source, what=poll.error))

    def end(self) -> None:
        """Settle what waits; that it cannot be written is told by how the crawl ends."""
        self.kept_pictures.end()
        self.deliveries.end()

    def next_step(self) -> BackOrder | None:
        """Return None: only a backfill goes back into a history."""
        return None

    def record_step(
        self,
        order: BackOrder,
        poll: Poll,
        exchanges: Sequence[Exchange],
    ) -> Sequence[Owed]:
        """Nothing steps back here: see `HistoryPort`."""
        raise NotImplementedError

    def has_to_give_way(self) -> bool:
        """Return False: a crawl that polls gives way to nobody."""
        return False

    def is_owed(self, owed: Owed) -> bool:  # noqa: ARG002
        """Return whether an article is still to be fetched."""
        return True

    def owed(self, source: str, after: str) -> Sequence[Owed]:
        """Return the next listings that a source owes: of a digital newspaper, today's before older ones."""
        self.deliveries.settle()
        due_by = datetime.now(UTC) if self._due_only else None
        with self._archive.reading() as connection:
            is_dated = self.kind_of(source) == "epaper"  # its codes begin with the day
            owed = list_owed(connection, source, due_by, after, last_first=is_dated)
        return [one for one in owed if not self.deliveries.is_at_hand(one)]

    def _find_listed(self, source: str, info_codes: Sequence[str]) -> frozenset[str]:
        with self._archive.reading() as connection:
            return find_listed(connection, source, info_codes)

    def pictures(self) -> Sequence[PictureOwed]:
        """Return some of the pictures that are to be fetched after the articles."""
        self.deliveries.settle_all()
        return self.kept_pictures.next()

    def refuse_picture(self, refused: PictureDelivery) -> None:
        """Note a picture that is not asked for."""
        self.kept_pictures.add(refused)

    def has_true_validators(self, host: str) -> bool:
        """Return whether a host's validators were ever seen to tell the truth, and never to lie."""
        return self._host(host).has_true_etags

    def note_validators(self, host: str, *, truthful: bool) -> None:
        """Record what a host's validators were seen to do; only a first truth and a lie are news."""
        known = self._host(host)
        if not truthful and not known.etags_lied:
            self._update_host(host, etags_lied=True)
        elif truthful and not known.etags_agreed:
            self._update_host(host, etags_agreed=1)

    def robots(self, host: str) -> bytes | None:
        """Return a host's robots.txt when it was fetched within a day."""
        return self._robots_of(host, _MEMORY)

    def last_robots(self, host: str) -> bytes | None:
        """Return a host's last good robots.txt when it was fetched within two days."""
        return self._robots_of(host, 2 * _MEMORY)

    def keep_robots(self, host: str, body: bytes) -> None:
        """Remember a host's robots.txt."""
        text = body.decode("utf-8", "replace")
        known = self._host(host)
        if known.robots != text or not is_recent(known.robots_fetched_at, datetime.now(UTC), _MEMORY):
            self._update_host(host, robots=text, robots_fetched_at=datetime.now(UTC))

    def rests_until(self, host: str) -> datetime | None:
        """Return until when a host asked to be left alone, whichever process it was that it asked."""
        told = ahead(self._host(host).rests_until, datetime.now(UTC), LONGEST_REST)
        heard = self._places.rests_until(host) if self._places is not None else None
        return max(filter(None, (told, heard)), default=None)

    def let_rest(self, host: str, until: datetime) -> None:
        """Remember that a host asked to be left alone; a shorter wish does not end a longer one."""
        if self._places is not None:
            self._places.let_rest(host, until)
        with self._archive.writing() as connection:
            known = find_host(connection, host)  # as it is now: another crawl may have been told more
            wished = ahead(known.rests_until, datetime.now(UTC), LONGEST_REST)
            if wished is None or wished < until:
                known = update_host(connection, host, rests_until=until)
            self._hosts[host] = known

    def judge(self, draft: Draft, owed: Owed, captured_at: datetime) -> Article:
        """Return the article that a page's draft makes by itself; raise `SetAside` when it is none."""
        return judge(draft, owed, None, captured_at)

    def put_off(self, source: str, host: str) -> None:
        """Note that a source is not polled now: an event about its host, until a poll of it goes through."""
        self._counted.of(source)
        self._counted.note(say("polling.put_off", host=host))
        about = _polls_of(host)
        if about not in self._short:
            self._short.add(about)
            with self._archive.writing() as connection:
                message = say("polling.put_off", host=host)
                open_event_about(connection, "budget_short", about, message, datetime.now(UTC))

    def leave(self, owed: Owed, host: str) -> None:
        """Note that an owed article is left for a later crawl, since its host does not answer."""
        self._counted.of(owed.source)
        self._counted.note(say("crawl.host_left", host=host))

    def _count(self, poll: Poll) -> None:
        counted = self._counted.of(poll.source)
        counted.poll = poll.outcome
        if poll.listed:
            counted.listed, counted.links, counted.unread = len(poll.listed), poll.links, poll.unread
        elif poll.outcome == "unchanged":
            counted.listed = self._rows[poll.source].listed_count
        counted.lost = poll.lost
        if poll.lost:
            self._counted.note(say("crawl.lost_characters", source=poll.source, characters=poll.lost))
        if poll.error:
            self._counted.note(say("crawl.of", source=poll.source, what=poll.error))
        elif (
            poll.outcome == "empty" and not counted.listed and self._rows[poll.source].last_changed_at is None
        ):
            self._counted.note(say("crawl.never_listed", source=poll.source))

    def _record_events(self, connection: Connection, poll: Poll, *, has_news: bool) -> None:
        row = self._rows[poll.source]
        if poll.outcome == "failed":
            kind = "layout_broken" if poll.layout_broken else "poll_failed"
            open_event(connection, kind, poll.error or say("poll.failed"), poll.polled_at, source=poll.source)
        elif row.last_outcome == "failed":
            resolve_events(connection, ("poll_failed", "layout_broken"), poll.polled_at, source=poll.source)
        if row.url and (about := _polls_of(host_of(row.url))) in self._short:
            self._short.discard(about)
            resolve_events(connection, ("budget_short",), poll.polled_at, about=about)
        watch_address(connection, poll, row, self._open_kinds.get(poll.source, frozenset()))
        if has_news:
            resolve_events(connection, ("source_silent",), poll.polled_at, source=poll.source)
        elif poll.outcome == "changed" or _has_been_quiet(
            past(row.last_changed_at, poll.polled_at) or row.added_at, poll.polled_at
        ):
            self._watch_silence(connection, poll)

    def _watch_list(self, connection: Connection, poll: Poll) -> Poll:
        """Return a poll as failed whose list has a fraction of the links that it had."""
        terms = NO_TERMS if self._terms is None else self._terms.get(poll.source, NO_TERMS)
        if self._terms is None or poll.span is not None or not terms.is_watched:
            return poll
        return watch_list(connection, poll, terms.least_list)

    def _watch_silence(self, connection: Connection, poll: Poll) -> None:
        last_news, usual = usual_silence(connection, poll.source, poll.polled_at)
        if is_silent(last_news, usual, poll.polled_at):
            since = last_news.isoformat(timespec="minutes")
            message = say("poll.silent", source=poll.source, since=since, days=usual.days)
            open_event(connection, "source_silent", message, poll.polled_at, source=poll.source)

    def _robots_of(self, host: str, memory: timedelta) -> bytes | None:
        known = self._host(host)
        if known.robots is None or not is_recent(known.robots_fetched_at, datetime.now(UTC), memory):
            return None
        return known.robots.encode()

    def _host(self, name: str) -> Host:
        if name not in self._hosts:
            with self._archive.reading() as connection:
                self._hosts[name] = find_host(connection, name)
        return self._hosts[name]

    def _update_host(self, name: str, **changed: Unpack[KnownOfHost]) -> None:
        with self._archive.writing() as connection:
            self._hosts[name] = update_host(connection, name, **changed)


def _polls_of(host: str) -> str:
    """Return what the event is about that polls of a host are put off."""
    return f"polls of {host}"


def _names_by_host(rows: Iterable[StoredSource]) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for row in rows:
        if row.url:
            names.setdefault(host_of(row.url), set()).add(row.name)
    return {host: frozenset(found) for host, found in names.items()}


def _tell_failed_issues(poll: Poll) -> Iterator[Saying]:
    """Yield which issues a poll could not list as a whole; one that failed itself has said so."""
    for issue in poll.issues if not poll.error else ():
        if issue.state == "failed":
            yield say("crawl.issue_not_whole", source=poll.source, day=str(issue.day), why=issue.reason or "")


def _is_known_to_be_broken(connection: Connection, poll: Poll) -> bool:
    """Return whether a page is not the list, and was captured when that began: one capture is enough.

    A poll that failed after it had seen some of its list is kept, as every poll that lists something.
    """
    kind = "layout_broken" if poll.layout_broken else "poll_failed"
    return (
        poll.outcome == "failed" and not poll.listed and is_event_open(connection, kind, source=poll.source)
    )


def _has_been_quiet(last_news: datetime, now: datetime) -> bool:
    return now - last_news > _QUIET_WORTH_A_LOOK
