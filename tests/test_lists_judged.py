"""What a list holds and nobody understands is counted; a page that is not this source's list is no list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from support.newsroom import Newsroom, small_press

from jianbao.demo.material.answer import HTML, Answer
from spiders.readers.list_identity import doubt_list
from spiders.readers.listing_page import ListPage, read_list_page
from storage.records import Listed, PollOrder

SITE = "https://finews.withounder.com"
PAGE = f"{SITE}/category/yaohuribao.html"
CODE = "NW202203162311100001"


def page_of(*links: str, heading: str = "瑶湖日报新闻") -> str:
    items = "".join(f"<li>{link}</li>" for link in links)
    return (
        f"<html><body><header></header><section><h2 id='{heading}'>{heading}</h2>"
        f"<ul>{items}</ul></section></body></html>"
    )


def link(href: str, title: str = "题") -> str:
    return f'<a href="{href}">{title}</a>'


def good(number: int) -> str:
    return link(f"/yaohuribao/2022/03/16/NW2022031623111{number:05d}.html")


@pytest.mark.parametrize(
    "odd",
    [
        '<a href="/yaohuribao/2022/03/16/other-name.html">题</a>',
        '<a href="/yaohuribao/2022/03/16/12345.html">题</a>',
        "<a href=\"javascript:open('NW202203162311100099')\">题</a>",
        '<a href="data:text/html,题">题</a>',
        "<a onclick='go(7)'>题</a>",
        '<a href="https://elsewhere.example/news/7">题</a>',
        f'<a href="/yaohuribao/{CODE}.pdf">题</a>',
        '<a href="http://[broken/x.html">题</a>',
        '<a href="">题</a>',
    ],
)
def test_a_link_that_names_no_article_is_counted(odd: str) -> None:
    page = read_list_page(page_of(good(1), odd, good(2)), PAGE)
    assert (len(page.listed), page.links, page.unread) == (2, 3, 1)


@pytest.mark.parametrize(
    "furniture",
    [
        link("/"),
        link(SITE),
        link("/index.html"),
        link("#top"),
        link("/category/nanhuribao.html"),
        link("/category/yaohuribao.html"),
        link("mailto:desk@example.org"),
        '<a name="anchor"></a>',
        "<nav><ul><li><a href='/about/us.html'>关于</a></li></ul></nav>",
    ],
)
def test_the_furniture_of_a_page_is_no_entry_of_its_list(furniture: str) -> None:
    page = read_list_page(page_of(good(1), furniture, good(2)), PAGE)
    assert (len(page.listed), page.links, page.unread) == (2, 2, 0)


def test_seven_of_twelve() -> None:
    odd = [link(f"/yaohuribao/2022/03/16/a{number}.html") for number in range(7)]
    page = read_list_page(page_of(*map(good, range(5)), *odd), PAGE)
    assert (page.links, page.unread, page.heading) == (12, 7, "瑶湖日报新闻")


def order(url: str = PAGE, **known: object) -> PollOrder:
    return replace(PollOrder("yaohuribao", url, "category", name="瑶湖日报"), **known)  # type: ignore[arg-type]


def listed(slug: str = "yaohuribao", count: int = 3) -> tuple[Listed, ...]:
    return tuple(
        Listed(f"NW20220316231110000{number}", "media", f"{SITE}/{slug}/2022/03/16/NW{number}.html", "题")
        for number in range(count)
    )


@pytest.mark.parametrize(
    "came",
    [
        PAGE,
        PAGE.replace("https", "http"),
        PAGE.replace("finews", "www.finews"),
        f"{SITE}/category/yaohuribao/",
        f"{SITE}/category/yaohuribao",
        f"{SITE}/category/yaohuribao/index.html",
        f"{SITE}/lists/yaohuribao.shtml",
        f"{PAGE}?session=1",
        f"{SITE}/category/%79aohuribao.html",
    ],
)
def test_a_page_of_the_same_name_is_the_list(came: str) -> None:
    assert doubt_list(order(), came, ListPage(listed())) is None


@pytest.mark.parametrize(
    "came",
    [
        f"{SITE}/",
        SITE,
        f"{SITE}/index.html",
        f"{SITE}/category/nanhuribao.html",
        f"{SITE}/category/Yaohuribao.html",
        f"{SITE}/category/",
        f"{SITE}/login?next=/category/yaohuribao.html",
        f"{SITE}/404.html",
    ],
)
def test_another_page_is_not(came: str) -> None:
    doubt = doubt_list(order(), came, ListPage(listed()))
    assert doubt is not None
    assert f"led to {came}" in doubt


def test_a_list_asked_for_by_a_query_keeps_it() -> None:
    asked = order(f"{SITE}/list?cat=5")
    assert doubt_list(asked, f"{SITE}/list?cat=5&page=1", ListPage(())) is None
    assert doubt_list(asked, f"{SITE}/list?cat=6", ListPage(())) is not None
    assert doubt_list(asked, f"{SITE}/list", ListPage(())) is not None


OURS = {
    "own-name": (order(), "瑶湖日报新闻", ()),
    "name-alone": (order(), "瑶湖日报", ()),
    "no-heading": (order(heading="瑶湖日报新闻"), None, ()),
    "as-before": (order(name="yaohuribao", heading="瑶湖日报新闻"), "瑶湖日报新闻", ()),
    "a-new-design": (order(heading="瑶湖日报新闻"), "要闻", ()),
    "a-homophone": (order(heading="瑶湖日报新闻"), "遥湖日报新闻", listed()),
    "first-seen": (order(name="yaohuribao"), "瑶湖日报新闻", ()),
    "some-strangers": (order(), "瑶湖日报新闻", listed() + listed("nanhuribao", 2)),
    "moved-posts": (order(), "瑶湖日报新闻", (Listed(CODE, "media", f"{SITE}/old_post/{CODE}.html", ""),)),
    "name-ends-in-news": (order(name="每日瑶湖新闻"), "每日瑶湖新闻新闻", ()),
    "lower-case": (order(f"{SITE}/category/TechYao.html", name="t"), "x", listed("techyao")),
    "two-words": (order(f"{SITE}/category/yaohu%20%20licai.html", name="t"), None, listed("yaohu/licai")),
}
OTHERS = {
    "another-heading": (order(heading="瑶湖日报新闻"), "南湖日报新闻", ()),
    "anothers-name": (order(others=frozenset({"瑶湖日报", "南湖日报"})), "南湖日报新闻", ()),
    "anothers-articles": (order(), None, listed("nanhuribao")),
    "mostly-strangers": (order(), "瑶湖日报新闻", listed(count=1) + listed("nanhuribao")),
}


@pytest.mark.parametrize("case", OURS)
def test_a_list_is_believed(case: str) -> None:
    asked, heading, entries = OURS[case]
    assert doubt_list(asked, asked.url, ListPage(entries, heading=heading)) is None


@pytest.mark.parametrize("case", OTHERS)
def test_another_papers_list_is_not(case: str) -> None:
    asked, heading, entries = OTHERS[case]
    doubt = doubt_list(asked, asked.url, ListPage(entries, heading=heading))
    assert doubt is not None
    assert doubt.startswith("is not this source's list")


# Crawled


@pytest.fixture
def two_papers(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom with two papers of three articles each."""
    return open_newsroom(small_press(6, papers=2))


@pytest.mark.parametrize("place", ["home", "another-paper"])
def test_a_category_page_that_leads_elsewhere_is_a_failed_poll(two_papers: Newsroom, place: str) -> None:
    site = two_papers.site
    first, second = site.slugs
    away = "/" if place == "home" else site.category_path(second)
    site.misbehave(site.category_path(first), "redirect", location=away)
    crawled = two_papers.crawl(first, status=1)
    assert crawled.sources[first]["poll"] == "failed"
    assert f"led to {site.url}{away}, which is not this source's page" in crawled.errors
    assert two_papers.events() == ["poll_failed"]
    assert two_papers.states() == {}
    assert two_papers.rows("SELECT count(*) FROM capture") == [1], "the page is kept"
    two_papers.crawl(first, status=1)
    assert two_papers.rows("SELECT count(*) FROM capture") == [1], "once"
    site.behave()
    assert two_papers.crawl(first).total("new") == 3
    assert two_papers.events() == []


class Writer:
    """Writes the category page of a site by hand."""

    def __init__(self, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
        self._newsroom, self._monkeypatch = newsroom, monkeypatch

    def list(self, links: Sequence[str]) -> None:
        """Serve these links."""
        site = self._newsroom.site
        path, answer = site.category_path(site.slugs[0]), site.answer
        page = Answer(page_of(*links).encode(), HTML)
        self._monkeypatch.setattr(site, "answer", lambda asked: page if asked == path else answer(asked))


@pytest.fixture
def writer(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """Return who writes the newsroom's category page."""
    return Writer(newsroom, monkeypatch)


def test_links_without_info_code_are_counted_and_a_jump_is_an_event(
    newsroom: Newsroom, writer: Writer
) -> None:
    site = newsroom.site
    slug = site.slugs[0]
    read = [link(post.dated_path, post.title) for post in site.articles]
    odd = [link(f"/{slug}/2026/03/20/name{number}.html") for number in range(6)]
    writer.list([*read, *odd[:1]])
    counts = newsroom.crawl().sources[slug]
    assert (counts["listed"], counts["links"], counts["unread"]) == (2, 3, 1)
    assert newsroom.events() == []
    writer.list([*read, *odd])
    crawled = newsroom.crawl(status=1)
    assert crawled.sources[slug]["unread"] == 6
    assert f"{slug}: 6 of 8 links of its list have no info code" in crawled.errors
    assert newsroom.events() == ["unread_links"]
    assert "6 of 8 links" in newsroom.run("status").stdout.replace("\n", " ")
    assert newsroom.crawl(status=1).report["status"] == "partial", "page and fault are unchanged"
    (source,) = newsroom.ask("sources")["sources"]
    assert (source["links"], source["unread"]) == (8, 6)
    writer.list([*read, *odd[:1]])
    newsroom.crawl()
    assert newsroom.events() == []


def test_whoever_resolves_the_event_says_that_the_page_is_so(newsroom: Newsroom, writer: Writer) -> None:
    site = newsroom.site
    read = [link(post.dated_path, post.title) for post in site.articles]
    odd = [link(f"/{site.slugs[0]}/2026/03/20/name{number}.html") for number in range(4)]
    writer.list([*read, *odd])
    newsroom.crawl(status=1)
    assert newsroom.events() == ["unread_links"], "half of a first list is too much"
    newsroom.run("status", "--resolve")
    writer.list([*odd, *read])
    newsroom.crawl()
    assert newsroom.events() == []
