"""Breaks are caught before rubbish enters: pages that are none, articles and lists unlike the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from jianbao.demo.offer import Offer
from jianbao.documents.contract import present_contract, say_contract
from pipelines.doubt.contract import doubt_by_contract, find_breaks, find_lost, judge_traits
from spiders.kinds.kind import Answer
from spiders.recognition.barrier import find_barrier, tell_refusal
from storage.archive.folder import Archive
from storage.events.event import open_event, resolve_events
from storage.ledger.contract import BROKEN, accept_what_was_seen, find_contract, save_contract
from storage.ledger.list_habit import watch_list
from storage.ledger.source import ensure_source
from storage.records import Listed, Owed, Poll, Source
from storage.records.contract import (
    MARKS,
    NO_CONTRACT,
    NO_TERMS,
    Contract,
    Mark,
    Observed,
    Terms,
    Traits,
    read_contract,
)

BARRIERS = json.loads((Path(__file__).parent.parent / "benchmarks/barriers.json").read_text("utf-8"))
NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
FIRST = date(2026, 1, 5)
ALWAYS: tuple[Mark, ...] = (
    "article",
    "title",
    "time",
    "exact",
    "day",
    "agrees",
    "related",
    "finished",
    "chinese",
)


def traits(number: int, lost: tuple[Mark, ...] = (), length: int | None = None, **has: bool) -> Traits:
    told: dict[Mark, bool] = dict.fromkeys(ALWAYS, True) | {"pictures": number % 3 > 0}
    told |= dict.fromkeys(lost, False)
    day = FIRST + timedelta(days=number // 4)
    return Traits(told, length or 300 + 97 * (number % 13), day, (number + 1,), number + 1)


def look(
    contract: Contract, number: int, one: Traits, attempts: int = 0, terms: Terms = NO_TERMS
) -> tuple[Contract, str | None]:
    """Return the contract after an article, and which saying sets that aside."""
    owed = Owed("paper", f"p-{number}", "media", "http://paper.example/", "", attempts=attempts)
    judged = judge_traits(contract, one, owed, terms)
    lost = find_lost(contract, judged, terms)
    doubt = doubt_by_contract(contract, judged, lost, owed, terms)
    observed = Observed("paper", owed.info_code, judged, lost, is_believed=doubt is None)
    return contract.learn(observed), doubt.key if doubt else None


def learned(count: int = 60) -> Contract:
    contract = NO_CONTRACT
    for number in range(count):
        contract, doubt = look(contract, number, traits(number))
        assert doubt is None
        assert find_breaks(contract) == ()
    return contract


@pytest.mark.parametrize("page", BARRIERS.values(), ids=BARRIERS)
def test_what_stands_before_a_page_is_known_by_its_shape(page: str) -> None:
    assert find_barrier(page) is not None


def test_pages_of_newspapers_are_no_barriers() -> None:
    offer = Offer()
    slug = offer.slugs[0]
    paths = [offer.category_path(slug), *(offer.article_path(post.code) for post in offer.listed(slug))]
    pages = [offer.answer(path).body.decode() for path in paths]
    assert len(pages) > 2
    assert [find_barrier(page) for page in pages] == [None] * len(pages)


def test_news_about_captchas_is_no_barrier() -> None:
    text = "市民反映，不少网站要求输入验证码，老人操作困难。" * 12
    assert find_barrier(f"<html><body><h1>验证码难倒老人</h1><p>{text}</p></body></html>") is None
    assert find_barrier('{"text": "请输入验证码"}') is None


@pytest.mark.parametrize("status", [403, 405, 412, 418, 503, 521])
def test_a_refusal_is_told_with_what_its_page_is(status: int) -> None:
    address = "http://paper.example/1.html"
    came = Answer(address, address, status, BARRIERS["验证码"].encode(), "text/html; charset=utf-8")
    assert tell_refusal(came).tell("zh") == f"{address} 返回 {status}：安全验证页"
    assert tell_refusal(replace(came, body=b"busy")).tell("zh") == f"{address} 返回 {status}"
    assert tell_refusal(replace(came, body=b"")).tell("en") == f"{address} answered {status}"


@given(st.text(max_size=300))
def test_any_text_has_a_barrier_or_none(text: str) -> None:
    find_barrier(f"<html><body>{text}")


def test_nothing_is_concluded_from_few_articles() -> None:
    contract = learned(15)
    assert look(contract, 15, traits(15, ("time", "title")))[1] is None


@pytest.mark.parametrize("mark", ["title", "time", "exact", "day", "agrees", "finished", "chinese"])
def test_one_that_lacks_what_all_have_waits_and_is_believed_when_others_have_it(mark: Mark) -> None:
    odd = traits(60, (mark,))
    contract, doubt = look(learned(), 60, odd)
    assert doubt == "contract.held"
    assert look(contract, 60, odd, attempts=1)[1] == "contract.held", "nobody else has come"
    for number in (61, 62):
        contract, doubt = look(contract, number, traits(number))
        assert doubt is None
    assert find_breaks(contract) == ()
    assert look(contract, 60, odd, attempts=2)[1] is None


def test_a_poem_without_its_titles_words_is_believed_and_many_in_a_row_are_a_break() -> None:
    contract, doubt = look(learned(), 60, traits(60, ("related",)))
    assert (doubt, find_breaks(contract)) == (None, ())
    for number in range(61, 70):
        contract, doubt = look(contract, number, traits(number, ("related",)))
    assert [one.mark for one in find_breaks(contract)] == ["related"]
    assert doubt == "contract.broken"


def test_a_source_that_breaks_is_broken_until_its_articles_are_as_before() -> None:
    contract = learned()
    for number in range(60, 70):
        contract, doubt = look(contract, number, traits(number, ("time", "exact")))
        assert doubt is not None, "none of them is archived"
    (first, *_) = find_breaks(contract)
    assert (first.mark in ("time", "exact"), first.codes[0]) == (True, "p-69")
    contract = contract.breaking([one.mark for one in find_breaks(contract)])
    assert look(contract, 65, traits(65, ("time",)), attempts=20)[1] == "contract.broken", "however often"
    for number in range(70, 73):
        contract, doubt = look(contract, number, traits(number))
        assert doubt is None, "a good one passes while the others wait"
    assert find_breaks(contract) == ()


def test_pictures_that_vanish_are_told_and_the_articles_archived() -> None:
    contract = learned()
    for number in range(60, 100):
        contract, doubt = look(contract, number, traits(number, ("pictures",)))
        assert doubt is None
    assert [one.mark for one in find_breaks(contract)] == ["pictures"]


def test_texts_a_third_as_long_are_a_break_and_a_short_one_is_none() -> None:
    contract, doubts = learned(200), []
    for number in range(200, 232):
        whole = traits(number)
        contract, doubt = look(contract, number, replace(whole, length=whole.length // 3))
        doubts.append(doubt)
    assert {one.mark for one in find_breaks(contract)} & {"long", "stub"}
    assert "contract.broken" in doubts, "those that came so wait from then on"


def test_short_weekends_are_learned_apart() -> None:
    contract = NO_CONTRACT
    for number in range(400):
        one = traits(number)
        is_weekend = one.day is not None and one.day.weekday() > 4
        contract, doubt = look(contract, number, replace(one, length=90 + number % 40) if is_weekend else one)
        assert doubt is None
        assert find_breaks(contract) == ()


def test_the_text_of_other_articles_is_doubted() -> None:
    contract, doubts = learned(), []
    for number in range(60, 66):
        contract, doubt = look(contract, number, replace(traits(number), prints=(77,)))
        doubts.append(doubt)
    assert doubts[0] is None, "nobody can know it from one"
    assert None not in doubts[1:]


def test_terms_stand_before_what_is_learned() -> None:
    contract = learned()
    odd = traits(60, ("time", "exact"))
    assert look(contract, 60, odd, terms=Terms(shares={"time": 0, "exact": 0}))[1] is None
    assert look(contract, 60, traits(60), terms=Terms(shortest=5_000))[1] == "contract.shorter"


@given(st.lists(st.tuples(st.sampled_from(MARKS), st.booleans()), max_size=60))
def test_a_contract_is_read_as_it_was_stored(seen: list[tuple[Mark, bool]]) -> None:
    contract = NO_CONTRACT
    for number, (mark, has) in enumerate(seen):
        one = replace(traits(number), has={mark: has})
        contract = contract.learn(Observed("paper", f"p-{number}", one, () if has else (mark,)))
    assert read_contract(contract.store()) == contract
    assert read_contract("rubbish") == NO_CONTRACT


def test_what_was_learned_is_said_in_both_languages() -> None:
    usual = say_contract(replace(learned(), lists=(20, 31, 40)), "page")
    assert usual is not None
    shares = "有标题 100 %；有时间 100 %；有图片 67 %"
    assert usual.tell("zh") == f"通常：{shares}；正文 260–2,000 字；列表 20–40 条"
    assert usual.tell("en").startswith(
        "usually: a title 100 %; a time 100 %; pictures 67 %; texts of 260–2,000"
    )
    told = present_contract(learned(), "page")
    assert told is not None
    assert (told["articles"], told["shares"]["time"], told["links"], told["broken"]) == (60, 1.0, None, [])
    assert say_contract(learned(9), "page") is None
    assert present_contract(NO_CONTRACT, "page") is None


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        ensure_source(
            connection,
            Source("paper", "信江日报", "page", "http://paper.example/", "Asia/Shanghai", None, True),
        )
        yield connection


def poll(count: int) -> Poll:
    listed = tuple(Listed(f"p-{n}", "media", f"http://paper.example/{n}", "春茶开采") for n in range(count))
    return Poll("paper", "changed", NOW, listed=listed, links=count)


def test_a_list_with_a_fraction_of_its_links_is_no_list(connection: Connection) -> None:
    for count in [40, 38, 41, 36, 44, 40, 39, 42, 40, 40]:
        assert watch_list(connection, poll(count), 0.25).outcome == "changed"
    broken = watch_list(connection, poll(5), 0.25)
    assert (broken.outcome, broken.layout_broken, len(broken.listed)) == ("failed", True, 5)
    open_event(connection, "layout_broken", "few", NOW, source="paper")
    assert watch_list(connection, poll(5), 0.25).outcome == "failed", "nobody has looked"
    assert watch_list(connection, poll(40), 0.25).outcome == "changed"
    assert watch_list(connection, poll(5), 0.0).outcome == "changed", "any list is believed where that is set"


def test_a_list_that_is_so_from_now_on_is_believed_once_somebody_said_so(connection: Connection) -> None:
    for _ in range(12):
        watch_list(connection, poll(40), 0.25)
    assert watch_list(connection, poll(6), 0.25).outcome == "failed"
    assert watch_list(connection, poll(6), 0.25).outcome == "changed", "no event is open: it was resolved"


def test_a_list_that_shrinks_day_by_day_is_a_list(connection: Connection) -> None:
    for count in [*[60] * 15, 45, 30, 16, 9, 5, 2, 1]:
        assert watch_list(connection, poll(count), 0.25).outcome == "changed"


def test_what_somebody_has_seen_is_learned_anew(connection: Connection) -> None:
    save_contract(connection, "paper", learned().breaking(("time",)))
    open_event(connection, BROKEN, "they state no time", NOW, source="paper")
    assert accept_what_was_seen(connection, ["paper"]) == []
    resolve_events(connection, (BROKEN,), NOW, source="paper")
    assert accept_what_was_seen(connection, ["paper"]) == ["paper"]
    assert find_contract(connection, "paper").share("time") is None
    assert look(find_contract(connection, "paper"), 60, traits(60, ("time",)))[1] is None
