"""The kind ``page``, crawled: lists in GBK with paging, articles over several pages, and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.newsroom import Newsroom, small_press
from support.page_site import PageSite, serve_page_site

HEAD = (
    '<!DOCTYPE html><html><head><meta charset="gb2312"><title>{title}_灵溪网</title></head>'
    "<body>{body}</body></html>"
)
TEXT = (
    "渡口的水位在夜里又涨了半尺，船工把缆绳往岸上挪了两次。",
    "天亮以后，乡里派来的两个年轻人开始逐户登记。",
)
MORE = ("登记一直持续到下午，最后一户在山坡的另一面。", "傍晚，水退了，缆绳又回到原来的石桩上。")


def article(title: str, lines: tuple[str, ...], beside: str = "", time: str = "2026-03-20 08:15") -> str:
    text = "".join(f"<p>　　{line}</p>" for line in lines)
    return HEAD.format(
        title=title,
        body=f'<h1>{title}</h1><div class="info">{time}　来源：灵溪日报</div>'
        f'<div id="zoom">{text}</div>{beside}',
    )


def listing(numbers: list[int]) -> str:
    items = "".join(
        f'<li><a href="./202603/t20260320_{number}.html" title="渡口水位纪事之{number}">渡口水位…</a>'
        "<i>03-20</i></li>"
        for number in numbers
    )
    return HEAD.format(title="新闻中心", body=f'<a href="/about.html">关于</a><ul>{items}</ul>')


DECLARED = r"""
[[sources]]
slug = "灵溪网"
name = "灵溪网"
kind = "page"
site = "lxw"
url = "{url}/xw/"
link = '^\./\d+/t(?P<date>\d{{8}})_(?P<id>\d+)\.html'
link_on = "href"
item_date = "i"
next = "index_{{n}}.html"
pages = 5
until_known = 4
[[sources.layout]]
name = "now"
title = "h1"
time = "div.info"
media = {{ css = "div.info", after = "来源：" }}
body = "#zoom"
parts = "div.pager a"
"""


@pytest.fixture
def site() -> Iterator[PageSite]:
    with serve_page_site() as served:
        yield served


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom], site: PageSite) -> Newsroom:
    return open_newsroom(small_press())


def declare(newsroom: Newsroom, text: str) -> None:
    with newsroom.config.open("a", encoding="utf-8") as file:
        file.write(text)


def fill(site: PageSite) -> None:
    """Two pages of a list in GBK, which say that they are GB 2312, and their articles."""
    site.put("/xw/", listing([9, 8, 7]), "gbk")
    site.put("/xw/index_1.html", listing([7, 6, 5]), "gbk")
    for number in (5, 6, 7, 8):
        site.put(f"/xw/202603/t20260320_{number}.html", article(f"渡口水位纪事之{number}", TEXT), "gbk")
    pager = '<div class="pager"><a href="t20260320_9.html">1</a> <a href="t20260320_9_1.html">2</a></div>'
    site.put("/xw/202603/t20260320_9.html", article("渡口水位纪事之9", TEXT, pager), "gbk")
    site.put("/xw/202603/t20260320_9_1.html", article("渡口水位纪事之9", MORE, pager), "gbk")


def test_a_list_in_gbk_is_paged_until_enough_is_known(newsroom: Newsroom, site: PageSite) -> None:
    fill(site)
    declare(newsroom, DECLARED.format(url=site.address))
    crawled = newsroom.crawl("灵溪网")
    assert crawled.sources["灵溪网"]["new"] == 5
    assert site.asked[:4] == ["/xw/", "/xw/index_1.html", "/xw/index_2.html", site.asked[3]]
    shown = newsroom.show("lxw-8")
    assert (shown["title"], shown["media"]) == ("渡口水位纪事之8", "灵溪日报")
    assert shown["published_at"].startswith("2026-03-20T08:15")
    assert shown["paragraphs"] == list(TEXT)
    site.asked.clear()
    assert newsroom.crawl("灵溪网").sources["灵溪网"]["new"] == 0
    assert site.asked == ["/xw/", "/xw/index_1.html"]


def test_what_was_seen_before_a_page_fails_is_listed_and_the_rest_is_not_forgotten(
    newsroom: Newsroom, site: PageSite
) -> None:
    fill(site)
    site.statuses["/xw/index_1.html"] = 500
    declare(newsroom, DECLARED.format(url=site.address).replace("until_known = 4", "until_known = 1"))
    crawled = newsroom.crawl("灵溪网", status=1)
    row = crawled.sources["灵溪网"]
    assert (row["poll"], row["listed"], row["new"]) == ("failed", 3, 3)
    assert "index_1.html answered 500" in crawled.errors
    assert newsroom.events() == ["poll_failed"]
    del site.statuses["/xw/index_1.html"]
    assert newsroom.crawl("灵溪网").sources["灵溪网"]["new"] == 2
    assert newsroom.events() == []
    assert newsroom.states() == {"archived": 5}


def test_a_broken_list_takes_nothing_from_the_others(newsroom: Newsroom, site: PageSite) -> None:
    fill(site)
    site.put("/a/", HEAD.format(title="改版", body="<p>网站改版中</p>"), "gbk")
    lists = [f"{site.address}/{name}/" for name in ("a", "gone", "xw")]
    declared = DECLARED.format(url=site.address)
    declare(newsroom, declared.replace(f'url = "{site.address}/xw/"', f"list = {json.dumps(lists)}"))
    crawled = newsroom.crawl("灵溪网", status=1)
    assert (crawled.sources["灵溪网"]["poll"], crawled.sources["灵溪网"]["new"]) == ("failed", 5)
    assert "/a/ has no link to an article" in crawled.errors
    assert "/gone/ answered 404" in crawled.errors
    assert "layout_broken" in newsroom.events()


def test_each_list_is_paged_until_enough_of_it_is_known(newsroom: Newsroom, site: PageSite) -> None:
    fill(site)
    declare(newsroom, DECLARED.format(url=site.address).replace("until_known = 4", "until_known = 2"))
    newsroom.crawl("灵溪网")
    for path, numbers in (("/yw/", [14, 13]), ("/yw/index_1.html", [12, 11])):
        site.put(path, listing(numbers), "gbk")
    text = newsroom.config.read_text("utf-8")
    lists = [f"{site.address}/xw/", f"{site.address}/yw/"]
    changed = text.replace(f'url = "{site.address}/xw/"', f"list = {json.dumps(lists)}")
    newsroom.config.write_text(changed, "utf-8")
    newsroom.crawl("灵溪网", status=1)
    listed = newsroom.rows("SELECT info_code FROM listing WHERE info_code LIKE 'lxw-1%' ORDER BY 1")
    assert listed == ["lxw-11", "lxw-12", "lxw-13", "lxw-14"]


def test_the_pages_of_an_article_are_joined_and_all_kept(newsroom: Newsroom, site: PageSite) -> None:
    fill(site)
    declare(newsroom, DECLARED.format(url=site.address))
    newsroom.crawl("灵溪网")
    assert newsroom.show("lxw-9")["paragraphs"] == [*TEXT, *MORE]
    assert not newsroom.show("lxw-9")["incomplete"]
    kept = newsroom.rows("SELECT url FROM capture")
    assert f"{site.address}/xw/202603/t20260320_9_1.html" in kept


def test_an_article_whose_second_page_is_gone_says_so(newsroom: Newsroom, site: PageSite) -> None:
    fill(site)
    del site.pages["/xw/202603/t20260320_9_1.html"]
    declare(newsroom, DECLARED.format(url=site.address))
    newsroom.crawl("灵溪网")
    shown = newsroom.show("lxw-9")
    assert shown["paragraphs"] == list(TEXT)
    assert "t20260320_9_1.html is missing" in shown["incomplete"]


def test_an_article_whose_second_page_fails_is_tried_again(newsroom: Newsroom, site: PageSite) -> None:
    fill(site)
    site.statuses["/xw/202603/t20260320_9_1.html"] = 500
    declare(newsroom, DECLARED.format(url=site.address))
    newsroom.crawl("灵溪网", status=1)
    assert newsroom.listing("lxw-9")["state"] == "failed"
    del site.statuses["/xw/202603/t20260320_9_1.html"]
    newsroom.crawl("灵溪网")
    assert newsroom.show("lxw-9")["paragraphs"] == [*TEXT, *MORE]


def test_a_list_without_links_is_a_failed_poll(newsroom: Newsroom, site: PageSite) -> None:
    fill(site)
    declare(newsroom, DECLARED.format(url=site.address))
    newsroom.crawl("灵溪网")
    site.put("/xw/", HEAD.format(title="改版", body="<p>网站改版中</p>"), "gbk")
    crawled = newsroom.crawl("灵溪网", status=1)
    assert crawled.sources["灵溪网"]["poll"] == "failed"
    assert "has no link to an article" in crawled.errors
    assert "layout_broken" in newsroom.events()


JSON_DECLARED = r"""
[[sources]]
slug = "罗桥"
name = "罗桥在线"
kind = "page"
site = "lq"
list = "{url}/api/list?page={{n}}"
pages = 3
media = "罗桥在线"
[sources.json_list]
items = "data.list[]"
url = "/api/a/{{docid}}.json"
id = "docid"
title = "title"
time = "pub"
[[sources.layout]]
title = {{ path = "title" }}
time = {{ path = "pub" }}
body = {{ path = "content" }}
"""


def test_lists_and_articles_in_json(newsroom: Newsroom, site: PageSite) -> None:
    for page, numbers in ((1, (30, 29)), (2, (28,))):
        items = [{"docid": n, "title": f"罗桥纪事{n}", "pub": "2026-03-20 07:30:00"} for n in numbers]
        answer = json.dumps({"code": 0, "data": {"list": items}}, ensure_ascii=False)
        site.put(f"/api/list?page={page}", f"callback({answer});", content_type="application/javascript")
    for number in (28, 29, 30):
        content = "".join(f"<p>{line}</p>" for line in TEXT)
        told = {"title": f"罗桥纪事{number}", "pub": 1773963000, "content": content}
        site.put(f"/api/a/{number}.json", json.dumps(told), content_type="application/json")
    declare(newsroom, JSON_DECLARED.format(url=site.address))
    assert newsroom.crawl("罗桥").sources["罗桥"]["new"] == 3
    shown = newsroom.show("lq-29")
    assert (shown["title"], shown["media"], shown["paragraphs"]) == ("罗桥纪事29", "罗桥在线", list(TEXT))
    assert shown["published_at"].startswith("2026-03-20T07:30")


def test_the_history_is_fetched_page_by_page(newsroom: Newsroom, site: PageSite, tmp_path: Path) -> None:
    fill(site)
    declare(newsroom, DECLARED.format(url=site.address).replace("pages = 5", "pages = 1"))
    newsroom.crawl("灵溪网")
    assert newsroom.states() == {"archived": 3}
    ended = newsroom.run("backfill", "灵溪网", "--from", "2026-01-01")
    assert ended.status == 0
    assert newsroom.states() == {"archived": 5}
