"""Issues and pictures as documents: a paper's days, their pages, and what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection

from jianbao.documents.document import Document
from storage.ledger.issue import find_issue, list_issues, list_pages
from storage.ledger.issue_articles import IssueEntry, entries_of, list_issue_articles
from storage.ledger.picture import list_facsimiles, list_pictures
from storage.records import IssuePage, StoredIssue, StoredPicture
from storage.records.picture import PDF

_COUNTED = ("source", "state", "url", "pages", "articles", "reason")


def read_issues(view: Connection, slug: str, first: date, last: date) -> list[Document]:
    """Return what is known of a source's days of a span, both ends included, the latest first."""
    return [_present(issue) for issue in reversed(list_issues(view, slug, first, last))]


def read_issue(view: Connection, slug: str, day: date) -> Document | None:
    """Return one day's issue with its pages, or None where nothing is known of it."""
    issue = find_issue(view, slug, day)
    if issue is None:
        return None
    entries, facsimiles = list_issue_articles(view, slug, day), list_facsimiles(view, slug, day)
    pages = [_present_page(page, entries, facsimiles) for page in list_pages(view, slug, day)]
    return {**_present(issue), "printed": pages}


def read_pictures(view: Connection, info_code: str) -> list[Document]:
    """Return what the ledger knows of an article's pictures, in their order."""
    return [present_picture(picture) for picture in list_pictures(view, [info_code]).get(info_code, [])]


def present_picture(picture: StoredPicture) -> Document:
    """Return what is known of a picture; ``address`` is the reader's, where it is archived."""
    return {
        "url": picture.url,
        "state": picture.state,
        "digest": picture.digest,
        "type": picture.type,
        "width": picture.width,
        "height": picture.height,
        "size": picture.size,
        "address": picture_address(picture),
        "error": picture.error,
    }


def picture_address(picture: StoredPicture) -> str | None:
    """Return the path at which the reader has a picture or PDF; None while it is not archived."""
    if picture.state != "archived" or picture.digest is None:
        return None
    return f"/{'pdf' if picture.type == PDF else 'picture'}/{picture.digest.partition(':')[2]}"


def _present(issue: StoredIssue) -> Document:
    return {"day": issue.day.isoformat(), **{name: getattr(issue, name) for name in _COUNTED}}


def _present_page(
    page: IssuePage, entries: list[IssueEntry], facsimiles: Mapping[str, StoredPicture]
) -> Document:
    width, height = page.size or (None, None)
    return {
        "place": page.order,
        "number": page.number,
        "name": page.name,
        "url": page.url,
        "picture": _present_facsimile(page.picture, facsimiles),
        "shown": _present_facsimile(page.shown, facsimiles),
        "pdf": _present_facsimile(page.pdf, facsimiles),
        "width": width,
        "height": height,
        "areas": [asdict(area) for area in page.areas],
        "articles": [entry.info_code for entry in entries_of(page, entries)],
    }


def _present_facsimile(url: str | None, facsimiles: Mapping[str, StoredPicture]) -> Document | None:
    """Return what is known of a page's picture or PDF: its address alone where nobody asked to keep it."""
    if url is None:
        return None
    if (kept := facsimiles.get(url)) is not None:
        return present_picture(kept)
    lacking = ("state", "digest", "type", "width", "height", "size", "address", "error")
    return {"url": url, **dict.fromkeys(lacking)}
