"""A delivery to be decided: what was owed, what is known, what came, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.records import (
    Decision,
    Exchange,
    FileOutcome,
    KnownListing,
    Outcome,
    Owed,
    Resource,
    Snapshot,
    StoredArticle,
)
from storage.records.saying import Saying, say

Waits = Literal["no", "doubtful", "yes"]
"""Whether what is believed is put off: never, where it lacks what others have, or whatever it has."""


@dataclass(frozen=True, slots=True)
class Case:
    """One delivery and what the archive knows of its info code. ``now`` is aware.

    ``keep``, ``kept`` and ``source_name`` are those of its `Decision`. ``waits``: whether it is decided
    later, once more of its source has come.
    """

    owed: Owed
    snapshot: Snapshot
    now: datetime
    keep: tuple[Exchange | Resource, ...] = ()
    kept: int | None = None
    source_name: str | None = None
    waits: Waits = "no"

    @property
    def stored(self) -> StoredArticle | None:
        """The archived article."""
        return self.snapshot.stored

    @property
    def has_answer(self) -> bool:
        """Whether anything came: then there is a listing, also where no page made one."""
        return bool(self.keep) or self.kept is not None

    @property
    def listings(self) -> tuple[KnownListing, ...]:
        """The article's listings, this one among them once something came for it."""
        known = self.snapshot.listings
        if not self.has_answer or self.snapshot.listing_of(self.owed.source):
            return known
        return *known, KnownListing(self.owed.source, self.owed.form, self.owed.url)

    def decide(
        self, outcome: Outcome | FileOutcome, reason: Saying | None = None, **written: Any
    ) -> Decision:
        """Return the decision with what is written of article, listings and events."""
        is_new = self.has_answer and self.snapshot.listing_of(self.owed.source) is None
        return Decision(
            self.owed.info_code,
            self.now,
            outcome,
            reason,
            keep=self.keep,
            kept=self.kept,
            enter=self.owed if is_new else None,
            source_name=self.source_name,
            **written,
        )

    def tell(self, said: Saying) -> Saying:
        """Return a sentence about this article of this source."""
        return say("article.told", info_code=self.owed.info_code, source=self.owed.source, what=said)
