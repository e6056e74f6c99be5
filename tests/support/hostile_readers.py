"""Whatever reads a text from outside, as a function of that text alone, for `hostile_fillings`."""

from __future__ import annotations

import gc
import io
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from protego import Protego

from jianbao.documents.difference import compare_texts
from jianbao.exporting.atom import FeedFacts, entry_of, write_feed
from jianbao.exporting.csv_table import write_csv
from jianbao.exporting.exported_article import ExportedArticle
from jianbao.exporting.jsonl import write_jsonl
from jianbao.exporting.post_template import render_post
from jianbao.web.text.sanitising import clean_text, is_endless, picture_origins, sanitise_html, web_link
from pipelines.compare.deduplicate import compare
from pipelines.compare.near_copies import Dissected, comparable, similarity, sketch
from pipelines.compare.precedence import is_fuller
from pipelines.doubt.belief import doubt
from pipelines.normalise.article import normalise
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.chinese.date_words import find_time, read_date_words
from spiders.readers.chinese.page import read_chinese_page
from spiders.readers.encoding import decode_damaged_page
from spiders.readers.feeds.reading import read_feed
from spiders.readers.listing_page import read_list_page
from spiders.readers.plain_text import read_plain_text
from spiders.readers.post_file import NoArticle, read_post_file
from spiders.readers.robots_txt import TOKEN, is_robots_txt, name_only_us
from storage.ledger.poll import uncounted
from storage.records import (
    Article,
    BadInfoCode,
    Draft,
    Forms,
    HeldText,
    Image,
    Paragraph,
    SetAside,
    StoredArticle,
    Vanished,
    WholeArticle,
    find_info_code,
)
from storage.records.press_days import PRESS_ZONE
from storage.records.text.liquid import neutralise_liquid, neutralise_plain, restore_liquid
from storage.records.text.parts import cut_body, cut_text
from storage.search import BadQuery, find_hits, make_snippet, mark_hits, parse_query
from storage.search.folding import fold_with_spans
from storage.search.tokens import article_tokens

Read = Callable[[str], Any]

CODE = "NW202603202900000000"
POST = f"http://finews.withounder.com/shangraoribao/2026/03/20/{CODE}.html"
_LIST = "http://finews.withounder.com/category/shangraoribao.html"
_PAGE = "https://finance.eastmoney.com/a/202603202900000000.html"
_UNDECLARED = "https://news.example/2026/0320/1.html"
_SHARED = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={CODE}"
_NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
_QUERY = parse_query("今天 GDP")
_REFUSALS = (SetAside, Vanished, NoArticle, BadInfoCode)


def list_page(text: str) -> Any:
    """Read a category page whose list is the text."""
    page = f"<html><head></head><body><section><h2>报新闻</h2><ul>{text}</ul></section></body></html>"
    return read_list_page(page, _LIST)


def feed_of(text: str) -> Any:
    """Read a feed whose one item is the text."""
    head = '<rss version="2.0"><channel><item><title>题</title><link>/1.html</link>'
    return read_feed(f"{head}{text}</item></channel></rss>", _LIST, PRESS_ZONE)


def sitemap_of(text: str) -> Any:
    """Read a sitemap whose one entry is the text."""
    return read_feed(f"<urlset><url><loc>{text}</loc></url></urlset>", _LIST, PRESS_ZONE)


def whole_list_page(text: str) -> Any:
    """Read the text as a category page."""
    return read_list_page(text, _LIST)


def article_page(text: str) -> Any:
    """Read the text as an article's page."""
    return read_article(text, POST)


def post_page(text: str) -> Any:
    """Read a post with its layout whose body is the text."""
    page = (
        "<html><head></head><body><header></header><section><small>(GMT+8) 2026-03-20 09:16:00</small>"
        "<h1>标题</h1>"
        f'{text}<p><a href="{_SHARED}">{_SHARED}</a></p><small>tags: <em>上饶日报新闻</em></small>'
        "</section></body></html>"
    )
    return read_article(page, POST)


def undeclared_page(text: str) -> Any:
    """Read the text as a page of which nothing is declared."""
    return read_chinese_page(text, _UNDECLARED, _NOON)


def undeclared_article(text: str) -> Any:
    """Read a page of which nothing is declared whose article and info row hold the text."""
    page = (
        "<html><head><title>茶园里的春天_甲县新闻网</title></head><body><h1>茶园里的春天</h1>"
        f"<div class=info>2026-03-20 09:16 来源：甲县报 {text}</div>"
        "<div class=content><p>三月里，茶农们上山采茶，一天能采两斤，今年的价钱也比去年好。</p>"
        f"{text}</div></body></html>"
    )
    return read_chinese_page(page, _UNDECLARED, _NOON)


def date_words(text: str) -> Any:
    """Read the text as a printed time."""
    return read_date_words(text, _NOON), find_time(text, _NOON)


def bare_post(text: str) -> Any:
    """Read a post without layout whose body is the text."""
    return read_article(f'{text}<p><a href="{_SHARED}">{_SHARED}</a></p>', POST)


def eastmoney_page(text: str) -> Any:
    """Read a page of East Money whose body is the text."""
    page = (
        '<html><head></head><body><div class="title">标题</div><div class="infos">'
        '<div class="item">2026年03月20日 17:46</div></div>'
        f'<div class="txtinfos" id="ContentBody">{text}</div></body></html>'
    )
    return read_article(page, _PAGE)


def json_answer(text: str) -> Any:
    """Read the text as an answer of the JSON endpoint."""
    return read_article_json(text, POST, CODE)


def json_bodies(text: str) -> Any:
    """Read an answer of the JSON endpoint in which every field is the text, as far as the normaliser does."""
    fields = dict.fromkeys(("title", "content", "text", "digest", "source"), text)
    return _believed(read_article_json(json.dumps({**fields, "showtime": "2026-03-20"}), POST, CODE))


def linked_body(text: str) -> Any:
    """Normalise an article whose second body is the text."""
    return _believed(Draft(CODE, POST, "media", "标题", body_html="<p>今天天气好。</p>", linked_html=text))


def post_file(text: str) -> Any:
    """Read a post's file whose body is the text."""
    head = '---\nlayout: post\ntitle: "标题"\ndate: 2026-03-20 10:00:00 +0800\ncategories: a\ntags: b\n---\n'
    return read_post_file(f"{head}{text}\n\n<{_SHARED}>\n\n[返回](//h/)", f"2026-03-20-{CODE}.md")


def post_head(text: str) -> Any:
    """Read a post's file whose title, tag and digest are the text."""
    line = text.replace("\n", " ")
    head = (
        f'---\nlayout: post\ntitle: "{line}"\ndate: 2026-03-20 10:00\ncategories: emnews\ntags: {line}\n---\n'
    )
    name = f"2026-03-20-{CODE[2:]}.md"
    return _believed(read_post_file(f"{head}> {line}\n\n<p>今天。</p>", name).draft)


def whole_post_file(text: str) -> Any:
    """Read the text as a post's file."""
    return read_post_file(text, f"2026-03-20-{CODE}.md")


def plain_text(text: str) -> Any:
    """Read a plain text whose lines under the title are the text."""
    day = date(2026, 3, 20)
    return _believed(read_plain_text(f"标题\n{text}", "urn:x", info_code=CODE, media="上饶日报", day=day))


def utf8_bytes(text: str) -> Any:
    """Decode the text's bytes, UTF-8 that says nothing of itself."""
    return decode_damaged_page(text.encode("utf-8", "replace"), None)


def gbk_bytes(text: str) -> Any:
    """Decode the text's bytes, GB 18030 that declares another name."""
    return decode_damaged_page(
        b"\xd6\xd0" + text[: len(text) // 4].encode("gb18030", "replace"), "text/html; charset=gb2312"
    )


def bytes_of_none(text: str) -> Any:
    """Decode bytes that no charset fits: every charset is tried."""
    return decode_damaged_page(b"\xff\x80" + text[: len(text) // 8].encode("utf-16-le", "replace"), None)


def content_type(text: str) -> Any:
    """Decode a page whose header names the text as its charset."""
    return decode_damaged_page(b"<p>\xd6\xd0", f"text/html; charset={text}")


def robots_txt(text: str) -> Any:
    """Read the text as a robots.txt, as far as such a file is read."""
    body = text.encode("utf-8", "replace")[: 512 * 1024]
    is_robots_txt(body)
    rules = Protego.parse(name_only_us(body).decode())
    return rules.can_fetch("http://h/" + "aab" * 100, TOKEN), rules.crawl_delay(TOKEN)


def address(text: str) -> Any:
    """Look for an info code in the text as an address, and a list's counters behind it as a title."""
    return find_info_code(text), uncounted(text[:500]), web_link(text), picture_origins([text])


def sanitiser(text: str) -> Any:
    """Sanitise the text as an article's original."""
    return sanitise_html(text), clean_text(text), is_endless(text)


compare_quickly = partial(compare_texts, effort=20_000, close=2_000)
"""The differ looks closely until its effort is spent, which would be all of it for short texts."""


def differ(text: str) -> Any:
    """Compare the text with itself turned around."""
    return compare_quickly(text, text[::-1])


def differ_of_moved(text: str) -> Any:
    """Compare the text with itself, a little added and its end put first."""
    half = len(text) // 2
    return compare_quickly(f"{text}甲", f"乙{text[half:]}丙{text[:half]}")


def judged_article(text: str) -> Any:
    """Doubt an article of which everything is the text, and compare it with another text's."""
    article = _article(text)
    other = replace(article, title="标题", paragraphs=article.paragraphs[::-1], images=())
    return doubt(article, _NOON), compare(article, None), compare(article, _stored(other))


def precedence(text: str) -> Any:
    """Tell which of two imported texts is fuller."""
    return is_fuller(text, HeldText(f"<blockquote>{text}", None, None))


def search_tokens(text: str) -> Any:
    """Make the index's tokens of an article of which title and text are the text."""
    return article_tokens(text, text)


def revision_parts(text: str) -> Any:
    """Cut the text as a delivered body and as an earlier text, by itself turned around and by another."""
    held = f"{text[::-1]}{text}"
    return cut_body(text, held), cut_text(text, held), cut_body(text, "另一篇"), cut_text(text, "另一篇")


def sketches(text: str) -> Any:
    """Sketch the text and compare it with itself turned around."""
    whole = comparable(text)
    if sketch(whole) is None:
        return None
    return similarity(Dissected(whole), Dissected(whole[::-1])), similarity(
        Dissected(whole), Dissected(whole + "字")
    )


def marked_hits(text: str) -> Any:
    """Mark what a query finds in the text: its first character, and words."""
    query = parse_query(f'"{text[:1]}"') if text[:1].isalnum() else _QUERY
    return (
        mark_hits(text, query),
        make_snippet(text, query),
        find_hits(text, _QUERY.words),
        fold_with_spans(text),
    )


def long_query(text: str) -> Any:
    """Read the text as a query, cut to what a search may have."""
    with suppress(BadQuery):
        parse_query(text[:1_000])


def liquid(text: str) -> Any:
    """Neutralise Liquid in the text, and read it back."""
    return neutralise_liquid(text), restore_liquid(neutralise_plain(text)), restore_liquid(text)


def exports(text: str) -> Any:
    """Write an article of which everything is the text in every format of an export."""
    article = _article(text)
    stored = _stored(article)
    entry = entry_of(stored, _NOON)
    facts = FeedFacts("urn:x", "标题", _NOON)
    whole = ExportedArticle(WholeArticle(stored), PRESS_ZONE)
    return (
        write_feed(io.BytesIO(), facts, [entry]),
        write_csv(io.BytesIO(), [whole], excel_safe=True),
        write_jsonl(io.BytesIO(), [whole]),
        render_post(article, text, "media", ["shangraoribao"]),
        render_post(article, "", "rolling", [], text),
    )


READERS: dict[str, Read] = {
    read.__name__.replace("_", " "): read
    for read in (
        list_page,
        whole_list_page,
        feed_of,
        sitemap_of,
        article_page,
        post_page,
        bare_post,
        undeclared_page,
        undeclared_article,
        date_words,
        eastmoney_page,
        json_answer,
        json_bodies,
        linked_body,
        post_file,
        post_head,
        whole_post_file,
        plain_text,
        utf8_bytes,
        gbk_bytes,
        bytes_of_none,
        content_type,
        robots_txt,
        address,
        sanitiser,
        differ,
        differ_of_moved,
        judged_article,
        precedence,
        search_tokens,
        revision_parts,
        sketches,
        marked_hits,
        long_query,
        liquid,
        exports,
    )
}


def measure(read: Read, text: str) -> float:
    """Return the CPU seconds of this thread that reading a text takes; a refusal ends it as well."""
    gc.disable()  # it looks at whatever else there is
    began = time.thread_time()
    try:
        with suppress(*_REFUSALS):
            read(text)
        return time.thread_time() - began
    finally:
        gc.enable()


def _believed(draft: Draft) -> Article:
    article = normalise(replace(draft, info_code=draft.info_code or CODE))
    doubt(article, _NOON)
    return article


def _article(text: str) -> Article:
    lines = [line for line in text.replace("\ud800", "\ufffd").split("\n") if line.strip()] or ["字"]
    return Article(
        info_code=CODE,
        url=POST,
        form="media",
        title=lines[0],
        published_at=_NOON,
        precision="second",
        media="上饶日报",
        author=lines[0],
        summary=" ".join(lines),
        source_line=None,
        continued=False,
        paragraphs=tuple(map(Paragraph, lines)),
        images=(Image("http://h/a.jpg", lines[0], 0),),
        body_html=text,
    )


def _stored(article: Article) -> StoredArticle:
    return StoredArticle(1, article, Forms.of(article.form), "x", None, _NOON, _NOON, 3, 1, "archived", 1)
