"""A crawl's report as people and scripts read it."""

from __future__ import annotations

from collections.abc import Sequence

from jianbao.configuration import Configuration, describe_placeholder, is_placeholder
from jianbao.crawl.order import CrawlReport
from jianbao.documents.said import tell_document
from jianbao.terminal.output import print_json, print_line, print_note, print_table
from jianbao.terminal.progress import describe
from storage.records.saying import Language

_RARE = ("furniture", "pictures", "pictures_failed")
"""Columns that stand only where one of the sources has something in them."""
_COLUMNS = ("source", "poll", "listed", "new", "revised", "unchanged", "gone", "failed", "quarantined")
_MOST_TOLD = 20


def print_report(report: CrawlReport, language: Language = "en", *, as_json: bool) -> None:
    """Print what a crawl did; errors go to stderr, each with what it happened to, in this language."""
    if as_json:
        print_json(tell_document(report.as_json(), language))
        return
    rows = report.counted.by_source()
    columns = (*_COLUMNS, *(column for column in _RARE if any(row[column] for row in rows)))
    print_table(columns, ([row["slug"], *(row[column] for column in columns[1:])] for row in rows))
    print_summary(report, language)


def remind_of_contact(configuration: Configuration) -> None:
    """Tell a person whose configuration still names a placeholder: sites want to know who asks."""
    if is_placeholder(configuration.http.contact):
        print_note(describe_placeholder(configuration))


def print_summary(report: CrawlReport, language: Language = "en") -> None:
    """Print a crawl's end in a line, as a log wants it, and what went wrong."""
    _print_end(report)
    for error in report.counted.errors:
        print_note(f"  {error.tell(language)}")


def print_new_troubles(report: CrawlReport, sentences: Sequence[str]) -> None:
    """Print what began to fail in a crawl, or fails otherwise than before; nothing when nothing did."""
    if not (sentences or report.counted.interrupted):
        return
    _print_end(report)
    for sentence in sentences[:_MOST_TOLD]:
        print_note(f"  {sentence}")
    if len(sentences) > _MOST_TOLD:
        print_note(f"  and {len(sentences) - _MOST_TOLD} more: jianbao status")


def _print_end(report: CrawlReport) -> None:
    ended = "interrupted" if report.counted.interrupted else report.counted.status
    print_line(
        f"crawl {report.crawl_id}: {ended}, {report.counted.requests} requests, {describe(report.counted)}"
    )
