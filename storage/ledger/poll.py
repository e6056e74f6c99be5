"""Polls in the ledger: what a page lists is entered, and what the poll tells of the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, bindparam, select, update

from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.schema import article, listing, source
from storage.ledger.alias import find_renamed
from storage.ledger.backfill import record_step
from storage.ledger.issue import save_issues
from storage.ledger.issue_events import watch_issues
from storage.ledger.poll_days import learn_poll
from storage.ledger.told import TOLD, read_told, renew_told, told_values
from storage.ledger.unwatched import note_pause
from storage.records import NOTHING_TOLD, Forms, Listed, Poll, Voices

_COUNTERS = re.compile(
    r"(?:(?<!\s)\s*+[(（\[【〔](?:阅读|评论|浏览|点击|跟帖|回复|热度|[\s:：])*+\d[\d,，.]*+\s*+[万亿kKwW]?\+?"
    r"(?:阅读|评论|浏览|点击|跟帖|回复|参与|次|人|条|评|阅|赞|\s)*+[)）\]】〕])++\s*$"
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a poll changed: listings that are new, of them already archived, and due again."""

    new: int = 0
    known: int = 0
    again: int = 0


_Before: TypeAlias = tuple[str, str, str | None]
"""What the ledger has of a listing that is listed again: its state, its title, and what was told, as JSON."""


def record_poll(connection: Connection, poll: Poll, voices: Voices | None = None) -> Recorded:
    """Enter a poll into the ledger: its listings and issues, then the page's validators; return what was new.

    One that failed on the way enters what it had seen. A step back into the history says nothing of the page:
    with what it listed, its headway is entered.
    """
    recorded = Recorded()
    if poll.listed:
        recorded = record_listings(connection, poll.source, poll.listed, poll.polled_at, voices)
    save_issues(connection, poll.source, poll.issues, poll.polled_at)
    watch_issues(connection, poll)
    note_pause(connection, poll)
    if poll.span is not None:
        record_step(connection, poll)
    else:
        _learn(connection, poll, recorded.new)
        connection.execute(update(source).where(source.c.slug == poll.source).values(_page_state(poll)))
    return recorded


def _learn(connection: Connection, poll: Poll, new: int) -> None:
    """Enter what a poll tells of the hours since the last one, before that is forgotten."""
    if poll.outcome == "failed":
        return
    known = select(source.c.last_succeeded_at, source.c.timezone).where(source.c.slug == poll.source)
    if (row := connection.execute(known).first()) is not None:
        before, zone = row.last_succeeded_at, ZoneInfo(row.timezone)
        learn_poll(connection, poll.source, zone, before, poll.polled_at, new)


def record_listings(
    connection: Connection,
    slug: str,
    listed: Sequence[Listed],
    listed_at: datetime,
    voices: Voices | None = None,
) -> Recorded:
    """Enter what a page lists; a code that is archived in this form already is archived here too.

    Unless another site's text is what is archived: then this site's own is still to be fetched. A page that
    calls an archived article by its former code lists that article, as one does whose posts are an export.
    """
    recorded = Recorded()
    for entries in batches(listed):
        called = _call_as_today(connection, entries, voices)
        part = _record_chunk(connection, slug, called, listed_at, voices)
        recorded = Recorded(recorded.new + part.new, recorded.known + part.known, recorded.again + part.again)
    return recorded


def uncounted(title: str) -> str:
    """Return a title without the counters that a page sets behind it: 标题(123), 标题（1.2万阅读）."""
    return _COUNTERS.sub("", title)


def _call_as_today(
    connection: Connection, listed: Sequence[Listed], voices: Voices | None
) -> Sequence[Listed]:
    """Return entries under the codes of today, where nothing is to be fetched that has the former one."""
    renamed = find_renamed(connection, (entry.info_code for entry in listed))
    stored = _stored_forms(connection, list(renamed.values())) if renamed else {}
    return [
        replace(entry, info_code=code)
        if (code := renamed.get(entry.info_code)) and entry.form in _own(stored.get(code), entry, voices)[0]
        else entry
        for entry in listed
    ]


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
    _tell(rows, listed, before)
    fresh = [row for row in rows if row["info_code"] not in before]
    if fresh:
        connection.execute(upsert(listing).on_conflict_do_nothing(), fresh)
    again = _relist(connection, [row for row in rows if row["info_code"] in before], before)
    known = sum(row["state"] == "archived" for row in fresh)
    return Recorded(new=len(fresh), known=known, again=again)


def _tell(rows: Sequence[dict[str, Any]], listed: Sequence[Listed], before: Mapping[str, _Before]) -> None:
    """Add to the rows what their lists tell, where any of them tells something: most sources' never do."""
    if all(entry.told is NOTHING_TOLD for entry in listed):
        return
    for row, entry in zip(rows, listed, strict=True):
        known = before.get(entry.info_code)
        row["told"] = told_values(renew_told(read_told(known[2] if known else None), entry.told))


def _known_listings(connection: Connection, slug: str, codes: Sequence[str]) -> dict[str, _Before]:
    rows = connection.execute(
        select(listing.c.info_code, listing.c.state, listing.c.title, TOLD).where(
            listing.c.source == slug, listing.c.info_code.in_(codes)
        )
    )
    return {code: (state, title, told) for code, state, title, told in rows}


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
        code: (tuple(Forms.parse(forms).seen) if status == "archived" else (), published_at, url)
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


def _relist(connection: Connection, rows: list[dict[str, Any]], before: Mapping[str, _Before]) -> int:
    """Refresh listings that a page still has; one that was gone, or has another title, is due again."""
    again = 0
    for due in (False, True):
        part = [row for row in rows if _is_due_again(row, before[row["info_code"]]) is due]
        if part:
            _refresh(connection, part, due=due)
        again += len(part) if due else 0
    return again


def _is_due_again(row: dict[str, Any], before: tuple[str, str] | _Before) -> bool:
    state, title = before[:2]
    is_another = uncounted(title) != uncounted(row["title"])
    return state == "gone" or (state in ("archived", "furniture") and is_another)


def _refresh(connection: Connection, rows: list[dict[str, Any]], *, due: bool) -> None:
    values: dict[str, Any] = {
        "url": bindparam("b_url"),
        "title": bindparam("b_title"),
        "last_listed_at": bindparam("b_listed_at"),
    }
    if due:
        values["next_try_at"] = bindparam("b_listed_at")
    if tells := "told" in rows[0]:
        values["told"] = bindparam("b_told")
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
                **({"b_told": row["told"]} if tells else {}),
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
