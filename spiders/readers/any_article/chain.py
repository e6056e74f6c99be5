"""An article's page of any site: as declared, else by our reader of Chinese pages, else by trafilatura."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from spiders.readers.any_article.with_trafilatura import read_with_trafilatura
from spiders.readers.chinese.negatives import NoArticle
from spiders.readers.chinese.page import READER, Page, read_page
from storage.records import Draft, SetAside
from storage.records.saying import say

Layout: TypeAlias = Callable[[str, str, datetime | None], Draft | None]
"""A way to read a page that somebody declared: given text, address and moment of fetch, the draft, or None
for a page that it does not fit. It names in ``found_by`` the rule of each field that it found."""


_FIELDS = ("title", "published_at", "media", "author", "kicker", "subtitle", "summary")


def read_any_article(
    html: str,
    url: str,
    fetched_at: datetime | None = None,
    *,
    layouts: Iterable[Layout] = (),
    may_fall_back: bool = True,
) -> Draft:
    """Return the draft of an article's page: by the first layout that fits, completed by the readers.

    ``fetched_at``, aware, is when the page came. ``layouts`` are asked in order: those declared before those
    of profiles. A layout fits when it finds title and text; a field that it leaves out is asked of our
    reader, and ``found_by`` says so. Without one that fits, our reader reads the page, else trafilatura does.
    ``may_fall_back`` false: only layouts read. Raises `SetAside` for what nobody can read, and for no
    article.
    """
    for layout in layouts:
        draft = layout(html, url, fetched_at)
        if draft is not None:
            return _completed(draft, html, url, fetched_at) if may_fall_back else draft
    if not may_fall_back:
        raise SetAside(say("page.no_layout"))
    page = Page.parse(html, url, fetched_at)
    try:
        return read_page(page)
    except NoArticle:
        raise
    except SetAside as unread:
        return read_with_trafilatura(page, unread)


def _completed(draft: Draft, html: str, url: str, fetched_at: datetime | None) -> Draft:
    """Return a declared draft with the fields that its layout left out, as our reader finds them."""
    missing = [name for name in _FIELDS if not getattr(draft, name)]
    if not {"title", "published_at", "media", "author"} & set(missing):
        return draft
    try:
        read = read_page(Page.parse(html, url, fetched_at))
    except SetAside:
        return draft
    found = dict(read.found_by)
    named = {
        name: getattr(read, name) for name in missing if getattr(read, name) not in {None, "", draft.title}
    }
    if "published_at" in named:
        named |= {"precision": read.precision, "witness": read.witness}
    added = tuple((name, found.get(name, READER)) for name in missing if name in named)
    return replace(draft, **named, found_by=(*draft.found_by, *added))
