"""The demo's pages: shaped as the real ones are, also where those are odd, and redesigned when asked."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector
from support.demo_client import PAPER, ask

from jianbao.demo import DemoSite, Post, Press, Written
from jianbao.demo.appearance import Appearance
from jianbao.demo.body import plain_paragraphs
from jianbao.demo.pages import category_page, home_page, post_page
from storage.records.press_days import PRINTED_ZONE


def paragraph_texts(page: str) -> list[str]:
    """The article's paragraphs as a careful reader finds them."""
    section = Selector(text=page[page.index("<section>") :])
    found = section.xpath(
        "//section/p[not(@class='em_media') and not(contains(@style, 'display:none')) and not(.//img)]"
    )
    texts = [paragraph.xpath("string()").get(default="").strip() for paragraph in found[:-2]]
    return [text for text in texts if text]


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
        datetime(2026, 3, 20, tzinfo=PRINTED_ZONE),
        Written(lines),
    )
    assert paragraph_texts(post_page(post, Appearance())) == list(plain_paragraphs(lines))


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


@pytest.fixture
def seeds(shared: Path) -> list[Post]:
    """The articles among the seeds."""
    files = sorted((shared / "seeds").glob("*.txt"))
    return [read_seed(file) for file in files if "infoCode=" in file.read_text("utf-8")]


@pytest.mark.shared
def test_post_pages_equal_what_jekyll_renders_byte_for_byte(shared: Path, seeds: list[Post]) -> None:
    assert len(seeds) == 4
    for post in seeds:
        real = (shared / "site" / post.dated_path[1:]).read_text("utf-8")
        assert post_page(post, Appearance()) == real


@pytest.mark.shared
@pytest.mark.parametrize("slug", ["shangraoribao", "nanchangribao"])
def test_category_pages_equal_what_jekyll_renders_but_for_the_heading(
    shared: Path, seeds: list[Post], slug: str
) -> None:
    posts = sorted(
        (post for post in seeds if post.slug == slug), key=lambda post: post.published_at, reverse=True
    )
    tag = posts[0].tag
    ours = category_page(slug, tag, posts, Appearance())
    real = (shared / "site" / "category" / f"{slug}.html").read_text("utf-8")
    # The files are from the older layout, which left the heading empty.
    assert ours.replace(f'<h2 id="{tag}">{tag}</h2>', '<h2 id=""></h2>') == real


@pytest.mark.shared
def test_home_page_equals_what_jekyll_renders(shared: Path, seeds: list[Post]) -> None:
    order = {"shangraoribao": 0, "nanchangribao": 1}
    posts = sorted(seeds, key=lambda post: post.published_at, reverse=True)
    posts.sort(key=lambda post: order[post.slug])
    assert home_page(posts, Appearance()) == (shared / "site" / "index.html").read_text("utf-8")
