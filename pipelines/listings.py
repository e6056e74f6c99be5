"""What becomes of an article's listings: archived, kept waiting at growing distances, or gone.

Nothing is ever given up: a failed listing is tried again, at least once a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from storage.records import UNARCHIVED, KnownListing, ListingChange, Owed
from storage.records.instants import LONGEST_RETRY
from storage.records.saying import Saying

FIRST_RETRY = timedelta(minutes=5)

Listings = Iterable[KnownListing]


def settle_archived(
    listings: Listings, forms: Collection[str], only: Collection[str] | None = None
) -> tuple[ListingChange, ...]:
    """Return the listings that are archived now, in the forms it was fetched in: those that waited for it.

    ``only`` are the sources whose listings count, None for all.
    """
    return tuple(
        ListingChange(one.source, "archived")
        for one in listings
        if one.form in forms
        and (one.state != "archived" or one.is_due)
        and (only is None or one.source in only)
    )


def settle_kept(listings: Listings, form: str) -> tuple[ListingChange, ...]:
    """Return the unarchived listings that are archived after an answer that changed nothing of the article.

    What is due again stays due: its page announced another text.
    """
    return settle_archived((one for one in listings if one.state in UNARCHIVED), (form,))


def settle_furniture(listings: Listings, form: str) -> tuple[ListingChange, ...]:
    """Return the listings that a picture or an advertisement without text settles: nothing waits for it."""
    return tuple(
        ListingChange(one.source, "furniture")
        for one in listings
        if one.form == form and (one.state in UNARCHIVED or one.state == "furniture")
    )


def is_settled_furniture(listing: KnownListing | None) -> bool:
    """Tell whether a listing is that of a picture or an advertisement, and waits for nothing."""
    return listing is not None and listing.state == "furniture" and not listing.is_due


def settle_unarchived(
    listings: Listings,
    owed: Owed,
    reason: Saying,
    now: datetime,
    *,
    quarantined: bool = False,
    after: float | None = None,
) -> tuple[ListingChange, ...]:
    """Return the listings that a fetch without an article leaves waiting for the next try.

    ``quarantined``: there is a capture of what came; ``after`` is what the server asked for, in seconds. A
    listing whose article is archived stays so: a bad answer never replaces a good article. One that is known
    as furniture, and was only asked for because somebody wished it, waits for nothing either.
    """
    next_try = _next_try(owed.attempts, now, after)
    return tuple(
        ListingChange(
            one.source,
            ("quarantined" if quarantined else "failed") if one.state in UNARCHIVED else one.state,
            attempts=owed.attempts + 1,
            next_try_at=next_try,
            error=reason,
            takes_capture=quarantined,
        )
        for one in listings
        if one.form == owed.form
        and (one.source == owed.source or one.state in UNARCHIVED)
        and not is_settled_furniture(one)
    )


def settle_gone(listings: Listings, owed: Owed, reason: Saying) -> tuple[ListingChange, ...]:
    """Return the listings of an archived article that are gone in the form that was asked for."""
    return tuple(
        ListingChange(one.source, "gone", one.attempts, error=reason, takes_capture=False)
        for one in listings
        if one.form == owed.form and one.state in ("archived", "gone")
    )


def is_gone_everywhere(listings: Listings, gone: Iterable[ListingChange]) -> bool:
    """Tell whether no listing stays archived after those changes."""
    changed = {one.source for one in gone}
    return not any(one.state == "archived" and one.source not in changed for one in listings)


def retry_distance(attempts: int) -> timedelta:
    """Return how long to wait after a fetch that failed for the (attempts + 1)th time: doubling, to a day."""
    return min(FIRST_RETRY * (1 << min(attempts, 20)), LONGEST_RETRY)


def _next_try(attempts: int, now: datetime, after: float | None) -> datetime:
    wished = now + timedelta(seconds=after) if after else now
    return min(max(now + retry_distance(attempts), wished), now + LONGEST_RETRY)
