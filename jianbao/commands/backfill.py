"""`jianbao backfill`: a newspaper's history, step by step, from where it stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jianbao.commands.filters import first_day, last_day
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.configuration import Configuration, Source
    from jianbao.crawl.backfill import BackfillWish
    from jianbao.crawl.order import CrawlReport
    from storage.records.saying import Language


def backfill(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="The source whose history is fetched.", metavar="SLUG")],
    from_day: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="The first day; also a month or a year. By default as the source's since says.",
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    to_day: Annotated[
        str | None,
        typer.Option("--to", help="The last day; also a month or a year.", metavar="YYYY-MM-DD"),
    ] = None,
    newest_first: Annotated[
        bool,
        typer.Option("--newest-first/--oldest-first", help="In which order; the newest first by default."),
    ] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked for; ask and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    seconds: Annotated[float | None, typer.Option(hidden=True)] = None,
    idle: Annotated[bool, typer.Option("--idle", hidden=True)] = False,
    begun: Annotated[bool, typer.Option("--begun", hidden=True)] = False,
) -> None:
    """Fetch a newspaper's history, from where it stopped."""
    from jianbao.crawl.backfill import BackfillWish, choose_source

    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    language = invocation.language(for_programs=as_json or idle)
    source = choose_source(configuration, slug)
    wish = BackfillWish(slug, _first(from_day), _last(to_day), newest_first, seconds, begun)
    if dry_run:
        _tell_plan(configuration, source, wish, language, as_json=as_json)
        return
    raise typer.Exit(_run(configuration, source, wish, language, as_json=as_json, idle=idle))


def _run(
    configuration: Configuration,
    source: Source,
    wish: BackfillWish,
    language: Language,
    *,
    as_json: bool,
    idle: bool,
) -> int:
    """Fetch what is to be fetched, print what came of it, and return the exit status."""
    from jianbao.crawl.backfill import carry_out, plan_backfill
    from jianbao.crawl.history_report import Progress
    from jianbao.crawl.opening import open_archive
    from jianbao.documents.history import present_history
    from jianbao.terminal.progress import telling

    now, progress = datetime.now(UTC), Progress()
    with open_archive(configuration, polls=True, begin=not idle) as archive:
        plan = plan_backfill(archive, source, wish, now)
        with telling(f"fetching the history of {source.slug}") as tell:
            watch = None if tell is None else (lambda counted: tell(progress.describe(counted)))
            report = carry_out(configuration, archive, plan, wish, watch)
        with archive.reading() as connection:
            told = present_history(connection, source.slug, plan.first, plan.last)
    _print(report, told, language, as_json=as_json, idle=idle)
    if report is not None and report.counted.interrupted:
        return ExitStatus.INTERRUPTED
    return ExitStatus(told["state"] == "failed" or (report is not None and not report.succeeded))


def _print(
    report: CrawlReport | None, told: dict[str, Any], language: Language, *, as_json: bool, idle: bool
) -> None:
    from jianbao.crawl.history_report import NOTHING_ASKED, print_history
    from jianbao.crawl.report import print_report, print_summary
    from jianbao.documents.said import tell_document
    from jianbao.terminal.output import print_json

    if as_json:
        said = NOTHING_ASKED if report is None else report.as_json()
        if report is None and told["state"] == "failed":
            said |= {"status": "partial"}
        print_json(tell_document(said | {"history": told}, language))
        return
    if report is not None:
        (print_summary(report, language) if idle else print_report(report, language, as_json=False))
    print_history(tell_document(told, language), report)


def _tell_plan(
    configuration: Configuration, source: Source, wish: BackfillWish, language: Language, *, as_json: bool
) -> None:
    """Print what would be done."""
    from jianbao.crawl.backfill import look_ahead
    from jianbao.crawl.history_report import print_plan
    from jianbao.documents.history import present_day, present_span
    from jianbao.documents.said import tell_document
    from jianbao.terminal.output import print_json

    plan, guessed = look_ahead(configuration, source, wish)
    if as_json:
        document = {
            "source": source.slug,
            "from": present_day(plan.first),
            "to": str(plan.last),
            "spans": [present_span(span) for span in plan.todo],
            "later": [present_span(span) for span in plan.later],
            "estimate": guessed.as_json(),
        }
        print_json(tell_document(document, language))
    else:
        print_plan(plan, guessed, source.slug, language)


def _first(text: str | None) -> date | None:
    moment = first_day(text)
    return moment.date() if moment else None


def _last(text: str | None) -> date | None:
    moment = last_day(text)
    return moment.date() - timedelta(days=1) if moment else None
