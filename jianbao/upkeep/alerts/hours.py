"""Times of the day at which a channel is told nothing, or is told the day. Pure: the clock is an argument."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def find_quiet_end(quiet: str | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours end that ``now`` (aware) is in, None outside of them.

    ``quiet`` is "HH:MM-HH:MM" in the zone; it may go past midnight, and with two equal times lasts all day.
    """
    if quiet is None:
        return None
    begins, ends = (time.fromisoformat(part) for part in quiet.split("-"))
    here = now.astimezone(zone)
    told = here.time().replace(tzinfo=None)
    is_quiet = begins <= told < ends if begins < ends else told >= begins or told < ends
    if not is_quiet:
        return None
    return _next_at(here, ends)


def find_digest_day(digest: str | None, now: datetime, zone: ZoneInfo) -> int | None:
    """Return the day (proleptic ordinal) whose digest is due by ``now``: today's, from its time on."""
    if digest is None:
        return None
    here = now.astimezone(zone)
    return here.toordinal() if here.time() >= time.fromisoformat(digest) else None


def begin_of_digest(digest: str, day: int, zone: ZoneInfo) -> datetime:
    """Return since when the digest of a day tells: the time of the one before."""
    before = datetime.fromordinal(day) - timedelta(days=1)
    return datetime.combine(before, time.fromisoformat(digest), zone)


def _next_at(here: datetime, at: time) -> datetime:
    """Return the next instant at which the clock on the wall shows a time."""
    today = datetime.combine(here, at, here.tzinfo)
    return today if today > here else datetime.combine(here + timedelta(days=1), at, here.tzinfo)
