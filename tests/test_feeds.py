"""Feeds of every shape, well-formed or not: what their entries say, and what is no feed."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from spiders.readers.encoding import decode_damaged_page
from spiders.readers.feeds.feed import MOST_ITEMS, Feed, FeedItem
from spiders.readers.feeds.feed_time import read_feed_time
from spiders.readers.feeds.packed import unpack
from spiders.readers.feeds.reading import is_feed, read_feed
from storage.records import SetAside

CHINA = ZoneInfo("Asia/Shanghai")
URL = "http://lake.example/rss/news.xml"
NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)


def rss(items: str, head: str = "") -> str:
    """An RSS document of these items."""
    return (
        '<?xml version="1.0" encoding="gb2312"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:a10="http://www.w3.org/2005/Atom">'
        f"<channel><title>湖畔日报</title><link>http://lake.example/</link>{head}{items}</channel></rss>"
    )


def item(inner: str = "", link: str = "/2026/0320/c1-7.html", title: str = "渡口开了第一班船") -> str:
    """One item of RSS."""
    return f"<item><title>{title}</title><link>{link}</link>{inner}</item>"


def read(text: str, at: datetime | None = NOON) -> Feed:
    """Read a feed at noon."""
    return read_feed(text, URL, CHINA, at)


def only(text: str) -> FeedItem:
    """The one item of a feed."""
    (found,) = read(text).items
    return found


def test_an_item_of_rss_says_what_it_has() -> None:
    found = only(
        rss(
            item(
                "<guid isPermaLink='false'>lake-7</guid><pubDate>Fri, 20 Mar 2026 08:30:00 +0800</pubDate>"
                "<source url='http://lake.example/'>湖畔日报</source><author>周渡</author>"
                "<description>船上七人。</description>"
                "<content:encoded><![CDATA[<p>船上七人。</p><p>雾散了。</p>]]></content:encoded>"
            )
        )
    )
    assert found.url == "http://lake.example/2026/0320/c1-7.html"
    assert (found.title, found.alias, found.media, found.author) == (
        "渡口开了第一班船",
        "lake-7",
        "湖畔日报",
        "周渡",
    )
    assert found.published_at == datetime(2026, 3, 20, 8, 30, tzinfo=CHINA)
    assert (found.summary, found.content) == ("船上七人。", "<p>船上七人。</p><p>雾散了。</p>")


def test_atom_starts_its_addresses_where_it_says() -> None:
    found = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://other.example/d/"><title>湖畔</title>'
        '<entry><title type="html">&lt;b&gt;雾&lt;/b&gt;散了</title><link href="a.html"/><id>tag:7</id>'
        "<updated>2026-03-20T08:00:00+08:00</updated></entry></feed>"
    )
    assert (found.url, found.title) == ("http://other.example/d/a.html", "雾散了")
    assert found.published_at == datetime(2026, 3, 20, tzinfo=UTC)


def test_json_feed() -> None:
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "湖畔",
        "next_url": "?page=2",
        "items": [
            {
                "id": "7",
                "url": "/a/7.html",
                "title": "雾散了",
                "content_text": "船上七人。\n雾<散>了。",
                "date_published": "2026-03-20",
                "authors": [{"name": "周渡"}, {"name": "林岸"}],
            },
            {"id": "8", "title": "没有地址"},
            7,
        ],
    }
    feed = read(json.dumps(said))
    assert (feed.shape, feed.unread, feed.older) == ("json", 2, f"{URL}?page=2")
    found = feed.items[0]
    assert (found.precision, found.author) == ("day", "周渡、林岸")
    assert found.content == "<p>船上七人。</p><p>雾&lt;散&gt;了。</p>"


def test_a_sitemap_of_news_tells_titles_and_times_and_a_plain_one_neither() -> None:
    entry = "<url><loc> http://lake.example/{}.html </loc><lastmod>2026-03-21</lastmod>{}</url>"
    news = (
        "<n:news><n:publication><n:name>湖畔日报</n:name></n:publication><n:title>雾散了</n:title>"
        "<n:publication_date>2026-03-20T01:00:00Z</n:publication_date></n:news>"
    )
    feed = read(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        f"{entry.format(1, news)}{entry.format(2, '')}</urlset>"
    )
    first, second = feed.items
    assert (first.title, first.media, first.published_at) == (
        "雾散了",
        "湖畔日报",
        datetime(2026, 3, 20, 1, tzinfo=UTC),
    )
    assert second.published_at is None
    assert second.changed_at == datetime(2026, 3, 21, tzinfo=CHINA)


def test_an_index_names_sitemaps() -> None:
    part = "<sitemap><loc>/s-2026-03.xml.gz</loc><lastmod>2026-03-20T00:00:00Z</lastmod></sitemap>"
    feed = read(
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{part * 2}</sitemapindex>'
    )
    assert [one.url for one in feed.parts] == ["http://lake.example/s-2026-03.xml.gz"]


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
@pytest.mark.parametrize("header", [None, "text/xml; charset=utf-8", "text/xml; charset=gbk"])
def test_a_feed_is_read_whatever_encoding_it_claims(charset: str, header: str | None) -> None:
    text = rss(
        "".join(
            item(title=f"今天湖水退了{n}尺，他們說這個學校的學生都來看船", link=f"/{n}") for n in range(20)
        )
    )
    page = decode_damaged_page(text.encode(charset), header)
    assert [one.title for one in read(page.text).items][3] == "今天湖水退了3尺，他們說這個學校的學生都來看船"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("http://lake.example/a?x=1&y=2", "http://lake.example/a?x=1&y=2"),
        ("<![CDATA[http://lake.example/a?x=1&y=2]]>", "http://lake.example/a?x=1&y=2"),
        ("http://lake.example/a?x=1&amp;copy=2", "http://lake.example/a?x=1&copy=2"),
        ("\n  ../a.html \n", "http://lake.example/a.html"),
        ("//lake.example/a.html", "http://lake.example/a.html"),
        ("/新闻/7.html", "http://lake.example/%E6%96%B0%E9%97%BB/7.html"),
    ],
)
def test_addresses_are_absolute_and_whole(link: str, address: str) -> None:
    assert only(rss(item(link=link))).url == address


@pytest.mark.parametrize("link", ["", "javascript:void(0)", "mailto:a@b.example", "http://a:0/"])
def test_an_item_without_an_address_is_counted(link: str) -> None:
    feed = read(rss(item(link=link) + item()))
    assert (len(feed.items), feed.unread) == (1, 1)


def test_a_guid_is_an_address_only_where_it_is_written_as_one() -> None:
    bare = "<item><title>甲</title><guid>77</guid></item>"
    named = "<item><title>乙</title><guid>http://lake.example/8.html</guid></item>"
    feed = read(rss(bare + named))
    assert [one.url for one in feed.items] == ["http://lake.example/8.html"]
    assert feed.unread == 1


def test_an_address_that_comes_again_is_one_article() -> None:
    feed = read(rss(item(title="先") + item(title="后")))
    assert [one.title for one in feed.items] == ["先"]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Fri, 20 Mar 2026 08:30:00 +0800", "2026-03-20T08:30:00+08:00"),
        ("Fri, 20 Mar 2026 00:30:00 GMT", "2026-03-20T00:30:00+00:00"),
        ("Fri, 20 Mar 2026 08:30:00 CST", "2026-03-20T08:30:00+08:00"),
        ("星期五, 20 Mar 2026 08:30:00 GMT+8", "2026-03-20T08:30:00+08:00"),
        ("20 Mar 26 8:30", "2026-03-20T08:30:00+08:00"),
        ("2026-03-20 08:30:00", "2026-03-20T08:30:00+08:00"),
        ("2026年3月20日 8:30", "2026-03-20T08:30:00+08:00"),
        ("2026/3/20", "2026-03-20T00:00:00+08:00"),
        ("Fri, 20 Mar 2026 08:30 PM", "2026-03-20T20:30:00+08:00"),
        ("Fri Mar 20 08:30:00 CST 2026", "2026-03-20T08:30:00+08:00"),
        ("Fri, 20 Mar 2026 24:00:00 +0800", "2026-03-21T00:00:00+08:00"),
    ],
)
def test_times_are_as_printed(printed: str, expected: str) -> None:
    found = read_feed_time(printed, CHINA)
    assert found is not None
    assert found.at.isoformat() == expected


@pytest.mark.parametrize(
    "printed", ["", "昨天", "2026-02-30", "2026-03", "Fri, 20 Mar 2026 25:00:00 GMT", "20 Mar 2026 08:30 LMT"]
)
def test_what_is_no_time_is_unknown(printed: str) -> None:
    assert read_feed_time(printed, CHINA) is None


def test_clocks_of_beijing_in_gmt_are_noticed_by_the_one_that_is_ahead() -> None:
    ahead = item("<pubDate>Fri, 20 Mar 2026 11:59:00 GMT</pubDate>", link="/1")
    past = item("<pubDate>Fri, 20 Mar 2026 01:00:00 GMT</pubDate>", link="/2")
    zoned = item("<pubDate>Fri, 20 Mar 2026 01:00:00 +0800</pubDate>", link="/3")
    told = [one.published_at for one in read(rss(ahead + past + zoned)).items]
    assert told[:2] == [
        datetime(2026, 3, 20, hour, minute, tzinfo=CHINA) for hour, minute in ((11, 59), (1, 0))
    ]
    assert told[2] == datetime(2026, 3, 20, 1, tzinfo=CHINA)
    assert read(rss(past)).items[0].published_at == datetime(2026, 3, 20, 1, tzinfo=UTC), "as it is printed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
        ("<html><body>本站维护中 <rss></body></html>", "is a page, not a feed"),
        ("", "is something, not a feed"),
        ("{}", "is JSON, but no JSON Feed"),
        ("[1", "begins as JSON and is none"),
        ("<rss", "not a feed"),
        ("<channel>x</channel>", "no feed that could be read"),
    ],
)
def test_what_is_no_feed_is_set_aside(text: str, said: str) -> None:
    with pytest.raises(SetAside, match=said):
        read(text)


def test_an_empty_feed_is_a_feed() -> None:
    assert read(rss("")).items == ()


def test_entities_of_its_own_are_never_looked_up() -> None:
    evil = "<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'><!ENTITY b '&a;&a;'>]>"
    assert only(evil + rss(item(title="&a;&b;船")).partition("\n")[2]).title == "&a;&b;船"


@pytest.mark.parametrize(
    "broken",
    [
        "Warning: foo in bar.php on line 3\n" + rss(item()),
        rss(item()).replace("</channel></rss>", ""),
        rss(item(title="甲 & 乙 &nbsp; <b>丙")),
        rss(item("<q:odd>x</q:odd>")),
        rss(item(title="渡\x00口\x0b")),
    ],
)
def test_a_broken_feed_is_mended_where_it_can_be(broken: str) -> None:
    assert only(broken).url == "http://lake.example/2026/0320/c1-7.html"


def test_more_than_any_feed_has_is_refused() -> None:
    entry = "<url><loc>http://lake.example/1</loc></url>"
    with pytest.raises(SetAside, match="no feed has so many"):
        read(f"<urlset>{entry * (MOST_ITEMS + 1)}</urlset>")


def test_a_packed_sitemap_is_unpacked_within_limits() -> None:
    packed = gzip.compress(b"<urlset></urlset>")
    assert unpack(packed) == b"<urlset></urlset>"
    assert unpack(b"<urlset/>") == b"<urlset/>"
    with pytest.raises(SetAside, match="more than 1,000 bytes"):
        unpack(gzip.compress(bytes(5_000)), 1_000)
    with pytest.raises(SetAside, match="cut off"):
        unpack(packed[:-9])
    with pytest.raises(SetAside, match="can't be unpacked"):
        unpack(b"\x1f\x8bnothing of the kind")


def test_a_document_tells_at_its_beginning_that_it_is_a_feed() -> None:
    assert is_feed(rss(""))
    assert is_feed('{"version": "https://jsonfeed.org/version/1"}')
    assert not is_feed("<html><body>&lt;rss&gt;</body></html>")
    assert not is_feed('{"list": []}')
