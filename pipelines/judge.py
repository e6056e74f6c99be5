"""Whether a draft is a believable article by itself: completed, normalised, doubted."""

from __future__ import annotations

from datetime import datetime

from pipelines.complete import complete_draft
from pipelines.doubt.belief import doubt
from pipelines.normalise.article import normalise
from storage.records import Article, Draft, Owed, SetAside, StoredArticle
from storage.records.saying import say

PARSER_VERSION = 5
"""Raised whenever readers or normaliser read the same page differently: `reparse` looks for older ones."""


class IsFurniture(SetAside):
    """What came is the place of a picture or an advertisement, with no text, as it need not have one."""


def judge(draft: Draft, owed: Owed, stored: StoredArticle | None, captured_at: datetime) -> Article:
    """Return the believable article that a draft makes; raise SetAside with the reason when it makes none.

    Raises `IsFurniture` for the page of a picture or an advertisement whose draft says so and has no text.
    """
    completed = complete_draft(draft, owed, stored)
    try:
        article = normalise(completed)
    except SetAside:
        raise
    except Exception as error:
        raise SetAside(say("page.not_normalised", type=type(error).__name__, error=str(error))) from error
    if draft.is_furniture and not article.paragraphs and stored is None:
        raise IsFurniture(say("page.furniture"))
    reason = doubt(article, captured_at)
    if reason is not None:
        raise SetAside(reason)
    return article
