"""An article as every export has it: the document that `show --json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jianbao.documents.article import present_article, present_story
from storage.records import WholeArticle
from storage.records.press_days import PRESS_ZONE


@dataclass(frozen=True, slots=True)
class ExportedArticle:
    """An article on its way out: as it is stored, and as the document of `show --json`."""

    whole: WholeArticle
    document: dict[str, Any]

    @property
    def updated_at(self) -> datetime:
        """When its present wording was first seen (aware)."""
        revisions = self.whole.revisions
        return revisions[-1].seen_at if revisions else self.whole.stored.first_seen_at


def document_article(whole: WholeArticle, zones: Mapping[str, str]) -> ExportedArticle:
    """Return an article with its document, its times in the zone of the source that listed it first."""
    zone = ZoneInfo(zones[whole.sources[0]]) if whole.sources else PRESS_ZONE
    document = present_article(whole.stored, whole.sources, whole.revisions, whole.capture, zone)
    return ExportedArticle(whole, {**document, "story": present_story(whole.story, zone)})
