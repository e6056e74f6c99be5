"""A wrong page does not end the search: it is kept, and the article's other addresses are asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from support.newsroom import Newsroom

from jianbao.demo.misbehaviour import Kind
from pipelines.complete import complete_draft
from storage.records import Draft, Owed, SetAside

WRONG: dict[str, tuple[Kind, dict[str, Any]]] = {
    "led-home": ("redirect", {"location": "/"}),
    "led-to-the-list": ("redirect", {"location": "/category/di1xianribao.html"}),
    "soft-404": ("error-page", {}),
    "login": ("login", {}),
    "challenge": ("challenge", {}),
    "empty": ("empty", {}),
    "cut": ("cut-gzip", {}),
}


@pytest.fixture
def article(newsroom: Newsroom) -> Any:
    """Return an article that the newsroom's category page lists."""
    return newsroom.site.articles[0]


@pytest.mark.parametrize("wrong", WRONG)
def test_an_article_is_found_behind_a_wrong_page(newsroom: Newsroom, article: Any, wrong: str) -> None:
    kind, options = WRONG[wrong]
    newsroom.site.misbehave(article.dated_path, kind, **options)
    crawled = newsroom.crawl()
    assert crawled.total("new") == 2
    assert crawled.total("astray") == 1
    shown = newsroom.show(article.code)
    assert shown["paragraphs"] == list(article.paragraphs)
    assert "GetNewsText" in shown["url"]
    captures = newsroom.rows(f"SELECT url FROM capture WHERE info_code = '{article.info_code}' ORDER BY id")
    assert len(captures) == 2, "the wrong page is kept"
    assert newsroom.events() == []


def test_the_moved_page_is_asked_before_the_endpoint(newsroom: Newsroom, article: Any) -> None:
    site = newsroom.site
    site.misbehave(article.code, "status", status=500)
    newsroom.crawl(status=1)
    site.behave()
    site.advance(5)
    site.misbehave(article.dated_path, "redirect", location="/")
    site.misbehave("/NewsData/*", "status", status=500)
    newsroom.crawl()
    assert newsroom.show(article.code)["url"] == site.url + article.moved_path


@pytest.mark.parametrize("others", [404, 500])
def test_when_nothing_else_has_it_the_wrong_page_is_quarantined_with_every_answer(
    newsroom: Newsroom, article: Any, others: int
) -> None:
    site = newsroom.site
    site.misbehave(article.code, "status", status=others)
    site.misbehave(article.dated_path, "login")
    crawled = newsroom.crawl(status=1)
    assert crawled.total("quarantined") == 1
    listing = newsroom.listing(article.info_code)
    assert listing["state"] == "quarantined"
    assert "is no article's page" in listing["last_error"]
    assert listing["last_error"].count(f"answered {others}") == 2, "at its moved address and the endpoint"
    assert newsroom.rows("SELECT url FROM capture WHERE id = :id", id=listing["capture_id"]) == [
        site.url + article.dated_path
    ]
    assert newsroom.events() == ["quarantine"]


def test_a_page_of_another_article_is_a_wrong_page(newsroom: Newsroom, article: Any) -> None:
    other = newsroom.site.articles[1]
    newsroom.site.misbehave(article.dated_path, "redirect", location=other.dated_path)
    assert newsroom.crawl().total("new") == 2
    assert newsroom.show(article.code)["title"] == article.title
    assert newsroom.show(other.code)["title"] == other.title


ALIKE = {
    "equal": ("县城老桥修缮完工", "县城老桥修缮完工", True),
    "shortened": ("县城老桥修缮完工 市民夜游", "县城老桥修缮完工", True),
    "corrected": ("县城老桥修缮完工", "县城古桥修缮完成", True),
    "other-width": ("GDP（一季度）", "ＧＤＰ(一季度)", True),
    "not-listed": ("县城老桥修缮完工", "", True),
    "another": ("县城老桥修缮完工", "春茶开采价格上扬", False),
    "home-page": ("金融消息", "县城老桥修缮完工", False),
}


@pytest.mark.parametrize("case", ALIKE)
def test_a_page_that_names_no_code_must_have_the_listed_title(case: str) -> None:
    printed, listed, alike = ALIKE[case]
    draft = Draft(None, "http://h/", "media", title=printed, published_at=datetime(2026, 3, 20, tzinfo=UTC))
    owed = Owed("s", "NW202603200000000001", "media", "http://h/a", listed)
    if alike:
        assert complete_draft(draft, owed, None).info_code == owed.info_code
    else:
        with pytest.raises(SetAside, match="another article"):
            complete_draft(draft, owed, None)
