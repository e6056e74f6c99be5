"""What becomes of one delivery: decided by pure functions, written by the archive in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from storage.records.article import Article
from storage.records.capture import Exchange, Resource
from storage.records.contract import Observed
from storage.records.listing import ListingState, Owed
from storage.records.look import Look
from storage.records.picture import OwedPictures
from storage.records.revision import Cause
from storage.records.saying import Saying, quote
from storage.records.stored_article import StoredArticle, TimeChange

Outcome = Literal["new", "revised", "unchanged", "gone", "failed", "quarantined", "furniture"]
"""How a fetched article ends; ``furniture``: it is a picture or an advertisement without text."""
FileOutcome = Literal["older", "known"]
"""How an imported file ends besides: a better text stands, or the archive holds this very file."""
ArticleStep = Literal["insert", "update", "amend", "reread", "touch", "seen", "gone"]
"""What is written of an article: all of it; what is known now, by this answer, or by its time alone, or by
another reading of what was kept; that it was fetched and has not changed; that its server says so; that its
page is gone."""
RevisionStep = Literal["add", "replace"]
EventStep = Literal["open", "record", "resolve"]

_NOTHING = quote("")
_PASSING = frozenset({"touch", "seen", "gone"})


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """An article as it was and as it is to be.

    The archive gives ``after`` its id where the publication time is new, and its capture where the answer
    becomes the article's original. ``changed`` is what a revision that is added changed. ``copies`` are the
    contents (their hashes) whose articles are pointed anew to the first of them. ``cause`` is who changed it.
    """

    step: ArticleStep
    after: StoredArticle
    before: StoredArticle | None = None
    revision: RevisionStep | None = None
    changed: Mapping[str, Any] = field(default_factory=dict)
    time: TimeChange | None = None
    copies: tuple[str, ...] = ()
    cause: Cause = "newspaper"

    @property
    def is_retimed(self) -> bool:
        """Whether it has another publication time than before, and with it another id."""
        return self.before is None or self.before.article.published_at != self.after.article.published_at

    @property
    def is_owed_to_index(self) -> bool:
        """Whether the search index has to follow."""
        if self.step in _PASSING:
            return False
        return self.is_retimed or self._words(self.before) != self._words(self.after)

    @property
    def is_owed_to_stories(self) -> bool:
        """Whether its near copies are to be looked for: they are found by its time and its text."""
        if self.step in _PASSING:
            return False
        return self.is_retimed or self._words(self.before)[1:] != self._words(self.after)[1:]

    @staticmethod
    def _words(stored: StoredArticle | None) -> tuple[str, ...]:
        return (stored.article.title, stored.article.text) if stored else ()


@dataclass(frozen=True, slots=True)
class ListingChange:
    """What a source's listing of the article is from now on; ``takes_capture``: the answer is its capture."""

    source: str
    state: ListingState
    attempts: int = 0
    next_try_at: datetime | None = None
    error: Saying | None = None
    takes_capture: bool = True


@dataclass(frozen=True, slots=True)
class EventChange:
    """Events to be opened (of one kind), noted as over at once, or resolved, about a source or an article."""

    step: EventStep
    kinds: tuple[str, ...]
    message: Saying = _NOTHING
    source: str | None = None
    info_code: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """All that is to be written of one delivery, and how that ends; not applied, it is a dry run.

    ``at`` (aware) is the moment of it. ``reason`` tells why it is anything but an article. ``keep`` is to be
    captured, what becomes the original first; ``kept`` is the capture of a file that is held already.
    ``enter`` is a listing that no page made; ``source_name`` names its source, where that is one of imports.
    ``brought`` is the article as it came. ``pictures`` are those of the article that are to be fetched too.
    ``observed`` is what its source's contract learns of it. ``is_put_off``: that alone is written, and the
    delivery is to be decided again when more of its source has come. ``look`` is entered among the looks at
    its page; ``aside`` are answers that are kept with it, and are no original of the article.
    """

    info_code: str
    at: datetime
    outcome: Outcome | FileOutcome
    reason: Saying | None = None
    keep: tuple[Exchange | Resource, ...] = ()
    kept: int | None = None
    enter: Owed | None = None
    source_name: str | None = None
    article: ArticleChange | None = None
    listings: tuple[ListingChange, ...] = ()
    events: tuple[EventChange, ...] = ()
    brought: Article | None = None
    pictures: OwedPictures | None = None
    observed: Observed | None = None
    is_put_off: bool = False
    look: Look | None = None
    aside: tuple[Exchange, ...] = ()

    @property
    def is_back(self) -> bool:
        """Whether an article whose page was gone can be fetched again."""
        before = self.article.before if self.article else None
        return bool(before and before.status == "gone" and self.article and self.article.step != "gone")
