"""`jianbao crawl`: poll now, and fetch what is owed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation


def crawl(
    context: typer.Context,
    slugs: Annotated[
        list[str] | None,
        typer.Argument(help="The sources to poll; all enabled ones by default.", metavar="SLUG"),
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Leave failed articles alone until their next try: for cron.")
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", help="Print only what began to fail, or fails otherwise than before; for cron."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    trigger: Annotated[str, typer.Option(hidden=True)] = "manual",
    due_at: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Poll category pages now, and fetch what they leave owed."""
    from jianbao.crawl.opening import open_archive
    from jianbao.crawl.order import CrawlOrder, choose_slugs
    from jianbao.crawl.overdue import watch_overdue
    from jianbao.crawl.report import print_new_troubles, print_report, print_summary, remind_of_contact
    from jianbao.crawl.run import run_crawl
    from jianbao.documents.status import read_troubles
    from jianbao.terminal.progress import watching

    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    scheduled = trigger == "schedule"
    language = invocation.language(for_programs=as_json or scheduled)
    order = CrawlOrder(
        trigger=trigger,
        slugs=choose_slugs(configuration, slugs or (), skip_unknown=scheduled),
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        due_only=due or scheduled,
        leftovers=scheduled or not slugs,
    )
    if not scheduled:
        remind_of_contact(configuration)
    opened = open_archive(configuration, polls=True, begin=not order.due_only)
    with opened as archive, watching("crawling") as watch:
        before = read_troubles(archive) if quiet else {}
        report = run_crawl(configuration, archive, order, watch)
        if due:  # for cron: nobody else looks
            watch_overdue(archive, datetime.now(UTC))
        troubles = read_troubles(archive) if quiet else {}
    if as_json or not (scheduled or quiet):
        print_report(report, language, as_json=as_json)
    elif quiet:
        new = [troubles[trouble].tell(language) for trouble in troubles if trouble not in before]
        print_new_troubles(report, new)
    else:
        print_summary(report, language)
    raise typer.Exit(ExitStatus.INTERRUPTED if report.counted.interrupted else not report.succeeded)
