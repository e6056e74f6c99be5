"""`jianbao gaps`: what is missing, and why; to fetch it, or to say that it need not be missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.filters import FromDay, ToDay, first_day, last_day
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from jianbao.documents.document import Document
    from storage.archive.folder import Archive
    from storage.ledger.holes.accepted import Chosen
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
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only holes of this kind; may be repeated.", metavar="KIND"),
    ] = None,
    codes: Annotated[
        list[str] | None,
        typer.Option(
            "--code", help="Only what has this info code or address; may be repeated.", metavar="CODE"
        ),
    ] = None,
    days: Annotated[bool, typer.Option("--days", help="Show the sums of each day as well.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Fetch what can be fetched, then say what remains.")
    ] = False,
    reason: Annotated[
        str | None,
        typer.Option("--accept", help="Miss these holes no longer: they have this reason.", metavar="REASON"),
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Miss again what was accepted before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the ledger's sum and everything that is missing.

    Ends with status 1 when something is that nobody accepted.
    """
    from jianbao.documents.said import tell_document
    from jianbao.terminal.output import print_json

    invocation = Invocation.of(context)
    asked = _read_asked(slugs, from_day, to_day, kinds, codes)
    _check_together(asked, reason, repair=repair, withdraw=withdraw)
    before = _repair(invocation, asked) if repair else None
    if reason is not None:
        _accept(invocation, asked, reason.strip())
    elif withdraw:
        _withdraw(invocation, asked)
    found = _read(invocation, asked, days=days)
    if before is not None:
        found["repair"] = _compare(before, found["gaps"])
    if as_json:
        print_json(tell_document(found, invocation.language(for_programs=True)))
    else:
        _print(found, invocation.language())
    raise typer.Exit(ExitStatus.FAILED if found["gaps"] or not found["ledger"]["holds"] else ExitStatus.OK)


def _read_asked(
    slugs: list[str] | None,
    from_day: str | None,
    to_day: str | None,
    kinds: list[str] | None,
    codes: list[str] | None,
) -> Chosen:
    from storage.ledger.holes.accepted import Chosen
    from storage.records.hole import HOLE_KINDS

    first, last = first_day(from_day), last_day(to_day)
    if first and last and first >= last:
        raise typer.BadParameter(f"--from {from_day} is after --to {to_day}: no day is in between")
    if unknown := set(kinds or ()) - set(HOLE_KINDS):
        known = ", ".join(HOLE_KINDS)
        raise typer.BadParameter(f"--kind {min(unknown)} is no kind of hole; there are {known}")
    return Chosen(
        tuple(slugs or ()),
        first.date() if first else None,
        last.date() - timedelta(days=1) if last else None,
        tuple(kind for kind in HOLE_KINDS if kind in (kinds or ())),
        tuple(codes or ()),
    )


def _check_together(asked: Chosen, reason: str | None, *, repair: bool, withdraw: bool) -> None:
    """Raise `typer.BadParameter` for options that do not go together."""
    if repair + withdraw + (reason is not None) > 1:
        raise typer.BadParameter("--repair, --accept and --withdraw do not go together")
    if reason is not None and not reason.strip():
        raise typer.BadParameter("--accept needs a reason, in words that will be understood in ten years")
    if (withdraw or reason is not None) and asked.is_everything:
        raise typer.BadParameter("name what is meant: sources, --from and --to, --kind or --code")


def _accept(invocation: Invocation, asked: Chosen, reason: str) -> None:
    """Note what is missing as accepted; what contradicts itself can't be."""
    from jianbao.terminal.output import print_note
    from storage.ledger.holes.accepted import accept_holes
    from storage.ledger.holes.look import look_for_gaps, tell_gaps
    from storage.records.hole import CONTRADICTIONS
    from storage.records.saying import say

    now = datetime.now(UTC)
    with invocation.write_archive() as archive:
        holes = _find(invocation, archive, asked, now)
        accepted = [hole for hole in holes if hole.kind not in CONTRADICTIONS]
        with archive.writing() as connection:
            accept_holes(connection, accepted, reason, now)
            tell_gaps(connection, look_for_gaps(connection, {hole.source for hole in accepted}, now), now)
    language = invocation.language()
    print_note(say("gaps.accepted_now", count=sum(hole.count for hole in accepted)).tell(language))
    if len(accepted) < len(holes):
        print_note(say("gaps.not_acceptable").tell(language))


def _withdraw(invocation: Invocation, asked: Chosen) -> None:
    """Have what was accepted be missed again."""
    from jianbao.terminal.output import print_note
    from storage.ledger.holes.accepted import withdraw_acceptances
    from storage.records.saying import say

    with invocation.write_archive() as archive, archive.writing() as connection:
        count = withdraw_acceptances(connection, asked)
    print_note(say("gaps.withdrawn", count=count).tell(invocation.language()))


def _find(invocation: Invocation, archive: Archive, asked: Chosen, now: datetime) -> list[Hole]:
    """Return the holes that are meant, with all their codes."""
    from jianbao.upkeep.mentions import identify_articles
    from storage.ledger.holes.every import list_holes

    with archive.reading() as view:
        _check_sources(view, asked)
        identify = identify_articles(invocation.configuration(), view)
        holes = list_holes(view, now, asked.sources, asked.first, asked.last, codes=None, identify=identify)
    return asked.choose(holes)


def _read(invocation: Invocation, asked: Chosen, *, days: bool) -> Document:
    from jianbao.documents.gaps import read_gaps
    from jianbao.upkeep.mentions import identify_articles

    with invocation.read_archive() as archive, archive.reading() as view:
        _check_sources(view, asked)
        identify = identify_articles(invocation.configuration(), view)
        return read_gaps(view, datetime.now(UTC), asked, identify=identify, days=days)


def _repair(invocation: Invocation, asked: Chosen) -> list[Hole]:
    """Fetch what is missing; return what was before."""
    from jianbao.crawl.opening import open_archive
    from jianbao.crawl.repair import repair_holes
    from jianbao.reparse.kept_pages import read_kept_pages
    from jianbao.terminal.output import print_note
    from jianbao.terminal.progress import watching

    configuration, language = invocation.configuration(), invocation.language()
    with open_archive(configuration, polls=True, begin=False) as archive:
        holes = _find(invocation, archive, asked, datetime.now(UTC))
        if holes:
            with watching("fetching what is missing") as watch:
                repair_holes(
                    configuration,
                    archive,
                    holes,
                    lambda said: print_note(said.tell(language)),
                    partial(read_kept_pages, configuration, archive),
                    watch,
                )
    return holes


def _check_sources(view: Connection, asked: Chosen) -> None:
    """Raise `UnknownSource` for a source that is neither the archive's nor the one of what has none."""
    from storage.ledger.holes.owners import UNKNOWN_SOURCE
    from storage.ledger.source import check_sources

    check_sources(view, set(asked.sources) - {UNKNOWN_SOURCE})


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
        print_line(_describe(gap, gap["reason"].tell(language), language))
    for gap in found["accepted"]:
        print_line(say("gaps.accepted", hole=_describe(gap, gap["reason"], language)).tell(language))
    if not found["gaps"]:
        print_line(say("gaps.nothing").tell(language))


def _describe(gap: Document, reason: str, language: Language) -> str:
    """Return a hole in a line: whose it is, its days, what and how much is missing, why, and examples."""
    from storage.records.saying import say

    days = gap["from"] if gap["from"] == gap["to"] else f"{gap['from']}–{gap['to']}"
    kind = say(f"gaps.kind_{gap['kind']}", count=gap["count"]).tell(language)
    codes = gap["codes"]
    more = [*codes[:_SHOWN], *(["…"] if codes and gap["count"] > _SHOWN else [])]
    examples = f" ({', '.join(more)})" if more else ""
    return f"{gap['source']}  {days}  {kind}: {reason}{examples}"
