"""What is stored for people is a saying: said in English and in Chinese, with no sentence left over."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from support.newsroom import Newsroom

from jianbao.documents.said import tell_document
from jianbao.service.runs import tell_sentence
from jianbao.terminal.invocation import Invocation
from jianbao.terminal.language import language_of_locale
from scheduler.accounting import account
from scheduler.ending import Ending
from scheduler.runs import Child, RunHistory
from scheduler.vocabulary.sentence import Sentence
from storage.events.troubles import identify
from storage.records.saying import Saying, join_first, quote, read_phrases, read_saying, say

ROOMS = ("jianbao", "pipelines", "scheduler", "spiders", "storage")
ERRORS = {"SetAside", "TryLater", "Vanished", "NotTheList", "NoArticle", "IsFurniture"}
OPENING = {"open_event": 2, "record_event": 2, "open_event_about": 3}
"""Functions that store a message, and at which place it stands."""
WRITING = {"Poll", "Issue", "Span", "ListingChange", "PictureDecision", "Decision", "EventChange", "replace"}
STORED = {"reason", "error", "message", "last_error"}
COLUMNS = (("listing", "last_error"), ("event", "message"), ("issue", "reason"), ("crawl", "errors"))
CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
"""Two words side by side: codes, names of keys and abbreviations stand alone."""
QUOTED = re.compile(r"`[^`]*`|\{[^}]*\}|https?://\S+|\b(?:jianbao|pip) [a-z]+")
"""Commands, values and addresses."""


def test_every_phrase_in_chinese_is_chinese() -> None:
    english, chinese = read_phrases("en"), read_phrases("zh")
    for key, phrase in chinese.items():
        for text in (phrase,) if isinstance(phrase, str) else phrase.values():
            rest = QUOTED.sub("", text)
            assert not ENGLISH.search(rest), (key, text)
            has_words = ENGLISH.search(QUOTED.sub("", str(english[key])))
            assert CHINESE.search(rest) or not has_words, (key, text)


def test_nobody_stores_a_sentence() -> None:
    found = [
        f"{path}:{node.lineno} {ast.unparse(said)}"
        for room in ROOMS
        for path in sorted(Path(room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for said in _stored_by(node)
        if _is_sentence(said)
    ]
    assert found == []


def test_a_sentence_would_be_found() -> None:
    for wrong in ('SetAside("is bad")', 'open_event(c, k, f"{x} broke", n)', 'Poll(s, error=quote("bad"))'):
        call = ast.parse(wrong).body[0]
        assert isinstance(call, ast.Expr)
        assert any(map(_is_sentence, _stored_by(call.value)))


def _stored_by(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the arguments of a call that end in the archive as what somebody is told."""
    assert isinstance(node, ast.Call)
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in ERRORS:
        yield from node.args[:1]
    if name in OPENING:
        yield from node.args[OPENING[name] : OPENING[name] + 1]
    if name in WRITING:
        yield from (keyword.value for keyword in node.keywords if keyword.arg in STORED)


def _is_sentence(said: ast.expr) -> bool:
    """Return whether an expression is text that somebody wrote into the code, or makes text of something."""
    match said:
        case ast.JoinedStr() | ast.Constant(value=str()):
            return True
        case ast.Call(func=ast.Name(id="str")):
            return True
        case ast.Call(func=ast.Name(id="quote" | "as_saying"), args=[inner]):
            return _is_sentence(inner)
        case ast.BoolOp(values=values):
            return any(map(_is_sentence, values))
        case ast.IfExp(body=body, orelse=other):
            return _is_sentence(body) or _is_sentence(other)
    return False


def test_what_the_scheduler_says_is_said_by_its_key() -> None:
    phrases = read_phrases("en")
    calls = [
        node
        for path in sorted(Path("scheduler").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence"
    ]
    assert len(calls) > 10
    for call in calls:
        key, english = (ast.literal_eval(part) for part in call.args)
        assert phrases[f"service.{key}"] == english


def test_the_end_of_a_child_is_told_in_chinese_too() -> None:
    now = datetime(2026, 3, 20, tzinfo=UTC)
    history = _Told()
    account(
        cast("RunHistory", history),
        Child(("hexi",), now, now, 7),
        Ending("exited", 7, -9, forced=False, seconds=12.0, tail=()),
    )
    (said,) = {tell_sentence(message) for message in history.messages}
    assert str(said) == (
        "the crawl of hexi was ended by SIGKILL before it recorded anything: it printed nothing"
    )
    assert said.tell("zh") == "hexi 的抓取被 SIGKILL 终止，什么也没有记录：没有任何输出"


class _Told:
    """A run history that only remembers what events are about."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def crawl_status(self, _child: Child) -> str | None:
        return None

    def record_failed_start(self, _child: Child, _reason: str) -> None:
        pass

    def open_event(self, _kind: str, _source: str | None, message: str) -> None:
        assert isinstance(message, Sentence)
        self.messages.append(message)


def test_what_a_crawl_in_trouble_stores_is_said_in_both_languages(newsroom: Newsroom) -> None:
    site = newsroom.site
    newsroom.crawl()
    site.misbehave(site.publish().code, "status", status=503)
    site.misbehave(site.publish().code, "status", status=404)
    site.misbehave("/NewsData/*", "status", status=500)
    newsroom.crawl(status=1)
    site.set_layout("unknown")
    newsroom.crawl(status=1)
    said = list(_stored(newsroom))
    assert len(said) > 4
    for one in said:
        assert one.key in read_phrases("zh"), one
        chinese = QUOTED.sub("", one.tell("zh"))
        assert CHINESE.search(chinese), chinese
        assert not ENGLISH.search(chinese), chinese
    told = newsroom.ask("--language", "zh", "status")["events"]
    assert all(CHINESE.search(event["message"]) and event["message_said"]["key"] for event in told)


def _stored(newsroom: Newsroom) -> Iterator[Saying]:
    with newsroom.archive() as archive, archive.reading() as view:
        for table, column in COLUMNS:
            for (cell,) in view.exec_driver_sql(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):
                yield from map(read_saying, json.loads(cell) if column == "errors" else [cell])


def test_the_same_trouble_with_another_article_is_the_same() -> None:
    def trouble(code: str, status: int, count: int) -> Saying:
        answered = say("fetch.answered", url=f"http://x.example/{code}", status=status)
        parts = [say("ledger.example", info_code=code, why=answered)] * count
        return say("ledger.overdue", count=count, source="hexi", days=3, examples=join_first(parts, 3))

    assert identify(trouble("a-1", 503, 2)) == identify(trouble("a-2", 503, 5))
    assert identify(trouble("a-1", 503, 2)) != identify(trouble("a-1", 404, 2))
    assert identify(quote("http://x.example/1 answered 503")) == identify(
        quote("http://x.example/2 answered 503")
    )


def test_a_document_says_it_in_the_wanted_language_with_its_parts() -> None:
    answered = say("fetch.answered", url="http://x.example/1", status=503)
    assert tell_document({"errors": [answered], "reason": None}, "zh") == {
        "errors": ["http://x.example/1 返回 503"],
        "errors_said": [{"key": "fetch.answered", "values": {"url": "http://x.example/1", "status": 503}}],
        "reason": None,
    }


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({}, "en"),
    ],
)
def test_a_terminal_speaks_its_locale(environ: dict[str, str], language: str) -> None:
    assert language_of_locale(environ) == language


def test_who_chooses_a_language_gets_it_and_programs_get_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    by_locale = Invocation(None, tmp_path)
    assert (by_locale.language(), by_locale.language(for_programs=True)) == ("zh", "en")
    monkeypatch.setenv("JIANBAO_LANGUAGE", "zh")
    assert Invocation(None, tmp_path).language(for_programs=True) == "zh"
    assert Invocation(None, tmp_path, "en").language() == "en"
