"""The demo's web newspapers: lists with paging in GBK, feeds, a list in JSON, and a page that is no list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urljoin

import feedparser
import pytest
from parsel import Selector
from support.demo_client import ask

from jianbao.demo import TODAY, DemoSite, Press
from jianbao.demo.lists import FeedSite, JsonSite, Portal, Story, StorySite

SLUGS = ("lxw", "ybxw", "lqzx")


@pytest.fixture(scope="module")
def still_press(press: Press) -> Iterator[DemoSite]:
    """Return an open site whose web newspapers no test changes."""
    with DemoSite(press) as site:
        yield site


def portal_of(site: DemoSite) -> Portal:
    """Return the demo's portal."""
    found = site.story_site("lxw")
    assert isinstance(found, Portal)
    return found


def read_gbk(url: str) -> Selector:
    """Return a page that says gb2312."""
    return Selector(ask(url).body.decode("gbk"))


def test_the_list_goes_on_page_by_page(still_press: DemoSite) -> None:
    portal = portal_of(still_press)
    url, found = still_press.url + portal.list_path, []
    for _ in range(4):
        page = read_gbk(url)
        items = page.css("ul.newslist li")
        found += [
            (urljoin(url, item.css("a").attrib["href"]), item.css(".date::text").get()) for item in items
        ]
        following = page.xpath("//a[.='下一页']/@href").get()
        if following is None:
            break
        url = urljoin(url, following)
    assert url.endswith("/index_2.html")
    assert found == [
        (still_press.url + portal.path(story), f"{story.published_at:%Y-%m-%d}") for story in portal.stories
    ]
    assert len(found) == 25


def test_a_list_ends_and_says_what_it_is_in_gbk(still_press: DemoSite) -> None:
    portal = portal_of(still_press)
    reply = ask(f"{still_press.url}{portal.list_path}")
    assert (reply.headers["Content-Type"], b"charset=gb2312" in reply.body) == ("text/html", True)
    with pytest.raises(UnicodeDecodeError):
        reply.body.decode()
    assert ask(f"{still_press.url}{portal.list_path}index_3.html").status == 404
    assert ask(f"{still_press.url}{portal.list_path}index_0.html").status == 404


def story_of(site: StorySite, *, is_split: bool = False, is_old: bool = False) -> Story:
    """Return a story of that make."""
    return next(story for story in site.stories if (story.is_split, story.is_old) == (is_split, is_old))


def test_a_story_stands_between_furniture(still_press: DemoSite) -> None:
    portal = portal_of(still_press)
    story = story_of(portal)
    page = read_gbk(still_press.url + portal.path(story))
    text = "".join(page.css(".main ::text").getall())
    assert page.css("h1::text").get() == story.title
    assert f"{story.published_at:%Y-%m-%d %H:%M}" in text
    assert f"来源：{story.media}" in text
    assert f"（责任编辑：{story.editor}）" in text
    shown = [line.strip() for line in page.css(".TRS_Editor p:not([align])::text").getall()]
    assert shown == list(story.paragraphs)


def test_a_split_story_has_a_second_page_and_an_old_one_another_layout(still_press: DemoSite) -> None:
    portal = portal_of(still_press)
    split = story_of(portal, is_split=True)
    url = still_press.url + portal.path(split)
    first = read_gbk(url)
    second = read_gbk(urljoin(url, first.xpath("//a[.='下一页']/@href").get("")))
    shown = [
        text.strip()
        for page in (first, second)
        for text in page.css(".TRS_Editor p:not([align])::text").getall()
    ]
    assert shown == list(split.paragraphs)
    assert second.xpath("//a[.='下一页']").get() is None
    old = story_of(portal, is_old=True)
    page = read_gbk(still_press.url + portal.path(old))
    assert (page.css("h1").get(), page.css("td.bt::text").get()) == (None, old.title)
    assert [text.strip() for text in page.css("#zoom::text").getall()][-1] == old.paragraphs[-1]


def test_a_page_that_is_no_list_is_there(still_press: DemoSite) -> None:
    page = read_gbk(f"{still_press.url}/lxw/about.html")
    assert page.css("h1::text").get() == "关于我们"


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_feeds_tell_the_newest_ten(still_press: DemoSite, name: str) -> None:
    site = still_press.story_site("ybxw")
    front = Selector(ask(f"{still_press.url}{site.base}").text)
    assert name in front.css("link[rel=alternate]").xpath("@href").getall()
    feed = feedparser.parse(ask(f"{still_press.url}{site.base}{name}").body)
    assert not feed.bozo
    told = [(entry.title, entry.link, entry.published_parsed[:5]) for entry in feed.entries]
    assert told == [
        (story.title, still_press.url + site.path(story), story.published_at.utctimetuple()[:5])
        for story in site.stories[:10]
    ]


def test_a_json_feed_and_a_news_sitemap_tell_the_same(still_press: DemoSite) -> None:
    site = still_press.story_site("ybxw")
    assert isinstance(site, FeedSite)
    feed = json.loads(ask(f"{still_press.url}{site.base}feed.json").body)
    urls = [still_press.url + site.path(story) for story in site.stories]
    assert [item["url"] for item in feed["items"]] == urls[:10]
    sitemap = Selector(ask(f"{still_press.url}{site.base}sitemap.xml").text, type="xml")
    assert sitemap.xpath("//*[local-name()='loc']/text()").getall() == urls


def test_a_list_in_json_has_pages(still_press: DemoSite) -> None:
    site = still_press.story_site("lqzx")
    assert isinstance(site, JsonSite)
    found = []
    for page in (1, 2, 3, 4):
        data = json.loads(ask(f"{still_press.url}{site.list_path}?page={page}").body)["data"]
        found += [(item["id"], item["title"], item["url"], item["publishTime"]) for item in data["list"]]
    assert found == [
        (story.number, story.title, site.path(story), f"{story.published_at:%Y-%m-%d %H:%M:%S}")
        for story in site.stories
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_pictures_of_three_types_are_valid(still_press: DemoSite, slug: str) -> None:
    site = still_press.story_site(slug)
    types = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF89a"}
    seen = set()
    for story in site.stories:
        for name, _ in story.pictures:
            ending = name.rpartition(".")[2]
            seen.add(ending)
            reply = ask(still_press.url + site.picture_path(story, name))
            assert reply.body.startswith(types[ending])
    assert seen == set(types)


@pytest.mark.parametrize("slug", SLUGS)
def test_stories_come_change_and_go(site: DemoSite, slug: str) -> None:
    paper = site.story_site(slug)
    fresh = paper.publish()
    assert paper.stories[0] == fresh
    assert fresh.published_at >= datetime(
        TODAY.year, TODAY.month, TODAY.day, 10, tzinfo=fresh.published_at.tzinfo
    )
    url = site.url + paper.path(fresh)
    assert ask(url).status == 200
    paper.correct(fresh.number, title="更正后的标题", is_split=False)
    body = ask(url).body
    assert "更正后的标题" in body.decode("gbk" if slug == "lxw" else "utf-8")
    paper.remove(fresh.number)
    assert ask(url).status == 404
    assert fresh.number not in {story.number for story in paper.stories}
    with pytest.raises(KeyError):
        paper.story(fresh.number)


def test_the_encoding_of_a_page_may_be_another_than_it_says(site: DemoSite) -> None:
    portal = portal_of(site)
    site.misbehave("/lxw/*", "charset", encoding="utf-8", declared="", meta="")
    assert "新闻中心" in ask(site.url + portal.list_path).body.decode()
