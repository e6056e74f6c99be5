"""An article: set for reading, with where it came from and how it changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from jianbao.documents.difference import Change, compare_texts
from jianbao.documents.revisions import at_revision
from jianbao.web.answers.errors import NotShown
from jianbao.web.answers.rendering import render_page
from jianbao.web.answers.security_headers import policy
from jianbao.web.pages.timeline import order_moments
from jianbao.web.questions.addresses import name_sources
from jianbao.web.questions.dependencies import OpenArchive
from jianbao.web.text.sanitising import picture_origins, sanitise_html
from jianbao.web.text.typesetting import Mark, fold_changes, plain, set_article, shown_pictures
from storage.articles.article import NotArchived, find_article
from storage.articles.headlines import Headline, find_headlines, list_same_content
from storage.articles.revision import list_revisions
from storage.articles.time_change import list_time_changes
from storage.captures.capture import list_captures_of
from storage.ledger.alias import resolve_code
from storage.ledger.checks import list_looks
from storage.ledger.issue_articles import find_printed, list_continuations
from storage.ledger.listing import list_listings
from storage.ledger.picture import list_pictures
from storage.records import (
    BadInfoCode,
    StoredArticle,
    StoredPicture,
    StoryMember,
    WholeRevision,
    canonical_info_code,
)
from storage.records.saying import say
from storage.search import BadQuery, mark_hits, parse_query
from storage.stories.story import read_story

router = APIRouter()

Number = Annotated[int | None, Query(ge=1, lt=2**31)]


@router.get("/article/{code}")
def show_article(
    request: Request,
    archive: OpenArchive,
    code: str,
    revision: Number = None,
    q: str = "",
    images: bool = False,
) -> Response:
    """Show an article, one of its earlier texts, or what the ledger knows of one that is not archived."""
    with archive.reading() as view:
        if (answer := _elsewhere(request, view, code)) is not None:
            return answer
        stored = find_article(view, code)
        if stored is None:
            return _show_unarchived(request, view, code)
        mark = _marking(q)
        revisions = list_revisions(view, code)
        stored = _as_it_was(stored, revisions, revision)
        known = _gather(view, stored, revisions)
        answer = _show(request, view, stored, known, mark, q, with_images=images)
    if images:
        origins = picture_origins(image.url for image in stored.article.images)
        answer.headers["Content-Security-Policy"] = policy(img=origins)
    return answer


@router.get("/article/{code}/original")
def show_original(request: Request, archive: OpenArchive, code: str, revision: Number = None) -> Response:
    """Show an article's HTML as it was delivered, without anything in it that acts or loads."""
    with archive.reading() as view:
        if (answer := _elsewhere(request, view, code)) is not None:
            return answer
        revisions = list_revisions(view, code)
        wanted = revisions[-1].number if revisions and revision is None else revision
        row = next((row for row in revisions if row.number == wanted), None)
        if row is None:
            raise NotShown(say("reader.no_text", info_code=code))
        return render_page(
            request, view, "original.html", code=code, revision=row, html=sanitise_html(row.body_html)
        )


def _elsewhere(request: Request, view: Connection, code: str) -> Response | None:
    """Return the way to an article's one address when this is another spelling of it, or a former code."""
    try:
        canonical = resolve_code(view, canonical_info_code(code))
    except BadInfoCode as error:
        raise NotShown(f"{error}.") from error
    if canonical == code:
        return None
    place = "/" + request.url.path.replace(code, canonical, 1).lstrip("/")
    asked = urlencode(request.query_params.multi_items())
    return RedirectResponse(f"{place}?{asked}" if asked else place, 308)


def _marking(q: str) -> Mark:
    try:
        return partial(mark_hits, query=parse_query(q)) if q else plain
    except BadQuery:
        return plain  # the article is what was asked for


def _as_it_was(
    stored: StoredArticle, revisions: Sequence[WholeRevision], number: int | None
) -> StoredArticle:
    """Return an article at a revision; raise `NotShown` when it has none of that number."""
    try:
        return at_revision(stored, revisions, number)
    except NotArchived as missing:
        raise NotShown(f"{missing}.") from missing


def _gather(view: Connection, stored: StoredArticle, revisions: Sequence[WholeRevision]) -> dict[str, object]:
    """Return everything that is known around an article, by the names that its page has for it."""
    code = stored.article.info_code
    place = next((i for i, row in enumerate(revisions) if row.number == stored.revision), 0)
    before = revisions[place - 1] if place else None
    same = list_same_content(view, code, stored.content_hash)
    time_changes = list_time_changes(view, code)
    return {
        "revisions": revisions,
        "before": before,
        "title_changes": compare_texts(before.title, stored.article.title) if before is not None else [],
        "changes": _compare(before, stored),
        "first": _first(view, stored),
        "same": same,
        "near": _near_copies(view, code, {headline.info_code for headline in same}),
        "listings": list_listings(view, code),
        "captures": list_captures_of(view, code),
        "time_changes": time_changes,
        "moments": order_moments(stored, revisions, time_changes, list_looks(view, code)),
        "names": name_sources(view),
        "kept": _kept_pictures(view, code),
        "printed": find_printed(view, code),
        "continued": _continued(view, stored),
        "goes_on": list_continuations(view, code),
    }


def _kept_pictures(view: Connection, code: str) -> dict[str, StoredPicture]:
    """Return the archived pictures of an article, by their addresses."""
    known = list_pictures(view, [code]).get(code, [])
    return {picture.url: picture for picture in known if picture.state == "archived"}


def _continued(view: Connection, stored: StoredArticle) -> Headline | None:
    """Return the part that an article goes on from."""
    before = stored.article.continues
    return find_headlines(view, [before]).get(before) if before is not None else None


def _compare(before: WholeRevision | None, stored: StoredArticle) -> list[Change | int]:
    return [] if before is None else fold_changes(compare_texts(before.text, stored.article.text))


def _near_copies(view: Connection, code: str, same: Collection[str]) -> list[StoryMember]:
    """Return the articles of the same story whose text is not the very same."""
    story = read_story(view, code)
    members = story.members if story else ()
    return [member for member in members if member.info_code != code and member.info_code not in same]


def _first(view: Connection, stored: StoredArticle) -> Headline | None:
    """Return the article of which this one is a copy."""
    if stored.duplicate_of is None:
        return None
    return find_headlines(view, [stored.duplicate_of]).get(stored.duplicate_of)


def _show(
    request: Request,
    view: Connection,
    stored: StoredArticle,
    known: Mapping[str, object],
    mark: Mark,
    q: str,
    *,
    with_images: bool,
) -> Response:
    article = stored.article
    kept = cast("Mapping[str, StoredPicture]", known["kept"])
    return render_page(
        request,
        view,
        "article.html",
        stored=stored,
        article=article,
        title=mark(article.title),
        blocks=set_article(article, mark),
        pictures=[picture for picture in shown_pictures(article) if picture.url not in kept],
        with_images=with_images,
        q=q,
        **known,
    )


def _show_unarchived(request: Request, view: Connection, code: str) -> Response:
    """Show what the ledger says of an article that was listed and is not archived; it is a 404."""
    listings = list_listings(view, code)
    if not listings:
        raise NotShown(say("reader.never_listed", info_code=code))
    return render_page(
        request,
        view,
        "unarchived.html",
        404,
        code=code,
        listings=listings,
        captures=list_captures_of(view, code),
        names=name_sources(view),
    )
