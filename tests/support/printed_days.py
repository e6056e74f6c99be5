"""A ledger of which only the days count: a source that printed so much on each, and the polls that saw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, update

from storage.archive.folder import Archive
from storage.database.schema import crawl, listing, source
from storage.ledger.habits import each_day
from storage.ledger.holes.every import list_holes
from storage.records.hole import DAY_KINDS, Hole
from storage.records.press_days import PRESS_ZONE

SLUG = "laiyangribao"


def moment(day: date, hour: int = 9) -> datetime:
    """Return an hour of a day in UTC+8."""
    return datetime.combine(day, time(hour), PRESS_ZONE)


@dataclass
class PrintedDays:
    """The archive of one source that was added on ``first``; ``now`` is noon of the day after ``last``."""

    archive: Archive
    first: date
    last: date

    @property
    def now(self) -> datetime:
        """The moment of the last poll, and of every look."""
        return moment(self.last + timedelta(days=1), 12)

    def prints(self, much: Callable[[date], int]) -> None:
        """Enter what was printed on each day, and that the source was polled every day."""
        rows = [_row(day, at) for day in each_day(self.first, self.last) for at in range(much(day))]
        with self.archive.writing() as connection:
            connection.execute(insert(listing), rows)

    def loses(self, *days: date) -> None:
        """Take what was printed on some days out of the ledger."""
        with self.archive.writing() as connection:
            for day in days:
                begin = moment(day, 0)
                of_day = listing.c.published_at.between(begin, begin + timedelta(hours=23))
                connection.execute(delete(listing).where(of_day))

    def change_source(self, **values: object) -> None:
        """Change the source's row."""
        with self.archive.writing() as connection:
            connection.execute(update(source).where(source.c.slug == SLUG).values(**values))

    def day_holes(self, now: datetime | None = None) -> list[Hole]:
        """Return the holes that are days."""
        with self.archive.reading() as view:
            found = list_holes(view, now or self.now)
        return [hole for hole in found if hole.kind in DAY_KINDS]

    def spans(self) -> list[tuple[str, date, date]]:
        """Return kind and days of these holes."""
        return [(hole.kind, hole.first, hole.last) for hole in self.day_holes()]


@contextmanager
def keep_days(folder: Path, first: date, last: date) -> Iterator[PrintedDays]:
    """Give the archive of a source that was polled once a day from ``first`` to the day after ``last``."""
    with Archive.open(folder) as archive:
        days = PrintedDays(archive, first, last)
        with archive.writing() as connection:
            connection.execute(insert(source).values(**_source(days)))
            polls = [_crawl(day) for day in each_day(first, last + timedelta(days=1))]
            connection.execute(insert(crawl), polls)
        yield days


def _source(days: PrintedDays) -> dict[str, object]:
    return {
        "slug": SLUG,
        "name": "莱洋日报",
        "kind": "category",
        "url": f"http://127.0.0.1/category/{SLUG}.html",
        "timezone": "Asia/Shanghai",
        "enabled": True,
        "added_at": moment(days.first),
        "last_outcome": "changed",
        "last_polled_at": days.now,
        "last_succeeded_at": days.now,
    }


def _row(day: date, at: int) -> dict[str, object]:
    code = f"NW{day:%Y%m%d}{at:010}"
    return {
        "source": SLUG,
        "info_code": code,
        "form": "media",
        "url": f"http://127.0.0.1/{SLUG}/{code}.html",
        "title": "渔港开海",
        "published_at": moment(day, 8),
        "first_listed_at": moment(day),
        "last_listed_at": moment(day),
        "state": "archived",
    }


def _crawl(day: date) -> dict[str, object]:
    return {
        "trigger": "schedule",
        "started_at": moment(day, 11),
        "finished_at": moment(day, 11),
        "status": "ok",
        "pid": 1,
        "polls": 1,
        "sources": [],
        "errors": [],
        "version": "1",
    }
