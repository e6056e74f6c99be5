"""Articles with all that belongs to them: what documents and exports are made of."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records.capture import Capture
from storage.records.picture import StoredPicture
from storage.records.revision import Revision
from storage.records.stored_article import StoredArticle, TimeChange
from storage.records.story import Story


@dataclass(frozen=True, slots=True)
class WholeArticle:
    """An article with its sources, revisions, original, near copies, changes of time, and pictures.

    What comes first is the first in time. A part that was not read is empty.
    """

    stored: StoredArticle
    sources: tuple[str, ...] = ()
    revisions: tuple[Revision, ...] = ()
    capture: Capture | None = None
    story: Story | None = None
    time_changes: tuple[TimeChange, ...] = ()
    pictures: tuple[StoredPicture, ...] = ()
