"""What the demo has shown, printed for a person."""

from __future__ import annotations

import shutil
import sys

from jianbao.demo.run import SOUGHT, CrawlCost, DemoResult
from jianbao.documents.article import print_published
from jianbao.documents.document import Document
from jianbao.terminal.output import print_line, print_marked, print_table


def print_result(result: DemoResult) -> None:
    """Print what arrived, what the second crawl cost, and how to go on."""
    rows = result.first.report["sources"]
    print_table(
        ("newspaper's page", "listed", "new articles", "known from another page"),
        (_arrived(row) for row in rows),
    )
    print_line(f"{result.listed} articles listed, {result.first.articles} in the archive")
    print_line()
    print_table(("crawl", "category pages asked", "articles asked", "WARC bytes", "articles"), _costs(result))
    print_line(_verdict(result))
    print_line()
    newest = ((print_published(item), item["media"], item["title"]) for item in result.newest)
    print_table(("published", "newspaper", "newest articles"), newest)
    _print_search(result.found)
    print_line()
    print_line(f"The archive is in {result.folder}. To go on:")
    begin = f"  {_spell_command()} --config {result.folder / 'jianbao.toml'}"
    for command in (f"show {result.newest[0]['info_code']}", f"trend {SOUGHT} --by day", "status"):
        print_line(f"{begin} {command}")
    print_line("To read it in a browser, at the address that this prints:")
    print_line(f"{begin} serve")


def _print_search(found: Document) -> None:
    print_line(f"Looking for {SOUGHT}: {found['total']} articles, the newest of them")
    for item in found["items"]:
        print_marked(f"  {item['title']}: {item['snippet']}", _shift(item), indent=2)


def _shift(item: Document) -> list[list[int]]:
    """Return the hits of title and snippet, as they stand when one follows the other."""
    behind = len(item["title"]) + len(": ")
    return [*item["title_hits"], *([start + behind, end + behind] for start, end in item["snippet_hits"])]


def _spell_command() -> str:
    """Return how this shell finds jianbao: by its name, or in the environment that `make` made."""
    return "jianbao" if shutil.which("jianbao") else sys.argv[0]


def _arrived(row: Document) -> tuple[str, int, int, int]:
    return row["slug"], row["listed"], row["new"], row["listed"] - row["new"]


def _costs(result: DemoResult) -> list[tuple[str, int, int, str, int]]:
    return [_cost("first", result.first, 0), _cost("second", result.second, result.first.warc_bytes)]


def _cost(name: str, crawl: CrawlCost, before: int) -> tuple[str, int, int, str, int]:
    written = f"+{crawl.warc_bytes - before:,}"
    return name, crawl.page_requests, crawl.article_requests, written, crawl.articles


def _verdict(result: DemoResult) -> str:
    if result.is_proved:
        return "Everything listed was archived; the second crawl asked each page once and wrote nothing."
    return "This is not what should happen: see the counts above and the errors on stderr."
