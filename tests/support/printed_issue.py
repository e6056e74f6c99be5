"""A digital newspaper in an archive: issues of a few days, two pages with areas, their pictures and a PDF."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update

from storage.archive.folder import Archive
from storage.database.schema import listing
from storage.ledger.picture import change_pictures, owe_facsimiles, owe_pictures
from storage.ledger.poll import record_poll
from storage.ledger.source import save_sources
from storage.records import (
    Area,
    Article,
    Exchange,
    Image,
    Issue,
    IssuePage,
    Listed,
    OwedPictures,
    Paragraph,
    PictureDecision,
    PictureOwed,
    Poll,
    Source,
    Told,
)
from storage.records.picture import read_pdf, read_picture
from storage.records.saying import quote
from support.drawn_pictures import draw_jpeg, draw_png, print_pdf
from support.sample_articles import NOON, plain_article, shelve

SLUG, SITE = "湖畔日报", "hupan"
DAY = date(2026, 3, 20)
ADDRESS = "http://paper.example/html/2026-03/20"
FIRST, SECOND, REST, OWED = (f"{SITE}-20260320.{number}" for number in range(1, 5))
PAGES = (f"{ADDRESS}/node_1.htm", f"{ADDRESS}/node_2.htm")
PICTURE, BROKEN = f"{ADDRESS}/1.jpg", f"{ADDRESS}/2.jpg"
SHEETS = (f"{ADDRESS}/01.png", f"{ADDRESS}/s01.png", f"{ADDRESS}/02.png")
PDF = f"{ADDRESS}/01.pdf"


def print_issue(archive: Archive) -> None:
    """Enter a paper with an issue of two pages, a day without one, one that failed, and one of one page."""
    source = Source(SLUG, "湖畔日报", "epaper", "http://paper.example/", "Asia/Shanghai", None, enabled=True)
    titles = {
        FIRST: "湖水退了三尺",
        SECOND: "渡口开了第一班船",
        REST: "渡口开了第一班船（下）",
        OWED: "还没有取到的一篇",
    }
    places = {FIRST: (0, 1), SECOND: (0, 2), REST: (1, 1), OWED: (1, 2)}
    with archive.writing() as connection:
        save_sources(connection, [source], alone=False)
        listed = tuple(
            Listed(code, "print", f"{ADDRESS}/{code}.htm", title, _told(*places[code]))
            for code, title in titles.items()
        )
        issues = (
            Issue(DAY - timedelta(days=3), "listed", ADDRESS, (_page(1, "头版"),), 0),
            Issue(DAY - timedelta(days=2), "none"),
            Issue(DAY - timedelta(days=1), "failed", ADDRESS, reason=quote("page A02 answered 503")),
            Issue(DAY, "listed", PAGES[0], _pages(), len(titles)),
        )
        poll = Poll(SLUG, "changed", datetime(2026, 3, 20, 1, tzinfo=UTC), listed, issues=issues)
        record_poll(connection, poll)
        owe_facsimiles(connection, SLUG, issues[-1:], poll.polled_at, with_pdf=True)
    for code in (FIRST, SECOND, REST):
        shelve(archive, _article(code, titles[code]))
    with archive.writing() as connection:
        archived = (listing.c.source == SLUG) & (listing.c.info_code != OWED)
        values = {"state": "archived", "next_try_at": None, "published_at": NOON}
        connection.execute(update(listing).where(archived).values(values))
    _keep_pictures(archive)


def _page(number: int, name: str) -> IssuePage:
    return IssuePage(f"A{number:02}", name, f"{ADDRESS}/older_{number}.htm", number)


def _pages() -> tuple[IssuePage, ...]:
    left = Area(FIRST, ((0, 0), (50, 0), (50, 80), (0, 80)))
    right = Area(SECOND, ((50, 0), (100, 0), (100, 80), (50, 80)))
    return (
        replace(
            _page(1, "头版"), url=PAGES[0], picture=SHEETS[0], shown=SHEETS[1], pdf=PDF, areas=(left, right)
        ),
        replace(
            _page(2, "要闻"), url=PAGES[1], picture=SHEETS[2], areas=(Area(REST, ((0, 0), (9, 0), (9, 9))),)
        ),
    )


def _told(page: int, order: int) -> Told:
    name = ("头版", "要闻")[page]
    return Told(page=f"A0{page + 1}", page_name=name, order=order, listed_on=PAGES[page])


def _article(code: str, title: str) -> Article:
    images = (Image(PICTURE, "渔户把船拖上了岸。", 1, None, None), Image(BROKEN, None, 1, None, None))
    return replace(
        plain_article(),
        info_code=code,
        url=f"{ADDRESS}/{code}.htm",
        form="print",
        title=title,
        published_at=NOON,
        precision="day",
        paragraphs=(Paragraph(f"{title}，渔户把船拖上了岸。"), Paragraph("乡里的学堂改在祠堂里上课。")),
        images=images if code == FIRST else (),
        kicker="春汛来了" if code == FIRST else None,
        subtitle="头一网三百斤" if code == FIRST else None,
        page="A02" if code == REST else "A01",
        page_name="要闻" if code == REST else "头版",
        continues=SECOND if code == REST else None,
        incomplete="a next page that nobody declared" if code == SECOND else None,
    )


def _keep_pictures(archive: Archive) -> None:
    """Archive the article's picture, and the facsimiles of the first page: all but what could not be had."""
    now = datetime(2026, 3, 20, 2, tzinfo=UTC)
    with archive.writing() as connection:
        owe_pictures(connection, FIRST, OwedPictures(SLUG, (PICTURE, BROKEN)), now)
        failed = PictureOwed(BROKEN, "picture", SLUG, (FIRST,))
        change_pictures(
            connection, PictureDecision(failed, "failed", 1, now, quote(f"{BROKEN} answered 503")), None
        )
        for owed, body in (
            (PictureOwed(PICTURE, "picture", SLUG, (FIRST,)), draw_jpeg(64, 48)),
            (PictureOwed(SHEETS[0], "image", SLUG, (DAY.isoformat(),)), draw_png(400, 640)),
            (PictureOwed(SHEETS[1], "image", SLUG, (DAY.isoformat(),)), draw_png(100, 160)),
            (PictureOwed(PDF, "pdf", SLUG, (DAY.isoformat(),)), print_pdf("A01")),
        ):
            facts = read_pdf(body) if owed.kind == "pdf" else read_picture(body)
            came = Exchange(owed.url, now, 200, (), (("Content-Type", "text/html"),), body)
            kept = archive.keep(connection, came)
            assert kept.id is not None
            decided = PictureDecision(owed, "archived", facts=facts, size=len(body))
            change_pictures(connection, decided, (kept.id, kept.payload_digest))
