"""A page is never taken for a plain text, nor a plain text for a page."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from spiders.readers.article_json import read_article_json
from spiders.readers.bare_post import is_bare_post
from spiders.readers.encoding import decode_damaged_page
from spiders.readers.markup_signs import is_document, name_format
from spiders.readers.plain_text import read_plain_text
from storage.records import SetAside

CODE = "NW202203112301200001"
SHARE = (
    f'<p><a href="http://finews.zning.xyz/?infoCode={CODE}">http://finews.zning.xyz/?infoCode={CODE}</a></p>'
)

PAGES = {
    "doctype": "<!DOCTYPE html><p>村口的桥",
    "doctype in lower case, blanks before": "\n\t <!doctype HTML PUBLIC>\n<p>村口的桥",
    "html": "<html lang=zh>村口的桥",
    "head": "<HEAD><title>桥</title>",
    "comment, then a page": "<!-- saved from url=(0020)http://a.example/ -->\n<html>村口",
    "comment, then text": "<!--http://a.example/1.html-->\n村口的桥修好了",
    "comment that never ends": "<!-- 村口的桥修好了",
    "two comments": "<!-- a --><!-- b -->\n<div>村口的桥",
    "XML prolog": '<?xml version="1.0" encoding="utf-8"?>\n<html>',
    "XML prolog and a feed": '<?xml version="1.0"?><rss version="2.0"><channel>',
    "byte order mark twice": "\ufeff\ufeff<div>村口的桥",
    "ideographic blank first": "\u3000\u3000<p>村口的桥",
    "zero-width blank first": "\u200b<p>村口的桥",
    "div": "<div>村口的桥修好了",
    "div with a class": "<DIV class='a'>\n村口",
    "paragraph": "<p>村口的桥修好了</p>",
    "paragraph in Founder's capitals": "<P>　　村口的桥</P>",
    "table": "<table border=0><tr><td>村口",
    "br": "<br/>村口的桥",
    "a": '<a href="/1">村口</a>',
    "b": "<b>村口</b>",
    "h1": "<h1>村口的桥</h1>",
    "script": "<script>var a = 1</script>",
    "style": "<style>p{}</style>",
    "iframe": "<iframe src=x>",
    "title": "<title>村口</title>",
    "section": "<section><h2>村口",
    "span": "<span>村口",
    "image": "<img src=a.jpg>",
    "meta": "<meta charset=gbk>",
    "an end first": "</div><p>村口的桥",
    "font": "<font size=3>村口",
    "center": "<center>村口",
    "title line, then paragraphs": "村口的桥修好了\n<p>夜里</p>\n<p>灯亮了</p>\n<p>人来了</p>",
    "post with front matter": "---\nlayout: post\ntitle: 村口\n---\n村口的桥",
}
OTHERS = {
    "PDF": ("%PDF-1.7\n村口", "a PDF file"),
    "RTF": ("{\\rtf1\\ansi 村口", "an RTF file"),
    "saved page": ("From: <Saved by Blink>\nSnapshot-Content-Location: x\n", "a saved page"),
    "mail": ("MIME-Version: 1.0\nContent-Type: text/html\n\n<p>村口", "a saved page"),
    "JSON": ('{"title": "村口", "text": "桥修好了"}', "JSON"),
    "a script": ("var n = 3;\nfunction go() {\n  // 村口\n  n = n + 1;\n}\n", "a program"),
    "JSON list": ('[{"title": "村口"}]', "JSON"),
}
TEXTS = {
    "plain": "村口的桥修好了\n夜里，灯亮了。",
    "angle brackets of a name": "<信江晚报>村口的桥修好了",
    "less than": "3 < 5，水位还低",
    "a tag that no page has": "<编者按> 村口的桥",
    "A shares in brackets": "<A股>昨日收盘",
    "an arrow": "<- 上一版",
    "one tag in a sentence": "程序里的 <p> 和 </p> 是什么意思？村口的孩子在学。",
    "square brackets": "[村口]桥修好了",
    "braces": "{村口}桥修好了",
    "numbers": "[1] 见附录",
    "dashes": "--- 村口的桥 ---",
    "comparison in a table": "降水<10毫米 的站有三个",
}


@pytest.mark.parametrize("name", PAGES)
def test_markup_is_no_plain_text(name: str) -> None:
    with pytest.raises(SetAside, match="is a page or a post with markup, not plain text"):
        read_plain_text(PAGES[name], "urn:x", info_code=CODE, media="信江晚报", day=date(2026, 3, 20))


@pytest.mark.parametrize("name", OTHERS)
def test_another_format_is_named(name: str) -> None:
    text, said = OTHERS[name]
    assert said in (name_format(text) or "")


@pytest.mark.parametrize("name", TEXTS)
def test_a_plain_text_stays_one(name: str) -> None:
    assert name_format(TEXTS[name]) is None


@pytest.mark.parametrize("name", ["comment, then a page", "XML prolog", "doctype", "head", "meta"])
def test_a_whole_page_is_neither_a_bare_post_nor_an_answers_text(name: str) -> None:
    assert is_document(PAGES[name])
    assert not is_bare_post(PAGES[name] + SHARE)
    with pytest.raises(SetAside, match="is not JSON"):
        read_article_json(PAGES[name], "http://a.example", CODE)


def test_a_bare_post_is_known_behind_its_printed_front_matter() -> None:
    assert is_bare_post("<hr /><p>layout: post</p><p>村口的桥</p>" + SHARE)


def test_a_field_that_holds_a_whole_page_is_no_body() -> None:
    with pytest.raises(SetAside, match="has a whole page for its 'text'"):
        read_article_json('{"text": "<!DOCTYPE html><html>请验证</html>"}', "http://a.example", CODE)


def test_a_hostile_beginning_is_sniffed_in_linear_time() -> None:
    for piece in ("<!---->", "<!--", "\u3000", "<?", "</p", "<p ", "<", "</p>x", "{"):
        started = time.process_time()
        name_format(piece * 200_000)
        assert time.process_time() - started < 2, piece


@pytest.mark.shared
def test_no_saved_page_is_taken_for_a_text(shared: Path) -> None:
    for page in (shared / "pages").glob("*/*.html"):
        assert name_format(decode_damaged_page(page.read_bytes(), "text/html").text), page.name
