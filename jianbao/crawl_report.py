"""A crawl's report as people and scripts read it."""

from __future__ import annotations

from jianbao.configuration import EXAMPLE_CONTACT, Configuration
from jianbao.crawling import CrawlReport
from jianbao.output import print_json, print_line, print_note, print_table
from jianbao.progress import describe

_COLUMNS = ("source", "poll", "listed", "new", "revised", "unchanged", "gone", "failed", "quarantined")


def print_report(report: CrawlReport, *, as_json: bool) -> None:
    """Print what a crawl did; errors go to stderr, each with what it happened to."""
    if as_json:
        print_json(report.as_json())
        return
    rows = report.tally.by_source()
    print_table(_COLUMNS, ([row["slug"], *(row[column] for column in _COLUMNS[1:])] for row in rows))
    print_summary(report)


def remind_of_contact(configuration: Configuration) -> None:
    """Tell a person whose configuration still names the example's contact: sites want to know who asks."""
    if configuration.http.contact == EXAMPLE_CONTACT:
        print_note(
            f"http.contact is still the example's ({EXAMPLE_CONTACT}): put your own into {configuration.file}"
        )


def print_summary(report: CrawlReport, *, quiet: bool = False) -> None:
    """Print a crawl's end in a line, as a log wants it; ``quiet``: only when something failed."""
    if quiet and report.succeeded:
        return
    ended = "interrupted" if report.tally.interrupted else report.tally.status
    print_line(
        f"crawl {report.crawl_id}: {ended}, {report.tally.requests} requests, {describe(report.tally)}"
    )
    for error in report.tally.errors:
        print_note(f"  {error}")
