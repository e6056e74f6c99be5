"""What is missing: every newspaper's ledger, and each hole with its days, kind and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from jianbao.web.answers.rendering import render_page
from jianbao.web.questions.addresses import AskedPage, name_sources
from jianbao.web.questions.dependencies import OpenArchive, ServedArchive
from storage.records.coverage import SourceCoverage, state_coverage
from storage.records.hole import CONTRADICTIONS, Hole
from storage.records.saying import Saying, say

router = APIRouter()

_PAGE = 100
_CODES = 3


@dataclass(frozen=True, slots=True)
class ShownHole:
    """A hole as the page has it: how much of what kind is missing, and a few of its codes."""

    source: str
    first: date
    last: date
    what: Saying
    reason: Saying
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceSum:
    """A newspaper's line: its listings by state, the days that are covered, and how many holes there are."""

    states: Mapping[str, int]
    cover: SourceCoverage
    holes: int

    @property
    def listed(self) -> int:
        """How many articles it ever listed."""
        return sum(self.states.values())


@router.get("/gaps")
def show_gaps(request: Request, archive: OpenArchive, asked: AskedPage) -> Response:
    """Show the sum of the ledger by newspaper, and a page of the holes, the latest first."""
    with archive.reading() as view:
        source = asked.narrow(view)
        holes = [hole for hole in archive.holes(view) if source in (None, hole.source)]
        holes.sort(key=lambda hole: (hole.last, hole.first), reverse=True)
        return render_page(
            request,
            view,
            "gaps.html",
            sums=_add_up(archive, view, holes, source),
            holds=not any(hole.kind in CONTRADICTIONS for hole in holes),
            holes=[_show(hole) for hole in holes[(asked.number - 1) * _PAGE : asked.number * _PAGE]],
            count=len(holes),
            computed_at=archive.coverage(view).computed_at,
            more=len(holes) > asked.number * _PAGE,
            names=name_sources(view),
            **asked.parameters,
        )


def _add_up(
    archive: ServedArchive, view: Connection, holes: Sequence[Hole], source: str | None
) -> dict[str, SourceSum]:
    states = archive.totals(view).states
    counts = Counter(hole.source for hole in holes)
    stated = state_coverage(archive.coverage(view), (source,) if source else ())
    return {
        cover.source: SourceSum(states.get(cover.source, {}), cover, counts[cover.source])
        for cover in stated.sources
    }


def _show(hole: Hole) -> ShownHole:
    what = say(f"gaps.kind_{hole.kind}", count=hole.count)
    return ShownHole(hole.source, hole.first, hole.last, what, hole.reason, hole.codes[:_CODES])
