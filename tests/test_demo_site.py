"""The demo site: it must be shaped as the real one is, repeatable, and wrong exactly as asked."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import statistics
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector

from jianbao.demo import TODAY, DemoSite, Post, Press, Written
from jianbao.demo.answer import Answer, accepts_gzip
from jianbao.demo.appearance import Appearance
from jianbao.demo.edition import Edition
from jianbao.demo.misbehaviour import KINDS, Kind
from jianbao.demo.pages import category_page, home_page, post_page
from jianbao.demo.post import CST
from jianbao.demo.story import read_story
from jianbao.demo.typesetting import plain_paragraphs

SHARED = Path(__file__).parents[2] / "shared"
PAPER = "shangraoribao"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(url: str, *, method: str = "GET", timeout: float = 5.0, **headers: str) -> Reply:
    """Ask without redirects, decompression or retries: what the wire carries."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers={"Accept-Encoding": "identity"} | sent)
        response = connection.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def press() -> Press:
    return Press.daily()


@pytest.fixture(scope="module")
def still_site(press: Press) -> Iterator[DemoSite]:
    """A site that no test changes."""
    with DemoSite(press) as site:
        yield site


@pytest.fixture
def site(press: Press) -> Iterator[DemoSite]:
    with DemoSite(press) as site:
        yield site


@pytest.fixture
def post(press: Press) -> Post:
    """An article of today that stands in one place only."""
    return next(post for post in press.posts if post.slug == PAPER and post.published_at.date() == TODAY)


# -- the press -----------------------------------------------------------------------------------


def test_the_demo_prints_about_sixty_articles_of_many_papers(press: Press) -> None:
    codes = {post.info_code for post in press.posts}
    assert 55 <= len(codes) <= 70
    assert len({post.media for post in press.posts}) >= 3
    assert {PAPER, "nanchangribao", "ganjiangwanbao", "emnews"} <= {paper.slug for paper in press.papers}


def test_articles_are_spread_over_the_three_days_of_the_window(press: Press) -> None:
    days = [post.published_at.date() for post in press.posts]
    assert all(days.count(TODAY - timedelta(days=back)) > 10 for back in range(3))
    assert set(days) == {TODAY - timedelta(days=back) for back in range(3)}
    assert all(post.code[-18:-10] == f"{post.published_at:%Y%m%d}" for post in press.posts)


def test_the_same_seed_prints_the_same_bytes(press: Press) -> None:
    again = Press.daily()
    look = Appearance()
    assert [post_page(post, look) for post in again.posts] == [post_page(post, look) for post in press.posts]


def test_another_seed_or_day_prints_other_bytes(press: Press, post: Post) -> None:
    index = press.posts.index(post)
    assert Press.daily(seed=1).posts[index].paragraphs != post.paragraphs
    assert Press.daily(today=date(2026, 4, 2)).posts[index].published_at.date() == date(2026, 4, 2)


def test_no_two_articles_share_a_paragraph_of_text(press: Press) -> None:
    seen: dict[str, str] = {}
    for post in press.posts:
        for paragraph in post.paragraphs:
            if len(paragraph) > 20:
                assert seen.setdefault(paragraph, post.info_code) == post.info_code, paragraph


def test_lengths_are_like_real_ones(press: Press) -> None:
    lengths = [len("".join(post.paragraphs)) for post in press.posts]
    counts = [len(post.paragraphs) for post in press.posts]
    assert min(lengths) > 200
    assert 600 < statistics.median(lengths) < 2_500
    assert max(lengths) < 5_000
    assert 4 <= min(counts) <= 12 <= max(counts) <= 39


def test_every_slot_of_the_prose_is_filled(press: Press) -> None:
    composed = [*press.posts, *Press.of(60, 5).posts]
    for post in composed:
        assert not re.search(r"[{}|␠]|^[~_^!#=]", "\n".join([post.title, *post.paragraphs]), re.MULTILINE)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r'<p class="em_media">（文章来源：上饶日报）</p>\n\n', id="source line last"),
        pytest.param(r"<p>□本报记者", id="byline"),
        pytest.param(r"<p>\(上接第一版\)", id="jump mark"),
        pytest.param(r"<p>……</p>", id="ellipsis"),
        pytest.param(r"<p></p>", id="empty paragraph"),
        pytest.param(r'<p style="display:none;height:1px;overflow:hidden;"><br /></p>', id="hidden spacer"),
        pytest.param(r"<!-- EM_StockImg_Start --><p.*?<!-- EM_StockImg_End -->", id="chart"),
        pytest.param(r"nid=1\.\d{6}&amp;imageType=k", id="address escaped by kramdown"),
        pytest.param(r"。<br /></p>", id="line break after a spacer"),
        pytest.param(
            r"<center><img src=\"https://dfscdn\.dfcfw\.com/download/D\d{20}_w640h426\.jpg", id="image"
        ),
        pytest.param(r'orginial_src="[^"]+_o\.jpg"', id="larger original"),
        pytest.param(r"</center>\n<center>", id="adjacent images"),
        pytest.param(r'</center>\n<p style="text-align:center;">', id="caption"),
        pytest.param(r"<p>注：", id="plain note"),
        pytest.param(r"<p><strong>[^<]+</strong></p>", id="strong heading"),
        pytest.param(r"<p><strong>[^<]+ </strong></p>", id="trailing blank in a heading"),
        pytest.param(r"<p>[^<。]{4,12}</p>", id="plain heading"),
        pytest.param(r"《&lt;[^&]+&gt;", id="entities"),
        pytest.param(r"<strong><span .*?</span>、<span", id="strong around securities"),
        pytest.param(r'<span id="stock_1\.\d{6}"><a href="[^"]+" class="keytip"', id="first mention"),
        pytest.param(r'<span web="1" href="[^"]+" class="em_stock_key_common"', id="later mention"),
        pytest.param(r'<span id="Info\.116\.\d{5}">', id="Hong Kong mention"),
        pytest.param(r'<span id="bk_90\.BK\d{4}">.*?<span id="bkquote_90\.BK\d{4}"></span>', id="board"),
        pytest.param(r'<span id="Info\.3321"><a href="[^"]+" class="infokey">', id="glossary word"),
        pytest.param(r"（文章来源：湖畔<span id=\"bk_90", id="source line broken by a link"),
        pytest.param(r"<blockquote>\n  <p>[^<]+</p>\n</blockquote>\n\n", id="digest"),
        pytest.param(r"\(<a href=\"https://finance\.eastmoney\.com/a/\d{18}\.html\">", id="article link"),
        pytest.param(r"<p>\(声明：", id="disclaimer"),
        pytest.param(r"<p>●", id="column of items"),
        pytest.param(r"<em>赣商周刊</em> <em>湖畔财经新闻</em>", id="two tags"),
    ],
)
def test_every_known_pattern_occurs(press: Press, pattern: str) -> None:
    assert any(re.search(pattern, post_page(post, Appearance())) for post in press.posts)


def test_synthetic_press_is_cheap_repeatable_and_of_real_size() -> None:
    started = time.perf_counter()
    press = Press.of(articles=5_000, papers=2_000)
    assert time.perf_counter() - started < 3
    assert len({post.info_code for post in press.posts}) == 5_000
    assert len({post.slug for post in press.posts}) == 2_000
    sizes = [len("\n".join(post.write()).encode()) for post in press.posts[::100]]
    assert 4_000 < statistics.mean(sizes) < 8_000
    assert press.posts[7].paragraphs == Press.of(articles=8, papers=2_000).posts[7].paragraphs
    assert press.posts[7].paragraphs != press.posts[8].paragraphs


@pytest.mark.parametrize("section", ["没有记号", "== 没有版面"])
def test_a_story_without_a_heading_is_refused(section: str) -> None:
    with pytest.raises(ValueError, match="does not open a story"):
        read_story(section)


# -- the shape of pages --------------------------------------------------------------------------


def test_post_page_has_the_real_structure(press: Press, post: Post) -> None:
    page = post_page(post, Appearance())
    document = Selector(text=page[page.index("<body") :])
    assert document.xpath("//header/h1/a/text()").get() == "金融消息"
    section = document.xpath("//section")
    assert section.xpath("./small/text()").get() == f"(GMT+8, Asia/Shanghai, CST) {post.time}"
    assert section.xpath("./h1/text()").get() == post.title
    assert section.xpath("./p[@class='em_media']/text()").get() == f"（文章来源：{post.media}）"
    *_, share, navigation = section.xpath("./p")
    assert (
        share.xpath("./a/@href").get()
        == f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={post.code}"
    )
    assert navigation.xpath("string()").get() == f"返回{post.tag}｜返回首页"
    assert section.xpath("./small/em/text()").getall() == [post.tag]


def test_the_body_leaks_unescaped_into_the_head(post: Post) -> None:
    page = post_page(post, Appearance())
    head = page[: page.index("<!-- Begin Jekyll SEO tag")]
    body = page[page.index(f"<h1>{post.title}</h1>") :]
    assert '<meta property="og:description" content="<p' in head
    for paragraph in re.findall(r"<p[^>]*>.*?</p>", head):
        assert paragraph in body
    before_body = Selector(text=page).xpath("//p[not(ancestor::section) and not(ancestor::header)]")
    assert len(before_body) > 1, "parsers must stumble over the leak as they do upstream"


def test_after_the_move_the_head_leaks_the_source(post: Post) -> None:
    page = post_page(post, Appearance(), moved=True)
    head = page[: page.index("<body")]
    assert f"[返回{post.tag}](//finews.withounder.com/category/{post.slug}.html)｜[返回首页]" in head
    assert '<meta name="description"' not in head
    assert f'<link rel="canonical" href="https://finews.withounder.com{post.moved_path}" />' in head


def test_linked_data_is_json(press: Press) -> None:
    for post in press.posts:
        found = re.search(r'ld\+json">\n(.*)</script>', post_page(post, Appearance()))
        assert found
        data = json.loads(found[1])
        assert (data["headline"], data["@type"]) == (post.title, "BlogPosting")
        assert datetime.fromisoformat(data["datePublished"]) == post.published_at


def test_category_page_lists_newest_first_with_root_relative_links(still_site: DemoSite) -> None:
    page = Selector(text=ask(still_site.category_url(PAPER)).text)
    posts = still_site.listed(PAPER)
    assert page.xpath("//section/h2/@id").get() == page.xpath("//section/h2/text()").get() == "上饶日报新闻"
    assert page.xpath("//section/ul/li/a/@href").getall() == [post.dated_path for post in posts]
    assert page.xpath("//section/ul/li/a/text()").getall() == [post.title for post in posts]
    assert [post.published_at for post in posts] == sorted(
        (post.published_at for post in posts), reverse=True
    )


def test_a_category_page_may_have_another_papers_title(still_site: DemoSite) -> None:
    page = Selector(text=ask(still_site.category_url("ganjiangwanbao")).text)
    assert page.xpath("//title/text()").get() == "南昌日报新闻 | 金融消息"


def test_a_two_word_slug_has_an_empty_page_and_appears_under_each_word(still_site: DemoSite) -> None:
    slug = "ganshangzhoukan hupancaijing"
    assert "%20" in still_site.category_url(slug)
    empty = ask(still_site.category_url(slug))
    assert empty.status == 200
    assert "<h2" not in empty.text
    assert re.search(r"<ul>\s*</ul>", empty.text)
    assert "/ganshangzhoukan/hupancaijing/2026/" in ask(still_site.category_url("ganshangzhoukan")).text
    assert ask(still_site.category_url("hupancaijing")).status == 404


@pytest.mark.parametrize("spelling", ["luyanzhengquan(nanchang)", "luyanzhengquan%28nanchang%29"])
def test_a_slug_with_brackets_works_however_it_is_encoded(still_site: DemoSite, spelling: str) -> None:
    assert "鹭岩证券" in ask(f"{still_site.url}/category/{spelling}.html").text


def test_every_listed_article_answers_at_its_address(still_site: DemoSite) -> None:
    for slug in still_site.slugs:
        for post in still_site.listed(slug):
            reply = ask(still_site.url + post.dated_path)
            assert (reply.status, post.title in reply.text) == (200, True)


def test_home_page_shows_five_articles_of_every_tag(still_site: DemoSite) -> None:
    page = ask(f"{still_site.url}/").text
    lists = Selector(text=page[page.index("<body") :]).xpath("//section/ul")
    assert max(len(part.xpath("./li")) for part in lists) == 5
    assert "{% for tag in site.tags %}" in page


def test_feed_is_atom_with_the_ten_newest(still_site: DemoSite) -> None:
    root = ElementTree.fromstring(ask(f"{still_site.url}/feed.xml").body)
    entries = root.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 10
    assert all(entry.find("{http://www.w3.org/2005/Atom}content") is not None for entry in entries)


def test_robots_allows_everything_until_told_otherwise(site: DemoSite) -> None:
    assert ask(f"{site.url}/robots.txt").text == "User-agent: *\nDisallow:\n"
    site.set_robots("User-agent: *\nDisallow: /\nCrawl-delay: 2\n")
    assert "Crawl-delay: 2" in ask(f"{site.url}/robots.txt").text


def test_json_has_the_body_with_and_without_links(still_site: DemoSite) -> None:
    post = next(post for post in still_site.articles if post.title.startswith("信江铜材"))
    spellings = [post.info_code, post.digits]
    answers = [json.loads(ask(still_site.json_url.format(code=code)).body) for code in spellings]
    assert answers[0] == answers[1]
    answer = answers[0]
    assert (answer["title"], answer["showtime"], answer["from"]) == (post.title, post.time, "上饶日报")
    assert 'class="keytip"' in answer["content"]
    assert "keytip" not in answer["text"]
    assert "EM_StockImg_Start" in answer["text"]
    assert "&imageType=k" in answer["text"], "only kramdown escapes addresses"
    assert answer["text"].endswith('</p><p class="em_media">（文章来源：上饶日报）</p>')


def test_json_of_an_unknown_code_is_404(still_site: DemoSite) -> None:
    assert ask(still_site.json_url.format(code="NW" + "1" * 18)).status == 404


def test_twins_have_equal_paragraphs_once_links_are_unwrapped(still_site: DemoSite) -> None:
    rolling = {post.digits: post for post in still_site.articles if post.rolling}
    twins = [
        (post, rolling[post.digits])
        for post in still_site.articles
        if post.digits in rolling and not post.rolling
    ]
    assert len(twins) >= 4
    for media, twin in twins:
        assert (media.title, media.published_at, media.paragraphs) == (
            twin.title,
            twin.published_at,
            twin.paragraphs,
        )
        texts = [paragraph_texts(ask(still_site.url + post.dated_path).text) for post in (media, twin)]
        assert texts[0] == texts[1] == list(media.paragraphs)


def paragraph_texts(page: str) -> list[str]:
    """The article's paragraphs as a careful reader finds them."""
    section = Selector(text=page[page.index("<section>") :])
    found = section.xpath(
        "//section/p[not(@class='em_media') and not(contains(@style, 'display:none')) and not(.//img)]"
    )
    texts = [paragraph.xpath("string()").get(default="").strip() for paragraph in found[:-2]]
    return [text for text in texts if text]


def test_paragraphs_say_what_the_page_shows(press: Press) -> None:
    for post in press.posts:
        assert paragraph_texts(post_page(post, Appearance())) == list(post.paragraphs)


def test_one_article_is_listed_in_two_categories(still_site: DemoSite) -> None:
    post = next(post for post in still_site.articles if post.title.startswith("数说南昌早餐"))
    pages = [ask(still_site.category_url(slug)).text for slug in ("nanchangribao", "ganjiangwanbao")]
    assert all(f"{post.code}.html" in page for page in pages)
    assert ask(still_site.article_url(post.code, "ganjiangwanbao")).status == 200


@given(st.lists(st.text(alphabet="信江铜材 ()<>&。", min_size=1, max_size=12), min_size=1, max_size=5))
def test_any_paragraph_survives_the_page(texts: list[str]) -> None:
    lines = tuple(f"文{text}" for text in texts)
    post = Post(
        "NW" + "2" * 18,
        PAPER,
        "上饶日报新闻",
        "上饶日报",
        "题",
        datetime(2026, 3, 20, tzinfo=CST),
        Written(lines),
    )
    assert paragraph_texts(post_page(post, Appearance())) == list(plain_paragraphs(lines))


# -- the real site -------------------------------------------------------------------------------


def read_seed(path: Path) -> Post:
    """A post as Jekyll stores it. The seeds' bodies are bare paragraphs."""
    front, body = path.read_text("utf-8").removeprefix("---\n").split("\n---\n")
    fields = dict(re.findall(r"^(\w+): (.*)$", front, re.MULTILINE))
    found = re.search(r"infoCode=(\w+)", body)
    assert found
    paragraphs = re.findall(r"<p>(.*?)</p>", body)
    media = fields["tags"].removesuffix("新闻")
    moment = datetime.strptime(fields["date"], "%Y-%m-%d %H:%M:%S %z")
    lines = tuple(re.sub(r" $", "␠", paragraph) or "~" for paragraph in paragraphs)
    return Post(
        found[1], fields["categories"], fields["tags"], media, fields["title"][1:-1], moment, Written(lines)
    )


def seeds() -> list[Post]:
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return [
        read_seed(path)
        for path in sorted((SHARED / "seeds").glob("*.txt"))
        if "infoCode=" in path.read_text("utf-8")
    ]


@pytest.mark.shared
def test_post_pages_equal_what_jekyll_renders_byte_for_byte() -> None:
    posts = seeds()
    assert len(posts) == 4
    for post in posts:
        real = (SHARED / "site" / post.dated_path[1:]).read_text("utf-8")
        assert post_page(post, Appearance()) == real


@pytest.mark.shared
@pytest.mark.parametrize("slug", ["shangraoribao", "nanchangribao"])
def test_category_pages_equal_what_jekyll_renders_but_for_the_heading(slug: str) -> None:
    posts = sorted(
        (post for post in seeds() if post.slug == slug), key=lambda post: post.published_at, reverse=True
    )
    tag = posts[0].tag
    ours = category_page(slug, tag, posts, Appearance())
    real = (SHARED / "site" / "category" / f"{slug}.html").read_text("utf-8")
    # The files are from the older layout, which left the heading empty.
    assert ours.replace(f'<h2 id="{tag}">{tag}</h2>', '<h2 id=""></h2>') == real


@pytest.mark.shared
def test_home_page_equals_what_jekyll_renders() -> None:
    order = {"shangraoribao": 0, "nanchangribao": 1}
    posts = sorted(seeds(), key=lambda post: post.published_at, reverse=True)
    posts.sort(key=lambda post: order[post.slug])
    assert home_page(posts, Appearance()) == (SHARED / "site" / "index.html").read_text("utf-8")


# -- conditions, compression, connections --------------------------------------------------------


def test_conditional_get_costs_no_body(still_site: DemoSite) -> None:
    url = still_site.category_url(PAPER)
    first = ask(url)
    by_tag = ask(url, If_None_Match=first.headers["ETag"])
    by_date = ask(url, If_Modified_Since=first.headers["Last-Modified"])
    assert (by_tag.status, by_tag.body) == (by_date.status, by_date.body) == (304, b"")
    assert by_tag.headers["ETag"] == first.headers["ETag"]


def test_an_edit_changes_both_validators_of_the_pages_that_show_it_only(site: DemoSite, post: Post) -> None:
    urls = [site.category_url(PAPER), site.article_url(post.code), site.category_url("nanchangribao")]
    before = [ask(url).headers for url in urls]
    site.edit(post.code, title="换过的标题")
    replies = [
        ask(url, If_None_Match=old["ETag"], If_Modified_Since=old["Last-Modified"])
        for url, old in zip(urls, before, strict=True)
    ]
    assert [reply.status for reply in replies] == [200, 200, 304]
    assert replies[0].headers["Last-Modified"] != before[0]["Last-Modified"]
    assert ask(urls[0], If_Modified_Since=before[0]["Last-Modified"]).status == 200


ANSWER = Answer(b"x", etag='"a"', modified=datetime(2026, 3, 20, 1, 0, tzinfo=CST))


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        pytest.param({}, False, id="none"),
        pytest.param({"If-None-Match": '"a"'}, True, id="same tag"),
        pytest.param({"If-None-Match": 'W/"a"'}, True, id="weak tag"),
        pytest.param({"If-None-Match": '"b", "a"'}, True, id="one of several"),
        pytest.param({"If-None-Match": "*"}, True, id="any"),
        pytest.param(
            {"If-None-Match": '"b"', "If-Modified-Since": "Fri, 20 Mar 2026 17:00:00 GMT"},
            False,
            id="tag rules",
        ),
        pytest.param({"If-Modified-Since": "Thu, 19 Mar 2026 17:00:00 GMT"}, True, id="same second"),
        pytest.param({"If-Modified-Since": "Thu, 19 Mar 2026 16:59:59 GMT"}, False, id="a second older"),
        pytest.param({"If-Modified-Since": "Thu, 19 Mar 2026 17:00:01 -0000"}, True, id="zone-less date"),
        pytest.param({"If-Modified-Since": "yesterday"}, False, id="no date"),
    ],
)
def test_conditions_are_read_as_http_says(conditions: dict[str, str], met: bool) -> None:
    assert ANSWER.meets(conditions) is met


@pytest.mark.parametrize(
    ("offer", "accepted"),
    [
        ("gzip, deflate", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("", False),
    ],
)
def test_gzip_is_sent_only_when_allowed(offer: str, accepted: bool) -> None:
    assert accepts_gzip({"Accept-Encoding": offer}) is accepted


def test_gzip_carries_the_same_bytes_and_a_weak_tag(still_site: DemoSite) -> None:
    url = still_site.category_url(PAPER)
    plain, packed = ask(url), ask(url, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert ask(url, If_None_Match=packed.headers["ETag"], Accept_Encoding="gzip").status == 304


def test_one_connection_serves_many_requests(still_site: DemoSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", still_site.port, timeout=5)
    connection.connect()
    first_socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
        assert connection.sock is first_socket
    connection.close()


def test_head_answers_without_a_body_and_other_methods_are_refused(still_site: DemoSite) -> None:
    head = ask(f"{still_site.url}/", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) > 1_000
    assert ask(f"{still_site.url}/", method="POST").status == 405


def test_requests_are_logged_with_what_they_cost(site: DemoSite) -> None:
    first = ask(site.category_url(PAPER), User_Agent="剪报".encode().decode("latin-1"))
    ask(site.category_url(PAPER), If_None_Match=first.headers["ETag"])
    ask(f"{site.url}/nothing?x=1")
    assert [(seen.method, seen.path, seen.status) for seen in site.requests] == [
        ("GET", f"/category/{PAPER}.html", 200),
        ("GET", f"/category/{PAPER}.html", 304),
        ("GET", "/nothing?x=1", 404),
    ]
    assert [site.requests[0].sent, site.requests[1].sent] == [len(first.body), 0]
    assert site.requests[1].header("if-none-match") == first.headers["ETag"]
    site.requests.clear()
    ask(f"{site.url}/")
    assert len(site.requests) == 1


# -- what happens to articles --------------------------------------------------------------------


def test_publish_puts_a_fresh_article_on_top(site: DemoSite) -> None:
    fresh = [site.publish(slug="nanchangribao") for _ in range(3)]
    assert site.listed("nanchangribao")[:3] == fresh[::-1]
    assert (
        len({post.info_code for post in site.articles})
        == len({post.info_code for post in Press.daily().posts}) + 3
    )
    assert all(ask(site.article_url(post.code)).status == 200 for post in fresh)


def test_publish_takes_a_given_post(site: DemoSite, post: Post) -> None:
    given_post = Post(
        "NW202603209999999999",
        PAPER,
        post.tag,
        post.media,
        "自己写的",
        post.published_at,
        Written(("一段。",)),
    )
    assert site.publish(given_post) is given_post
    assert "<p>一段。</p>" in ask(site.article_url("NW202603209999999999")).text


def test_edit_changes_title_body_and_time(site: DemoSite, post: Post) -> None:
    site.edit(post.code, title="新标题", append="补一段。", shown_time="0000-00-00 00:00:00")
    page = ask(site.article_url(post.code)).text
    assert "<h1>新标题</h1>" in page
    assert '<p>补一段。</p>\n<p class="em_media">' in page
    assert "CST) 0000-00-00 00:00:00</small>" in page
    site.edit(post.code, body="甲。\n# 乙\n丙。")
    assert site.find(post.code).paragraphs == ("甲。", "乙", "丙。")


def test_edit_concerns_all_forms_of_an_article_unless_one_is_named(site: DemoSite) -> None:
    twin = next(post for post in site.articles if post.rolling and post.title.startswith("信江铜材"))
    site.edit(twin.info_code, title="两处都改")
    assert {site.find(twin.code).title, site.find(twin.info_code).title} == {"两处都改"}
    site.edit(twin.info_code, title="只改一处", slug="emnews")
    assert (site.find(twin.code).title, site.find(twin.info_code).title) == ("只改一处", "两处都改")


def test_twin_lists_an_article_again(site: DemoSite, post: Post) -> None:
    rolling = site.twin(post.code)
    other = site.twin(post.code, "nanchangribao")
    assert (rolling.code, rolling.slug) == (post.digits, "emnews")
    assert rolling in site.listed("emnews")
    assert other in site.listed("nanchangribao")
    assert {ask(site.article_url(post.code, slug)).status for slug in (PAPER, "nanchangribao")} == {200}


def test_move_leaves_404_behind(site: DemoSite, post: Post) -> None:
    dated = site.article_url(post.code)
    site.move(post.code)
    assert ask(dated).status == 404
    assert (
        site.article_url(post.code) == site.url + f"/old_post/{post.published_at:%Y-%m-%d}-{post.code}.html"
    )
    assert post.title in ask(site.article_url(post.code)).text
    assert post.code not in ask(site.category_url(PAPER)).text
    assert ask(site.json_url.format(code=post.code)).status == 200
    site.restore(post.code)
    assert ask(dated).status == 200


@pytest.mark.parametrize(("everywhere", "status"), [(False, 200), (True, 404)])
def test_delete_takes_pages_and_on_request_the_json(
    site: DemoSite, post: Post, everywhere: bool, status: int
) -> None:
    site.delete(post.code, everywhere=everywhere)
    assert ask(site.url + post.dated_path).status == 404
    assert ask(site.url + post.moved_path).status == 404
    assert ask(site.json_url.format(code=post.code)).status == status
    assert post not in site.articles


def test_an_unknown_code_is_named(site: DemoSite) -> None:
    with pytest.raises(KeyError, match="no article NW000000000000000000"):
        site.move("NW" + "0" * 18)


@pytest.mark.parametrize(("days", "kept"), [(1, 2), (2, 1), (3, 0), (10, 0)])
def test_days_pass_and_the_window_moves(days: int, kept: int) -> None:
    edition = Edition()
    edition.advance(days)
    listed = {post.published_at.date() for slug in edition.slugs for post in edition.listed(slug)}
    assert listed == {TODAY - timedelta(days=back) for back in range(kept)}
    moved = [
        post for post in edition.articles if edition.article_path(post.code, post.slug) == post.moved_path
    ]
    assert {edition.answer(post.moved_path).status for post in moved} == {200}
    assert {edition.answer(post.dated_path).status for post in moved} == {404}


def test_a_paper_that_printed_nothing_for_three_days_answers_404(site: DemoSite) -> None:
    site.advance(3)
    assert {ask(site.category_url(slug)).status for slug in site.slugs} == {404}
    site.publish(slug=PAPER)
    assert ask(site.category_url(PAPER)).status == 200
    assert "File not found" in ask(site.category_url("nanchangribao")).text


def test_time_passing_takes_last_modified_along(site: DemoSite) -> None:
    before = ask(f"{site.url}/").headers["Last-Modified"]
    site.advance(1)
    assert ask(f"{site.url}/", If_Modified_Since=before).status == 200


# -- what the site looks like --------------------------------------------------------------------


def test_navigation_changes_on_every_page(site: DemoSite, post: Post) -> None:
    site.set_nav(back="回到{tag}", mark=" | ", home="首页")
    page = ask(site.article_url(post.code)).text
    assert '.html">回到上饶日报新闻</a> | <a href="//finews.withounder.com/">首页</a>' in page
    assert paragraph_texts(page) == list(post.paragraphs)


def test_white_space_between_blocks_is_no_change_of_text(site: DemoSite, post: Post) -> None:
    before = ask(site.article_url(post.code)).text
    site.set_gap("\n\n   ")
    after = ask(site.article_url(post.code)).text
    assert before != after
    assert paragraph_texts(before) == paragraph_texts(after)


def test_brackets_change_width(site: DemoSite) -> None:
    jump = next(post for post in site.articles if post.paragraphs[0].startswith("(上接"))
    site.set_brackets("full")
    full = paragraph_texts(ask(site.article_url(jump.code)).text)
    assert full[0].startswith("（上接第一版）")
    site.set_brackets("half")
    assert "(文章来源:" in ask(site.article_url(jump.code)).text.replace("：", ":")


def test_a_redesign_has_nothing_that_a_reader_knows(site: DemoSite, post: Post) -> None:
    site.set_layout("unknown")
    for url in (site.article_url(post.code), site.category_url(PAPER)):
        page = Selector(text=ask(url).text)
        assert not page.xpath("//section | //h1 | //h2 | //li | //p")
        assert post.title in page.xpath("string()").get(default="")
    site.set_layout("jekyll")
    assert paragraph_texts(ask(site.article_url(post.code)).text) == list(post.paragraphs)


# -- how it misbehaves ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 503, 429])
def test_status(site: DemoSite, post: Post, status: int) -> None:
    site.misbehave(post.code, "status", status=status, retry_after=7)
    reply = ask(site.article_url(post.code))
    assert (reply.status, reply.headers["Retry-After"]) == (status, "7")
    assert "ETag" not in reply.headers
    assert site.requests[-1].status == status


@pytest.mark.parametrize(
    "aim",
    [
        pytest.param(lambda site, post: post.code, id="info code"),
        pytest.param(lambda site, post: post.digits, id="bare code"),
        pytest.param(lambda site, post: site.article_url(post.code), id="address"),
        pytest.param(lambda site, post: site.article_path(post.code), id="path"),
        pytest.param(lambda site, post: f"/{PAPER}/*", id="glob"),
    ],
)
def test_misbehaviour_concerns_what_it_aims_at(site: DemoSite, post: Post, aim: object) -> None:
    assert callable(aim)
    site.misbehave(aim(site, post), "status")
    assert ask(site.article_url(post.code)).status == 503
    assert ask(site.category_url(PAPER)).status == 200


def test_misbehaviour_ends_after_its_times_and_when_told(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    site.misbehave(url, "status", times=2)
    assert [ask(url).status for _ in range(3)] == [503, 503, 200]
    site.misbehave("*", "status", status=500)
    site.misbehave(url, "status", times=1, status=429)
    assert [ask(url).status for _ in range(2)] == [429, 500], "the latest order counts"
    site.behave()
    assert ask(url).status == 200


def test_unknown_misbehaviour_is_refused(site: DemoSite) -> None:
    with pytest.raises(ValueError, match="cannot misbehave as 'sulk'"):
        site.misbehave("*", "sulk")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        site.misbehave("*", "status", colour="red")


def test_redirects(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    site.misbehave(url, "redirect", location="http://127.0.0.1:9/elsewhere")
    away = ask(url)
    assert (away.status, away.headers["Location"]) == (302, "http://127.0.0.1:9/elsewhere")
    site.misbehave(url, "redirect", status=301)
    assert ask(url).status == 301
    site.misbehave(url, "redirect-loop")
    assert ask(url).headers["Location"] == site.article_path(post.code)


@pytest.mark.parametrize(
    ("kind", "says"),
    [("challenge", "正在检查您的浏览器"), ("login", "请登录后继续浏览"), ("error-page", "服务器开小差了")],
)
def test_impostors_come_with_status_200(site: DemoSite, post: Post, kind: Kind, says: str) -> None:
    site.misbehave(post.code, kind)
    reply = ask(site.article_url(post.code))
    assert reply.status == 200
    assert says in reply.text
    assert post.title not in reply.text


def test_empty(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "empty")
    reply = ask(site.article_url(post.code), Accept_Encoding="gzip")
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize(
    ("options", "declared", "encoding", "meta"),
    [
        pytest.param({}, "gbk", "utf-8", "UTF-8", id="utf-8 declared gbk"),
        pytest.param(
            {"encoding": "gbk", "declared": "utf-8"}, "utf-8", "gbk", "UTF-8", id="gbk declared utf-8"
        ),
        pytest.param({"encoding": "gbk", "meta": "gbk"}, "gbk", "gbk", "gbk", id="gbk throughout"),
        pytest.param(
            {"encoding": "gbk", "declared": "", "meta": "gb2312"}, None, "gbk", "gb2312", id="gbk by meta"
        ),
    ],
)
def test_charset(
    site: DemoSite, post: Post, options: dict[str, Any], declared: str | None, encoding: str, meta: str
) -> None:
    site.misbehave(post.code, "charset", **options)
    reply = ask(site.article_url(post.code))
    expected = f"text/html; charset={declared}" if declared else "text/html"
    assert reply.headers["Content-Type"] == expected
    assert post.title in reply.body.decode(encoding)
    assert f'<meta charset="{meta}">' in reply.body.decode(encoding)


def test_lying_etag_hides_a_change(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    before = ask(url)
    site.misbehave(url, "lying-etag")
    site.edit(post.code, append="悄悄加的一段。")
    again = ask(url, If_None_Match=before.headers["ETag"])
    assert again.status == 304
    fresh = ask(url)
    assert fresh.headers["ETag"] == before.headers["ETag"]
    assert fresh.body != before.body
    site.behave()
    assert ask(url, If_None_Match=before.headers["ETag"]).status == 200


def test_no_validators(site: DemoSite) -> None:
    url = site.category_url(PAPER)
    tag = ask(url).headers["ETag"]
    site.misbehave(url, "no-validators")
    reply = ask(url, If_None_Match=tag)
    assert reply.status == 200
    assert not {"ETag", "Last-Modified"} & set(reply.headers)


def test_cut_body_promises_more_than_it_sends(site: DemoSite, post: Post) -> None:
    url = site.article_url(post.code)
    whole = ask(url).body
    site.misbehave(url, "cut")
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(url)
    assert caught.value.partial == whole[: len(whole) // 2]
    assert caught.value.expected == len(whole) - len(whole) // 2


def test_cut_gzip_ends_early_under_a_correct_length(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "cut-gzip")
    reply = ask(site.article_url(post.code), Accept_Encoding="gzip")
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with pytest.raises(EOFError):
        gzip.decompress(reply.body)
    assert zlib.decompressobj(wbits=31).decompress(reply.body).startswith(b"<!DOCTYPE html>")


def test_bomb_is_small_until_it_is_unpacked(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "bomb", megabytes=10)
    reply = ask(site.article_url(post.code), Accept_Encoding="gzip")
    assert len(reply.body) < 20_000
    assert len(gzip.decompress(reply.body)) == 10_000_000


def test_huge_body_streams_on(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "huge", megabytes=3)
    reply = ask(site.article_url(post.code))
    assert "Content-Length" not in reply.headers
    assert len(reply.body) > 3_000_000
    assert site.requests[-1].sent == len(reply.body)


def test_a_client_may_leave_a_huge_body(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "huge", megabytes=1_000)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    connection.request("GET", site.article_path(post.code))
    connection.getresponse().read(100_000)
    connection.close()
    assert ask(f"{site.url}/robots.txt").status == 200
    assert site.requests[0].sent < 900_000_000


def test_drip_is_slow_but_whole(site: DemoSite, post: Post) -> None:
    whole = ask(site.article_url(post.code)).body
    site.misbehave(post.code, "drip", seconds=0.02, piece=len(whole) // 8)
    started = time.monotonic()
    assert ask(site.article_url(post.code)).body == whole
    assert time.monotonic() - started > 0.15


def test_reset_ends_the_connection_without_an_answer(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "reset")
    with pytest.raises(ConnectionError):
        ask(site.article_url(post.code))
    assert site.requests[-1].status == 0


def test_hang_never_answers(site: DemoSite, post: Post) -> None:
    site.misbehave(post.code, "hang")
    with pytest.raises(TimeoutError):
        ask(site.article_url(post.code), timeout=0.2)
    assert ask(f"{site.url}/robots.txt").status == 200, "other requests are answered meanwhile"


def test_json_and_category_pages_can_misbehave_too(site: DemoSite, post: Post) -> None:
    site.misbehave("/NewsData/*", "status")
    site.misbehave(f"/category/{PAPER}.html", "challenge")
    assert ask(site.json_url.format(code=post.code)).status == 503
    assert "浏览器" in ask(site.category_url(PAPER)).text
    assert ask(site.article_url(post.code)).status == 200


# -- opening and closing -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_closing_is_quick_while_requests_wait(press: Press, post: Post, kind: Kind) -> None:
    failures: list[BaseException] = []

    def wait(url: str) -> None:
        try:
            ask(url, timeout=30)
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)

    with DemoSite(press) as site:
        site.misbehave("*", kind, seconds=60)
        clients = [threading.Thread(target=wait, args=(site.article_url(post.code),)) for _ in range(5)]
        for client in clients:
            client.start()
        while len(site.requests) < len(clients):
            time.sleep(0.01)
        started = time.monotonic()
    assert time.monotonic() - started < 1
    for client in clients:
        client.join(timeout=5)
    assert len(failures) == len(clients)


def test_closing_is_quick_with_idle_connections_and_leaves_no_thread(press: Press) -> None:
    threads = threading.enumerate()
    with DemoSite(press) as site:
        connections = [http.client.HTTPConnection("127.0.0.1", site.port, timeout=5) for _ in range(5)]
        for connection in connections:
            connection.request("GET", "/robots.txt")
            connection.getresponse().read()
        started = time.monotonic()
    assert time.monotonic() - started < 1
    assert threading.enumerate() == threads
    for connection in connections:
        connection.close()


def test_a_closed_site_says_so_and_opens_again(press: Press) -> None:
    site = DemoSite(press)
    with pytest.raises(RuntimeError, match="not open"):
        site.url  # noqa: B018
    for _ in range(2):
        with site:
            assert ask(f"{site.url}/robots.txt").status == 200
    with pytest.raises(RuntimeError, match="not open"):
        site.url  # noqa: B018
    site.close()


def test_a_taken_port_is_an_error(still_site: DemoSite) -> None:
    with pytest.raises(OSError, match="in use"):
        DemoSite(still_site.press, port=still_site.port).open()


def test_changes_from_many_threads_are_all_there(site: DemoSite) -> None:
    before = len(site.articles)

    def publish() -> None:
        for _ in range(10):
            site.publish(slug=PAPER)
            ask(site.category_url(PAPER))

    writers = [threading.Thread(target=publish) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(site.articles) == before + 40
    assert len(Selector(text=ask(site.category_url(PAPER)).text).xpath("//li")) == len(site.listed(PAPER))


def test_a_big_site_keeps_only_so_much_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jianbao.demo.edition._CACHED_BYTES", 100_000)
    edition = Edition(Press.of(40, 2))
    pages = {post.dated_path: edition.answer(post.dated_path).body for post in edition.articles}
    assert sum(len(answer.body) for answer in edition._answers.values()) <= 100_000
    assert all(edition.answer(path).body == body for path, body in pages.items())


def test_it_is_quick_enough_to_measure_against(still_site: DemoSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", still_site.port, timeout=5)
    started = time.perf_counter()
    for _ in range(300):
        connection.request("GET", f"/category/{PAPER}.html")
        connection.getresponse().read()
    assert (time.perf_counter() - started) / 300 < 0.01
    connection.close()


def test_every_kind_of_misbehaviour_is_tested() -> None:
    source = Path(__file__).read_text("utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []
