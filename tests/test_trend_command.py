"""`trend`: a chart for people that shows holes, and figures for programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from support.command_line import Command
from test_articles import make

from jianbao.terminal.bars import draw_bars
from storage.archive.folder import Archive
from storage.articles.article import free_id, insert_article
from storage.database.schema import listing, source
from storage.records import Paragraph
from storage.search import index_article

# Noon in UTC but for two: late evenings in UTC are the next day, month and year where newspapers are printed.
ARTICLES = [
    ("2025-12-31 16:30", "上饶举行招聘会", "shangrao"),
    ("2026-01-05 12:00", "上饶天气晴好", "shangrao"),
    ("2026-01-11 15:59", "上饶招聘再掀热潮", "nanchang"),
    ("2026-03-02 12:00", "南昌招聘五百人", "nanchang"),
    ("2026-03-03 12:00", "南昌春耕", "nanchang"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of two sources with nothing in February."""
    folder = tmp_path_factory.mktemp("trend")
    with Archive.open(folder) as archive, archive.writing() as connection:
        for slug in ("shangrao", "nanchang"):
            connection.execute(
                source.insert().values(
                    slug=slug, name=slug, kind="category", timezone="Asia/Shanghai", enabled=True
                )
            )
        for number, (moment, text, slug) in enumerate(ARTICLES, 1):
            at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
            stored = make(number, at, id=free_id(connection, at), content=str(number))
            stored = replace(stored, article=replace(stored.article, paragraphs=(Paragraph(text),)))
            insert_article(connection, stored)
            index_article(connection, stored, None)
            connection.execute(
                listing.insert().values(
                    source=slug,
                    info_code=stored.article.info_code,
                    form="media",
                    url=stored.article.url,
                    title=stored.article.title,
                    first_listed_at=at,
                    last_listed_at=at,
                    state="archived",
                    published_at=at,
                )
            )
    return folder


def test_every_month_is_counted_also_an_empty_one(command: Command, folder: Path) -> None:
    found = command("--archive", folder, "trend", "招聘", "--json").json
    assert (found["query"], found["unit"], found["total"]) == ("招聘", "month", 3)
    assert found["points"] == [
        {"start": "2026-01-01", "matching": 2, "all": 3, "share": 0.666667, **covered(6, 62)},
        {"start": "2026-02-01", "matching": 0, "all": 0, "share": None, **covered(0, 56)},
        {"start": "2026-03-01", "matching": 1, "all": 2, "share": 0.5, **covered(2, 62)},
    ]


def covered(known: int, days: int) -> dict[str, float]:
    return {"covered": round(known / days, 4), "covered_days": known, "days": days}


def test_weeks_begin_on_monday_in_the_zone_of_the_press(command: Command, folder: Path) -> None:
    points = command("--archive", folder, "trend", "招聘", "--by", "week", "--to", "2026-01", "--json").json[
        "points"
    ]
    assert [(point["start"], point["matching"]) for point in points] == [("2025-12-29", 1), ("2026-01-05", 1)]


def test_sources_are_counted_for_themselves(command: Command, folder: Path) -> None:
    points = command("--archive", folder, "trend", "招聘", "--split", "--by", "year", "--json").json["points"]
    assert {(point["source"], point["matching"], point["all"]) for point in points} == {
        ("shangrao", 1, 2),
        ("nanchang", 2, 3),
    }


def test_filters_narrow_both_counts(command: Command, folder: Path) -> None:
    arguments = ("trend", "招聘", "--source", "nanchang", "--from", "2026-03-01", "--by", "day", "--json")
    points = command("--archive", folder, *arguments).json["points"]
    assert [(point["start"], point["matching"], point["all"]) for point in points] == [
        ("2026-03-02", 1, 1),
        ("2026-03-03", 0, 1),
    ]


def test_people_see_bars_figures_and_holes(command: Command, folder: Path) -> None:
    lines = command("--archive", folder, "trend", "招聘").stdout.splitlines()
    january, february, march = lines[:3]
    assert january.startswith("2026-01  ████")
    assert "█" not in february
    assert february.split() == ["2026-02", "not", "covered"]
    assert march.endswith("2 of 62 days")
    assert march.count("█") == pytest.approx(january.count("█") / 2, abs=1)
    assert "3 articles contain it" in lines[3]


def test_shares_can_be_drawn(command: Command, folder: Path) -> None:
    january, _, march, _ = command("--archive", folder, "trend", "招聘", "--share").stdout.splitlines()
    assert march.count("█") / january.count("█") == pytest.approx(0.75, abs=0.05)


def test_a_split_chart_names_its_sources(command: Command, folder: Path) -> None:
    lines = command("--archive", folder, "trend", "招聘", "--split", "--by", "year").stdout.splitlines()
    assert [line for line in lines if "█" not in line][:2] == ["nanchang", "shangrao"]


@pytest.mark.parametrize("query", ["-招聘", '"', "from:昨天"])
def test_a_bad_query_is_one_sentence(query: str, command: Command, folder: Path) -> None:
    ended = command("--archive", folder, "trend", "--", query)
    assert ended.status in (0, 2)
    assert len(ended.stderr.splitlines()) == (1 if ended.status else 0)


def test_an_archive_without_articles_has_no_trend(command: Command, tmp_path: Path) -> None:
    Archive.open(tmp_path).close()
    assert command("--archive", tmp_path, "trend", "招聘", "--json").json["points"] == []
    assert command("--archive", tmp_path, "trend", "招聘").status == 0


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_bars_are_as_wide_as_the_terminal(width: int) -> None:
    rows = [("上饶", 1.0, ("1",)), ("a", 0.0, ("1,000",)), ("南昌日报", 0.001, ("10",))]
    lines = list(draw_bars(rows, 1.0, width))
    assert len({cell_len(line) for line in lines}) == 1
    assert cell_len(lines[0]) == max(width - 1, 8 + 2 + 10 + 2 + 5)
    assert "▏" in lines[2]
    assert list(draw_bars([], 0, width)) == []
