"""What the archive knows of one info code at one moment: all that a decision about it needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records.article import Witness
from storage.records.contract import Contract
from storage.records.forms import Form
from storage.records.listing import ListingState
from storage.records.look import NEVER_LOOKED, Looked
from storage.records.stored_article import HeldText, StoredArticle


@dataclass(frozen=True, slots=True)
class KnownListing:
    """One listing of an article as the ledger has it.

    ``is_due`` tells that it waits for its next try; ``is_of_page`` that a page listed it, so that the article
    was there: an import or a wish is none.
    """

    source: str
    form: Form
    url: str
    state: ListingState = "owed"
    attempts: int = 0
    is_due: bool = True
    is_of_page: bool = False


@dataclass(frozen=True, slots=True)
class Filed:
    """A file that the archive holds already: its last capture, and the article for which that was kept."""

    capture_id: int
    info_code: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a decision asks about: an info code and, for a file, its address and the digest of its bytes.

    ``source``: its contract is asked for too; ``is_looked_at``: earlier looks at its page are.
    """

    info_code: str
    file: tuple[str, str] | None = None
    source: str | None = None
    is_looked_at: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the archive knows of an info code.

    ``stored`` is the article as its own answers brought it, None where there is none; ``listings`` are all of
    it, the first listed first. For a file only: ``held`` is what the archived text was delivered as, and
    ``filed`` where the archive holds this very file. ``contract`` is what its source's articles are like,
    None where that is of no account. ``looked`` is what earlier looks at its page say, where that is asked.
    """

    info_code: str
    stored: StoredArticle | None = None
    listings: tuple[KnownListing, ...] = ()
    held: HeldText | None = None
    filed: Filed | None = None
    contract: Contract | None = field(default=None, compare=False, repr=False)
    looked: Looked = NEVER_LOOKED

    def is_as(self, other: Snapshot) -> bool:
        """Tell whether nothing has changed between two snapshots, down to who states the article's time."""
        return self == other and self._witness == other._witness

    def listing_of(self, source: str) -> KnownListing | None:
        """Return a source's listing, None when it has none."""
        return next((one for one in self.listings if one.source == source), None)

    @property
    def _witness(self) -> Witness | None:
        return self.stored.article.witness if self.stored else None
