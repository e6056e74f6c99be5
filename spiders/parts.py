"""Articles over several pages: which of them is asked for next, and what they make together."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from storage.records import Draft

MOST_PARTS = 50
"""Pages of one article, beyond which it is incomplete: a site that always has another page."""


def join_part(draft: Draft, further: Draft) -> Draft:
    """Return an article with one more of its pages, and the addresses that this one links to.

    A page that says nothing new (the first one by another address) adds nothing.
    """
    parts = (*draft.parts, *(url for url in further.parts if url not in draft.parts))
    told = replace(draft, parts=parts, incomplete=draft.incomplete or further.incomplete)
    if _text_of(further) in _text_of(draft):
        return told
    if draft.paragraphs and further.paragraphs:
        return replace(told, paragraphs=(*draft.paragraphs, *further.paragraphs))
    return replace(
        told,
        body_html=_as_html(draft) + _as_html(further),
        paragraphs=(),
        pictures=(*draft.pictures, *further.pictures),
    )


def incomplete(draft: Draft, why: str) -> Draft:
    """Return an article of which a page is missing, with the reason."""
    return replace(draft, parts=(), incomplete=draft.incomplete or why)


def _text_of(draft: Draft) -> str:
    return draft.body_html or "\n".join(paragraph.text for paragraph in draft.paragraphs)


def _as_html(draft: Draft) -> str:
    return draft.body_html or "".join(f"<p>{escape(paragraph.text)}</p>" for paragraph in draft.paragraphs)
