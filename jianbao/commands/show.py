"""`jianbao show`: one article, with where it came from and how it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jianbao.terminal.invocation import Invocation

if TYPE_CHECKING:
    from jianbao.documents.document import Document
    from storage.records.saying import Language


def show(
    context: typer.Context,
    code: Annotated[
        str, typer.Argument(help="The info code: NW and 18 digits, or the digits alone, or SITE-ID.")
    ],
    revision: Annotated[
        int | None,
        typer.Option(help="The text of this revision instead of the current one.", min=1, max=1_000_000_000),
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="What that revision, or else the last one, changed.")
    ] = False,
    checks: Annotated[
        bool, typer.Option("--checks", help="Every later look at its page, and what it found.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show one article."""
    from jianbao.documents.revisions import read_difference, read_shown
    from jianbao.terminal.output import print_json

    invocation = Invocation.of(context)
    language = invocation.language(for_programs=as_json)
    with invocation.read_archive() as archive, archive.reading() as view:
        shown = read_shown(view, code, revision, language)
        if diff:
            shown["diff"] = read_difference(view, code, revision)
    if as_json:
        print_json(shown)
    elif diff:
        _print_difference(shown)
    elif checks:
        _print_checks(shown, language)
    else:
        _print_article(shown)


def _print_difference(shown: Document) -> None:
    from jianbao.terminal.differences import print_difference
    from jianbao.terminal.output import print_line

    if shown["diff"]:
        print_difference(shown["diff"])
    else:
        print_line(
            f"revision {shown['revision']} of {shown['info_code']} is its first: there is nothing to compare"
        )


def _print_checks(shown: Document, language: Language) -> None:
    from jianbao.terminal.output import print_line, print_table
    from storage.records.saying import say

    if not shown["checks"]:
        print_line(say("check.never_looked").tell(language))
        return
    columns = [say(f"check.column_{name}").tell(language) for name in ("at", "found", "said")]
    rows = (
        (look["at"][:16].replace("T", " "), _tell_found(look, language), look["said"] or look["url"])
        for look in shown["checks"]
    )
    print_table(columns, rows)


def _tell_found(look: Document, language: Language) -> str:
    """Return what a look found, and whether the article counts as gone."""
    from storage.records.saying import say

    found = say(f"check.is_{look['found']}").tell(language)
    return f"{found}, {say('check.and_gone').tell(language)}" if look["is_gone"] else found


def _print_article(shown: Document) -> None:
    from jianbao.documents.article import print_published
    from jianbao.terminal.output import print_line

    for line in (shown["kicker"], shown["title"], shown["subtitle"]):
        if line:
            print_line(line)
    byline = [shown["media"], shown["author"], print_published(shown)]
    print_line("  ".join(part for part in byline if part))
    print_line()
    for paragraph in shown["paragraphs"]:
        print_line(f"　　{paragraph}")
    print_line()
    for label, value in _provenance(shown):
        print_line(f"{label:<12} {value}")


def _provenance(shown: Document) -> list[tuple[str, str]]:
    facts = [
        ("info code", shown["info_code"]),
        ("address", shown["url"]),
        ("listed by", ", ".join(shown["sources"])),
        ("first seen", shown["first_seen_at"]),
        ("checked", shown["last_checked_at"]),
        ("status", shown["status"]),
        ("revision", _describe_revision(shown)),
    ]
    facts += [("time changed", _describe_time_change(change)) for change in shown["time_changes"]]
    if shown["summary"]:
        facts.append(("summary", shown["summary"]))
    if shown["securities"]:
        names = (f"{s['name']} ({s['market']}.{s['code']}, {s['mention']})" for s in shown["securities"])
        facts.append(("securities", "; ".join(names)))
    facts += _place_in_issue(shown)
    facts += [("image", image["url"]) for image in shown["images"]]
    facts += [(player["kind"], player["url"]) for player in shown["players"]]
    if shown["duplicate_of"]:
        facts.append(("same as", shown["duplicate_of"]))
    if shown["story"]:
        facts += _near_copies(shown)
    if shown["capture"]:
        place = shown["capture"]
        facts.append(
            ("capture", f"{place['warc_file']} at {place['warc_offset']}, {place['payload_digest']}")
        )
    return facts


def _place_in_issue(shown: Document) -> list[tuple[str, str]]:
    """Return where an article stands in its issue, and what is missing of it."""
    page = " ".join(part for part in (shown["page"], shown["page_name"]) if part)
    order = f", article {shown['order']}" if shown["order"] else ""
    facts = [("page", f"{page}{order}")] if page else []
    if shown["continues"]:
        facts.append(("continues", shown["continues"]))
    if shown["incomplete"]:
        facts.append(("incomplete", shown["incomplete"]))
    if shown["found_by"]:
        facts.append(("found by", ", ".join(f"{name}: {rule}" for name, rule in shown["found_by"].items())))
    return facts


def _describe_revision(shown: Document) -> str:
    """Return which revision it is, and where the page only came to be read better, that it is so."""
    from storage.records.saying import say

    of = f"{shown['revision']} of {len(shown['revisions'])}"
    row = next((row for row in shown["revisions"] if row["number"] == shown["revision"]), None)
    return of if row is None or row["cause"] == "newspaper" else f"{of}; {say('reparse.ours')}"


def _describe_time_change(change: Document) -> str:
    """Return what a publication time was and became; of a time known to the day, the day alone."""
    old, new = (_as_exact(change[which], change[f"{which}_precision"]) for which in ("old", "new"))
    return f"from {old} ({change['old_witness']}) to {new} ({change['witness']}), on {change['noticed_at']}"


def _as_exact(moment: str, precision: str) -> str:
    return moment[:10] if precision == "day" else moment


def _near_copies(shown: Document) -> list[tuple[str, str]]:
    story = shown["story"]
    others = [member for member in story["members"] if member["info_code"] != shown["info_code"]]
    lines = [
        f"{other['info_code']}  {other['media'] or ''}  {other['published_at'][:10]}  {other['title']}"
        for other in others
    ]
    if story["size"] > len(story["members"]):
        lines.append(f"and more: {story['size']} articles in all")
    return [("near copy", line) for line in lines]
