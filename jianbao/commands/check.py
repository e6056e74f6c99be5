"""`jianbao check`: look again at archived pages, and say which changed, moved, vanished or came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.filters import FromDay, Sources, ToDay, first_day, last_day
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.configuration import Configuration
    from jianbao.crawl.check import CheckReport
    from jianbao.documents.document import Document
    from jianbao.terminal.progress import Watch
    from storage.archive.folder import Archive
    from storage.ledger.owed import ListingFilter
    from storage.records.saying import Language


def check(
    context: typer.Context,
    code: Annotated[
        list[str] | None, typer.Option(help="An info code; may be repeated.", metavar="CODE")
    ] = None,
    source: Sources = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    gone: Annotated[bool, typer.Option("--gone", help="Only what is gone: is it back?")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Only what is due by [check], within its hours and budget.")
    ] = False,
    limit: Annotated[int | None, typer.Option(help="How many pages at most.", min=1, max=1_000_000)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look again at archived pages: alive, changed, moved, gone, back."""
    from jianbao.crawl.opening import open_archive
    from jianbao.terminal.output import print_json
    from jianbao.terminal.progress import watching
    from storage.ledger.owed import ListingFilter
    from storage.records import canonical_info_code

    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    wanted = ListingFilter(
        tuple(canonical_info_code(one) for one in code or ()),
        tuple(source or ()),
        first_day(from_day),
        last_day(to_day),
        "gone" if gone else None,
    )
    is_named = wanted != ListingFilter()
    if due and is_named:
        raise typer.BadParameter("--due chooses by itself: leave out --code, --source, --from, --to, --gone")
    with open_archive(configuration, polls=False, begin=False) as archive, watching("looking again") as watch:
        report = _check(configuration, archive, wanted if is_named else None, limit, watch)
    language = invocation.language(for_programs=as_json)
    found = report.as_json(language)
    if as_json:
        print_json(found)
    else:
        _print(found, report, language)
    raise typer.Exit(_status_of(report))


def _check(
    configuration: Configuration,
    archive: Archive,
    wanted: ListingFilter | None,
    limit: int | None,
    watch: Watch | None,
) -> CheckReport:
    from jianbao.crawl.check import check_articles, check_due, choose_named
    from storage.ledger.source import check_sources

    if wanted is None:
        return check_due(configuration, archive, watch, limit)
    with archive.reading() as view:
        check_sources(view, tuple(wanted.sources))
    return check_articles(configuration, archive, choose_named(archive, wanted, limit), watch)


def _status_of(report: CheckReport) -> int:
    """Return 130 for an interrupted check, 1 where a page gave no answer, else 0."""
    if report.crawl is not None and report.crawl.counted.interrupted:
        return ExitStatus.INTERRUPTED
    is_broken = report.crawl is not None and report.crawl.counted.broken
    return int(is_broken or bool(report.counts.get("unanswered")))


def _print(found: Document, report: CheckReport, language: Language) -> None:
    from jianbao.terminal.output import print_line
    from storage.records.look import FOUND
    from storage.records.saying import say

    if report.said is not None:
        print_line(report.said.tell(language))
    if report.crawl is None:
        return
    print_line(say("check.looked", count=len(report.looks)).tell(language))
    for name in FOUND:
        if count := report.counts.get(name):
            print_line(say(f"check.found_{name}", count=count).tell(language))
    if report.newly_gone:
        print_line(say("check.gone", count=len(report.newly_gone)).tell(language))
    for item in found["items"]:
        told = say(f"check.is_{item['found']}").tell(language)
        also = f", {say('check.and_gone').tell(language)}" if item["is_gone"] else ""
        print_line(f"{item['info_code']}  {told}{also}  {item['url']}")
