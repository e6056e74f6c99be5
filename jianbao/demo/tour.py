"""The demo's numbers, told to a person."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from jianbao.demo.show import SOUGHT, Round, Tour
from jianbao.documents.article import print_published
from jianbao.terminal.output import print_line, print_marked, print_table


def print_tour(tour: Tour) -> None:
    """Print what arrived, what the second crawl cost, and how to go on."""
    rows = tour.first.report["sources"]
    print_table(
        ("newspaper's page", "listed", "new articles", "known from another page"),
        (_arrived(row) for row in rows),
    )
    print_line(f"{tour.listed} articles listed, {tour.first.articles} in the archive")
    print_line()
    print_table(("crawl", "category pages asked", "articles asked", "WARC bytes", "articles"), _costs(tour))
    print_line(_verdict(tour))
    print_line()
    newest = ((print_published(item), item["media"], item["title"]) for item in tour.newest)
    print_table(("published", "newspaper", "newest articles"), newest)
    _print_search(tour.found)
    print_line()
    print_line(f"The archive is in {tour.folder}. To go on:")
    begin = f"  {_spell_command()} --config {tour.folder / 'jianbao.toml'}"
    for command in (f"show {tour.newest[0]['info_code']}", f"trend {SOUGHT} --by day", "status"):
        print_line(f"{begin} {command}")
    print_line("To read it in a browser, at the address that this prints:")
    print_line(f"{begin} serve")


def _print_search(found: dict[str, Any]) -> None:
    print_line(f"Looking for {SOUGHT}: {found['total']} articles, the newest of them")
    for item in found["items"]:
        print_marked(f"  {item['title']}: {item['snippet']}", _shift(item), indent=2)


def _shift(item: dict[str, Any]) -> list[list[int]]:
    """Return the hits of title and snippet, as they stand when one follows the other."""
    behind = len(item["title"]) + len(": ")
    return [*item["title_hits"], *([start + behind, end + behind] for start, end in item["snippet_hits"])]


def _spell_command() -> str:
    """Return how this shell finds jianbao: by its name, or in the environment that `make` made."""
    return "jianbao" if shutil.which("jianbao") else sys.argv[0]


def _arrived(row: dict[str, Any]) -> tuple[str, int, int, int]:
    return row["slug"], row["listed"], row["new"], row["listed"] - row["new"]


def _costs(tour: Tour) -> list[tuple[str, int, int, str, int]]:
    return [_cost("first", tour.first, 0), _cost("second", tour.second, tour.first.warc_bytes)]


def _cost(name: str, crawl: Round, before: int) -> tuple[str, int, int, str, int]:
    written = f"+{crawl.warc_bytes - before:,}"
    return name, crawl.page_requests, crawl.article_requests, written, crawl.articles


def _verdict(tour: Tour) -> str:
    if tour.proved:
        return "Everything listed was archived; the second crawl asked each page once and wrote nothing."
    return "This is not what should happen: see the counts above and the errors on stderr."
