"""The JSON API under `/api/v1`: the same shapes as `--json`, in pages.

What is answered comes straight from the functions that the command line prints; the models in `shapes`
describe it, and a test holds both together.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from jianbao.documents.article import present_crawl_report
from jianbao.documents.coverage import present_statement
from jianbao.documents.document import Document
from jianbao.documents.revisions import read_difference, read_shown
from jianbao.documents.said import tell_document
from jianbao.documents.search import read_search
from jianbao.documents.sources import read_sources
from jianbao.documents.trend import read_trend
from jianbao.web.answers.errors import NotShown
from jianbao.web.answers.problem import MEDIA_TYPE, Problem
from jianbao.web.api import shapes
from jianbao.web.api.lists import read_article_page, read_crawl_page, read_event_page
from jianbao.web.api.questions import (
    CoverageQuestion,
    EventQuestion,
    ListQuestion,
    PageQuestion,
    RevisionQuestion,
    SearchQuestion,
    TrendQuestion,
)
from jianbao.web.questions.dependencies import OpenArchive, ServedArchive
from jianbao.web.questions.limits import check_index
from storage.articles.lists import ArticleFilter
from storage.ledger.crawl import read_crawl
from storage.ledger.source import check_sources
from storage.records.info_code import LONGEST_CODE, SITE_CODE_PATTERN
from storage.search import Query as SearchQuery

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
BAD: dict[int | str, Document] = {
    400: {"description": "A cursor, query, day or info code means nothing.", **_PROBLEM},
    422: {"description": "A parameter is unknown, or not of its type or range.", **_PROBLEM},
    503: {"description": "The archive cannot be read now.", **_PROBLEM},
}
MISSING: dict[int | str, Document] = {404: {"description": "There is none.", **_PROBLEM}}

router = APIRouter(prefix="/api/v1", responses=BAD, default_response_class=JSONResponse)

Code = Annotated[
    str,
    Path(
        description="The info code: NW and 18 digits, or the digits alone, or SITE-ID.",
        examples=["NW202603200000000001"],
        max_length=LONGEST_CODE,
        json_schema_extra={"pattern": f"^(([Nn][Ww])?[0-9]{{18}}|{SITE_CODE_PATTERN})$"},
    ),
]
Revision = Annotated[RevisionQuestion, Query()]


@router.get("/articles", operation_id="listArticles", tags=["articles"], response_model=shapes.ArticlePage)
def list_articles(
    request: Request, archive: OpenArchive, asked: Annotated[ListQuestion, Query()]
) -> JSONResponse:
    """List archived articles, the newest first."""
    wanted = asked.filter()
    with archive.reading() as view:
        check_sources(view, asked.source)
        found = read_article_page(view, wanted, asked.limit, asked.cursor)
        if asked.coverage:
            found["coverage"] = _cover(archive, view, wanted)
    return _page(request, found)


@router.get(
    "/articles/{info_code}",
    operation_id="showArticle",
    tags=["articles"],
    response_model=shapes.Article,
    responses=MISSING,
)
def show_article(info_code: Code, archive: OpenArchive, asked: Revision) -> JSONResponse:
    """Show one article with its text and provenance, as it is now or as a revision had it."""
    with archive.reading() as view:
        return JSONResponse(read_shown(view, info_code, asked.revision))


@router.get(
    "/articles/{info_code}/revisions",
    operation_id="listRevisions",
    tags=["articles"],
    response_model=shapes.Revisions,
    responses=MISSING,
)
def list_revisions(info_code: Code, archive: OpenArchive) -> JSONResponse:
    """List every wording of an article, the first one first."""
    with archive.reading() as view:
        shown = read_shown(view, info_code)
    return JSONResponse({"info_code": shown["info_code"], "items": shown["revisions"]})


@router.get(
    "/articles/{info_code}/checks",
    operation_id="listChecks",
    tags=["articles"],
    response_model=shapes.Checks,
    responses=MISSING,
)
def list_checks(info_code: Code, archive: OpenArchive) -> JSONResponse:
    """List every later look at an article's page, the first one first."""
    with archive.reading() as view:
        shown = read_shown(view, info_code)
    return JSONResponse({"info_code": shown["info_code"], "items": shown["checks"]})


@router.get(
    "/articles/{info_code}/diff",
    operation_id="showDiff",
    tags=["articles"],
    response_model=shapes.Diff,
    responses=MISSING,
)
def show_diff(info_code: Code, archive: OpenArchive, asked: Revision) -> JSONResponse:
    """Show what a revision (without a number, the last one) changed in the one before."""
    with archive.reading() as view:
        difference = read_difference(view, info_code, asked.revision)
    if difference is None:
        raise NotShown(f"{info_code} has no earlier revision to compare with: that is its first")
    return JSONResponse(difference)


@router.get("/search", operation_id="search", tags=["articles"], response_model=shapes.FoundPage)
def search(request: Request, archive: OpenArchive, asked: Annotated[SearchQuestion, Query()]) -> JSONResponse:
    """Find every article that contains what is asked for, and only those."""
    query = asked.query()
    with archive.reading() as view:
        _check(request, archive, view, query)
        found = read_search(
            view, query, asked.order, asked.limit, after=asked.cursor, collapse=not asked.duplicates
        )
        if asked.coverage:
            found["coverage"] = _cover(archive, view, query.filter)
    return _page(request, found)


@router.get("/trends", operation_id="showTrend", tags=["articles"], response_model=shapes.Trend)
def show_trend(
    request: Request, archive: OpenArchive, asked: Annotated[TrendQuestion, Query()]
) -> JSONResponse:
    """Count the articles that contain a query over time, and all articles beside them."""
    query = asked.query()
    with archive.reading() as view:
        _check(request, archive, view, query)
        found = read_trend(
            view,
            query,
            asked.by,
            by_source=asked.split,
            archive=archive.coverage(view),
            coverage=asked.coverage,
        )
    return JSONResponse(tell_document(found, "en"))


@router.get(
    "/coverage", operation_id="showCoverage", tags=["articles"], response_model=shapes.CoverageStatement
)
def show_coverage(archive: OpenArchive, asked: Annotated[CoverageQuestion, Query()]) -> JSONResponse:
    """State which days of which newspapers the archive covers, and what is known to be missing there."""
    wanted = asked.filter()
    with archive.reading() as view:
        check_sources(view, asked.source)
        return JSONResponse(_cover(archive, view, wanted))


@router.get("/sources", operation_id="listSources", tags=["sources"], response_model=shapes.Sources)
def list_sources(archive: OpenArchive) -> JSONResponse:
    """List every source with the state of its page and of its ledger."""
    with archive.reading() as view:
        return JSONResponse(tell_document({"sources": read_sources(view, ())}, "en"))


@router.get(
    "/sources/{slug}",
    operation_id="showSource",
    tags=["sources"],
    response_model=shapes.Source,
    responses=MISSING,
)
def show_source(
    slug: Annotated[str, Path(description="The source's slug.")], archive: OpenArchive
) -> JSONResponse:
    """Show one source."""
    with archive.reading() as view:
        found = next((source for source in read_sources(view, ()) if source["slug"] == slug), None)
    if found is None:
        raise NotShown(f"there is no source {slug}: /api/v1/sources lists them all")
    return JSONResponse(tell_document(found, "en"))


@router.get("/crawls", operation_id="listCrawls", tags=["operation"], response_model=shapes.CrawlPage)
def list_crawls(
    request: Request, archive: OpenArchive, asked: Annotated[PageQuestion, Query()]
) -> JSONResponse:
    """List crawls, the latest first: those that ran, and those that should have."""
    with archive.reading() as view:
        return _page(request, read_crawl_page(view, asked.limit, asked.cursor))


@router.get(
    "/crawls/{crawl_id}",
    operation_id="showCrawl",
    tags=["operation"],
    response_model=shapes.Crawl,
    responses=MISSING,
)
def show_crawl(
    crawl_id: Annotated[int, Path(ge=1, lt=2**63, description="The crawl's id.")], archive: OpenArchive
) -> JSONResponse:
    """Show what a crawl counted."""
    with archive.reading() as view:
        crawl = read_crawl(view, crawl_id)
    if crawl is None:
        raise NotShown(f"there is no crawl {crawl_id}: /api/v1/crawls lists them all")
    return JSONResponse(tell_document(present_crawl_report(crawl), "en"))


@router.get("/events", operation_id="listEvents", tags=["operation"], response_model=shapes.EventPage)
def list_events(
    request: Request, archive: OpenArchive, asked: Annotated[EventQuestion, Query()]
) -> JSONResponse:
    """List what somebody should know, the latest first."""
    with archive.reading() as view:
        return _page(request, read_event_page(view, asked.limit, asked.cursor, only_open=asked.open))


def _cover(archive: ServedArchive, view: Connection, wanted: ArticleFilter) -> Document:
    """Return the coverage statement of what a filter asks for, said in English."""
    told: Document = tell_document(present_statement(archive.coverage(view), wanted), "en")
    return told


def _check(request: Request, archive: ServedArchive, view: Connection, query: SearchQuery) -> None:
    """Raise `UnknownSource`, or `NotIndexed` where the answer would take minutes."""
    check_sources(view, query.filter.named_sources)
    check_index(request, archive, view)


def _page(request: Request, page: Document) -> JSONResponse:
    """Return a page of a list, with the address of the next one."""
    if page["next"] is None:
        return JSONResponse({**page, "next_url": None})
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    query = urlencode([*asked, ("cursor", page["next"])])
    return JSONResponse({**page, "next_url": f"{request.url.path}?{query}"})
