"""The ledger: every info code that a source ever listed, and what became of it.

A listing is *due* when ``next_try_at`` has come; settling it as archived or gone clears that time.
Nothing is ever given up: a failed listing is tried again, at growing distances, at least once a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, and_, bindparam, case, exists, func, select, update

from storage.database.opening import upsert
from storage.database.schema import UtcDateTime, article, listing, source
from storage.ledger.source import LISTING_KINDS
from storage.records import Listed, Owed, Poll, Voices
from storage.records.instants import LONGEST_RETRY, has_come
from storage.records.sentences import fit

_COUNTERS = re.compile(
    r"(?:(?<!\s)\s*+[(（\[【〔](?:阅读|评论|浏览|点击|跟帖|回复|热度|[\s:：])*+\d[\d,，.]*+\s*+[万亿kKwW]?\+?"
    r"(?:阅读|评论|浏览|点击|跟帖|回复|参与|次|人|条|评|阅|赞|\s)*+[)）\]】〕])++\s*$"
)
FIRST_RETRY = timedelta(minutes=5)
UNARCHIVED = ("owed", "failed", "quarantined")
_SETTLED = ("archived", "gone")
_CHUNK = 500  # bound variables of one statement

# What runs for every poll and article is put together once: building a statement costs more than running it.
_ENSURE_LISTING = (
    upsert(listing)
    .values(
        published_at=select(article.c.published_at)
        .where(article.c.info_code == bindparam("code"))
        .scalar_subquery()
    )
    .on_conflict_do_nothing()
)
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


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which listings to fetch again; what is empty or None asks for nothing.

    Days are those of the article's publication, or of the first listing while it is not archived; ``since``
    is included, ``until`` is not.
    """

    info_codes: Sequence[str] = ()
    sources: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a poll changed: listings that are new, of them already archived, and due again."""

    new: int = 0
    known: int = 0
    again: int = 0


def record_poll(connection: Connection, poll: Poll, voices: Voices | None = None) -> Recorded:
    """Enter a poll into the ledger: its listings, then the page's validators; return what was new."""
    recorded = Recorded()
    if poll.outcome == "changed":
        recorded = record_listings(connection, poll.source, poll.listed, poll.polled_at, voices)
    connection.execute(update(source).where(source.c.slug == poll.source).values(_page_state(poll)))
    return recorded


def record_listings(
    connection: Connection,
    slug: str,
    listed: Sequence[Listed],
    listed_at: datetime,
    voices: Voices | None = None,
) -> Recorded:
    """Enter what a page lists; a code that is archived in this form already is archived here too.

    Unless another site's text is what is archived: then this site's own is still to be fetched.
    """
    recorded = Recorded()
    for start in range(0, len(listed), _CHUNK):
        part = _record_chunk(connection, slug, listed[start : start + _CHUNK], listed_at, voices)
        recorded = Recorded(recorded.new + part.new, recorded.known + part.known, recorded.again + part.again)
    return recorded


def list_owed(
    connection: Connection,
    slug: str,
    due_by: datetime | None,
    after: str = "",
    limit: int = 200,
) -> list[Owed]:
    """Return what a source owes, by info code after the given one: all of it, or what is due by a time."""
    next_try = listing.c.next_try_at
    due = next_try.is_not(None) if due_by is None else has_come(next_try, due_by, LONGEST_RETRY)
    rows = connection.execute(
        select(listing)
        .where(listing.c.source == slug, due, listing.c.info_code > after)
        .order_by(listing.c.info_code)
        .limit(limit)
    )
    return _all_owed(connection, rows.all())


def find_listings(connection: Connection, info_code: str) -> list[Owed]:
    """Return every listing of an info code, the first listed first, whatever its state."""
    rows = connection.execute(
        select(listing)
        .where(listing.c.info_code == info_code)
        .order_by(listing.c.first_listed_at, listing.c.source)
    )
    return _all_owed(connection, rows.all())


def select_listings(connection: Connection, wanted: ListingFilter) -> list[Owed]:
    """Return the listings that match, one for each article and form: the first that listed it."""
    moment = func.coalesce(article.c.published_at, listing.c.first_listed_at)
    query = (
        select(listing)
        .outerjoin(article, article.c.info_code == listing.c.info_code)
        .order_by(listing.c.info_code, listing.c.first_listed_at, listing.c.source)
    )
    if wanted.info_codes:
        query = query.where(listing.c.info_code.in_(wanted.info_codes))
    if wanted.sources:
        query = query.where(listing.c.source.in_(wanted.sources))
    if wanted.state is not None:
        query = query.where(listing.c.state == wanted.state)
    if wanted.since is not None:
        query = query.where(moment >= wanted.since)
    if wanted.until is not None:
        query = query.where(moment < wanted.until)
    first: dict[tuple[str, str], Any] = {}
    for row in connection.execute(query):
        first.setdefault((row.info_code, row.form), row)
    return _all_owed(connection, list(first.values()))


def ensure_listing(connection: Connection, owed: Owed, listed_at: datetime) -> bool:
    """Enter a listing that no page made, for an article asked for by its code; return whether it is new."""
    entry = {
        "source": owed.source,
        "info_code": owed.info_code,
        "code": owed.info_code,
        "form": owed.form,
        "url": owed.url,
        "title": owed.title,
        "first_listed_at": listed_at,
        "last_listed_at": listed_at,
        "state": "owed",
        "next_try_at": listed_at,
    }
    return connection.execute(_ENSURE_LISTING, entry).rowcount > 0


def enter_listing(connection: Connection, owed: Owed, listed_at: datetime) -> Owed:
    """Enter a listing that no page made, unless it is there; return it with the attempts that it has had."""
    if ensure_listing(connection, owed, listed_at):
        return owed
    attempts = connection.execute(
        select(listing.c.attempts).where(
            listing.c.source == owed.source, listing.c.info_code == owed.info_code
        )
    ).scalar_one()
    return replace(owed, attempts=attempts)


def is_listed_on_page(connection: Connection, slug: str, info_code: str) -> bool:
    """Return whether a source's page listed an article, so that it was there; an import or a wish is none."""
    listed = (
        select(listing.c.info_code)
        .join(source, source.c.slug == listing.c.source)
        .where(listing.c.source == slug, listing.c.info_code == info_code, source.c.kind.in_(LISTING_KINDS))
    )
    return connection.execute(select(listed.exists())).scalar_one()


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


def count_states(connection: Connection) -> dict[str, dict[str, int]]:
    """Return for each source how many listings are in each state."""
    counts: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        select(listing.c.source, listing.c.state, func.count()).group_by(listing.c.source, listing.c.state)
    )
    for slug, state, count in rows:
        counts.setdefault(slug, {})[state] = count
    return counts


def _record_chunk(
    connection: Connection,
    slug: str,
    listed: Sequence[Listed],
    listed_at: datetime,
    voices: Voices | None,
) -> Recorded:
    codes = [entry.info_code for entry in listed]
    before = _known_listings(connection, slug, codes)
    stored = _stored_forms(connection, codes)
    rows = [
        _row(slug, entry, listed_at, *_own(stored.get(entry.info_code), entry, voices)) for entry in listed
    ]
    fresh = [row for row in rows if row["info_code"] not in before]
    if fresh:
        connection.execute(upsert(listing).on_conflict_do_nothing(), fresh)
    again = _relist(connection, [row for row in rows if row["info_code"] in before], before)
    known = sum(row["state"] == "archived" for row in fresh)
    return Recorded(new=len(fresh), known=known, again=again)


def _known_listings(connection: Connection, slug: str, codes: Sequence[str]) -> dict[str, tuple[str, str]]:
    rows = connection.execute(
        select(listing.c.info_code, listing.c.state, listing.c.title).where(
            listing.c.source == slug, listing.c.info_code.in_(codes)
        )
    )
    return {code: (state, title) for code, state, title in rows}


def _own(
    stored: tuple[tuple[str, ...], datetime, str] | None, entry: Listed, voices: Voices | None
) -> tuple[tuple[str, ...], datetime | None]:
    """Return the forms in which the site that lists an article need not be asked, and when it appeared."""
    if stored is None:
        return (), None
    forms, published_at, url = stored
    apart = voices is not None and voices.are_many and voices.are_apart(entry.url, url)
    return () if apart else forms, published_at


def _stored_forms(
    connection: Connection, codes: Sequence[str]
) -> dict[str, tuple[tuple[str, ...], datetime, str]]:
    """Return for each article the forms that need no fetching, when it was published, and its address."""
    rows = connection.execute(
        select(
            article.c.info_code, article.c.forms, article.c.status, article.c.published_at, article.c.url
        ).where(article.c.info_code.in_(codes))
    )
    return {
        code: (tuple(forms.split()) if status == "archived" else (), published_at, url)
        for code, forms, status, published_at, url in rows
    }


def _row(
    slug: str, entry: Listed, listed_at: datetime, forms: Iterable[str], published_at: datetime | None
) -> dict[str, Any]:
    archived = entry.form in forms
    return {
        "source": slug,
        "info_code": entry.info_code,
        "form": entry.form,
        "url": entry.url,
        "title": entry.title,
        "published_at": published_at,
        "first_listed_at": listed_at,
        "last_listed_at": listed_at,
        "state": "archived" if archived else "owed",
        "next_try_at": None if archived else listed_at,
    }


def _relist(connection: Connection, rows: list[dict[str, Any]], before: dict[str, tuple[str, str]]) -> int:
    """Refresh listings that a page still has; one that was gone, or has another title, is due again."""
    again = 0
    for due in (False, True):
        part = [row for row in rows if _is_due_again(row, before[row["info_code"]]) is due]
        if part:
            _refresh(connection, part, due=due)
        again += len(part) if due else 0
    return again


def _is_due_again(row: dict[str, Any], before: tuple[str, str]) -> bool:
    state, title = before
    return state == "gone" or (state == "archived" and uncounted(title) != uncounted(row["title"]))


def uncounted(title: str) -> str:
    """Return a title without the counters that a page sets behind it: 标题(123), 标题（1.2万阅读）."""
    return _COUNTERS.sub("", title)


def _refresh(connection: Connection, rows: list[dict[str, Any]], *, due: bool) -> None:
    values: dict[str, Any] = {
        "url": bindparam("b_url"),
        "title": bindparam("b_title"),
        "last_listed_at": bindparam("b_listed_at"),
    }
    if due:
        values["next_try_at"] = bindparam("b_listed_at")
    connection.execute(
        update(listing)
        .where(and_(listing.c.source == bindparam("b_source"), listing.c.info_code == bindparam("b_code")))
        .values(values),
        [
            {
                "b_source": row["source"],
                "b_code": row["info_code"],
                "b_url": row["url"],
                "b_title": row["title"],
                "b_listed_at": row["last_listed_at"],
            }
            for row in rows
        ],
    )


def _page_state(poll: Poll) -> dict[str, Any]:
    state: dict[str, Any] = {"last_outcome": poll.outcome, "last_polled_at": poll.polled_at}
    if poll.outcome == "failed":
        return state
    state["last_succeeded_at"] = poll.polled_at
    if poll.outcome == "changed":
        state |= {"last_changed_at": poll.polled_at, "listed_count": len(poll.listed)}
        state |= {"links": poll.links, "unread": poll.unread}
        state |= {"heading": poll.heading} if poll.heading else {}
    if poll.outcome == "empty":
        state |= {"listed_count": 0, "etag": None, "last_modified": None, "body_hash": None}
    if poll.validators is not None:
        state |= {"etag": poll.validators.etag, "last_modified": poll.validators.last_modified}
    if poll.body_hash is not None:
        state |= {"body_hash": poll.body_hash, "last_whole_at": poll.polled_at}
    return state


def _all_owed(connection: Connection, rows: Sequence[Any]) -> list[Owed]:
    """Return listings as what is owed, each with the addresses at which other sources list its article."""
    addresses = _addresses(connection, [row.info_code for row in rows])
    return [_owed(row, addresses[row.info_code]) for row in rows]


def _addresses(connection: Connection, codes: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return for each info code where it is listed, in which form and at which address."""
    found: dict[str, list[tuple[str, str]]] = {}
    for start in range(0, len(codes), _CHUNK):
        listed = connection.execute(
            select(listing.c.info_code, listing.c.form, listing.c.url)
            .where(listing.c.info_code.in_(codes[start : start + _CHUNK]))
            .order_by(listing.c.first_listed_at)
        )
        for code, form, url in listed:
            found.setdefault(code, []).append((form, url))
    return found


def _owed(row: Any, addresses: Sequence[tuple[str, str]]) -> Owed:
    """Return a listing as what is owed; elsewhere, its own form comes before the other."""
    others = sorted((form != row.form, url) for form, url in addresses if url != row.url)
    return Owed(
        source=row.source,
        info_code=row.info_code,
        form=row.form,
        url=row.url,
        title=row.title,
        state=row.state,
        attempts=row.attempts,
        elsewhere=tuple(url for _, url in others),
    )
