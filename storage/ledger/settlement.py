"""How listings are settled: what became of the fetch of an article, noted with all that listed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, String, bindparam, case, exists, select, update

from storage.database.schema import UtcDateTime, listing
from storage.ledger.listing import UNARCHIVED
from storage.records import Owed
from storage.records.instants import LONGEST_RETRY
from storage.records.sentences import fit

FIRST_RETRY = timedelta(minutes=5)
_SETTLED = ("archived", "gone")

# What runs for every article is put together once: building a statement costs more than running it.
_DATE_LISTINGS = (
    update(listing)
    .where(
        listing.c.info_code == bindparam("code"),
        listing.c.published_at.is_distinct_from(bindparam("moment", type_=UtcDateTime)),
    )
    .values(published_at=bindparam("moment", type_=UtcDateTime))
)
_SETTLE_ARCHIVED = (
    update(listing)
    .where(
        listing.c.info_code == bindparam("code"),
        bindparam("forms", type_=String).contains(listing.c.form),  # IN would be put together every time
        (listing.c.state != "archived") | listing.c.next_try_at.is_not(None),
    )
    .values(state="archived", attempts=0, next_try_at=None, last_error=None, capture_id=bindparam("capture"))
)
_SETTLE_KEPT = _SETTLE_ARCHIVED.where(listing.c.state.in_(UNARCHIVED))


def settle_archived(
    connection: Connection,
    info_code: str,
    forms: str,
    capture_id: int,
    only: Sequence[str] | None = None,
) -> int:
    """Mark the listings of an article archived, in the forms it was fetched in; return how many changed."""
    settle = _SETTLE_ARCHIVED if only is None else _SETTLE_ARCHIVED.where(listing.c.source.in_(only))
    result = connection.execute(settle, {"code": info_code, "forms": forms, "capture": capture_id})
    return result.rowcount


def settle_kept(connection: Connection, info_code: str, form: str, capture_id: int) -> int:
    """Mark an archived article's unarchived listings archived, after an answer that changed nothing of it.

    What is due again stays due: its page announced another text. Return how many changed.
    """
    values = {"code": info_code, "forms": form, "capture": capture_id}
    return connection.execute(_SETTLE_KEPT, values).rowcount


def date_listings(connection: Connection, info_code: str, published_at: datetime) -> int:
    """Note with an article's listings when it was published; return how many did not know it."""
    return connection.execute(_DATE_LISTINGS, {"code": info_code, "moment": published_at}).rowcount


def settle_unarchived(
    connection: Connection,
    owed: Owed,
    reason: str,
    now: datetime,
    *,
    capture_id: int | None = None,
    not_before: datetime | None = None,
) -> datetime:
    """Record a fetch that brought no article, quarantined when there is a capture; return the next try.

    A listing whose article is archived stays archived: a bad answer never replaces a good article.
    """
    next_try = max(now + retry_distance(owed.attempts), not_before or now)
    next_try = min(next_try, now + LONGEST_RETRY)
    state = "quarantined" if capture_id is not None else "failed"
    connection.execute(
        update(listing)
        .where(listing.c.info_code == owed.info_code, listing.c.form == owed.form)
        .where((listing.c.source == owed.source) | listing.c.state.in_(UNARCHIVED))
        .values(
            state=case((listing.c.state.in_(_SETTLED), listing.c.state), else_=state),
            attempts=owed.attempts + 1,
            next_try_at=next_try,
            last_error=fit(reason),
            capture_id=capture_id if capture_id is not None else listing.c.capture_id,
        )
    )
    return next_try


def settle_gone(connection: Connection, owed: Owed, reason: str) -> bool:
    """Mark an article's listings in one form gone; return whether none in another form is left. Nothing is
    deleted.
    """
    connection.execute(
        update(listing)
        .where(
            listing.c.info_code == owed.info_code,
            listing.c.form == owed.form,
            listing.c.state.in_(_SETTLED),
        )
        .values(state="gone", next_try_at=None, last_error=reason)
    )
    left = select(exists().where(listing.c.info_code == owed.info_code, listing.c.state == "archived"))
    return not connection.execute(left).scalar_one()


def retry_distance(attempts: int) -> timedelta:
    """Return how long to wait after a fetch that failed for the (attempts + 1)th time: doubling, to a day."""
    return min(FIRST_RETRY * (1 << min(attempts, 20)), LONGEST_RETRY)
