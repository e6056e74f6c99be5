"""Crawls: what ran, what should have, and what each of them found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from jianbao.documents.standstill import find_standstills
from jianbao.web.answers.errors import NotShown
from jianbao.web.answers.rendering import render_page
from jianbao.web.questions.addresses import name_sources
from jianbao.web.questions.dependencies import OpenArchive
from scheduler.liveness.heartbeat import read_service_state
from storage.ledger.crawl import list_crawls, read_crawl
from storage.records import Crawl
from storage.records.saying import say

router = APIRouter()

_PAGE = 40
_COUNTS = ("new", "revised", "unchanged", "gone", "failed", "quarantined", "furniture")


@router.get("/crawls")
def show_crawls(
    request: Request,
    archive: OpenArchive,
    before: Annotated[int | None, Query(gt=0, lt=2**63)] = None,
) -> Response:
    """List the crawls, the latest first."""
    with archive.reading() as view:
        now = datetime.now(UTC)
        found = list_crawls(view, before, _PAGE + 1)
        return render_page(
            request,
            view,
            "crawls.html",
            crawls=[(crawl, _sum(crawl)) for crawl in found[:_PAGE]],
            older=found[_PAGE - 1].id if len(found) > _PAGE else None,
            before=before,
            standstills=find_standstills(view, read_service_state(archive.folder, now), now),
        )


@router.get("/crawl/{number}")
def show_crawl(
    request: Request, archive: OpenArchive, number: Annotated[int, Path(ge=0, lt=2**63)]
) -> Response:
    """Show one crawl: its counts by source, and samples of what went wrong."""
    with archive.reading() as view:
        crawl = read_crawl(view, number)
        if crawl is None:
            raise NotShown(say("reader.no_crawl", number=number))
        return render_page(
            request,
            view,
            "crawl.html",
            crawl=crawl,
            sums=_sum(crawl),
            counts=_COUNTS,
            names=name_sources(view),
        )


def _sum(crawl: Crawl) -> dict[str, int]:
    """Return how many articles of all sources ended in each way."""
    return {count: sum(int(source.get(count) or 0) for source in crawl.sources) for count in _COUNTS}
