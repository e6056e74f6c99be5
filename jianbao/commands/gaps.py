"""`jianbao gaps`: what is missing, and why; and to fetch it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.filters import FromDay, ToDay, first_day, last_day
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from jianbao.documents.gaps import GapsAsked
    from storage.records.hole import Hole
    from storage.records.saying import Language

_COLUMNS = ("source", "listed", "archived", "owed", "failed", "quarantined", "gone", "furniture", "holes")
_DAY_COLUMNS = ("source", "day", "listed", "archived", "owed", "failed", "quarantined", "gone", "furniture")
_SHOWN = 3
"""Codes and addresses that are shown of a hole."""


def gaps(
    context: typer.Context,
    slugs: Annotated[
        list[str] | None,
        typer.Argument(help="The sources to look at; all by default.", metavar="SLUG"),
    ] = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    days: Annotated[bool, typer.Option("--days", help="Show the sums of each day as well.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Fetch what can be fetched, then say what remains.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the ledger's sum and everything that is missing.

    Ends with status 1 when something is.
    """
    from jianbao.documents.said import tell_document
    from jianbao.terminal.output import print_json

    invocation = Invocation.of(context)
    asked = _read_asked(slugs, from_day, to_day)
    before = _repair(invocation, asked) if repair else None
    found = _read(invocation, asked, days=days)
    if before is not None:
        found["repair"] = _compare(before, found["gaps"])
    if as_json:
        print_json(tell_document(found, invocation.language(for_programs=True)))
    else:
        _print(found, invocation.language())
    raise typer.Exit(ExitStatus.FAILED if found["gaps"] or not found["ledger"]["holds"] else ExitStatus.OK)


def _read_asked(slugs: list[str] | None, from_day: str | None, to_day: str | None) -> GapsAsked:
    from jianbao.documents.gaps import GapsAsked

    first, last = first_day(from_day), last_day(to_day)
    return GapsAsked(
        tuple(slugs or ()),
        first.date() if first else None,
        last.date() - timedelta(days=1) if last else None,
    )


def _read(invocation: Invocation, asked: GapsAsked, *, days: bool) -> Document:
    from jianbao.documents.gaps import read_gaps
    from jianbao.upkeep.mentions import identify_articles
    from storage.ledger.source import check_sources

    with invocation.read_archive() as archive, archive.reading() as view:
        check_sources(view, asked.sources)
        identify = identify_articles(invocation.configuration(), view)
        return read_gaps(view, datetime.now(UTC), asked, identify=identify, days=days)


def _repair(invocation: Invocation, asked: GapsAsked) -> list[Hole]:
    """Fetch what is missing; return what was before."""
    from jianbao.crawl.opening import open_archive
    from jianbao.crawl.repair import repair_holes
    from jianbao.terminal.output import print_note
    from jianbao.terminal.progress import watching
    from jianbao.upkeep.mentions import identify_articles
    from storage.ledger.holes.every import list_holes
    from storage.ledger.source import check_sources

    configuration, language = invocation.configuration(), invocation.language()
    with open_archive(configuration, polls=True, begin=False) as archive:
        with archive.reading() as view:
            check_sources(view, asked.sources)
            holes = list_holes(
                view,
                datetime.now(UTC),
                asked.sources,
                asked.first,
                asked.last,
                codes=None,
                identify=identify_articles(configuration, view),
            )
        if holes:
            with watching("fetching what is missing") as watch:
                repair_holes(
                    configuration,
                    archive,
                    holes,
                    lambda said: print_note(said.tell(language)),
                    watch,
                )
    return holes


def _compare(before: Sequence[Hole], left: Sequence[Document]) -> Document:
    """Return how many holes there were, and how many of them are closed."""
    remaining = {(gap["source"], gap["from"], gap["kind"]) for gap in left}
    closed = sum((hole.source, str(hole.first), hole.kind) not in remaining for hole in before)
    return {"holes": len(before), "closed": closed}


def _print(found: Document, language: Language) -> None:
    from jianbao.terminal.output import print_line, print_table
    from storage.records.saying import say

    print_table(_COLUMNS, ([row["slug"], *(row[name] for name in _COLUMNS[1:])] for row in found["sources"]))
    if "days" in found:
        print_table(_DAY_COLUMNS, ([row[name] for name in _DAY_COLUMNS] for row in found["days"]))
    ledger = found["ledger"]
    key = "gaps.holds" if ledger["holds"] else "gaps.does_not_hold"
    print_line(say(key, **{name: ledger[name] for name in _COLUMNS[1:-1]}).tell(language))
    for row in found["sources"]:
        if row["listed"] and row["habit"] and not row["habit"]["known"]:
            print_line(
                say("gaps.habit_unknown", source=row["slug"], days=row["habit"]["days"]).tell(language)
            )
    if "repair" in found:
        repair = found["repair"]
        print_line(say("gaps.repaired", count=repair["holes"], closed=repair["closed"]).tell(language))
    for gap in found["gaps"]:
        print_line(_describe(gap, language))
    if not found["gaps"]:
        print_line(say("gaps.nothing").tell(language))


def _describe(gap: Document, language: Language) -> str:
    """Return a hole in a line: whose it is, its days, what and how much is missing, why, and examples."""
    from storage.records.saying import say

    days = gap["from"] if gap["from"] == gap["to"] else f"{gap['from']}–{gap['to']}"
    kind = say(f"gaps.kind_{gap['kind']}", count=gap["count"]).tell(language)
    codes = gap["codes"]
    more = [*codes[:_SHOWN], *(["…"] if codes and gap["count"] > _SHOWN else [])]
    examples = f" ({', '.join(more)})" if more else ""
    return f"{gap['source']}  {days}  {kind}: {gap['reason'].tell(language)}{examples}"
