"""Losses planted in an archive: rows taken away as a backup that was lost would have it, or as never seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from sqlalchemy import Connection, Table, delete, select, text, update

from storage.archive.folder import Archive
from storage.database.schema import (
    article,
    capture,
    facsimile,
    issue,
    issue_page,
    listing,
    picture,
    security,
    story_key,
    story_link,
    story_member,
    story_owed,
    story_sketch,
    time_change,
    wording,
)
from storage.records import info_code_day
from storage.records.hole import ARTICLE_KINDS, Hole


@dataclass
class Planted:
    """What was taken away: info codes, days of sources, whole or as issues that failed, pictures by address.

    ``nowhere`` are the articles of whole days, of which no trace is left.
    """

    articles: set[str] = field(default_factory=set)
    nowhere: set[str] = field(default_factory=set)
    days: set[tuple[str, date]] = field(default_factory=set)
    issues: set[tuple[str, date]] = field(default_factory=set)
    pictures: set[str] = field(default_factory=set)

    def misnamed(self, holes: Sequence[Hole]) -> list[str]:
        """Return what holes leave out of what was planted, and what they name beside it."""
        found = _Named.read(holes)
        lost = {(code.partition("-")[0], info_code_day(code)) for code in self.articles}
        problems = [f"article {code} is not named" for code in self.articles - found.articles - self.nowhere]
        problems += [f"{day} is not named" for day in (self.days | self.issues) - found.days]
        problems += [f"{url} is not named" for url in self.pictures - found.pictures]
        problems += [f"article {code} was not lost" for code in found.articles - self.articles - self.nowhere]
        problems += [f"{day} was not lost" for day in found.days - self.days - self.issues - lost]
        problems += [f"{url} was not lost" for url in found.pictures - self.pictures]
        return sorted(problems)


@dataclass(frozen=True)
class _Named:
    articles: set[str]
    days: set[tuple[str, date]]
    pictures: set[str]

    @classmethod
    def read(cls, holes: Sequence[Hole]) -> _Named:
        """Return what holes name, days one by one."""
        articles = {code for hole in holes if hole.kind in ARTICLE_KINDS for code in hole.codes}
        days = {
            (hole.source, date.fromordinal(day))
            for hole in holes
            if hole.kind in ("silent", "unwatched", "issue")
            for day in range(hole.first.toordinal(), hole.last.toordinal() + 1)
        }
        pictures = {code for hole in holes if hole.kind in ("picture", "facsimile") for code in hole.codes}
        return cls(articles, days, pictures)


@dataclass
class Planter:
    """Takes things out of an archive, the same ones for the same seed, and notes them."""

    archive: Archive
    random: Random
    planted: Planted = field(default_factory=Planted)

    def lose_articles(self, count: int) -> None:
        """Take so many articles away: every other one with its listings, as if it had never been seen."""
        with self.archive.writing() as connection:
            codes = list(connection.execute(select(article.c.info_code).order_by(article.c.id)).scalars())
            for at, code in enumerate(self.random.sample(codes, count)):
                _drop_article(connection, code, with_listings=at % 2 == 1)
                self.planted.articles.add(code)

    def lose_days(self, slug: str, days: Sequence[date]) -> None:
        """Take whole days of a digital newspaper away, with all that tells of them."""
        with self.archive.writing() as connection:
            for day in days:
                query = select(listing.c.info_code).where(listing.c.source == slug)
                codes = [code for code in connection.execute(query).scalars() if info_code_day(code) == day]
                for code in codes:
                    _drop_article(connection, code, with_listings=True)
                connection.execute(
                    update(capture).where(capture.c.info_code.in_(codes)).values(info_code=None)
                )
                for table in (issue_page, issue, facsimile):
                    connection.execute(delete(table).where(table.c.source == slug, table.c.day == day))
                self.planted.nowhere.update(codes)
                self.planted.days.add((slug, day))

    def lose_issues(self, slug: str, days: Sequence[date]) -> None:
        """Have issues be failed, though their articles are there."""
        with self.archive.writing() as connection:
            of_days = issue.c.source == slug, issue.c.day.in_(days)
            connection.execute(update(issue).where(*of_days).values(state="failed", reason="答了 503"))
        self.planted.issues.update((slug, day) for day in days)

    def lose_pictures(self, count: int) -> None:
        """Take so many pictures away: every other one is owed instead."""
        with self.archive.writing() as connection:
            rows = connection.execute(
                select(picture.c.info_code, picture.c.url).order_by(picture.c.info_code, picture.c.url)
            ).all()
            for at, row in enumerate(self.random.sample(rows, count)):
                this = picture.c.info_code == row.info_code, picture.c.url == row.url
                if at % 2:
                    connection.execute(delete(picture).where(*this))
                else:
                    connection.execute(update(picture).where(*this).values(state="failed", next_try_at=None))
                self.planted.pictures.add(row.url)

    def printed_days(self, slug: str) -> list[date]:
        """Return the days of a paper of which the archive has an issue, in order."""
        with self.archive.reading() as view:
            query = select(issue.c.day).where(issue.c.source == slug, issue.c.state == "listed")
            return sorted(view.execute(query).scalars())


def _drop_article(connection: Connection, code: str, *, with_listings: bool) -> None:
    sketches = select(story_sketch.c.number).where(story_sketch.c.info_code == code)
    connection.execute(delete(story_key).where(story_key.c.sketch.in_(sketches)))
    connection.execute(delete(story_link).where((story_link.c.one == code) | (story_link.c.other == code)))
    tables: list[Table] = [wording, story_sketch, story_member, story_owed, security, time_change, picture]
    for table in [*tables, article, *([listing] if with_listings else [])]:
        connection.execute(delete(table).where(table.c.info_code == code))


def count_rows(archive: Archive) -> dict[str, int]:
    """Return how much of each noun an archive holds."""
    with archive.reading() as view:
        return {
            what: view.execute(text(query)).scalar_one()
            for what, query in {
                "articles": "SELECT count(*) FROM article",
                "listings": "SELECT count(*) FROM listing WHERE source <> 'infocode'",
                "issues": "SELECT count(*) FROM issue WHERE state = 'listed'",
                "pictures": "SELECT count(*) FROM picture WHERE state = 'archived'",
                "facsimiles": "SELECT count(*) FROM facsimile WHERE state = 'archived'",
            }.items()
        }
