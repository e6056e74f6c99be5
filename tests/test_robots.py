"""robots.txt: which groups are ours, how long it is believed, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from scrapy.robotstxt import ProtegoRobotParser
from support.newsroom import Newsroom, small_press

from jianbao.demo import DemoSite
from spiders.readers.robots_txt import TOKEN, is_robots_txt, name_only_us

PAGE = "http://news.example/category/a.html"


def is_allowed(text: str, url: str = PAGE) -> bool:
    """Return whether a robots.txt lets us fetch a page."""
    parser = ProtegoRobotParser(name_only_us(text.encode()), None)
    return parser.allowed(url, TOKEN)


BAR = "\nDisallow: /\n"


OTHERS = (
    "newspaper",
    "archive",
    "example",
    "delivered",
    "mailto",
    "j",
    "jian",
    "bao",
    "jianbao-news",
    "jianbao2",
)
ODD = ("myjianbao", "newspaper archive", "x", "Mozilla/5.0 (compatible; jianbao/1.0)", "剪报")


@pytest.mark.parametrize("name", [*OTHERS, *ODD])
def test_a_group_of_other_words_is_not_ours(name: str) -> None:
    assert is_allowed(f"User-agent: {name}{BAR}")
    assert is_allowed(f"User-agent: {name}{BAR}\nUser-agent: *\nAllow: /\n")
    assert not is_allowed(f"User-agent: {name}\nAllow: /\n\nUser-agent: *{BAR}"), "ours is the group of all"


OURS = {
    "plain": "User-agent: jianbao",
    "capitals": "user-agent: JIANBAO",
    "no-blank": "User-Agent:Jianbao",
    "blank-before-colon": "User-agent : jianbao",
    "no-colon": "User-agent jianbao",
    "one-word": "useragent: jianbao",
    "version": "User-agent: jianbao/1.0",
    "star": "User-agent: jianbao*",
    "comment": "User-agent: jianbao # that is us",
    "byte-order-mark": "\ufeffUser-agent: jianbao",
    "carriage-return": "User-agent: jianbao\r",
    "second-of-two": "User-agent: news\nUser-agent: jianbao",
}


@pytest.mark.parametrize("line", OURS.values(), ids=OURS)
def test_a_group_of_our_token_is_ours(line: str) -> None:
    assert not is_allowed(f"{line}{BAR}\nUser-agent: *\nAllow: /\n")
    assert is_allowed(f"{line}\nAllow: /\n\nUser-agent: *{BAR}")


def test_an_own_group_without_rules_forbids_nothing() -> None:
    assert is_allowed(f"User-agent: jianbao\nDisallow:\n\nUser-agent: *{BAR}")


def test_the_delay_is_that_of_our_group() -> None:
    text = (
        "User-agent: archive\nCrawl-delay: 50\n\nUser-agent: jianbao\nCrawl-delay: 3\n\n"
        "User-agent: *\nCrawl-delay: 7\n"
    )
    assert ProtegoRobotParser(name_only_us(text.encode()), None).crawl_delay(TOKEN) == 3
    others = text.replace("jianbao", "newspaper")
    assert ProtegoRobotParser(name_only_us(others.encode()), None).crawl_delay(TOKEN) == 7


@pytest.mark.parametrize(
    ("body", "is_one"),
    {
        "rules": ("User-agent: *\nDisallow: /x\n", True),
        "empty": ("", True),
        "blank": (" \n\n", True),
        "comments": ("# nothing is forbidden here\n", True),
        "sitemap-only": ("Sitemap: http://news.example/map.xml\n", True),
        "misspelt": ("user agent: *\ndissallow: /x", True),
        "marked-up": ("<html><pre>\nUser-agent: *\nDisallow: /x\n</pre></html>", True),
        "page": ("<!DOCTYPE html><html><body>登录</body></html>", False),
        "page-with-script": ("<html><script>\nhost: location.host,\nallow: true,\n</script></html>", False),
        "page-with-style": ("<!-- x --><style>\n#main { color: red }\n</style>", False),
        "json": ('{"code": 404, "message": "not found"}', False),
        "sentence": ("404 page not found", False),
    }.values(),
    ids=str,
)
def test_what_is_a_robots_txt(body: str, *, is_one: bool) -> None:
    assert is_robots_txt(body.encode()) is is_one


# -- what stands while it can't be had ------------------------------------------------------------

BARRED = "User-agent: jianbao\nDisallow: /category/\n"
FAULTS = {
    "500": ("status", {"status": 500}),
    "503-later": ("status", {"status": 503, "retry_after": 3600}),
    "304": ("status", {"status": 304}),
    "portal": ("login", {}),
    "reset": ("reset", {}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_last_good_one_stands_for_another_day(newsroom: Newsroom, fault: str) -> None:
    site = newsroom.site
    site.set_robots(BARRED)
    assert "is forbidden by robots.txt" in newsroom.crawl(status=1).errors
    kind, options = FAULTS[fault]
    newsroom.let_time_pass(timedelta(hours=25))
    site.misbehave("/robots.txt", kind, **options)  # type: ignore[arg-type]
    crawled = newsroom.crawl(status=1)
    assert set(crawled.paths) == {"/robots.txt"}, "asked, and the old rules still hold"
    site.behave()
    site.set_robots("User-agent: *\nAllow: /\n")
    newsroom.let_time_pass(timedelta(hours=2))
    assert newsroom.crawl().total("new") == 2, "the good answer holds at once"


def test_what_was_allowed_stays_allowed_for_another_day_and_no_longer(newsroom: Newsroom) -> None:
    site = newsroom.site
    assert newsroom.crawl().total("new") == 2
    site.misbehave("/robots.txt", "status", status=500)
    newsroom.let_time_pass(timedelta(hours=25))
    site.publish()
    assert newsroom.crawl().total("new") == 1
    newsroom.let_time_pass(timedelta(hours=25))
    assert "robots.txt answers 500" in newsroom.crawl(status=1).errors


def test_a_portals_page_is_not_remembered(newsroom: Newsroom) -> None:
    newsroom.site.misbehave("/robots.txt", "login", times=1)
    assert newsroom.crawl().total("new") == 2
    newsroom.site.set_robots(BARRED)
    assert "is forbidden by robots.txt" in newsroom.crawl(status=1).errors


def test_a_robots_txt_on_another_host_is_followed(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press())
    with DemoSite(small_press()) as other:
        other.set_robots(BARRED)
        newsroom.site.misbehave("/robots.txt", "redirect", location=f"{other.url}/robots.txt", status=301)
        crawled = newsroom.crawl(status=1)
        assert "is forbidden by robots.txt" in crawled.errors
        assert [request.path for request in other.requests] == ["/robots.txt"]
        assert newsroom.crawl(status=1).paths == [], "and remembered for the host that led there"


def test_no_article_is_followed_to_another_host(newsroom: Newsroom) -> None:
    with DemoSite(small_press()) as other:
        newsroom.site.misbehave("*/20*NW*", "redirect", location=f"{other.url}/robots.txt")
        newsroom.crawl()
        assert other.requests == []
