"""`stats`: what the archive holds agrees with a count by hand, and is counted from indexes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.command_line import Command
from test_articles import make

from storage.archive.folder import Archive
from storage.articles.article import free_id, insert_article, insert_revision, link_duplicates, update_article
from storage.articles.lists import ArticleFilter
from storage.articles.statistics import count_statistics
from storage.database.schema import listing, source
from storage.records.press_days import PRESS_ZONE

SLUGS = ("shangrao", "nanchang")
COUNT = 90
START = datetime(2026, 1, 1, 3, 30, tzinfo=UTC)
STEP = timedelta(hours=13)
REVISED, COPIED = 7, 5
ASIDE = "NW202602050000000000"


def moment_of(number: int) -> datetime:
    """Return when an article was published."""
    return START + number * STEP


def slugs_of(number: int) -> tuple[str, ...]:
    """Return who listed an article: every tenth one both."""
    return SLUGS if number % 10 == 0 else (SLUGS[number % 2],)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with articles of two sources and two newspapers, some revised, some copied."""
    folder = tmp_path_factory.mktemp("stats")
    with Archive.open(folder) as archive, archive.writing() as connection:
        for slug in SLUGS:
            connection.execute(
                source.insert().values(
                    slug=slug, name=slug, kind="category", timezone="Asia/Shanghai", enabled=True
                )
            )
        for number in range(COUNT):
            content = "copied" if number % 20 == 3 else str(number)
            at = moment_of(number)
            stored = make(number, at, id=free_id(connection, at), content=content)
            media = None if number % 9 == 0 else ("上饶日报", "南昌日报")[number % 2]
            stored = replace(stored, article=replace(stored.article, media=media))
            insert_article(connection, stored)
            if number % REVISED == 1:
                revised = replace(stored, revision=2)
                update_article(connection, revised)
                insert_revision(connection, revised, changed={})
            for slug in slugs_of(number):
                connection.execute(listing.insert().values(**listed(slug, stored.article.info_code, at)))
        link_duplicates(connection, "copied")
        connection.execute(
            listing.insert().values(**listed(SLUGS[0], ASIDE, None) | {"state": "quarantined"})
        )
    return folder


def listed(slug: str, code: str, at: datetime | None) -> dict[str, Any]:
    """Return a listing's row."""
    times = {"first_listed_at": at or START, "last_listed_at": at or START, "published_at": at}
    words = {"form": "media", "url": "x", "title": "x", "state": "archived"}
    return {"source": slug, "info_code": code, **words, **times}


def day_of(number: int) -> date:
    """Return the day of publication where newspapers are printed."""
    return moment_of(number).astimezone(PRESS_ZONE).date()


def count(folder: Path, wanted: ArticleFilter | None = None, *, characters: bool = False) -> Any:
    """Return the statistics of an archive."""
    with Archive.open_existing(folder) as archive, archive.reading() as connection:
        return count_statistics(connection, wanted, characters=characters)


def test_articles_are_counted_by_everything(folder: Path) -> None:
    found = count(folder)
    assert found.total.articles == COUNT
    expected = Counter(slug for number in range(COUNT) for slug in slugs_of(number))
    assert {slug: counts.articles for slug, counts in found.sources.items()} == expected
    months = Counter(day_of(number).replace(day=1) for number in range(COUNT))
    assert {month: counts.articles for month, counts in found.months.items()} == months
    media = Counter(None if n % 9 == 0 else ("上饶日报", "南昌日报")[n % 2] for n in range(COUNT))
    assert {name: counts.articles for name, counts in found.media.items()} == media
    days = Counter(day_of(number) for number in range(COUNT))
    assert all(days[day] == articles for day, articles in found.busiest_days)
    assert found.busiest_days[0][1] == max(days.values())
    assert (found.first, found.last) == (moment_of(0), moment_of(COUNT - 1))


def test_revisions_and_copies_are_counted(folder: Path) -> None:
    found = count(folder)
    revised = [number for number in range(COUNT) if number % REVISED == 1]
    assert found.total.revisions == len(revised)
    by_source = Counter(slug for number in revised for slug in slugs_of(number))
    assert {slug: counts.revisions for slug, counts in found.sources.items()} == by_source
    copies = [number for number in range(COUNT) if number % 20 == 3][1:]
    assert found.total.duplicates == len(copies)
    assert {slug: counts.duplicates for slug, counts in found.sources.items()} == {
        slug: Counter(slug for number in copies for slug in slugs_of(number))[slug] for slug in SLUGS
    }


def test_what_was_set_aside_counts_on_the_day_of_its_code(folder: Path) -> None:
    found = count(folder)
    assert found.total.quarantined == 1
    assert {slug: counts.quarantined for slug, counts in found.sources.items()} == {SLUGS[0]: 1, SLUGS[1]: 0}
    assert found.months[date(2026, 2, 1)].quarantined == 1
    assert count(folder, ArticleFilter(until=datetime(2026, 2, 5, tzinfo=PRESS_ZONE))).total.quarantined == 0


def test_characters_are_counted_when_asked_for(folder: Path) -> None:
    assert count(folder).total.characters is None
    found = count(folder, characters=True)
    length = len("信州区今日举行春季招聘会。")
    assert found.total.characters == COUNT * length
    assert {slug: counts.characters for slug, counts in found.sources.items()} == {
        slug: counts.articles * length for slug, counts in found.sources.items()
    }
    assert sum(counts.characters for counts in found.months.values()) == COUNT * length
    assert sum(counts.characters for counts in found.media.values()) == COUNT * length


def test_filters_narrow_every_count(folder: Path) -> None:
    since, until = (datetime(2026, month, 1, tzinfo=PRESS_ZONE) for month in (1, 2))
    found = count(folder, ArticleFilter(sources=("nanchang",), since=since, until=until), characters=True)
    inside = [n for n in range(COUNT) if "nanchang" in slugs_of(n) and since <= moment_of(n) < until]
    assert found.total.articles == len(inside)
    assert list(found.months) == [date(2026, 1, 1)]
    assert {slug: counts.articles for slug, counts in found.sources.items()} == {"nanchang": len(inside)}
    assert found.total.revisions == sum(1 for number in inside if number % REVISED == 1)


def test_no_article_is_read_for_its_count(folder: Path) -> None:
    plans: list[str] = []
    with Archive.open_existing(folder) as archive, archive.reading() as connection:
        connection.connection.driver_connection.set_trace_callback(plans.append)  # type: ignore[union-attr]
        count_statistics(connection)
        connection.connection.driver_connection.set_trace_callback(None)  # type: ignore[union-attr]
        asked = [words for words in plans if words.startswith("SELECT")]
        steps = [row.detail for sql in asked for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
    assert len(asked) >= 7
    assert [step for step in steps if step in ("SCAN article", "SCAN revision")] == []


def test_the_command_prints_tables_and_json(command: Command, folder: Path) -> None:
    found = command("--archive", folder, "stats", "--json").json
    assert (found["articles"], found["quarantined"], found["characters"]) == (COUNT, 1, None)
    assert found["first"] == "2026-01-01T11:30:00+08:00"
    assert {row["source"] for row in found["sources"]} == set(SLUGS)
    assert found["months"][0]["month"] == "2026-01"
    assert found["archive"]["database_bytes"] > 0
    assert set(found["archive"]) == {"database_bytes", "warc_bytes", "warc_files", "captures"}
    printed = command("--archive", folder, "stats", "--source", "shangrao", "--characters").stdout
    assert "上饶日报" in printed
    assert "characters" in printed
    assert "published from 2026-01-01 to" in printed


def test_an_empty_archive_has_statistics(command: Command, tmp_path: Path) -> None:
    Archive.open(tmp_path).close()
    found = command("--archive", tmp_path, "stats", "--json").json
    assert (found["articles"], found["first"], found["sources"]) == (0, None, [])
    assert command("--archive", tmp_path, "stats").status == 0


def test_a_source_that_nobody_knows_is_refused(command: Command, folder: Path) -> None:
    assert command("--archive", folder, "stats", "--source", "nobody").status == 2
