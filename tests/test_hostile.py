"""What comes from outside may be hostile: it costs little time, steers no terminal, and loses nothing."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jianbao.terminal.output import print_json
from pipelines.compare.deduplicate import describe_change
from pipelines.compare.fingerprint import content_hash, fold
from pipelines.complete import complete_draft
from pipelines.doubt.belief import doubt
from pipelines.normalise.article import normalise
from pipelines.normalise.body import Line, read_body
from pipelines.normalise.byline import byline_names, closing_names, dateline_names, signature_names
from pipelines.normalise.lines import is_furniture, is_jump, is_note, source_media
from pipelines.normalise.securities import read_printed
from spiders.kinds.code_addresses import article_addresses
from spiders.middleware.retry_after import parse_retry_after
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.bare_post import is_bare_post
from spiders.readers.listing_page import read_listing
from spiders.readers.printed_time import read_time
from storage.records import Article, Draft, Link, Owed, Paragraph, SetAside, Vanished, find_info_code
from storage.records.host import is_allowed

CODE = "NW202203112301200001"
SITE = "https://finews.withounder.com"
URL = f"{SITE}/yaohuribao/2022/03/11/{CODE}.html"
NOW = datetime(2022, 3, 11, 9, 0, tzinfo=UTC)
DRAFT = Draft(CODE, URL, "media", title="湖畔新城", published_at=NOW, body_html="<p>湖畔新城开工。</p>")
SIZE = 100_000
CONTROLS = "".join(chr(number) for number in (*range(0x20), *range(0x7F, 0xA0)))


@contextmanager
def little_time(seconds: float = 2, said: str = "") -> Iterator[None]:
    """Fail when the block takes more CPU time: the square of such lengths takes minutes."""
    started = time.process_time()
    yield
    assert time.process_time() - started < seconds, said


# -- text that makes a careless pattern go over it again and again --------------------------------

# fmt: off
FILLINGS = (
    " ", "\u3000", "\n", "(", ")", ") ", "()", "（", "。", "4", "a", "a ", "记者", "记者 ", "本报", "□本报",
    "(文章来源:", "本报讯(记者", "【", "<p", "<", "</", '<p><a href="">返回</a>', "&lt;http://", "</head> ",
    "<section ", "<small>tags:<em>", "/20220311/", "2022-01-01 ", "\u0301\u0316", "\xb4\xb8",
)
# fmt: on
STARTS = (
    *(
        "",
        "(文章来源：",
        "（责任编辑：",
        "tags: ",
        "https://",
        "返回",
        "注",
        "(上接",
        "▲",
        "□本报记者",
        "本报讯(记者",
    ),
    *(
        "error",
        "404",
        "error 404 -",
        "just a moment",
        "cb(",
        "jQuery1_2({})",
        "2022-01-01",
        "2022-01-01 08:00:00.",
    ),
)


def line_tests() -> dict[str, Callable[[str], object]]:
    """Return everything that looks at a line or a title of an article."""
    return {
        "source": lambda text: source_media(Line(text)),
        "furniture": lambda text: is_furniture(Line(text, links=[Link(URL, "返回")]), CODE),
        "note": is_note,
        "jump": is_jump,
        "byline": byline_names,
        "dateline": dateline_names,
        "closing": closing_names,
        "signature": signature_names,
        "securities": lambda text: list(read_printed([text])),
        "title": lambda text: doubt(normalise(replace(DRAFT, title=text)), NOW),
        "time": read_time,
        "info-code": find_info_code,
        "address": lambda text: complete_draft(DRAFT, Owed("s", CODE, "media", text, ""), None),
    }


def page_tests() -> dict[str, Callable[[str], object]]:
    """Return everything that looks at a whole answer."""
    section = "<section><small>(GMT+8, CST) 2022-03-11 08:00:00</small><h1>题</h1>{}<p>文。</p></section>"
    east_money = (
        '<div class="infos"><div class="item">来源：{}</div></div><div id="ContentBody">文</div></html>'
    )
    return {
        "page": lambda text: read_article(text, URL),
        "section": lambda text: read_article(f"<section>{text}</section>", URL),
        "post": lambda text: read_article(section.format(text), URL),
        "rolling": lambda text: read_article(
            section.format(f"<blockquote>{text}"), f"{SITE}/{CODE[2:]}.html"
        ),
        "bare": is_bare_post,
        "front-matter": lambda text: read_article(
            f'<hr /><p>layout: post title: "{text}"</p><p><a href="/{CODE}">/{CODE}</a></p>', URL
        ),
        "east-money": lambda text: read_article(east_money.format(text), URL),
        "listing": lambda text: read_listing(f"<section><ul><li><a href='{escape(text)}'>", SITE),
        "json": lambda text: read_article_json(text, URL, CODE),
        "json-text": lambda text: read_article_json(json.dumps({"text": text, "digest": text}), URL, CODE),
        "body": lambda text: read_body(text, URL),
        "styled-body": lambda text: read_body(
            f"<p style='{escape(text)}' class='{escape(text)}'>文</p>", URL
        ),
        "printed-code": lambda text: read_body(
            f"<a data-code='{escape(text)}' href='{escape(text)}'>文</a>", URL
        ),
    }


@pytest.mark.parametrize("name", line_tests())
def test_a_hostile_line_costs_little_time(name: str) -> None:
    for start, filling, end in product(STARTS, FILLINGS, ("", "x")):
        with little_time(said=f"{start}{filling}{end}"):
            line_tests()[name](start + filling * (SIZE // len(filling)) + end)


@pytest.mark.parametrize("name", page_tests())
def test_a_hostile_page_costs_little_time(name: str) -> None:
    for filling, end in product(FILLINGS, ("", "x", "</h1>")):
        with little_time(5, said=f"{filling}{end}"), suppress(SetAside, Vanished):
            page_tests()[name](filling * (SIZE // len(filling)) + end)


def test_a_wrapped_answer_followed_by_blanks_costs_little_time() -> None:
    for text in (f"cb({{}}){' ' * SIZE}x", f"cb({{}});{' ' * SIZE}", f"{' ' * SIZE}cb ({{}}) ; "):
        with little_time(), suppress(SetAside, Vanished):
            read_article_json(text, URL, CODE)


def test_a_source_line_may_name_a_paper_with_brackets() -> None:
    assert source_media(Line("（文章来源： 瑶湖证券(香港) ）")) == "瑶湖证券(香港)"
    assert source_media(Line("（文章来源：瑶湖日报）（责任编辑：张平）")) is None


def test_an_error_title_is_known_whatever_its_blanks() -> None:
    article = normalise(DRAFT)
    assert "title of an error" in (doubt(replace(article, title="  404 \u3000  Not   Found "), NOW) or "")
    assert doubt(replace(article, title=f"404 {'a ' * 30}"), NOW) is None


def test_comparing_long_texts_costs_little_time() -> None:
    article = normalise(DRAFT)
    before, after = (
        replace(article, paragraphs=tuple(Paragraph(f"{number % 7}") for number in range(count)))
        for count in (20_000, 30_000)
    )
    with little_time():
        assert describe_change(before, after) == {"paragraphs_added": 10_000, "paragraphs_removed": 0}


def test_folding_a_hostile_line_costs_little_time() -> None:
    for filling in FILLINGS:
        with little_time(said=filling):
            fold(filling * (SIZE // len(filling)))


def test_letters_with_more_marks_than_any_script_has_are_cut_alike() -> None:
    few, many = "e" + "\u0301" * 2000, "e" + "\u0301" * 3000
    assert fold(few) == fold(many)
    assert fold("e" + "\u0301" * 20) != fold("e" + "\u0301" * 21)


# -- bodies ----------------------------------------------------------------------------------------


def test_a_body_far_longer_than_any_article_is_set_aside() -> None:
    with (
        little_time(),
        pytest.raises(SetAside, match=r"a body of 3,000,000 characters, and no article has more"),
    ):
        normalise(replace(DRAFT, body_html="<p>a</p>" * 375_000))
    with pytest.raises(SetAside, match="a body of"):
        normalise(replace(DRAFT, linked_html="字" * 3_000_000))
    assert normalise(replace(DRAFT, body_html="字" * 900_000)).text == "字" * 900_000


@pytest.mark.parametrize(
    "tag", ["<span data-code='1,600160'>", "<a href='/x'>", "<p>", "<b>", "<table><tr><td>", "<blockquote>"]
)
def test_deep_nesting_with_text_at_every_level_costs_little_time(tag: str) -> None:
    with little_time(5):
        article = normalise(replace(DRAFT, body_html=f"{tag}字" * 20_000))
    assert article.text.count("字") == 20_000


def test_links_inside_links_are_known_to_a_depth() -> None:
    nested = "".join(f"<span data-code='1,60016{number}'>字{number}" for number in range(10))
    body = read_body(f"{nested}{'</span>' * 10}<a href='/y'>后</a>", URL)
    assert [one.code for one in body.lines[0].securities] == [f"60016{number}" for number in range(7, -1, -1)]
    assert [link.text for link in body.lines[0].links] == ["后"]


@pytest.mark.parametrize("tag", ["<div>", "<ul><li>", "<div class=infos><div class=item>字"])
def test_deeply_nested_pages_are_read_or_set_aside(tag: str) -> None:
    for html in (
        f"<section><ul>{tag * 20_000}</section>",
        f"<div id='ContentBody'>{tag * 20_000}</div></html>",
    ):
        with little_time(2), suppress(SetAside):
            read_listing(html, SITE)
        with little_time(2), suppress(SetAside):
            read_article(html, URL)


# -- characters that nobody sees -------------------------------------------------------------------


def written(article: Article) -> str:
    """Return all words of an article that are kept beside the delivered body."""
    texts = [article.title, article.media, article.author, article.summary, article.source_line, article.text]
    texts += [image.url + (image.caption or "") for image in article.images]
    texts += [link.url + link.text for link in article.links]
    texts += [one.market + one.code + one.name for one in article.securities]
    return "".join(text or "" for text in texts)


def test_control_characters_are_not_kept() -> None:
    dirty = f"题{CONTROLS}目\x9b31m"
    body = (
        f"<p>{dirty}<a href='http://x.example/{CONTROLS}'>{dirty}</a>"
        f"<span data-code='1,600160'>{dirty}</span></p>"
        f"<center><img src='http://x.example/{CONTROLS}.jpg'></center><center>{dirty}</center>"
        f"<p>□本报记者张{CONTROLS[:8]}平</p><p>（文章来源：{dirty}）</p>"
    )
    for markup in (body, body.replace("<", " ")):
        article = normalise(
            replace(
                DRAFT, title=dirty, tag=dirty, media=dirty, summary=dirty, body_html=markup, linked_html=body
            )
        )
        kept = written(article)
        assert {each for each in kept if unicodedata.category(each) in ("Cc", "Cs")} <= {"\n", "\t"}
        assert article.title.replace(" ", "") == "题目31m"


def test_only_a_table_s_cells_are_parted_by_tabs() -> None:
    (line,) = read_body("<table><tr><td>一\x1f二\t三</td><td>四</td></tr></table>", URL).lines
    assert line.text == "一二 三\t四"


def test_a_listed_title_has_no_control_characters() -> None:
    (listed,) = read_listing(
        f"<section><ul><li><a href='/{CODE}.html'>题&#27;[31m\x9b目</a></ul></section>", SITE
    )
    assert listed.title == "题[31m目"


def test_json_may_spell_what_cannot_be_stored() -> None:
    answer = r'{"title": "题\u0000目\u009b31m\udc00", "text": "<p>一\ud800二\u0000</p>", "\ud800": "x"}'
    draft = read_article_json(answer, URL, CODE)
    assert (draft.title, draft.body_html) == ("题目\x9b31m\ufffd", "<p>一\ufffd二</p>")
    article = normalise(draft)
    assert article.title == "题目31m\ufffd"
    assert content_hash(article)
    for lost in (
        r'{"\ud800": 1}',
        r'{"data": {"\udfff\u001b": "\ud800"}}',
        r'"\ud800"',
        r'{"error": "\ud800"}',
    ):
        with pytest.raises(SetAside) as refused:
            read_article_json(lost, URL, CODE)
        assert str(refused.value).encode().decode().isprintable()


def test_a_deep_value_for_an_info_code_is_no_info_code() -> None:
    answer = f'{{"text": "<p>文。</p>", "infoCode": {"[" * 200}{"]" * 200}}}'
    assert read_article_json(answer, URL, CODE).info_code == CODE
    with pytest.raises(SetAside, match="is the article NW202203112301200002"):
        read_article_json('{"text": "<p>文。</p>", "art_code": 202203112301200002}', URL, CODE)


def test_printed_json_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    document = {f"键{CONTROLS}": f"值\x9b31m\x7f\ud800{CONTROLS}"}
    print_json(document)
    printed = capsys.readouterr().out
    assert {unicodedata.category(character) for character in printed if character != "\n"}.isdisjoint(
        {"Cc", "Cs"}
    )
    assert "\\u009b31m" in printed
    assert "键" in printed
    assert json.loads(printed) == document


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "http://host:99999",
        "HTTPS://host:port",
        "//[::1",
        "http://[x",
        "http://\u2100.cn",
        "http://a:b@[",
        "//h:８０",
    ],
)
def test_an_article_whose_address_names_no_host_is_listed(origin: str) -> None:
    (listed,) = read_listing(
        f"<section><ul><li><a href='{origin}/s/2022/03/11/{CODE}.html?a=1 2'>题</a></ul></section>", URL
    )
    assert (listed.info_code, listed.form, listed.title) == (CODE, "media", "题")
    assert listed.url == f"{SITE}/s/2022/03/11/{CODE}.html?a=1%202"
    owed = Owed("s", CODE, "media", listed.url, "题")
    endpoint = "http://json.example/?id={code}"
    (listed_at, *others) = article_addresses(owed, endpoint)
    assert not is_allowed(listed_at, frozenset({"json.example"}))
    assert others == [f"http://json.example/?id={CODE}"]


def test_a_broken_address_of_any_length_can_be_stored() -> None:
    href = f"http://host:99999/{'/长' * 50_000}/{CODE}.html"
    (listed,) = read_listing(f"<section><ul><li><a href='{href}'>{'题' * 50_000}</a></ul></section>", SITE)
    assert listed.info_code == CODE
    assert listed.url.startswith(f"{SITE}/")
    assert len(listed.url) < 2_100
    assert len(listed.title) == 500


def test_only_links_to_the_web_are_listed() -> None:
    links = "".join(
        f"<li><a href='{scheme}{CODE}.html'>题</a>"
        for scheme in ("javascript:/", "data:/", "ftp://h/", "mailto:a/")
    )
    with pytest.raises(SetAside, match="without a single info code"):
        read_listing(f"<section><ul>{links}</ul></section>", SITE)


def test_of_two_forms_on_one_page_the_first_is_listed() -> None:
    page = "<section><ul>{}</ul></section>"
    media, rolling = (f"<li><a href='/{code}.html'>{code}</a>" for code in (CODE, CODE[2:]))
    assert [one.form for one in read_listing(page.format(media + rolling), SITE)] == ["media"]
    assert [one.form for one in read_listing(page.format(rolling + media), SITE)] == ["rolling"]


# -- headers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("120", timedelta(seconds=120)),
        ("9" * 5_000, timedelta(days=1)),
        ("0" * 5_000, timedelta(days=1)),
        ("Fri, 11 Mar 99999999999 09:00:00 GMT", None),
        (f"Fri, 11 Mar 2022 {'9' * 5_000}:00:00 GMT", None),
        ("Fri, 11 Mar 9999 09:00:00 GMT", timedelta(days=1)),
        ("Fri, 11 Mar 2022 09:00:00 +9999999999", None),
        ("", None),
    ],
    ids=["seconds", "digits", "zeros", "year", "hour", "far", "zone", "empty"],
)
def test_a_wish_for_rest_is_bounded_whatever_is_asked(value: str, rest: timedelta | None) -> None:
    assert parse_retry_after(value, NOW) == rest


@given(st.text(st.characters(codec="latin-1")) | st.text("0123456789 ,:+-FriMaGT", max_size=40))
def test_any_wish_for_rest_is_read_or_none(value: str) -> None:
    rest = parse_retry_after(value, NOW)
    assert rest is None or timedelta(0) <= rest <= timedelta(days=1)
