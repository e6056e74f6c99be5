"""Replaying what came for an article, answer by answer, as if the present reader had been there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from storage.records import Capture, Decision, HeldText, KnownListing, Snapshot, StoredArticle
from storage.records.contract import Observed


@dataclass(slots=True)
class Replay:
    """What the archive would know of an info code after so many of its captures, each decided as it came.

    ``reason`` is why the last capture that made no article made none. ``held`` is what the text was delivered
    as, and by which capture; ``observed`` is what its source's contract learns of it.
    """

    info_code: str
    listings: tuple[KnownListing, ...] = ()
    stored: StoredArticle | None = None
    held: HeldText | None = None
    reason: str = ""
    observed: Observed | None = None

    @property
    def snapshot(self) -> Snapshot:
        """What a decision about the next capture goes by: nothing of it was ever imported before."""
        return Snapshot(self.info_code, self.stored, self.listings, held=self.held)

    def take(self, decision: Decision, capture: Capture) -> None:
        """Go on with what was decided of a capture."""
        change = decision.article
        if change is None or change.step == "gone":
            self.reason = decision.reason or self.reason
            return
        after = change.after
        if change.step in ("insert", "update"):
            after = replace(after, capture_id=capture.id)
        if change.step == "insert" or change.revision is not None:
            self.held = HeldText(after.article.body_html, capture.id, capture.url, capture.fetched_at)
        self.stored = replace(after, article=replace(after.article, body_html=""))
        self.observed = self.observed or decision.observed


@dataclass(frozen=True, slots=True)
class Reread:
    """What an article is by another reading of all that was kept of it; ``stored`` is None where it is none.

    ``original`` is the capture of its text, ``reason`` why there is no article.
    """

    info_code: str
    stored: StoredArticle | None = None
    original: int | None = None
    reason: str = ""
    captures: int = field(default=0, compare=False)
    observed: Observed | None = None


def conclude(replay: Replay, captures: Sequence[Capture]) -> Reread:
    """Return what a replay came to."""
    stored, held = replay.stored, replay.held
    if stored is None or held is None:
        return Reread(replay.info_code, reason=replay.reason, captures=len(captures))
    stored = replace(stored, article=replace(stored.article, body_html=held.body_html))
    return Reread(replay.info_code, stored, held.capture_id, captures=len(captures), observed=replay.observed)
