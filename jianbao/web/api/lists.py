"""Pages of lists for the JSON API: one more row is read than is shown, to know whether there are more."""

from __future__ import annotations

from sqlalchemy import Connection

from jianbao.documents.article import present_crawl, present_event, present_item
from jianbao.documents.document import Document
from jianbao.documents.said import tell_document
from jianbao.web.api.cursor import read_id, read_place, write_id, write_place
from storage.articles.lists import ArticleFilter, count_articles, list_article_sources, list_articles
from storage.events.event import list_events
from storage.ledger.crawl import list_crawls
from storage.search import settle_names


def read_article_page(view: Connection, wanted: ArticleFilter, limit: int, cursor: str | None) -> Document:
    """Return a page of articles, the newest first; raise `BadCursor`."""
    after = read_place("article", cursor)
    wanted, hints = settle_names(view, wanted)
    total = count_articles(view, wanted)
    found = list_articles(view, wanted, limit + 1, after=after)
    shown = found[:limit]
    sources = list_article_sources(view, [stored.article.info_code for stored in shown])
    items = [present_item(stored, sources.get(stored.article.info_code, [])) for stored in shown]
    following = None
    if len(found) > limit:
        last = shown[-1].article
        assert last.published_at is not None
        following = write_place("article", last.published_at, last.info_code)
    told = [hint.sentence for hint in hints]
    return {"total": total, "items": items, "next": following, "hints": told}


def read_crawl_page(view: Connection, limit: int, cursor: str | None) -> Document:
    """Return a page of crawls, the latest first; raise `BadCursor`."""
    found = list_crawls(view, read_id("crawl", cursor), limit + 1)
    following = write_id("crawl", found[limit - 1].id) if len(found) > limit else None
    return {"items": [present_crawl(crawl) for crawl in found[:limit]], "next": following}


def read_event_page(
    view: Connection, limit: int, cursor: str | None, *, only_open: bool | None = None
) -> Document:
    """Return a page of events, the latest first; raise `BadCursor`."""
    found = list_events(view, only_open=only_open, before=read_id("event", cursor), limit=limit + 1)
    following = write_id("event", found[limit - 1].id) if len(found) > limit else None
    return {
        "items": [tell_document(present_event(event), "en") for event in found[:limit]],
        "next": following,
    }
