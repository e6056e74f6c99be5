"""`jianbao reparse`: kept answers read again, with no network; what would change, and changing it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jianbao.commands.filters import first_day, last_day
from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.configuration import Configuration
    from jianbao.reparse.summary import Summary
    from jianbao.reparse.wish import ReparseWish


class State(StrEnum):
    """The states of articles and listings that can be asked for."""

    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    GONE = "gone"


def reparse(
    context: typer.Context,
    code: Annotated[list[str] | None, typer.Option(help="An info code.", metavar="CODE")] = None,
    source: Annotated[list[str] | None, typer.Option(help="What this source listed.", metavar="SLUG")] = None,
    from_day: Annotated[
        str | None,
        typer.Option("--from", help="The first day, in UTC+8; also a month or a year.", metavar="YYYY-MM-DD"),
    ] = None,
    to_day: Annotated[
        str | None,
        typer.Option("--to", help="The last day, in UTC+8; also a month or a year.", metavar="YYYY-MM-DD"),
    ] = None,
    state: Annotated[
        list[State] | None, typer.Option(help="Only what is in this state; may be repeated.")
    ] = None,
    older_than_parser: Annotated[
        bool, typer.Option("--older-than-parser", help="Only what an earlier version of the parser read.")
    ] = False,
    parser_version: Annotated[
        int | None, typer.Option(help="Only what this version of the parser read.", min=0, metavar="N")
    ] = None,
    found_by: Annotated[
        str | None,
        typer.Option(help="Only what has a field that this rule found: RULE, or FIELD:RULE.", metavar="RULE"),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="So many articles at most.", min=1, metavar="N")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write what changes.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin again, where the same re-parse was cut short before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read kept pages again, without a network."""
    from jianbao.reparse.wish import ReparseWish
    from pipelines.judge import PARSER_VERSION
    from storage.archive.material import MaterialFilter
    from storage.records import canonical_info_code

    configuration = Invocation.of(context).configuration()
    wanted = MaterialFilter(
        info_codes=tuple(canonical_info_code(one) for one in code or ()),
        sources=tuple(source or ()),
        since=first_day(from_day),
        until=last_day(to_day),
        states=tuple(one.value for one in state or ()),
        older_than=PARSER_VERSION if older_than_parser else None,
        parser_version=parser_version,
        found_by=found_by,
    )
    wish = ReparseWish(wanted, apply=apply, anew=anew, limit=limit)
    raise typer.Exit(_run(context, configuration, wish, as_json=as_json))


def _run(context: typer.Context, configuration: Configuration, wish: ReparseWish, *, as_json: bool) -> int:
    """Re-parse, print what came of it, and return the exit status."""
    from jianbao.reparse.report import print_summary
    from jianbao.reparse.run import reparse_archive
    from jianbao.terminal.output import print_json, print_note
    from jianbao.terminal.progress import telling
    from storage.ledger.source import check_sources

    invocation = Invocation.of(context)
    with invocation.write_archive() if wish.apply else invocation.read_archive() as archive:
        with archive.reading() as view:
            check_sources(view, wish.filter.sources)
        with telling("re-parsing") as show:
            watch = None if show is None else (lambda come, of: show(_describe(come, of, wish.apply)))
            summary = reparse_archive(configuration, archive, wish, watch=watch, tell=print_note)
    if as_json:
        print_json(_document(summary, wish))
    else:
        print_summary(summary, invocation.language(), is_applied=wish.apply)
    if summary.interrupted:
        return ExitStatus.INTERRUPTED
    return ExitStatus(summary.has_alarms)


def _describe(summary: Summary, of: int, is_applied: bool) -> str:
    from storage.records.saying import say

    key = "reparse.progress_applied" if is_applied else "reparse.progress"
    return str(say(key, done=summary.read, of=of, changed=summary.changed))


def _document(summary: Summary, wish: ReparseWish) -> dict[str, Any]:
    from pipelines.judge import PARSER_VERSION

    return {"applied": wish.apply, "parser_version": PARSER_VERSION, **summary.as_json()}
