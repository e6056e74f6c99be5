"""Whatever comes from outside, spoilt in every way, is read, refused with a remedy, or no article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from support.fuzzing.archives_of_others import open_archives
from support.fuzzing.mutations import MUTATIONS, spoil
from support.fuzzing.papers import list_papers
from support.fuzzing.reader_pages import list_asked, open_pages
from support.fuzzing.readers import list_readers
from support.fuzzing.trial import Outcome, Seed, Target, find_rubbish, try_input, try_target
from support.sample_articles import plain_article
from support.served_archive import fill_archive
from support.web_client import open_reader

from jianbao.web.text.sanitising import sanitise_html
from spiders.readers.epaper.month_file import read_month_file
from storage.records import SetAside
from storage.records.text.outer_tags import without_outer_tags
from storage.records.text.unwritable import without_unwritable

_INPUTS = 38  # of each of more than fifty targets: 2,000 in all


@pytest.fixture(name="targets", scope="module")
def made() -> Iterator[list[Target]]:
    """Every reader of what comes from outside."""
    with open_pages() as pages, open_archives() as archives:
        yield [*list_papers(), *list_readers(), *pages, *archives]


def test_no_spoilt_input_breaks_a_reader_or_becomes_rubbish(targets: list[Target]) -> None:
    outcomes = [try_target(target, _INPUTS // target.costs) for target in targets]
    assert [trouble for outcome in outcomes for trouble, _ in outcome.findings] == []
    assert sum(outcome.inputs for outcome in outcomes) >= 2_000
    assert sum(outcome.kinds["article"] for outcome in outcomes) > 100


def test_every_reader_reads_what_nobody_spoilt(targets: list[Target]) -> None:
    for target in targets:
        outcome = Outcome()
        for seed in target.seeds:
            try_input(target, seed, seed.body, outcome)
        assert outcome.findings == []
        assert outcome.kinds["article"] + outcome.kinds["read"], target.name


def test_every_address_of_the_reader_is_spoilt(tmp_path: Path) -> None:
    """What nobody spoilt is answered, and no question of the API is left out but that of an e-paper's day."""
    work = fill_archive(tmp_path)
    work.archive.close()
    asked = list_asked(work)
    with open_reader(tmp_path) as client:
        refused = {address for address in asked if client.get(address).status_code not in {200, 303}}
        paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert refused == set()
    bare = [address.partition("?")[0] for address in asked]
    questions = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in paths}
    left_out = {path for path, pattern in questions.items() if not any(map(pattern.fullmatch, bare))}
    assert left_out == {"/api/v1/sources/{slug}/issues/{day}"}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.__name__)
def test_every_mutation_spoils(mutation: object) -> None:
    assert callable(mutation)
    page = "<html charset=utf-8><p class=a>三月的茶园 2026</p>\n<b>x</b></html>".encode()
    spoilt = {mutation(page, b"<i>other</i>", Random(number)) for number in range(20)}
    assert spoilt - {page}


def test_the_same_chance_spoils_alike() -> None:
    assert spoil(b"<p>a</p>" * 9, b"b", Random(7)) == spoil(b"<p>a</p>" * 9, b"b", Random(7))


def test_what_must_not_be_is_found() -> None:
    def breaks(body: bytes) -> None:
        raise {b"a": IndexError, b"b": RecursionError, b"c": SetAside}[body]("x")

    target = Target("t", [Seed(b"a")], breaks)
    outcome = Outcome()
    for body in (b"a", b"b", b"c"):
        try_input(target, target.seeds[0], body, outcome)
    assert [trouble for trouble, _ in outcome.findings] == ["t: IndexError: x", "t: RecursionError: x"]


def test_rubbish_is_found() -> None:
    article = replace(plain_article(), published_at=datetime(2026, 3, 20, tzinfo=UTC))
    page = f"<h1>{article.title}</h1>{article.text}".encode()
    assert list(find_rubbish(article, page, Seed(page))) == []
    assert any("does not" in said for said in find_rubbish(article, b"<p>", Seed(b"")))
    assert any("time" in said for said in find_rubbish(replace(article, published_at=None), page, Seed(page)))
    odd = replace(article, media="\x1b[31m")
    assert any("no text has" in said for said in find_rubbish(odd, page, Seed(page)))


def test_what_no_tree_can_hold_is_taken_off() -> None:
    odd = "题&#27;[31m&#10;&#x0a;&#13;&#12;&#x1F;&#9;&#270;&#x1f4;&#32;\x0b\ud800"
    assert without_unwritable(odd) == "题[31m&#10;&#x0a;&#13;&#9;&#270;&#x1f4;&#32;"
    halves = (
        "题&#xD800;&#xdfff;&#55296;&#57343;&#xFFFE;&#65535;&#x0d8ff;&#xD7FF;&#xE000;&#55295;&#57344;&#xD8000;"
    )
    assert without_unwritable(halves) == "题&#xD7FF;&#xE000;&#55295;&#57344;&#xD8000;"
    assert without_outer_tags("<body a=b><p>字</p></BODY><html/><bodyx>") == "<p>字</p><bodyx>"
    assert without_outer_tags(" <!DOCTYPE html>\n<htmlx>\n<p>字</p><!doctype>") == "\n<p>字</p><!doctype>"


@pytest.mark.parametrize("first", ["<!DOCTYPE html>", "<html>", "<htmlx>", " <!doctype\n>"])
def test_a_page_without_a_body_is_shown(first: str) -> None:
    for swallowed in ("<head><title>题", "<frameset>", "<head><textarea>"):
        sanitise_html(f"{first}{swallowed}<p>字</p>")


def test_halves_of_characters_in_a_month_file_are_left_out() -> None:
    entry = (
        "<period><period_date>2026-03-20&#xD800;</period_date><front_page>n&#57343;.htm</front_page></period>"
    )
    found = read_month_file(f"<period_list>{entry}</period_list>", "http://a.example/2026-03/period.xml")
    assert found.fronts == {date(2026, 3, 20): "http://a.example/2026-03/20/n.htm"}
