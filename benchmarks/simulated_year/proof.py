"""What has to be so at the end of a simulated year."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from support.rebuilt import tables_of

from simulated_year.press import DAILY, STORY_SITES, WEEKLY, Printed
from simulated_year.stage import Stage
from storage.archive.folder import Archive


def prove_ledger(stage: Stage) -> None:
    """All that the site listed is archived, or accounted for; nothing is doubled or made up."""
    gaps = stage.archive.run("gaps", "--json")
    found = json.loads(gaps.stdout)
    if not found["ledger"]["holds"]:
        stage.violate(f"the ledger's sum does not hold: {found['ledger']}")
    states = dict(stage.archive.query("SELECT info_code, state FROM listing WHERE source <> 'infocode'"))
    for printed in stage.press.articles.values():
        outcome = _account(printed, states.get(printed.code), [*found["gaps"], *found["accepted"]])
        stage.counts[f"listed: {outcome}"] += 1
        if outcome == "lost":
            stage.violate(f"{printed.code}, listed since {printed.at}, is neither archived nor accounted for")
    for code in sorted(states.keys() - stage.press.articles.keys()):
        stage.violate(f"the ledger has {code}, which the site never listed")
    stage.counts["holes"] = len(found["gaps"])
    stage.counts.update(f"holes: {hole['kind']}" for hole in found["gaps"])


def _account(printed: Printed, state: str | None, holes: list[dict[str, Any]]) -> str:
    if state is not None:
        return state
    for hole in holes:
        inside = date.fromisoformat(hole["from"]) <= printed.day <= date.fromisoformat(hole["to"])
        if hole["source"] == printed.source and inside:
            return f"in a hole ({hole['kind']})"
    return "lost"


def prove_articles(stage: Stage) -> None:
    """Each article is there once, says what the site said, and has as many revisions as we could see."""
    rows = stage.archive.query("SELECT info_code, revision, text FROM article")
    stage.counts["articles"] = len(rows)
    for code, revision, text in rows:
        printed = stage.press.articles.get(code)
        if printed is None:
            stage.violate(f"{code} is archived, and the site never had it")
            continue
        stage.counts["revisions"] += revision
        if revision != max(1, len(printed.seen)):
            stage.violate(f"{code} is at revision {revision}, and the site showed {printed.seen}")
        if printed.seen[-1:] == [printed.wording] and (missing := _missing(stage, printed, text)):
            stage.violate(f"the text of {code} lacks {missing[:40]!r}")
    texts = Counter(stage.archive.query("SELECT content_hash FROM article WHERE duplicate_of IS NULL"))
    for (digest,), times in texts.items():
        if times > 1:
            stage.violate(f"{times} articles have the content {digest}")


def _missing(stage: Stage, printed: Printed, text: str) -> str | None:
    """Return a paragraph that the article's text lacks."""
    if printed.source in {DAILY, WEEKLY}:
        paragraphs = stage.press.site.find(printed.code).paragraphs
    elif printed.source in STORY_SITES:
        paragraphs = stage.press.site.story_site(printed.source).story(printed.number).paragraphs
    else:
        issue = stage.press.site.epaper(printed.source).article(printed.day, printed.code.partition(".")[2])
        paragraphs = issue.paragraphs
    folded = _fold(text)
    return next((one for one in paragraphs if _fold(one) not in folded), None)


def _fold(text: str) -> str:
    return "".join(text.translate(str.maketrans("（）", "()")).split())


def prove_events(stage: Stage) -> None:
    """Every event has an end."""
    printed = {one.source for one in stage.press.articles.values()}
    for kind, source, opened, message in stage.archive.query(
        "SELECT kind, source, opened_at, message FROM event WHERE resolved_at IS NULL"
    ):
        if kind != "page_missing" or source in printed:  # a weekly has no page before its first day
            stage.violate(f"{kind} of {source} has been open since {opened}: {message}")
    stage.counts.update(f"event {kind}" for (kind,) in stage.archive.query("SELECT kind FROM event"))


def prove_custody(stage: Stage) -> None:
    """The archive is whole, its copy is equal, and so is the database made again of the WARC files."""
    with Archive.open_existing(stage.archive.place) as archive:
        archive.write_journal(even_idle=True)  # else what the last idle polls noted would wait for news
    stage.must("verify", "--full")
    stage.must("backup", stage.backup)
    stage.must("restore", stage.backup, "--to", str(stage.archive.folder / "restored"))
    untold = stage.rebuild("--to", str(stage.archive.folder / "rebuilt"))
    own = _said(stage.archive.database)
    for name in ("restored", "rebuilt"):
        other = _said(stage.archive.folder / name / "archive.db")
        for table in sorted(own.keys() | other.keys()):
            if own.get(table) != other.get(table):
                differing = set(own.get(table, [])) ^ set(other.get(table, []))
                if name == "rebuilt" and table == "capture" and _are_more(own, other, untold):
                    continue
                stage.violate(
                    f"{name}, {table} differs in {len(differing)} rows: {sorted(differing)[:2]}"[:400]
                )


def _said(database: Path) -> dict[str, list[str]]:
    """Return the rows of every table as text: they are sorted and told."""
    return {name: [repr(row) for row in rows] for name, rows in tables_of(database).items()}


def _are_more(own: dict[str, list[str]], other: dict[str, list[str]], count: int) -> bool:
    """Return whether the other archive has so many captures more, and every one of ours."""
    ours, others = set(own["capture"]), set(other["capture"])
    return ours <= others and len(others - ours) == count


def prove_flatness(stage: Stage) -> None:
    """A poll of the last whole month costs no more than one of the third, by half."""
    most = max(spent.polls for spent in stage.months.values())
    months = [spent.sum_up() for spent in stage.months.values() if spent.polls > most / 2]
    if len(months) < 4:
        return
    early, late = months[2], months[-1]
    for what, name in (("processor seconds", "processor"), ("requests", "requests"), ("MB", "memory_mb")):
        was, became = early[name], late[name]
        if became > 1.5 * was:
            stage.violate(f"a poll took {was:.2f} {what} in the third month, and {became:.2f} in the last")
