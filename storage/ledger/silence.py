"""How long a source may be silent by its own habit, and since when it is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection, exists, select

from storage.database.schema import backfill, listing, source
from storage.ledger.issue_sums import usual_issue_pause
from storage.records.instants import sound_stamps, steady_days
from storage.records.press_days import PRESS_ZONE, press_day
from storage.records.press_holidays import count_holidays, longest_pause

_QUIET_AT_LEAST = timedelta(days=2)
_QUIET_WHEN_UNKNOWN = timedelta(days=7)
_HABIT_DAYS = 5
_HABIT_LISTINGS = 300
_DAY = timedelta(days=1)

Stamps = list[tuple[datetime, str]]
"""When something was news, and its info code; the latest first."""


def usual_silence(
    connection: Connection, slug: str, now: datetime | None = None
) -> tuple[datetime, timedelta]:
    """Return when a source last listed something new, and how long it may be silent by its own habit.

    Twice the longest pause between two of its last days with news, and at least two days; a week when it
    has fewer than five such days behind it. Public holidays within a pause are no part of it. One that never
    listed anything is silent since it was added. What was listed while the clock was wrong teaches nothing.
    What a step back into the history lists is no news: of a digital newspaper the issues count instead, of
    other sources that have such a history the day on which an article was published, where that is longer ago
    than the site keeps articles listed.
    """
    now = now or datetime.now(UTC)
    if (pause := usual_issue_pause(connection, slug, press_day(now))) is not None:
        last, longest = pause
        return datetime.combine(last, time(), PRESS_ZONE) + timedelta(days=1), longest
    has_history = connection.execute(select(exists().where(backfill.c.source == slug))).scalar_one()
    stamps = sound_stamps((_list_published if has_history else _list_listed)(connection, slug, now), now)
    if not stamps:
        return _added_at(connection, slug), _QUIET_WHEN_UNKNOWN
    since = max(stamps[0][0], _added_at(connection, slug)) if has_history else stamps[0][0]
    days = steady_days(stamps)
    if len(days) < _HABIT_DAYS:
        return since, _QUIET_WHEN_UNKNOWN
    return since, max(2 * longest_pause(days), _QUIET_AT_LEAST)


def is_silent(since: datetime, usual: timedelta, now: datetime) -> bool:
    """Return whether a source that last had news then has been silent for longer than usual.

    Public holidays do not count: a newspaper may rest on all of them.
    """
    silence = now - since
    return silence > usual and silence - count_holidays(press_day(since), press_day(now)) * _DAY > usual


def _list_listed(connection: Connection, slug: str, now: datetime) -> Stamps:
    """Return the last listings by the moment at which each was listed first."""
    rows = connection.execute(
        select(listing.c.first_listed_at, listing.c.info_code)
        .where(listing.c.source == slug, listing.c.first_listed_at <= now)
        .order_by(listing.c.first_listed_at.desc())
        .limit(_HABIT_LISTINGS)
    )
    return [(listed_at, code) for listed_at, code in rows]


def _list_published(connection: Connection, slug: str, now: datetime) -> Stamps:
    """Return the last listings of a source whose history was fetched, by the moment at which each was news.

    That is when it was listed, or, where it had been published long before, its publication. What is not
    archived yet counts as of its listing.
    """
    window = timedelta(
        days=connection.execute(select(source.c.window_days).where(source.c.slug == slug)).scalar_one()
    )
    last = (
        select(listing.c.first_listed_at, listing.c.published_at, listing.c.info_code)
        .where(listing.c.source == slug, listing.c.first_listed_at <= now)
        .limit(_HABIT_LISTINGS)
    )
    archived = last.where(listing.c.published_at.is_not(None)).order_by(listing.c.published_at.desc())
    others = last.where(listing.c.published_at.is_(None)).order_by(listing.c.first_listed_at.desc())
    rows = [*connection.execute(archived), *connection.execute(others)]
    stamps = [
        (listed_at if published_at is None or listed_at - published_at <= window else published_at, code)
        for listed_at, published_at, code in rows
    ]
    return sorted(stamps, reverse=True)


def _added_at(connection: Connection, slug: str) -> datetime:
    moment: datetime = connection.execute(select(source.c.added_at).where(source.c.slug == slug)).scalar_one()
    return moment
