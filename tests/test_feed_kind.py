"""The kind ``feed``: polls, the articles that a feed has whole, and steps back by sitemap and by page."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from support.newsroom import Newsroom

from jianbao.demo.lists import FeedSite
from spiders.declared.rules import ListRules
from spiders.kinds.feed import FeedKind
from spiders.kinds.kind import Answer, Ask, Declaration, KindContext, Listing, NotTheList, Steps
from spiders.kinds.page import PageKind
from storage.records import BackOrder, Listed, Owed, PollOrder, SetAside

CHINA = ZoneInfo("Asia/Shanghai")
FEED = "http://lake.example/rss.xml"
NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)
WHOLE = "".join(
    f"<p>船上七人，雾散了，渡口开了第{n}班船，船夫把缆绳收好，孩子们在岸上数船。</p>" for n in "一二三"
)


def rss(*items: str, head: str = "") -> str:
    """An RSS document."""
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:a="http://www.w3.org/2005/Atom"><channel><title>湖畔</title>{head}{"".join(items)}</channel></rss>'
    )


def item(number: int, content: str = "", day: str = "20") -> str:
    """An item of RSS, with its content where there is any."""
    inner = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    return (
        f"<item><title>第{number}班船</title><link>/2026/03{day}/{number}.html</link>"
        f"<pubDate>{day} Mar 2026 08:30:00 +0800</pubDate>{inner}</item>"
    )


def kind_of(rules: ListRules | None = None) -> FeedKind:
    """A kind with one source."""
    return FeedKind(KindContext({"lake": Declaration("lake", "湖畔日报", "feed", FEED, "lake", rules)}))


def drive(steps: Steps, pages: Mapping[str, str | bytes]) -> tuple[Listing, list[Ask]]:
    """Answer what a poll asks, 404 for what is not there; return what it found, and what it asked."""
    asked = [next(steps)]
    while True:
        url = asked[-1].url
        found = pages.get(urljoin(FEED, url))
        body = found.encode() if isinstance(found, str) else found or b""
        answer = Answer(url, url, 200 if found is not None else 404, body, fetched_at=NOON)
        try:
            asked.append(steps.send(answer))
        except StopIteration as ended:
            return ended.value, asked


def poll(pages: Mapping[str, str | bytes], kind: FeedKind | None = None, url: str = FEED) -> Listing:
    """What a poll of the feed finds."""
    kind = kind or kind_of()
    if url != FEED:
        kind = FeedKind(KindContext({"lake": replace(kind.context.sources["lake"], url=url)}))
    return drive(kind.poll(PollOrder("lake", url, "feed", now=NOON)), pages)[0]


def owed(listed: Listed) -> Owed:
    """A listing as it is owed."""
    return Owed("lake", listed.info_code, listed.form, listed.url, listed.title, told=listed.told)


def test_a_poll_lists_entries_with_what_the_feed_tells() -> None:
    found = poll({FEED: rss(item(1), item(2), "<item><title>没有地址</title></item>")})
    assert [one.title for one in found.listed] == ["第1班船", "第2班船"]
    assert (found.links, found.unread) == (3, 1)
    told = found.listed[0].told
    assert told.published_at == datetime(2026, 3, 20, 8, 30, tzinfo=CHINA)
    assert told.listed_on == FEED
    assert found.listed[0].info_code.startswith("lake-")


def test_the_declaration_says_which_entries_are_articles_and_what_they_are_called() -> None:
    rules = ListRules(link=r"/(?P<y>\d{4})/(?P<md>\d{4})/(?P<id>[12])\.html$", id="{y}{md}.{id}")
    found = poll({FEED: rss(item(1), item(2), item(3))}, kind_of(rules))
    assert [one.info_code for one in found.listed] == ["lake-20260320.1", "lake-20260320.2"]
    with pytest.raises(SetAside, match="no entry that is an article"):
        poll({FEED: rss(item(3))}, kind_of(rules))


def test_codes_of_east_money_are_its_own() -> None:
    rules = ListRules(link=r"/a/(?P<id>\d{18})\.html", id="NW{id}")
    entry = "<item><title>快讯</title><link>/a/202603202900000001.html</link></item>"
    assert poll({FEED: rss(entry)}, kind_of(rules)).listed[0].info_code == "NW202603202900000001"


def test_a_feed_that_is_not_there_or_no_feed_is_no_empty_one() -> None:
    with pytest.raises(NotTheList, match="404"):
        poll({})
    with pytest.raises(SetAside, match="is a page, not a feed"):
        poll({FEED: "<html><head><title>维护中</title></head></html>"})
    assert poll({FEED: rss()}).listed == ()


def test_only_a_feed_is_asked_whether_it_changed() -> None:
    ask = next(kind_of().poll(PollOrder("lake", FEED, "feed", now=NOON)))
    assert ask.only_if_changed
    index = replace(kind_of().context.sources["lake"], url="http://lake.example/sitemap_index.xml")
    kind = FeedKind(KindContext({"lake": index}))
    assert not next(kind.poll(PollOrder("lake", index.url, "feed", now=NOON))).only_if_changed


def test_an_index_leads_to_its_newest_sitemaps() -> None:
    index = "http://lake.example/sitemap.xml"
    part = "<sitemap><loc>/s{0}.xml.gz</loc><lastmod>2026-0{0}-20</lastmod></sitemap>"
    page = "<urlset><url><loc>/2026/0320/{0}.html</loc><lastmod>2026-03-1{0}</lastmod></url></urlset>"
    pages: dict[str, str | bytes] = {
        index: f"<sitemapindex>{''.join(part.format(n) for n in (1, 3, 2, 4))}</sitemapindex>"
    }
    pages |= {
        f"http://lake.example/s{n}.xml.gz": gzip.compress(page.format(n + 2).encode()) for n in (1, 2, 3, 4)
    }
    found = poll(pages, url=index)
    assert [one.url[-6:] for one in found.listed] == ["6.html", "5.html", "4.html"]


def test_a_plain_sitemap_lists_what_changed_lately() -> None:
    url = "http://lake.example/sitemap.xml"
    entry = "<url><loc>/{0}.html</loc><lastmod>2026-{0}</lastmod></url>"
    found = poll(
        {
            url: f"<urlset>{entry.format('03-19')}{entry.format('01-19')}"
            "<url><loc>/x.html</loc></url></urlset>"
        },
        url=url,
    )
    assert [one.url for one in found.listed] == [
        "http://lake.example/03-19.html",
        "http://lake.example/x.html",
    ]
    assert found.listed[0].told.published_at is None, "a change is no publication"


def test_whole_articles_are_at_hand_and_digests_are_not() -> None:
    kind = kind_of(ListRules(full=True))
    cut = WHOLE.replace("数船。</p>", "数船……</p>")
    found = poll({FEED: rss(item(1, WHOLE), item(2), item(3, cut), item(4, "<p>短</p><p>讯</p>"))}, kind)
    held = {one.title: kind.at_hand(owed(one)) for one in found.listed}
    assert [title for title, what in held.items() if what] == ["第1班船"]
    draft, address = held["第1班船"] or (None, "")
    assert draft is not None
    assert (address, draft.body_html, draft.title) == (FEED, WHOLE, "第1班船")
    assert dict(draft.found_by)["body"] == "feed"
    assert kind.at_hand(owed(found.listed[0])) is None, "once"


def back(
    kind: PageKind, pages: Mapping[str, str | bytes], first: str, last: str
) -> tuple[list[str], list[str]]:
    """Go back to the end; return the listed addresses and what was asked."""
    listed: list[str] = []
    asked: list[str] = []
    cursor = None
    for _ in range(20):
        order = BackOrder(
            "lake", FEED, "feed", now=NOON, cursor=cursor,
            first=date.fromisoformat(first), last=date.fromisoformat(last),
        )  # fmt: skip
        found, asks = drive(kind.poll_back(order), pages)
        listed += [one.url.rpartition("/")[2] for one in found.listed]
        asked += [ask.url.rpartition("/")[2] for ask in asks]
        assert found.headway is not None
        cursor = found.headway.cursor
        if cursor is None:
            return listed, asked
    raise AssertionError("it has no end")


def test_history_by_the_pages_that_a_feed_names() -> None:
    older = '<a:link rel="prev-archive" href="{}"/>'
    pages = {
        FEED: rss(item(3, day="20"), head=older.format("/old1.xml")),
        "http://lake.example/old1.xml": rss(
            item(2, day="12"), item(1, day="11"), head=older.format("/old2.xml")
        ),
        "http://lake.example/old2.xml": rss(item(0, day="01"), head=older.format("/rss.xml")),
    }
    assert back(kind_of(), pages, "2026-03-01", "2026-03-12") == (
        ["2.html", "1.html", "0.html"],
        ["rss.xml", "old1.xml", "old2.xml"],
    )
    listed, asked = back(kind_of(), pages, "2026-03-15", "2026-03-31")
    assert (listed, asked) == (["3.html"], ["rss.xml", "old1.xml"]), "all of it is before the span: it ends"


def test_history_by_sitemap() -> None:
    part = "<sitemap><loc>/s{0}.xml</loc><lastmod>2026-0{0}-28</lastmod></sitemap>"
    parts = "".join(part.format(n) for n in (1, 2, 3))
    page = "<urlset><url><loc>/2026/0{0}10/{0}.html</loc></url><url><loc>/about.html</loc></url></urlset>"
    pages = {"http://lake.example/index.xml": f"<sitemapindex>{parts}</sitemapindex>"}
    pages |= {f"http://lake.example/s{n}.xml": page.format(n) for n in (1, 3)}
    rules = ListRules(
        sitemap=("http://lake.example/index.xml",), link=r"/(?P<y>\d{4})/(?P<md>\d{4})/(?P<id>\d+)\.html$"
    )
    assert back(kind_of(rules), pages, "2026-01-01", "2026-03-31") == (
        ["3.html", "1.html"],
        ["index.xml", "s3.xml", "s2.xml", "s1.xml"],
    ), "a sitemap that is gone ends nothing"
    assert back(kind_of(rules), pages, "2026-03-05", "2026-03-31") == (["3.html"], ["index.xml", "s3.xml"])


@pytest.mark.parametrize("feed", ["rss.xml", "atom.xml"])
def test_a_feed_is_crawled_once(open_newsroom: Callable[..., Newsroom], feed: str) -> None:
    newsroom = open_newsroom(
        sources='[[sources]]\nslug = "ybxw"\nname = "云碧新闻网"\nkind = "feed"\nsite = "ybxw"\n'
        f"url = \"{{site}}/ybxw/{feed}\"\nlink = '/a/(?P<id>\\d+)\\.html$'\n"
        f"full = {str(feed == 'atom.xml').lower()}\n"
    )
    site = newsroom.site.story_site("ybxw")
    assert isinstance(site, FeedSite)
    crawled = newsroom.crawl()
    assert crawled.total("new") >= 10
    fetched = [path for path in crawled.paths if path.startswith("/ybxw/a/")]
    assert len(fetched) == (0 if feed == "atom.xml" else crawled.total("new"))
    newest = site.stories[0]
    shown = newsroom.show(f"ybxw-{newest.number}")
    assert shown["title"] == newest.title
    assert shown["published_at"] == newest.published_at.isoformat()
    assert newest.paragraphs[-1] in shown["paragraphs"]
    again = newsroom.crawl()
    assert again.total("new") == 0
    assert [path for path in again.paths if "/a/" in path] == []


@pytest.mark.parametrize("kind_class", [FeedKind, PageKind])
def test_sitemaps_that_name_each_other_have_an_end(kind_class: type[PageKind]) -> None:
    first, second, plain = (f"http://lake.example/{name}.xml" for name in ("sitemap", "second", "plain"))

    def index(*urls: str) -> str:
        parts = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'

    entry = "<url><loc>http://lake.example/a/1.html</loc></url>"
    urls = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entry}</urlset>'
    pages = {first: index(first, second, plain), second: index(second, first), plain: urls}
    rules = ListRules(sitemap=(first,))
    kind = kind_class(KindContext({"lake": Declaration("lake", "湖畔日报", "feed", FEED, "lake", rules)}))
    listed, asked = back(kind, pages, "2026-03-01", "2026-03-31")
    assert listed == ["1.html"]
    assert sorted(asked) == ["plain.xml", "second.xml", "sitemap.xml"]
