"""An article as every export has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jianbao.documents.article import present_article
from jianbao.documents.article_fields import EXPORT_FIELDS
from jianbao.documents.document import Document
from storage.records import WholeArticle


@dataclass(frozen=True, slots=True)
class ExportedArticle:
    """An article on its way out: all that is archived of it, and the zone of its times."""

    whole: WholeArticle
    zone: ZoneInfo

    @property
    def document(self) -> Document:
        """What `show --json` prints of it."""
        return present_article(self.whole, EXPORT_FIELDS, self.zone)

    @property
    def updated_at(self) -> datetime:
        """When its newspaper last wrote something new of it (aware): a better reading is no news."""
        written = [row.seen_at for row in self.whole.revisions if row.cause == "newspaper"]
        return written[-1] if written else self.whole.stored.first_seen_at
