"""`jianbao trend`: how many articles contain a query, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.commands.filters import (
    Authors,
    FromDay,
    Media,
    Securities,
    Sources,
    ToDay,
    WithCoverage,
    read_query,
)
from jianbao.terminal.invocation import Invocation
from storage.records.asking import Unit

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from storage.records.saying import Language


_LABELS = {"year": 4, "month": 7}  # characters of a day that name its period; a week goes by its Monday


def trend(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="What `jianbao search` understands.", metavar="QUERY")],
    by: Annotated[Unit, typer.Option(help="Days and weeks (from Monday) are those of UTC+8.")] = "month",
    share: Annotated[bool, typer.Option(help="Draw the share of all articles of the time.")] = False,
    split: Annotated[bool, typer.Option(help="Count each source's articles for themselves.")] = False,
    source: Sources = None,
    media: Media = None,
    security: Securities = None,
    author: Authors = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    coverage: WithCoverage = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Count the articles that contain the words, over time."""
    from jianbao.commands.coverage_lines import print_answer, print_coverage
    from jianbao.documents.trend import read_trend
    from storage.ledger.source import check_sources

    asked = read_query(query, source, media, security, from_day, to_day, authors=author)
    invocation = Invocation.of(context)
    with invocation.read_archive() as archive, archive.reading() as view:
        check_sources(view, asked.filter.named_sources)
        found = read_trend(view, asked, by, by_source=split, coverage=coverage)
    if as_json:
        print_answer(found, invocation)
    else:
        _print_trend(found, invocation.language(), share=share)
        print_coverage(found, invocation)


def _print_trend(found: Document, language: Language, *, share: bool) -> None:
    from jianbao.terminal.bars import draw_bars
    from jianbao.terminal.output import print_line, print_note

    points = found["points"]
    most = max((_value(point, share=share) for point in points), default=0)
    rows = [
        (_label(point, found["unit"]), _value(point, share=share), _figures(point, language))
        for point in points
    ]
    source = None
    for point, line in zip(points, draw_bars(rows, most), strict=True):
        if point.get("source") != source:
            source = point["source"]
            print_line(source or "(no source)")
        print_line(line)
    print_line(
        f"{found['total']:,} articles contain it; each {found['unit']} with the number of all, and the share"
    )
    for sentence in found["hints"]:
        print_note(sentence)


def _value(point: Document, *, share: bool) -> float:
    return float(point["share"] or 0) if share else float(point["matching"])


def _label(point: Document, unit: str) -> str:
    return str(point["start"])[: _LABELS.get(unit)]


def _figures(point: Document, language: Language) -> tuple[str, str, str, str]:
    """Return the figures behind a bar; of a period that is not covered, only that."""
    from storage.records.saying import say

    if not point["covered_days"] and not point["all"]:
        return "", "", "", say("coverage.period_none").tell(language)
    part = point["covered_days"] < point["days"]
    known = {"known": point["covered_days"], "days": point["days"]}
    covered = say("coverage.period_part", **known).tell(language) if part else ""
    share = "–" if point["share"] is None else f"{point['share']:.1%}"
    return f"{point['matching']:,}", f"of {point['all']:,}", share, covered
