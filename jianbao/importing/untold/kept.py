"""A delivery whose answer the archive keeps already: settled as any other, and written no second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from storage.archive.settling import Pending
from storage.records import Decision, Snapshot, Wanted
from storage.search import ReadyTokens


@dataclass(frozen=True, slots=True)
class KeptPending:
    """A delivery, and the capture that it came from."""

    pending: Pending
    capture_id: int

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        return self.pending.wanted

    @property
    def tokens(self) -> Sequence[ReadyTokens]:
        """Tokens of its text, where somebody has made them."""
        return self.pending.tokens

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it; that its answer is kept does not mean that it was ever decided."""
        decision = self.pending.decide(replace(snapshot, filed=None))
        return replace(decision, keep=(), aside=(), kept=self.capture_id)

    def give_up(self, snapshot: Snapshot, error: Exception) -> Decision:
        """Return what becomes of it where that cannot be decided or written."""
        return self.pending.give_up(snapshot, error)
