"""`jianbao import text`: articles copied as plain text from a digital newspaper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.exit_status import ExitStatus
from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.importing.texts import ImportedText
    from storage.records.saying import Language

_DAYS = (date(1990, 1, 1), date(2200, 12, 31))


def text(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files of one article each.", metavar="FILE…")],
    source: Annotated[
        str, typer.Option(help="The source to list them under; made when there is none.", metavar="SLUG")
    ],
    media: Annotated[str, typer.Option(help="The newspaper that printed them.", metavar="NAME")],
    day: Annotated[str, typer.Option("--date", help="The day it printed them.", metavar="YYYY-MM-DD")],
    code: Annotated[
        str | None,
        typer.Option(help="The info code of the one article, when it has one already.", metavar="CODE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Import articles copied as text from a digital newspaper."""
    from jianbao.configuration.values import check_kind, check_name, check_slug
    from jianbao.crawl.opening import open_archive
    from jianbao.importing.texts import TextOrder, import_texts
    from storage.ledger.source import IMPORT_KIND
    from storage.records import canonical_info_code

    if code is not None and len(files) > 1:
        raise typer.BadParameter("--code names one article: give one FILE with it")
    _checked(lambda: check_kind(IMPORT_KIND, source), "--source", source)
    invocation = Invocation.of(context)
    configuration = invocation.configuration()
    order = TextOrder(
        source=_checked(lambda: check_slug(source), "--source", source),
        site=next((known.site for known in configuration.sources if known.slug == source), None),
        media=_checked(lambda: check_name(media), "--media", media),
        day=_parse_day(day),
        info_code=canonical_info_code(code) if code else None,
    )
    with open_archive(configuration, polls=False) as archive:
        ended = list(import_texts(archive, files, order, configuration.http.max_size, datetime.now(UTC)))
    _print_ended(ended, invocation.language(for_programs=as_json), as_json=as_json)
    raise typer.Exit(ExitStatus.FAILED if any(each.error for each in ended) else ExitStatus.OK)


def _checked(check: Callable[[], str], option: str, value: str) -> str:
    try:
        return check()
    except ValueError as error:
        raise typer.BadParameter(f"{option} {value!r} cannot be used: {error}") from error


def _parse_day(value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"--date {value} is not a day; expected YYYY-MM-DD") from None
    if not _DAYS[0] <= day <= _DAYS[1]:
        raise typer.BadParameter(f"--date {value} is out of range; expected {_DAYS[0]} to {_DAYS[1]}")
    return day


def _print_ended(ended: Sequence[ImportedText], language: Language, *, as_json: bool) -> None:
    from jianbao.documents.said import tell_document
    from jianbao.terminal.output import print_json, print_note, print_table

    failed = sum(each.error is not None for each in ended)
    if as_json:
        status = "ok" if not failed else "failed" if failed == len(ended) else "partial"
        items = [each.as_json() for each in ended]
        print_json(tell_document({"status": status, "files": len(ended), "items": items}, language))
        return
    stored = [each for each in ended if each.error is None]
    if stored:
        rows = ((each.outcome, each.info_code, each.title, each.author, each.file) for each in stored)
        print_table(("outcome", "info code", "title", "authors", "file"), rows)
    for each in ended:
        if each.error is not None:
            print_note(each.error.tell(language))
