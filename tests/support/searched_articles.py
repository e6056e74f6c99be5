"""Motley articles taken to an archive as a crawl stores them: new, edited, dated anew, copied, removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection, delete, select, update

from storage.archive.folder import Archive
from storage.articles.article import find_article
from storage.captures.capture import insert_capture
from storage.database.schema import (
    article,
    listing,
    security,
    story_owed,
    story_sketch,
    time_change,
    wording,
)
from storage.ledger.poll import record_listings
from storage.ledger.source import save_sources
from storage.records import Article, Capture, Listed, Owed, Paragraph, Security, Source, WarcPlace
from storage.search import index_article, index_owed
from support.kept_articles import keep
from support.mixed_text import motley_line, motley_text

SLUGS = ("jx-wire", "raojiang", "xinzhou")
MEDIA = ("上饶日报", "信江晚报", "鄱湖时报", None)
BYLINES = ("张平", "张平、李琬", "方　敏", "李琬", None, None)
WRITERS = ("張平", "李琬", "方敏", "无名")
SECURITIES = (
    Security("1", "600519", "贵州茅台", "link"),
    Security("0", "000001", "平安银行", "text"),
    Security("1", "000001", "上证指数", "chart"),
)
FIRST = datetime(2026, 2, 10, 15, 0, tzinfo=UTC)
_DAYS = 40
_CROWDED = 0.4
"""The share of articles that appear on the hour, as newspapers put up a whole offer: more than ids have
room for in a minute."""
_CAUGHT_UP = 0.05
"""How often the index takes what it is owed: some articles are in it then, and some are not yet."""


class SearchedArticles:
    """An archive, and the pen that writes it. The same seed writes the same."""

    def __init__(self, archive: Archive, seed: int, days: int = _DAYS) -> None:
        self.archive = archive
        self.random = Random(seed)
        self._bylines = Random(seed)  # of their own: they change nothing of what was drawn before them
        self.codes: list[str] = []
        self._days = days
        self._capture = _prepare(archive)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, seed: int = 1, days: int = _DAYS) -> Iterator[SearchedArticles]:
        """Open the archive in a folder, with what it already has."""
        with Archive.open(folder) as archive:
            searched = cls(archive, seed, days)
            with archive.reading() as connection:
                searched.codes = list(connection.execute(select(article.c.info_code)).scalars())
            yield searched

    def add(self, count: int, *, each: int = 200) -> None:
        """Store that many new articles, so many in a transaction; some are copies of others."""
        for start in range(0, count, each):
            with self.archive.writing() as connection:
                for _ in range(min(each, count - start)):
                    self._add_one(connection)
                    if self.random.random() < _CAUGHT_UP:
                        index_owed(connection)

    def edit(self, count: int) -> None:
        """Change articles: a paragraph, the title, the publication time, or all of it."""
        with self.archive.writing() as connection:
            for code in self.random.sample(self.codes, count):
                self._edit_one(connection, code)

    def remove(self, count: int) -> None:
        """Remove articles from the tables and from the index, as somebody may have to."""
        with self.archive.writing() as connection:
            for code in self.random.sample(self.codes, count):
                remove_article(connection, code)
                self.codes.remove(code)

    def relist(self, count: int) -> None:
        """Let another source list articles that the archive has."""
        with self.archive.writing() as connection:
            for code in self.random.sample(self.codes, count):
                self._list(connection, code, self.random.choice(SLUGS))

    def store(self, connection: Connection, fetched: Article, slug: str) -> None:
        """Store an article that a source lists."""
        self._list(connection, fetched.info_code, slug)
        owed = Owed(slug, fetched.info_code, fetched.form, fetched.url, fetched.title)
        if keep(self.archive, connection, fetched, owed, FIRST, self._capture).outcome == "new":
            self.codes.append(fetched.info_code)

    def write(self, published_at: datetime | None = None) -> Article:
        """Return an article that is not stored yet."""
        moment = published_at or self._moment()
        return make_article(
            f"NW{moment:%Y%m%d}{self.random.randrange(10**10):010d}",
            moment,
            motley_line(self.random, 8),
            motley_text(self.random),
            media=self.random.choice(MEDIA),
            securities=tuple(self.random.sample(SECURITIES, self.random.choice((0, 0, 1, 2)))),
            author=self._bylines.choice(BYLINES),
        )

    def _add_one(self, connection: Connection) -> None:
        fetched = self.write()
        if self.codes and self.random.random() < 0.05:
            first = find_article(connection, self.random.choice(self.codes))
            assert first is not None
            same = first.article
            fetched = replace(fetched, title=same.title, paragraphs=same.paragraphs)
        self.store(connection, fetched, self.random.choice(SLUGS))

    def _edit_one(self, connection: Connection, code: str) -> None:
        stored = find_article(connection, code)
        assert stored is not None
        current = stored.article
        way = self.random.randrange(4)
        if way in (0, 3):
            lines = [line.text for line in current.paragraphs]
            lines[self.random.randrange(len(lines))] = motley_line(self.random)
            current = replace(current, paragraphs=tuple(map(Paragraph, lines)))
        if way in (1, 3):
            current = replace(current, title=motley_line(self.random, 8))
        if way in (2, 3):
            current = replace(current, published_at=self._moment())
        self.store(connection, current, self.random.choice(SLUGS))

    def _list(self, connection: Connection, code: str, slug: str) -> None:
        record_listings(connection, slug, [Listed(code, "media", f"http://127.0.0.1/{code}", "")], FIRST)

    def _moment(self) -> datetime:
        seconds = self.random.randrange(self._days * 86_400)
        if self.random.random() < _CROWDED:
            seconds -= seconds % 3_600
        return FIRST + timedelta(seconds=seconds)


def make_article(
    code: str,
    published_at: datetime,
    title: str,
    lines: Sequence[str],
    media: str | None = MEDIA[0],
    securities: tuple[Security, ...] = (),
    author: str | None = None,
) -> Article:
    """Return an article of those lines."""
    return Article(
        info_code=code,
        url=f"http://127.0.0.1/{code}",
        form="media",
        title=title,
        published_at=published_at,
        precision="second",
        media=media,
        author=author,
        summary=None,
        source_line=None,
        continued=False,
        paragraphs=tuple(map(Paragraph, lines)),
        securities=securities,
    )


def remove_article(connection: Connection, code: str) -> None:
    """Remove an article from the tables and from the index."""
    stored = find_article(connection, code)
    assert stored is not None
    index_article(connection, None, stored)
    connection.execute(update(listing).where(listing.c.info_code == code).values(published_at=None))
    for table in (story_owed, story_sketch, wording, time_change, security, article):
        connection.execute(delete(table).where(table.c.info_code == code))


def _prepare(archive: Archive) -> int:
    """Enter the sources and a capture that all articles refer to; return its id."""
    rows = [Source(slug, slug, "category", None, "Asia/Shanghai", None, enabled=True) for slug in SLUGS]
    with archive.writing() as connection:
        save_sources(connection, rows)
        known = connection.execute(select(listing.c.capture_id).limit(1)).scalar()
        if known is not None:
            return int(known)
        place = WarcPlace("none.warc.gz", 0, 1)
        stored = insert_capture(
            connection, Capture("http://127.0.0.1/", FIRST, 200, "text/html", "sha256:0", place)
        )
    assert stored.id is not None
    return stored.id
