"""An archive with something of every kind, served by a process of its own, and an address of every page."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from jianbao.demo.post import Written
from jianbao.upkeep.story_links import link_stories
from storage.articles.article import set_status
from storage.events.event import open_event
from storage.ledger.owed import list_owed
from storage.ledger.poll import record_listings
from storage.records import Listed
from storage.records.press_days import press_day
from support.command_line import PYTHON
from support.delivered_articles import DeliveredArticles
from support.ledger_changes import settle_unarchived
from support.printed_issue import DAY, FIRST, REST, SLUG, print_issue
from support.sample_articles import CODE, hostile_article, plain_article, shelve
from support.served_archive import NOW, fill_archive

HOSTILE = f"{CODE[:-1]}7"
OWED, BROKEN, UNKNOWN = (f"{CODE[:-1]}{digit}" for digit in "890")
WORD = quote("市")


@dataclass(frozen=True, slots=True)
class Page:
    """An address of the reader, the status that it answers with, and the other hosts that it may ask."""

    path: str
    status: int = 200
    outside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Browsed:
    """The reader's origin, and a page of every kind; ``hostile`` are those that show the hostile article."""

    origin: str
    pages: tuple[Page, ...]
    hostile: tuple[Page, ...]


@contextmanager
def serve_everything(folder: Path) -> Iterator[Browsed]:
    """Fill an archive in a folder and serve it to the end of the context."""
    work = fill_archive(folder)
    with work.archive:
        near = _add_near_copy(work)
        print_issue(work.archive)
        _add_odd_ones(work)
    arguments = ["--archive", str(folder), "serve", "--port", "0"]
    with subprocess.Popen(
        [*PYTHON, "-m", "jianbao", *arguments], stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stderr is not None
        origin = serving.stderr.readline().split()[2].rstrip("/;")
        try:
            yield Browsed(origin, _every_page(work, near), _hostile_pages())
        finally:
            serving.terminate()
            serving.communicate()


def _add_near_copy(work: DeliveredArticles) -> str:
    """Print an article again in another paper, its last paragraph left out; return that one's info code."""
    first = work.offer.articles[1]
    fresh = work.offer.publish(slug=work.offer.slugs[2])
    shorter = Written(first.write()[:-1])
    near = work.offer.publish(
        replace(first, code=f"NW{int(fresh.digits) + 7}", slug=fresh.slug, write=shorter)
    )
    work.deliver(near)
    list(link_stories(work.archive))
    return near.info_code


def _add_odd_ones(work: DeliveredArticles) -> None:
    """Add what is gone, owed or set aside, and two articles that no page delivered: one hostile."""
    shelve(work.archive, plain_article())
    shelve(work.archive, replace(hostile_article(), info_code=HOSTILE))
    slug = work.offer.slugs[0]
    listed = [
        Listed(code, "media", f"http://127.0.0.1/{code}.html", title)
        for code, title in ((OWED, "还没有取到的文章"), (BROKEN, "读不懂的文章"))
    ]
    with work.archive.writing() as connection:
        set_status(connection, work.offer.articles[7].info_code, "gone", NOW)
        record_listings(connection, slug, listed, NOW)
        broken = next(owed for owed in list_owed(connection, slug, None) if owed.info_code == BROKEN)
        settle_unarchived(connection, broken, "this page has no text", NOW, capture_id=1)
        open_event(connection, "quarantine", "this page has no text", NOW, source=slug, info_code=BROKEN)


def _every_page(work: DeliveredArticles, near: str) -> tuple[Page, ...]:
    posts = work.offer.articles
    revised, gone = posts[3], posts[7]
    day = press_day(revised.published_at)
    fine = (
        "/",
        "/search",
        f"/search?q={WORD}",
        f"/search?q={WORD}&order=relevance&page=2",
        f"/search?q={WORD}&source={revised.slug}&from=2020&to=2030&order=oldest",
        f"/search?q={quote('没有这样的话')}",
        "/trend",
        f"/trend?q={WORD}",
        f"/trend?q={WORD}&by=day&split=1",
        f"/trend?q={WORD}&by=week&share=1",
        f"/article/{posts[0].info_code}",
        f"/article/{posts[0].info_code}?q={WORD}",
        f"/article/{revised.info_code}",
        f"/article/{revised.info_code}?revision=1",
        f"/article/{gone.info_code}",
        f"/article/{near}",
        f"/article/{posts[0].info_code}/original",
        f"/article/{CODE}",
        "/sources",
        f"/source/{revised.slug}",
        f"/source/{revised.slug}?year=2025",
        f"/source/{revised.slug}/{day}",
        f"/day/{day}",
        f"/day/{day}?media={quote(revised.media)}",
        "/day/1999-01-01",
        f"/source/{quote(SLUG)}?year=2026",
        f"/issue/{quote(SLUG)}/{DAY}",
        f"/issue/{quote(SLUG)}/{DAY}/1",
        f"/issue/{quote(SLUG)}/{DAY}/2",
        f"/issue/{quote(SLUG)}/2026-03-19",
        f"/article/{FIRST}",
        f"/article/{REST}",
        "/crawls",
        "/crawl/1",
        "/crawl/6",
        "/events",
        "/gaps",
        "/gone",
        "/about",
    )
    return (
        *map(Page, fine),
        Page("/search?q=%22", 400),
        Page("/nothing", 404),
        Page("/day/yesterday", 400),
        Page("/crawl/999", 404),
        *(Page(f"/article/{code}", 404) for code in (OWED, BROKEN, UNKNOWN)),
        Page(f"/article/{CODE}?images=1", outside=frozenset({"pictures.example"})),
    )


def _hostile_pages() -> tuple[Page, ...]:
    return (
        Page(f"/article/{HOSTILE}"),
        Page(f"/article/{HOSTILE}?images=1&q=alert", outside=frozenset({"a.example"})),
        Page(f"/article/{HOSTILE}/original"),
        Page("/search?q=alert"),
    )
