"""`jianbao recrawl`: fetch again what matches, and say what changed."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.filters import first_day, last_day
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from storage.records import Owed


class State(StrEnum):
    """The states of a listing that can be asked for."""

    FAILED = "failed"
    QUARANTINED = "quarantined"
    GONE = "gone"
    FURNITURE = "furniture"


def recrawl(
    context: typer.Context,
    code: Annotated[
        list[str] | None, typer.Option(help="An info code, listed or not.", metavar="CODE")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="A source.", metavar="SLUG")] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", help="The first day, in UTC+8.", metavar="YYYY-MM-DD")
    ] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", help="The last day, in UTC+8.", metavar="YYYY-MM-DD")
    ] = None,
    state: Annotated[State | None, typer.Option(help="Only listings in this state.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be fetched; fetch nothing.")
    ] = False,
    ask_again: Annotated[
        bool,
        typer.Option("--ask-again", help="End the rest that its hosts asked for; fetch robots.txt anew."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Fetch again what matches; say what is new, revised and gone."""
    from jianbao.crawl.opening import open_archive
    from jianbao.crawl.order import CrawlOrder
    from jianbao.crawl.report import print_report
    from jianbao.crawl.run import run_crawl
    from jianbao.crawl.selection import (
        Wish,
        ask_hosts_again,
        choose_articles,
        enter_endpoint_source,
        slugs_of,
    )
    from jianbao.terminal.progress import watching
    from storage.ledger.source import INFOCODE_SOURCE, check_sources

    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    wish = Wish(
        codes=tuple(code or ()),
        sources=tuple(source or ()),
        since=first_day(from_day),
        until=last_day(to_day),
        state=state.value if state else None,
    )
    with open_archive(configuration, polls=False) as archive:
        with archive.reading() as view:
            check_sources(view, wish.sources)
        chosen = choose_articles(configuration, archive, wish)
        if dry_run:
            _print_choice(chosen, as_json=as_json)
            return
        if INFOCODE_SOURCE in slugs_of(chosen):
            enter_endpoint_source(configuration, archive)
        if ask_again:
            ask_hosts_again(configuration, archive, chosen)
        order = CrawlOrder(trigger="recrawl", slugs=slugs_of(chosen), wanted=chosen)
        with watching("fetching again") as watch:
            report = run_crawl(configuration, archive, order, watch)
    print_report(report, invocation.language(for_programs=as_json), as_json=as_json)
    raise typer.Exit(ExitStatus.INTERRUPTED if report.counted.interrupted else not report.succeeded)


def _print_choice(chosen: Sequence[Owed], *, as_json: bool) -> None:
    from jianbao.terminal.output import print_json, print_table

    rows = [
        {"source": owed.source, "info_code": owed.info_code, "state": owed.state, "url": owed.url}
        for owed in chosen
    ]
    if as_json:
        print_json({"total": len(rows), "items": rows})
    else:
        print_table(("source", "info code", "state", "address"), (list(row.values()) for row in rows))
