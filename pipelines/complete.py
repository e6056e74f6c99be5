"""Completing a draft: what its page leaves out and upstream says elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from pipelines.compare.fingerprint import fold
from storage.records import Draft, Owed, SetAside, StoredArticle
from storage.records.press_days import PRESS_ZONE

_LEAST_ALIKE = 0.3
_DATED_ADDRESS = re.compile(r"/(\d{4})[/-](\d{2})[/-](\d{2})[/-]")


def complete_draft(draft: Draft, owed: Owed, stored: StoredArticle | None) -> Draft:
    """Return the draft under the info code that was owed; raise SetAside when it is another article.

    A partial draft (the JSON endpoint need not name title and time) gets the archived title, else the listed
    one; and the archived time, else the day of the dated address that a page listed, with precision ``day``:
    upstream's own statement. Today's date is never used, and a page's own blanks are never filled.
    """
    if draft.info_code not in (None, owed.info_code):
        raise SetAside(f"is the page of another article, {draft.info_code}")
    if draft.info_code is None and not _are_alike(draft.title, owed.title):
        raise SetAside(
            f"is the page of another article: it names no info code, and its title is {draft.title!r}"
        )
    draft = replace(draft, info_code=owed.info_code)
    if not draft.partial:
        return draft
    named = replace(
        draft,
        form=owed.form,  # one answer serves either form: same paragraphs in both (docs/upstream.md#twins)
        title=draft.title or (stored.article.title if stored else owed.title) or None,
    )
    return _with_time(named, owed, stored)


def _are_alike(printed: str | None, listed: str) -> bool:
    """Return whether a page's title may be the listed one: editors shorten and correct, but keep words."""
    one, other = fold(printed or ""), fold(listed)
    if not one or not other or one in other or other in one:
        return True
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return len(pairs & others) >= _LEAST_ALIKE * min(len(pairs), len(others))


def _with_time(draft: Draft, owed: Owed, stored: StoredArticle | None) -> Draft:
    if draft.published_at is not None:
        return draft
    if stored is not None:
        known = stored.article
        return replace(
            draft, published_at=known.published_at, precision=known.precision, witness=known.witness
        )
    return replace(draft, published_at=_listed_day(owed.url), precision="day", witness="address")


def _listed_day(url: str) -> datetime | None:
    match = _DATED_ADDRESS.search(url)
    if match is None:
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=PRESS_ZONE)
    except ValueError:
        return None
