"""What the demo has shown, printed for a person."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from jianbao.demo.cost import Cost
from jianbao.demo.run import SOUGHT, DemoResult, History
from jianbao.documents.article import print_published
from jianbao.documents.document import Document
from jianbao.terminal.output import print_line, print_marked, print_table


def print_result(result: DemoResult) -> None:
    """Print what arrived, what the second crawl cost, a history, and how to go on."""
    print_table(
        ("newspaper", "kind", "listed", "new articles", "known from another page"),
        (_arrived(row, result.kinds) for row in result.first.report["sources"]),
    )
    print_line()
    costs = (("first crawl", result.first), ("second crawl", result.second), ("history", result.history.cost))
    print_table(
        ("", "lists asked", "articles asked", "pictures asked", "WARC bytes", "articles"), _costs(*costs)
    )
    print_line(_verdict(result))
    print_line(_tell_history(result.history))
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
    print_line(f"There {result.view} is a page as it was printed, on which every article can be clicked.")


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


def _arrived(row: Document, kinds: dict[str, str]) -> tuple[str, str, int, int, int]:
    return row["slug"], kinds[row["slug"]], row["listed"], row["new"], row["listed"] - row["new"]


def _costs(*costs: tuple[str, Cost]) -> Iterator[tuple[str, int, int, int, str, int]]:
    before = 0
    for name, cost in costs:
        written = f"+{cost.warc_bytes - before:,}"
        yield (
            name,
            cost.page_requests,
            cost.article_requests,
            cost.picture_requests,
            written,
            cost.articles,
        )
        before = cost.warc_bytes


def _tell_history(history: History) -> str:
    articles, others = history.archived
    if not history.is_whole:
        printed = " + ".join(map(str, history.printed))
        return f"The history of {history.name}: {printed} were printed, {articles} + {others} are there."
    return (
        f"The history of {history.name}: {history.days} issues and {history.silent_days} days without one, "
        f"{articles} articles, {others} pictures and advertisements without a text: none lost, none twice."
    )


def _verdict(result: DemoResult) -> str:
    if result.is_proved:
        return (
            "Everything listed was archived; the second crawl asked for each source's list and nothing else."
        )
    return "This is not what should happen: see the counts above and the errors on stderr."
