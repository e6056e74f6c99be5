"""What a list tells completes an article where its page is silent, and never replaces what a page says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.compare.deduplicate import compare
from pipelines.complete import complete_draft
from pipelines.decide import decide
from pipelines.judge import IsFurniture, judge
from pipelines.normalise.article import normalise
from storage.records import (
    Article,
    Delivery,
    Draft,
    Exchange,
    Image,
    KnownListing,
    ListingState,
    Owed,
    SetAside,
    Snapshot,
    StoredArticle,
    Told,
    Vanished,
)
from storage.records.press_days import PRESS_ZONE

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
DAY = datetime(2026, 3, 20, tzinfo=PRESS_ZONE)
CODE = "yunwan-20260320.11"
URL = "http://127.0.0.1/html/2026-03/20/content_11.htm"
BODY = "<p>渔港今晨开海。</p><p>头一网捞上来三百斤鲳鱼。</p>"
TOLD = Told(DAY, "day", page="A01", page_name="头版", order=2, listed_on="http://127.0.0.1/node_1.htm")


def owed(told: Told = TOLD, **said: Any) -> Owed:
    return replace(Owed("yunwan", CODE, "article", URL, "渔港开海第一天", told=told), **said)


def draft(**said: Any) -> Draft:
    return replace(Draft(None, URL, "article", "渔港开海第一天", body_html=BODY), **said)


def article(**said: Any) -> Article:
    return replace(normalise(replace(draft(), info_code=CODE, published_at=DAY, precision="day")), **said)


def stored(known: Article) -> StoredArticle:
    change = decide(Delivery(owed(), exchange(), draft(), article=known), Snapshot(CODE), NOW).article
    assert change is not None
    return change.after


def exchange() -> Exchange:
    return Exchange(URL, NOW, 200, (), (), b"")


def test_a_silent_page_has_what_its_list_tells() -> None:
    made = complete_draft(draft(), owed(), None)
    assert (made.published_at, made.precision, made.witness) == (DAY, "day", "list")
    assert (made.page, made.page_name, made.order) == ("A01", "头版", 2)
    assert dict(made.found_by) == dict.fromkeys(("published_at", "page", "page_name", "order"), "list")


def test_what_a_page_says_itself_stands() -> None:
    said = draft(media="云湾日报", author="陈知远", page="B03", found_by=(("media", "reader"),))
    made = complete_draft(said, owed(Told(media="云湾在线", author="林妙", page="A01", order=4)), None)
    assert (made.media, made.author, made.page, made.order) == ("云湾日报", "陈知远", "B03", 4)
    assert dict(made.found_by) == {"media": "reader", "order": "list"}


MINUTE = DAY + timedelta(hours=14, minutes=5)


@pytest.mark.parametrize(
    ("said", "told", "stands"),
    [
        (draft(published_at=DAY, precision="day"), Told(MINUTE, "minute"), (MINUTE, "list")),
        (draft(published_at=MINUTE, precision="minute"), Told(DAY, "day"), (MINUTE, "page")),
        (draft(published_at=MINUTE, precision="minute"), Told(DAY, "minute"), (MINUTE, "page")),
        (draft(published_at=DAY, precision="day"), Told(DAY - timedelta(1), "minute"), (DAY, "page")),
        (
            draft(published_at=DAY, precision="day", witness="address"),
            Told(DAY - timedelta(1), "day"),
            (DAY - timedelta(1), "list"),
        ),
        (
            draft(published_at=MINUTE, precision="minute", witness="address"),
            Told(DAY, "day"),
            (MINUTE, "address"),
        ),
        (draft(), Told(page="A01"), (None, "page")),
    ],
)
def test_the_more_exact_time_of_the_same_day_stands(said: Draft, told: Told, stands: tuple[Any, str]) -> None:
    made = complete_draft(said, owed(told), None)
    assert (made.published_at, made.witness) == stands


def test_a_title_that_the_page_lacks_is_the_listed_one_unless_that_is_cut_short() -> None:
    assert complete_draft(draft(title=None), owed(), None).title == "渔港开海第一天"
    assert complete_draft(draft(title=None), owed(title="渔港开海…"), None).title is None
    assert complete_draft(draft(title=None), owed(Told()), None).title is None, "this list tells nothing"


@pytest.mark.parametrize("listed", ["", "图片新闻", "渔港开海第一天"])
def test_a_page_at_the_address_that_has_the_code_is_the_articles(listed: str) -> None:
    assert complete_draft(draft(), owed(title=listed), None).info_code == CODE
    moved = complete_draft(draft(url=URL.replace("http:", "https:")), owed(title=listed), None)
    assert moved.info_code == CODE


def test_a_page_elsewhere_is_known_by_its_title() -> None:
    elsewhere = draft(url="http://127.0.0.1/index.htm", title="云湾日报数字报")
    with pytest.raises(SetAside, match="another article"):
        complete_draft(elsewhere, owed(), None)
    with pytest.raises(SetAside, match="another article"):
        complete_draft(draft(title="另外一篇"), owed(info_code="NW202603200000000011"), None)


def test_the_lines_around_a_title_and_its_place_are_the_articles() -> None:
    said = draft(kicker=" 一年\n一度 ", subtitle="头一网三百斤", continues="yunwan-20260320.9")
    made = judge(replace(said, found_by=(("paragraphs", "reader"),)), owed(), None, NOW)
    assert (made.kicker, made.subtitle, made.continues) == ("一年 一度", "头一网三百斤", "yunwan-20260320.9")
    assert (made.page, made.page_name, made.page_order) == ("A01", "头版", 2)
    assert dict(made.found_by)["text"] == "reader"


def test_pictures_that_a_reader_told_apart_stand_among_those_of_the_body() -> None:
    body = '<p>渔港今晨开海。</p><p><img src="/2.jpg"></p><p>头一网捞上来三百斤鲳鱼。</p>'
    own = "http://127.0.0.1/2.jpg"
    told = (
        Image("http://127.0.0.1/1.jpg", " 开海 ", 0),
        Image(own, "鲳鱼", 1, 640, 480),
        Image("http://127.0.0.1/9.jpg", position=99),
        Image("javascript:alert(1)"),
    )
    made = normalise(draft(info_code=CODE, body_html=body, pictures=told))
    assert [(one.url[-5:], one.caption, one.position) for one in made.images] == [
        ("1.jpg", "开海", 0),
        ("2.jpg", "鲳鱼", 1),
        ("9.jpg", None, 2),
    ]
    assert made.images[1].width == 640


def test_another_kicker_is_no_revision_and_a_known_one_is_never_lost() -> None:
    known = stored(article(kicker="一年一度", page="A01", page_order=2))
    silent = compare(article(), known)
    assert (silent.kind, silent.differs) == ("unchanged", False)
    assert (silent.article.kicker, silent.article.page_order) == ("一年一度", 2)
    other = compare(article(kicker="渔汛来了", subtitle="三百斤"), known)
    assert (other.kind, other.differs) == ("unchanged", True)
    assert (other.article.kicker, other.article.subtitle) == ("渔汛来了", "三百斤")


def test_each_field_keeps_the_rule_by_which_it_was_found() -> None:
    known = stored(article(kicker="一年一度", found_by=(("title", "reader"), ("kicker", "layout:1"))))
    fetched = article(found_by=(("title", "trafilatura"), ("kicker", "trafilatura")))
    assert dict(compare(fetched, known).article.found_by) == {"title": "trafilatura", "kicker": "layout:1"}


def test_a_first_page_is_no_revision_of_the_whole_article() -> None:
    whole = article()
    part = replace(whole, paragraphs=whole.paragraphs[:1], incomplete="a next page that nobody declared")
    kept = compare(part, stored(whole))
    assert (kept.kind, kept.article.paragraphs, kept.article.incomplete) == (
        "unchanged",
        whole.paragraphs,
        None,
    )
    grown = compare(whole, stored(part))
    assert (grown.kind, grown.article.incomplete) == ("revised", None)
    other = compare(replace(part, paragraphs=whole.paragraphs[1:]), stored(whole))
    assert (other.kind, other.article.incomplete) == ("revised", "a next page that nobody declared")


FURNITURE = draft(title=None, body_html='<p><img src="/ad.jpg"></p>', is_furniture=True)


def listing(state: ListingState = "owed", source: str = "yunwan", **said: Any) -> KnownListing:
    return replace(KnownListing(source, "article", URL, state, is_of_page=True), **said)


def test_a_picture_without_text_is_furniture_and_waits_for_nothing() -> None:
    snapshot = Snapshot(CODE, listings=(listing(), listing("failed", "linpu"), listing(source="x", form="b")))
    made = decide(Delivery(owed(), exchange(), FURNITURE), snapshot, NOW)
    assert (made.outcome, made.reason, made.article) == ("furniture", None, None)
    assert [(one.source, one.state, one.next_try_at) for one in made.listings] == [
        ("yunwan", "furniture", None),
        ("linpu", "furniture", None),
    ]
    assert all(one.takes_capture for one in made.listings)
    assert [event.step for event in made.events] == ["resolve"]
    assert len(made.keep) == 1


@pytest.mark.parametrize("state", ["owed", "furniture"])
def test_a_picture_with_a_text_is_an_article(state: ListingState) -> None:
    snapshot = Snapshot(CODE, listings=(listing(state, is_due=state == "owed"),))
    made = decide(Delivery(owed(), exchange(), replace(FURNITURE, body_html=BODY)), snapshot, NOW)
    assert (made.outcome, [one.state for one in made.listings]) == ("new", ["archived"])


def test_an_article_that_has_a_text_is_not_replaced_by_a_picture() -> None:
    known = stored(article())
    with pytest.raises(SetAside, match="has no text"):
        judge(replace(FURNITURE, title="渔港开海第一天"), owed(), known, NOW)
    with pytest.raises(IsFurniture):
        judge(FURNITURE, owed(), None, NOW)


@pytest.mark.parametrize("trouble", [SetAside("is a login page"), Vanished("nowhere")])
@pytest.mark.parametrize("is_due", [True, False])
def test_known_furniture_waits_only_when_its_list_changed(trouble: Any, is_due: bool) -> None:
    snapshot = Snapshot(CODE, listings=(listing("furniture", is_due=is_due),))
    came = exchange() if isinstance(trouble, SetAside) else None
    made = decide(Delivery(owed(state="furniture"), came, trouble=trouble), snapshot, NOW)
    assert [one.state for one in made.listings] == (["furniture"] if is_due else [])
    assert all(one.next_try_at for one in made.listings)
    assert bool(made.events) is is_due


def test_articles_of_one_text_are_linked_across_sites_and_not_merged() -> None:
    made = decide(Delivery(owed(), exchange(), draft()), Snapshot(CODE, listings=(listing(),)), NOW)
    assert made.article is not None
    assert made.article.copies == (made.article.after.content_hash,)
    assert made.info_code == CODE
