"""Whatever comes from outside, spoilt in every way, is read, refused with a remedy, or no article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from support.fuzzing.mutations import MUTATIONS, spoil
from support.fuzzing.papers import list_papers
from support.fuzzing.reader_pages import open_pages
from support.fuzzing.readers import list_readers
from support.fuzzing.trial import Outcome, Seed, Target, find_rubbish, try_input, try_target
from support.sample_articles import plain_article

from storage.records import SetAside
from storage.records.text.outer_tags import without_outer_tags
from storage.records.text.unwritable import without_unwritable

_INPUTS = 38  # of each of more than fifty targets: 2,000 in all


@pytest.fixture(name="targets", scope="module")
def made() -> Iterator[list[Target]]:
    """Every reader of what comes from outside."""
    with open_pages() as pages:
        yield [*list_papers(), *list_readers(), pages]


def test_no_spoilt_input_breaks_a_reader_or_becomes_rubbish(targets: list[Target]) -> None:
    outcomes = [try_target(target, _INPUTS) for target in targets]
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
    assert without_outer_tags("<body a=b><p>字</p></BODY><html/><bodyx>") == "<p>字</p><bodyx>"
