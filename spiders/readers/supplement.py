"""Two answers about one article: what the first leaves out and the other one says."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Draft


def supplement(draft: Draft, page: Draft) -> Draft:
    """Return the draft of an answer with the title, time, newspaper and summary that only a page says.

    The text stays the answer's own; a page of another article says nothing of this one.
    """
    if page.info_code not in (None, draft.info_code):
        return draft
    named = replace(
        draft,
        title=draft.title or page.title,
        tag=draft.tag or page.tag,
        media=draft.media or page.media,
        summary=draft.summary or page.summary,
    )
    if draft.published_at is not None:
        return named
    return replace(named, published_at=page.published_at, precision=page.precision, witness=page.witness)
