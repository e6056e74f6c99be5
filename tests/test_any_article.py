"""The chain of readers: layouts, our reader of Chinese pages, trafilatura, and nothing else."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from support.undeclared_pages import MEDIA, STORY, TITLE, plain

from pipelines.judge import judge
from spiders.readers.any_article import read_any_article, with_trafilatura
from spiders.readers.chinese.page import Page
from storage.records import MEDIA as MEDIA_FORM
from storage.records import Draft, Owed, Paragraph, SetAside

NOW = datetime(2026, 3, 25, 4, tzinfo=UTC)
URL = "https://liuxi.example/news/53.html"


def declared(html: str, url: str, fetched_at: datetime | None) -> Draft | None:
    """Read title and text only, as a layout without more does."""
    found = (("title", "layout:1"), ("paragraphs", "layout:1"))
    return Draft(
        None, url, MEDIA_FORM, title="声明的标题", paragraphs=(Paragraph("声明的正文。"),), found_by=found
    )


def fits_nothing(html: str, url: str, fetched_at: datetime | None) -> Draft | None:
    return None


def test_the_first_layout_that_fits_reads_and_the_reader_fills_in() -> None:
    draft = read_any_article(plain(), URL, NOW, layouts=[fits_nothing, declared])
    assert (draft.title, draft.media) == ("声明的标题", MEDIA)
    assert draft.published_at is not None
    found = dict(draft.found_by)
    assert (found["title"], found["paragraphs"]) == ("layout:1", "layout:1")
    assert (found["media"], found["published_at"]) == ("reader", "reader")


def test_a_source_may_refuse_the_readers() -> None:
    draft = read_any_article(plain(), URL, NOW, layouts=[declared], may_fall_back=False)
    assert draft.media is None
    with pytest.raises(SetAside, match="fits none of its source's layouts"):
        read_any_article(plain(), URL, NOW, layouts=[fits_nothing], may_fall_back=False)


def test_without_a_layout_our_reader_reads() -> None:
    draft = read_any_article(plain(), URL, NOW, layouts=[fits_nothing])
    assert draft.title == TITLE
    assert set(dict(draft.found_by).values()) == {"reader"}


def test_what_is_read_is_believed() -> None:
    draft = replace(read_any_article(plain(), URL, NOW), info_code="LIUXI-53")
    article = judge(draft, Owed("liuxi", "LIUXI-53", MEDIA_FORM, URL, TITLE), None, NOW)
    assert (article.title, article.media, article.author) == (TITLE, MEDIA, "林一禾")
    assert [paragraph.text for paragraph in article.paragraphs] == list(STORY)


def refuse(*_asked: object, **_rest: object) -> NoReturn:
    pytest.fail("a reader asked for the network")


def test_trafilatura_reads_what_we_cannot_and_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    page = Page.parse(plain(), URL, NOW)
    draft = with_trafilatura.read_with_trafilatura(page, SetAside("has no text"))
    assert dict(draft.found_by)["paragraphs"] == "trafilatura"
    assert draft.title == TITLE
    assert draft.published_at is not None
    assert STORY[1] in [paragraph.text for paragraph in draft.paragraphs]


def test_a_page_without_text_is_set_aside_by_all() -> None:
    with pytest.raises(SetAside, match="has no text"):
        read_any_article("<html><body><ul><li><a href=1.html>柳溪</a></ul></body></html>", URL, NOW)


def test_no_other_library_sees_a_page_that_is_no_article() -> None:
    html = plain().replace("_柳溪网", "_柳溪论坛").replace("</body>", "楼主 沙发 回帖 版主</body>")
    with pytest.raises(SetAside, match="forum"):
        read_any_article(html, URL, NOW)


RIGHTS = (
    "<p>柳溪网 | 柳溪文化有限公司 版权所有 未经授权不得转载，违者必究，投诉请致电柳溪镇中街一号。</p>"
    "<p>Copyright © 2026 All Rights Reserved 备案号：ICP备00000000号 增值电信业务经营许可证</p>"
)


HEADED = f"<head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>2026-03-20 09:16</p>{RIGHTS}</body>"
BARE = f"<head><title>柳溪网</title></head><body><div>{RIGHTS * 3}</div></body>"


@pytest.mark.parametrize("html", [HEADED, BARE])
def test_what_trafilatura_makes_of_furniture_is_no_article(html: str) -> None:
    page = Page.parse(html, URL, NOW)
    with pytest.raises(SetAside, match="has no text"):
        with_trafilatura.read_with_trafilatura(page, SetAside("has no text"))
