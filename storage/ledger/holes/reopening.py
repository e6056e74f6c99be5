"""Holes reopened: entered into the ledger as owed, so that crawls and backfills fetch what is missing.

Whatever interrupts that, the ledger has it, and the next crawl goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.schema import article, capture, listing, source
from storage.ledger.holes.day_reopening import reopen_days, reopen_issues
from storage.ledger.holes.owners import UNKNOWN_SOURCE
from storage.ledger.holes.picture_reopening import reopen_pictures
from storage.records import MEDIA, find_info_code, info_code_day
from storage.records.hole import DAY_KINDS, Hole
from storage.records.info_code import has_digits_alone

_WEB = ("http://", "https://")
_FOUND = 200


@dataclass(slots=True)
class Reopened:
    """What was entered: the sources that are to be polled, and those with days to be fetched back."""

    crawl: set[str] = field(default_factory=set)
    backfill: set[str] = field(default_factory=set)
    entered: int = 0


@dataclass(frozen=True, slots=True)
class Ways:
    """How what is missing can be asked for.

    ``historic`` are the sources whose history can be fetched; ``links`` the addresses of articles that others
    link to, by info code; ``address`` tells that of an article by its code alone, None where there is none.
    """

    historic: Collection[str]
    links: Mapping[str, str]
    address: Callable[[str], str | None]


def reopen_holes(connection: Connection, holes: Iterable[Hole], ways: Ways, now: datetime) -> Reopened:
    """Enter what holes lack as owed; return which sources have something to fetch.

    The holes must have all their codes.
    """
    done = Reopened()
    for hole in holes:
        if hole.kind in DAY_KINDS:
            _reopen_days(connection, hole, ways, now, done)
        elif hole.kind in ("picture", "facsimile"):
            done.entered += reopen_pictures(connection, hole, now)
            done.crawl.add(hole.source)
        else:
            _reopen_articles(connection, hole, ways, now, done)
    return done


def _reopen_days(connection: Connection, hole: Hole, ways: Ways, now: datetime, done: Reopened) -> None:
    done.crawl.add(hole.source)
    if hole.source not in ways.historic:
        _forget_page(connection, hole.source)
    else:
        reopen_issues(connection, hole.source, hole.first, hole.last)
        reopen_days(connection, hole.source, hole.first, hole.last, now)
        done.backfill.add(hole.source)
    done.entered += 1


def _forget_page(connection: Connection, slug: str) -> None:
    """Have a source's page read whole at the next poll, as if it had changed."""
    connection.execute(
        update(source).where(source.c.slug == slug).values(etag=None, last_modified=None, body_hash=None)
    )


def _reopen_articles(connection: Connection, hole: Hole, ways: Ways, now: datetime, done: Reopened) -> None:
    done.crawl.add(hole.source)
    known = _try_again(connection, hole, now)
    if hole.kind == "unlisted":
        _list_stored(connection, hole, now)
    elif left := [code for code in hole.codes if code not in known]:
        _enter(connection, hole, left, ways, now, done)
    done.entered += len(hole.codes)


def _try_again(connection: Connection, hole: Hole, now: datetime) -> set[str]:
    """Make the listings of a hole's articles due now; return the codes that have one."""
    lost: dict[str, Any] = {"state": "owed", "attempts": 0, "last_error": None}
    values: dict[str, Any] = {"next_try_at": now, **(lost if hole.kind == "absent" else {})}
    known: set[str] = set()
    for part in batches(hole.codes):
        of_codes = listing.c.info_code.in_(part)
        known |= set(connection.execute(select(listing.c.info_code).where(of_codes)).scalars())
        connection.execute(update(listing).where(listing.c.source == hole.source, of_codes).values(values))
    return known


def _list_stored(connection: Connection, hole: Hole, now: datetime) -> None:
    """Enter articles of the archive that no source lists as listed by the hole's."""
    for part in batches(hole.codes):
        rows = connection.execute(select(article).where(article.c.info_code.in_(part)))
        values = [
            {
                **_new_row(hole.source, row.info_code, row.forms.split()[0], row.url, now),
                "title": row.title,
                "published_at": row.published_at,
                "state": "archived" if row.status == "archived" else "gone",
                "next_try_at": None,
            }
            for row in rows
        ]
        if values:
            connection.execute(upsert(listing).on_conflict_do_nothing(), values)


def _enter(
    connection: Connection, hole: Hole, codes: Sequence[str], ways: Ways, now: datetime, done: Reopened
) -> None:
    """Enter articles that no source lists, at the best known address; else have their day fetched again."""
    captured = _find_captured(connection, codes)
    for code in codes:
        url = ways.links.get(code) or captured.get(code) or ways.address(code)
        slug = hole.source if url and (code in ways.links or code in captured) else _owner(hole, code)
        if url is not None:
            row = _new_row(slug, code, _form(connection, slug, code, url), url, now)
            connection.execute(upsert(listing).values(row).on_conflict_do_nothing())
            done.crawl.add(slug)
        elif hole.source in ways.historic and (day := info_code_day(code)) is not None:
            reopen_issues(connection, hole.source, day, day)
            reopen_days(connection, hole.source, day, day, now)
            done.backfill.add(hole.source)


def _owner(hole: Hole, code: str) -> str:
    """Return under which source an article is asked for by its code alone."""
    return UNKNOWN_SOURCE if has_digits_alone(code) else hole.source


def _find_captured(connection: Connection, codes: Sequence[str]) -> dict[str, str]:
    """Return the last address at which each article was found, where that is one of the web."""
    found: dict[str, str] = {}
    for part in batches(codes):
        rows = connection.execute(
            select(capture.c.info_code, capture.c.url)
            .where(capture.c.info_code.in_(part), capture.c.status == _FOUND)
            .order_by(capture.c.id)
        )
        found |= {row.info_code: row.url for row in rows if row.url.startswith(_WEB)}
    return found


def _form(connection: Connection, slug: str, code: str, url: str) -> str:
    """Return the form in which an article is listed: as its address spells it, or as others of its source."""
    if has_digits_alone(code):
        named = find_info_code(url)
        return named[1] if named else MEDIA
    query = select(listing.c.form).where(listing.c.source == slug).limit(1)
    return str(connection.execute(query).scalar() or MEDIA)


def _new_row(slug: str, code: str, form: str, url: str, now: datetime) -> dict[str, Any]:
    return {
        "source": slug,
        "info_code": code,
        "form": form,
        "url": url,
        "title": "",
        "first_listed_at": now,
        "last_listed_at": now,
        "state": "owed",
        "next_try_at": now,
    }
