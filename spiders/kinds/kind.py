"""What a kind of source is: how it is polled, where an article may be found, and how one is read.

A kind knows no network, clock or database: it says what to ask for, and is given what came.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

from spiders.readers.encoding import DecodedPage, decode_damaged_page
from storage.records import BackOrder, Draft, Headway, Issue, Listed, Owed, PollOrder, SetAside
from storage.records.saying import Saying, say

_NOT_THERE = (404, 410)


class NotTheList(SetAside):
    """The page that came is not this source's list; the message is a clause about its address."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A page that a poll asks for.

    ``only_if_changed``: the server is told which version is known, and an answer without change ends it.
    ``is_noted``: its version is noted all the same, for the next poll.
    ``body`` is posted, as JSON, where a site is asked so; ``referer`` is the page that led there, for sites
    that ask for it.
    """

    url: str
    only_if_changed: bool = False
    body: str | None = None
    referer: str | None = None
    is_noted: bool = False


@dataclass(frozen=True)
class Answer:
    """What came of an address: a whole page, or the word that there is none.

    ``asked`` is the address that was asked for, ``url`` the one that answered in the end. ``body`` is after
    content decoding, unless ``undecodable`` says why that cannot be undone. ``fetched_at`` is aware.
    """

    asked: str
    url: str
    status: int
    body: bytes = field(repr=False)
    content_type: str | None = None
    undecodable: str | None = None
    fetched_at: datetime | None = None

    @property
    def is_missing(self) -> bool:
        """Whether the server says that there is no such page."""
        return self.status in _NOT_THERE

    @cached_property
    def page(self) -> DecodedPage:
        """The text of the body; raises `SetAside` for one that has none or can't be decoded."""
        if self.undecodable is not None:
            raise SetAside(say("page.undecodable", damage=self.undecodable))
        if not self.body:
            raise SetAside(say("page.empty"))
        return decode_damaged_page(self.body, self.content_type)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a poll found, the fields as `storage.records.Poll` has them.

    ``is_unchanged``: what tells of anything new was read, and tells of nothing. ``trouble`` is why a poll
    that found nothing new counts as failed, though it can tell of issues. ``failure`` is why a poll counts
    as failed whatever it found: not all of its pages came. ``layout_broken``: one that came is no list.
    """

    listed: tuple[Listed, ...] = ()
    links: int = 0
    unread: int = 0
    heading: str | None = None
    lost: int = 0
    missing: bool = False
    issues: tuple[Issue, ...] = ()
    headway: Headway | None = None
    is_unchanged: bool = False
    trouble: Saying | None = None
    failure: Saying | None = None
    layout_broken: bool = False


Steps: TypeAlias = Generator[Ask, Answer, Listing]
"""A poll: it yields what it asks for, is sent what came, and returns what it found.

Trouble on the way is thrown into it as `TryLater`; it may ask elsewhere, or let the poll fail.
"""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the configuration says of a source. ``site`` is None where its kind needs none.

    ``rules`` are what its kind asks of it beside, in the kind's own words; None where it asks nothing.
    """

    slug: str
    name: str
    kind: str
    url: str
    site: str | None = None
    rules: object = None


@dataclass(frozen=True, slots=True)
class KindContext:
    """What a crawl knows besides the archive: the sources as declared, and where articles are read by code.

    ``endpoint`` holds ``{code}``, ``article_page`` that or ``{digits}``. A source that the configuration no
    longer names may still owe articles, and is none of ``sources``.
    """

    sources: Mapping[str, Declaration] = field(default_factory=dict)
    endpoint: str | None = None
    article_page: str | None = None


class Kind(ABC):
    """One kind of source, for one crawl. `KindEntry` has what must be known of it before."""

    def __init__(self, context: KindContext) -> None:
        self.context = context

    @abstractmethod
    def poll(self, order: PollOrder) -> Steps:
        """Ask for what lists a source's articles, and return them.

        Raises `NotTheList` for another's page, and `SetAside` for one whose layout is not understood.
        """

    def poll_back(self, order: BackOrder) -> Steps:
        """Make one step back into a source's history, from the order's cursor on; return what that listed.

        The listing has its `Headway`. A step is small (one issue, one page of a list): it is entered into the
        ledger as a whole, so that a backfill goes on behind it. Kinds without a history have none of this.
        """
        raise NotImplementedError(f"{order.source} has no history that could be fetched")

    @abstractmethod
    def addresses(self, owed: Owed) -> Iterable[str]:
        """Return where an article may be found, in the order in which to ask; hosts are judged elsewhere."""

    @abstractmethod
    def read(self, answer: Answer, owed: Owed) -> Draft:
        """Return what an answer says of an article, nothing cleaned or judged.

        Raises `SetAside` when it is no article's page, and `Vanished` when it says that there is none.
        """

    def read_kept(self, answer: Answer, owed: Owed) -> Draft:
        """Return what a kept answer says of an article: as `read`, of whatever answered once.

        Nobody remembers how it was asked for, and it may be a list that had the article whole.
        """
        return self.read(answer, owed)

    @property
    def has_articles_at_hand(self) -> bool:
        """Whether a list that this crawl polled has whole articles: see `at_hand`."""
        return False

    def at_hand(self, owed: Owed) -> tuple[Draft, str] | None:  # noqa: ARG002 - most lists have no whole article
        """Return what a list that this crawl polled has whole of an article, and the list's address.

        None where the article is to be fetched.
        """
        return None

    def page_for_rest(self, draft: Draft, owed: Owed) -> str | None:  # noqa: ARG002 - most need no second page
        """Return the address to ask for what a draft leaves out and nobody else tells; None for nothing."""
        return None
