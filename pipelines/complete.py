"""Completing a draft: what its page leaves out and upstream says elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipelines.compare.fingerprint import fold
from storage.records import (
    EXACTNESS,
    NOTHING_TOLD,
    Draft,
    Owed,
    SetAside,
    StoredArticle,
    Told,
    has_digits_alone,
)
from storage.records.press_days import PRESS_ZONE, press_day
from storage.records.saying import say

_LEAST_ALIKE = 0.3
_CUT_SHORT = ("…", "...")
_TELLS = ("media", "author", "summary", "page", "page_name", "order")
"""What a list tells in the words of a draft; its time is weighed."""
_DATED_ADDRESS = re.compile(r"/(\d{4})[/-](\d{2})[/-](\d{2})[/-]")


def complete_draft(draft: Draft, owed: Owed, stored: StoredArticle | None) -> Draft:
    """Return the draft under the info code that was owed; raise SetAside when it is another article.

    A partial draft (the JSON endpoint need not name title and time) gets the archived title, else the listed
    one; and the archived time, else the day of the dated address that a page listed, with precision ``day``:
    upstream's own statement. Today's date is never used, and of a page's own blanks only those are filled
    of which its list tells (`Owed.told`), with the witness ``list``.
    """
    _refuse_another(draft, owed)
    draft = _with_told(replace(draft, info_code=owed.info_code), owed)
    if not draft.partial:
        return draft
    named = replace(
        draft,
        form=owed.form,  # one answer serves either form: same paragraphs in both (docs/upstream.md#twins)
        title=draft.title or (stored.article.title if stored else owed.title) or None,
    )
    return _with_time(named, owed, stored)


def _refuse_another(draft: Draft, owed: Owed) -> None:
    """Raise SetAside for another article's page: by the code that it names, or else by its title.

    Where codes are the site's own, the address that was asked for is the article's: what answers there is it,
    whatever its list calls it.
    """
    if draft.info_code not in (None, owed.info_code):
        raise SetAside(say("page.of_another", info_code=str(draft.info_code)))
    if draft.info_code is not None or _is_at_its_address(draft, owed):
        return
    if not _are_alike(draft.title, owed.title):
        raise SetAside(say("page.of_another_titled", title=str(draft.title)))


def _is_at_its_address(draft: Draft, owed: Owed) -> bool:
    own = owed.url.partition("://")[2].partition("#")[0]
    return not has_digits_alone(owed.info_code) and draft.url.partition("://")[2].partition("#")[0] == own


def _with_told(draft: Draft, owed: Owed) -> Draft:
    """Return the draft with what its list tells and the page itself leaves out."""
    told = owed.told
    if told == NOTHING_TOLD:
        return draft
    named = {name: getattr(told, name) for name in _TELLS if getattr(draft, name) is None}
    if draft.tag is not None:  # the page names its newspaper in its own way
        named.pop("media", None)
    if not draft.title and owed.title and not owed.title.endswith(_CUT_SHORT):
        named["title"] = owed.title
    if _is_better_timed(told, draft):
        named |= {"published_at": told.published_at, "precision": told.precision, "witness": "list"}
    named = {name: value for name, value in named.items() if value is not None}
    return replace(draft, **named, found_by=_found_by(draft, named))


def _found_by(draft: Draft, named: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return by which rule each field was found, after a list has told some."""
    others = tuple((name, rule) for name, rule in draft.found_by if name not in named)
    return (*others, *((name, "list") for name in named if name not in ("precision", "witness")))


def _is_better_timed(told: Told, draft: Draft) -> bool:
    """Tell whether a list's time counts before the page's: that is none, or vaguer and of the same day.

    The day in a page's address gives way to whatever a list states at least as exactly.
    """
    if told.published_at is None or draft.published_at is None:
        return told.published_at is not None
    exactness = EXACTNESS[told.precision] - EXACTNESS[draft.precision]
    if draft.witness == "address":
        return exactness >= 0
    return exactness > 0 and press_day(told.published_at) == press_day(draft.published_at)


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
