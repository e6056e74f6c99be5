"""What went wrong with some pages of a poll while others were read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from spiders.kinds.kind import Listing, NotTheList
from storage.records import SetAside, TryLater
from storage.records.remedy import saying_of
from storage.records.saying import Saying, join_first, join_sayings, say

_MOST_TOLD = 3
_PATIENCE = 3
"""Lists in a row that no answer came to, after which the others are left for the next poll."""


@dataclass(slots=True)
class Troubles:
    """Sentences about the pages of a poll that could not be had or read; false while there are none."""

    sentences: list[Saying] = field(default_factory=list)
    first: Exception | None = None
    layout_broken: bool = False
    _row: int = 0

    def __bool__(self) -> bool:
        return bool(self.sentences)

    @property
    def are_enough(self) -> bool:
        """Whether list after list was asked for in vain, as of a site that is down."""
        return self._row >= _PATIENCE

    def note(self, address: str, error: Exception) -> None:
        """Note what was raised over the page at an address."""
        self.first = self.first or error
        if isinstance(error, TryLater):
            self._row += 1
            self.sentences.append(saying_of(error))
            return
        self.end_row()
        self.layout_broken = self.layout_broken or not isinstance(error, NotTheList)
        self.sentences.append(say("said.of", subject=address, what=_tell(error)))

    def raise_only(self) -> None:
        """Raise what was raised, where it was one thing alone: nothing else is to be told."""
        if self.first is not None and len(self.sentences) == 1:
            raise self.first

    def end_row(self) -> None:
        """Note that an answer came."""
        self._row = 0

    def tell(self, listing: Listing) -> Listing:
        """Return what a poll found as failed, with the first sentences; as it is where there are none."""
        if not self.sentences:
            return listing
        said = join_first(self.sentences, _MOST_TOLD)
        if listing.listed:
            said = join_sayings((said, say("poll.others_listed", count=len(listing.listed))))
        return replace(listing, failure=said, layout_broken=self.layout_broken)


def _tell(error: Exception) -> Saying:
    if isinstance(error, SetAside):
        return saying_of(error)
    return say("page.unreadable", type=type(error).__name__, error=str(error))
