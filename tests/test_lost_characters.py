"""A character that was lost on its way costs that character, and no more: a title's, or a page's frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.newsroom import Newsroom

from jianbao.demo import DemoSite
from jianbao.demo.material.answer import Answer
from spiders.readers.encoding import decode_damaged_page, decode_page
from storage.records import SetAside

Spoil = Callable[[bytes], bytes]

CUT = "报".encode()[:2]
SPOILS: dict[str, bytes] = {
    "a character cut after two bytes": CUT,
    "a character cut after one byte": CUT[:1],
    "a NUL": b"\x00",
    "a byte that is no UTF-8": b"\xff",
    "half of an emoji": "🌾".encode()[:2],
    "a GBK character": "报".encode("gbk"),
    "Latin-1": b"caf\xe9",
}


def listing(*titles: bytes) -> bytes:
    items = b"".join(b"<li><a href='/s/NW.html'>" + title + b"</a></li>" for title in titles)
    return b"<html><section><ul>" + items + b"</ul></section></html>"


TITLES = ["瑶湖春水涨", "村口的桥修好了", "油菜花开满山坡", "夜市里的灯"]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_lost_character_is_counted_and_the_rest_is_read(spoil: str) -> None:
    page = listing(*(title.encode() for title in TITLES), "早稻".encode() + SPOILS[spoil] + "插秧".encode())
    read = decode_damaged_page(page, "text/html; charset=utf-8")
    assert all(f">{title}</a>" in read.text for title in TITLES)
    assert 1 <= read.lost <= 2
    assert read.text.count("\ufffd") == read.lost
    with pytest.raises(SetAside):
        decode_page(page, "text/html; charset=utf-8")


@pytest.mark.parametrize("charset", ["gb18030", "big5", "shift_jis", "euc-kr"])
def test_a_lost_character_of_another_charset_is_counted_alike(charset: str) -> None:
    prose = {"shift_jis": "春の水が満ちて橋を渡る", "euc-kr": "마을의 다리가 새로 놓였다"}.get(
        charset, "村口的大水來了，人人上山"
    )
    body = prose.encode(charset, "ignore")
    page = listing(body, body, body + b"\xff", body)
    read = decode_damaged_page(page, f"text/html; charset={charset}")
    assert read.lost == 1
    assert read.text.count(body.decode(charset)) == 4


def test_what_a_page_itself_calls_lost_is_not_counted() -> None:
    for body, content_type in (
        (listing("早稻\ufffd插秧".encode()), "text/html"),
        (listing("早稻\ufffd插秧时节".encode("gb18030")), "text/html; charset=gbk"),
    ):
        read = decode_damaged_page(body, content_type)
        assert (read.lost, read.text.count("\ufffd")) == (0, 1)


def spoil_answers(site: DemoSite, path: str, spoil: Spoil) -> None:
    """Make the site send what is at a path spoilt."""
    answer = site.answer

    def spoilt(target: str) -> Answer:
        told = answer(target)
        return replace(told, body=spoil(told.body), etag=None) if target == path else told

    site.answer = spoilt  # type: ignore[method-assign]


@pytest.mark.parametrize("spoil", [SPOILS["a character cut after two bytes"], b"\x00"], ids=["cut", "nul"])
def test_one_spoilt_title_costs_its_page_nothing_else(newsroom: Newsroom, spoil: bytes) -> None:
    site = newsroom.site
    slug = site.slugs[0]
    title = site.articles[0].title.encode()
    spoil_answers(site, site.category_path(slug), lambda body: body.replace(title, title[:9] + spoil, 1))
    crawled = newsroom.crawl()
    assert crawled.sources[slug]["poll"] == "changed"
    assert (crawled.sources[slug]["listed"], crawled.sources[slug]["lost"]) == (2, 1)
    assert "1 characters of its page were cut or broken" in crawled.errors
    assert newsroom.states() == {"archived": 2}
    stored = newsroom.stored(site.articles[0].info_code)
    assert stored is not None
    assert stored.article.title == site.articles[0].title, "the article's own page says it whole"


def test_a_page_whose_frame_is_damaged_is_read_and_one_whose_text_is_waits(newsroom: Newsroom) -> None:
    site = newsroom.site
    framed, hit = site.articles
    spoil_answers(site, framed.dated_path, lambda body: body.replace(b"</title>", CUT + b"</title>", 1))
    text = hit.paragraphs[0].encode()
    spoil_answers(site, hit.dated_path, lambda body: body.replace(text, text[:-2]))
    site.misbehave("/NewsData/*", "status", status=404)  # nobody else has it either
    crawled = newsroom.crawl(status=1)
    assert newsroom.stored(framed.info_code) is not None
    assert newsroom.stored(hit.info_code) is None
    assert "is UTF-8 with broken bytes" in crawled.errors
    assert newsroom.listing(hit.info_code)["state"] == "quarantined"
