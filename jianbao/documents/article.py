"""Articles, sources and events as JSON has them: times in ISO 8601 with the source's zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from jianbao.documents.article_fields import DOCUMENT_FIELDS, LIST_FIELDS, ArticleField, FieldKind
from jianbao.documents.document import Document
from storage.records import Capture, Crawl, Event, Revision, StoredArticle, Story, TimeChange, WholeArticle
from storage.records.press_days import PRESS_ZONE


def present_time(moment: datetime | None, zone: ZoneInfo = PRESS_ZONE) -> str | None:
    """Return an instant in ISO 8601 with the zone's offset, to the second."""
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")


def print_published(shown: Document) -> str:
    """Return the publication time of a presented article as a line has it: to the minute, or its day alone.

    Empty where the article has none.
    """
    text = shown["published_at"] or ""
    return text[:10] if shown["precision"] == "day" else text[:16].replace("T", " ")


def present_article(
    whole: WholeArticle, fields: Iterable[ArticleField] = DOCUMENT_FIELDS, zone: ZoneInfo = PRESS_ZONE
) -> Document:
    """Return an article as `show --json` prints it, or these fields of it."""
    return {field.name: _present(field.kind, field.value(whole), zone) for field in fields}


def _present(kind: FieldKind, value: object, zone: ZoneInfo) -> object:
    """Return what a field holds as JSON has it."""
    match kind, value:
        case "time", datetime():
            return present_time(value, zone)
        case "revisions", tuple():
            return [present_revision(row, zone) for row in value]
        case "time_changes", tuple():
            return [present_time_change(change, zone) for change in value]
        case "capture", Capture():
            return present_capture(value, zone)
        case "story", Story():
            return present_story(value, zone)
        case _:
            return value


def present_revision(row: Revision, zone: ZoneInfo = PRESS_ZONE) -> Document:
    """Return one revision as `show --json` lists it."""
    return {
        "number": row.number,
        "seen_at": present_time(row.seen_at, zone),
        "title": row.title,
        "content_hash": row.content_hash,
        "changed": row.changed,
        "cause": row.cause,
    }


def present_time_change(change: TimeChange, zone: ZoneInfo = PRESS_ZONE) -> Document:
    """Return how a publication time changed, as `show --json` lists it: old and new, and who states each."""
    return {
        "old": present_time(change.old, zone),
        "old_precision": change.old_precision,
        "old_witness": change.old_witness,
        "new": present_time(change.new, zone),
        "new_precision": change.new_precision,
        "witness": change.new_witness,
        "noticed_at": present_time(change.noticed_at, zone),
        "capture_id": change.capture_id,
    }


def present_story(story: Story, zone: ZoneInfo = PRESS_ZONE) -> Document:
    """Return the near copies of an article as `show --json` has them, itself among them."""
    members = [
        asdict(member) | {"published_at": present_time(member.published_at, zone)} for member in story.members
    ]
    return {"id": story.id, "size": story.size, "members": members}


def present_capture(capture: Capture, zone: ZoneInfo = PRESS_ZONE) -> Document:
    """Return where an article's original is."""
    return {
        "id": capture.id,
        "url": capture.url,
        "fetched_at": present_time(capture.fetched_at, zone),
        "status": capture.status,
        "content_type": capture.content_type,
        "payload_digest": capture.payload_digest,
        "warc_file": capture.place.file,
        "warc_offset": capture.place.offset,
        "warc_length": capture.place.length,
        "refers_to": capture.refers_to,
    }


def present_item(stored: StoredArticle, sources: Sequence[str], zone: ZoneInfo = PRESS_ZONE) -> Document:
    """Return an article as lists have it."""
    return present_article(WholeArticle(stored, tuple(sources)), LIST_FIELDS, zone)


def present_event(event: Event) -> Document:
    """Return an event as `status --json` has it."""
    return {
        "id": event.id,
        "kind": event.kind,
        "title": event.title,
        "severity": event.severity,
        "source": event.source,
        "info_code": event.info_code,
        "about": event.about,
        "message": event.message,
        "examples": list(event.examples),
        "opened_at": present_time(event.opened_at),
        "last_seen_at": present_time(event.last_seen_at),
        "times": event.times,
        "resolved_at": present_time(event.resolved_at),
    }


def present_crawl(crawl: Crawl | None, zone: ZoneInfo = PRESS_ZONE) -> Document | None:
    """Return a crawl as `status --json` has it, None for none."""
    if crawl is None:
        return None
    return {
        "crawl_id": crawl.id,
        "trigger": crawl.trigger,
        "status": crawl.status,
        "started_at": present_time(crawl.started_at, zone),
        "finished_at": present_time(crawl.finished_at, zone),
    }


def present_crawl_report(crawl: Crawl, zone: ZoneInfo = PRESS_ZONE) -> Document:
    """Return an archived crawl with the keys of `crawl --json`, without sources where nothing happened."""
    return {
        **(present_crawl(crawl, zone) or {}),
        "due_at": present_time(crawl.due_at, zone),
        "requests": crawl.requests,
        "polls": crawl.polls,
        "sources": crawl.sources,
        "errors": crawl.errors,
        "interrupted": crawl.status == "interrupted",
        "version": crawl.version,
    }
