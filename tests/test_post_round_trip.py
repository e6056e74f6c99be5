"""Crawl, export posts, import into an empty archive: equal articles; what was imported stays byte-exact."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from support.delivered_articles import ORIGIN, DeliveredArticles
from support.post_files import a_post, read_tree, render

from jianbao.crawl.deliveries import PendingDelivery
from jianbao.demo import Post
from jianbao.exporting.post_template import render_post
from jianbao.exporting.posts import export_posts
from jianbao.importing.counts import ImportCounts
from jianbao.importing.posts import import_posts
from pipelines.normalise.article import normalise
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.post_file import read_post_file
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.articles.article import find_article
from storage.records import Delivery, Exchange, StoredArticle
from storage.records.text.liquid import neutralise_liquid, neutralise_plain, restore_liquid
from storage.search import parse_query

NOT_COMPARED = {"url", "form", "body_html", "witness"}


def facts(stored: StoredArticle) -> dict[str, Any]:
    article = stored.article
    found = {name: getattr(article, name) for name in article.__slots__ if name not in NOT_COMPARED}
    found["securities"] = sorted(found["securities"], key=repr)
    return found | {"forms": str(stored.forms), "content_hash": stored.content_hash, "status": stored.status}


def articles(archive: Archive) -> dict[str, dict[str, Any]]:
    with archive.reading() as connection:
        codes = list(connection.execute(text("SELECT info_code FROM article ORDER BY info_code")).scalars())
        found = {code: find_article(connection, code) for code in codes}
    return {code: facts(stored) for code, stored in found.items() if stored is not None}


def sources(archive: Archive) -> set[tuple[str, str]]:
    with archive.reading() as connection:
        return {(row[0], row[1]) for row in connection.execute(text("SELECT source, info_code FROM listing"))}


def again(work: DeliveredArticles, tmp_path: Path) -> Archive:
    """Export an archive's posts and import them into a new one, which the caller closes."""
    export_posts(work.archive, parse_query(""), tmp_path / "out", work.now)
    other = Archive.open(tmp_path / "again")
    counted = ImportCounts()
    import_posts(other, [tmp_path / "out"], 1_000_000, counted)
    assert counted.status == "ok", counted.errors
    return other


def test_the_whole_demo_site_comes_back_equal(tmp_path: Path) -> None:
    work = DeliveredArticles.open(tmp_path / "a")
    with work.archive:
        for post in work.offer.articles:
            work.deliver(post)
        with again(work, tmp_path) as other:
            assert articles(other) == articles(work.archive)
            assert sources(work.archive) >= sources(other)
            both = {code for code, found in articles(other).items() if found["forms"] == "media rolling"}
            assert {("emnews", code) for code in both} <= sources(other)
            assert len(both) > 3


def linked_twins(work: DeliveredArticles) -> tuple[Post, Post]:
    for post in work.offer.articles:
        for other in work.offer.articles:
            page = work.offer.answer(other.dated_path).body.decode() if other.digits == post.digits else ""
            if other.rolling and not post.rolling and "/unify/r/" in page:
                return post, other
    raise AssertionError("the demo site has no twin with securities")


@pytest.mark.parametrize(
    "order",
    [order for length in (1, 2, 4) for order in permutations("PRJj", length)][::2],
    ids="".join,
)
def test_twins_come_back_equal_in_whatever_order_they_came(tmp_path: Path, order: tuple[str, ...]) -> None:
    """P page, R rolling page, J and j their JSON."""
    work = DeliveredArticles.open(tmp_path / "a")
    with work.archive:
        post, twin = linked_twins(work)
        for arrival in order:
            work.deliver(twin if arrival in "Rj" else post, as_json=arrival in "Jj")
        with again(work, tmp_path) as other:
            assert articles(other) == articles(work.archive)
            assert sources(other) == sources(work.archive)


def test_each_form_is_what_upstream_would_have_written(tmp_path: Path) -> None:
    work = DeliveredArticles.open(tmp_path / "a")
    with work.archive:
        post, twin = linked_twins(work)
        work.deliver(twin)
        work.deliver(post)
        export_posts(work.archive, parse_query(""), tmp_path / "out", work.now)
    files = {name: content.decode() for name, content in read_tree(tmp_path / "out" / "_posts").items()}
    day = f"{post.published_at:%Y-%m-%d}"
    newspaper, rolling = files[f"{day}-{post.code}.md"], files[f"{day}-{twin.code}.md"]
    assert f"categories: {post.slug}\ntags: {post.tag}\n---\n<" in newspaper
    assert "blockquote" not in newspaper
    assert 'class="keytip"' not in newspaper
    assert f"infoCode={post.code}>\n\n[返回{post.tag}]" in newspaper
    assert f"categories: emnews\ntags: 东财滚动新闻\n---\n> {twin.digest}\n\n<" in rolling
    assert "blockquote" not in rolling
    assert 'class="keytip"' in rolling
    assert f"<http://finance.eastmoney.com/news/1350,{twin.code}.html>\n\n[返回东财滚动新闻]" in rolling


QUOTED = {
    "at the beginning": "<blockquote><p>渔歌里唱道潮来潮往。</p></blockquote><p>正文说明开海。</p>",
    "in between": "<p>正文说明开海。</p><blockquote>渔歌里唱道潮来潮往。</blockquote><p>尾声。</p>",
    "twice": "<blockquote>其一。</blockquote><blockquote>其二。</blockquote><p>正文说明开海。</p>",
    "as plain text": "> 渔歌里唱道\n\n正文说明开海。",
}


@pytest.mark.parametrize("body", QUOTED.values(), ids=QUOTED)
@pytest.mark.parametrize("order", ["R", "PRj", "Pj"])
def test_what_an_article_itself_quotes_is_no_digest(tmp_path: Path, body: str, order: str) -> None:
    if body.startswith(">") and "R" in order:
        pytest.skip("a page has no plain text")
    work = DeliveredArticles.open(tmp_path / "a")
    with work.archive:
        post, twin = linked_twins(work)
        for arrival in order:
            deliver_body(work, twin if arrival in "Rj" else post, body, as_json=arrival == "j")
        (told,) = articles(work.archive).values()
        said = [line.text for line in told["paragraphs"]]
        assert len(said) == body.count("。") or body.startswith(">")
        assert twin.digest not in said
        with again(work, tmp_path) as other:
            assert articles(other) == articles(work.archive)


def deliver_body(work: DeliveredArticles, post: Post, body: str, *, as_json: bool) -> None:
    """Settle an answer that has this body, as the site's layout or the JSON endpoint gives it."""
    owed = work.list_post(post)
    target = f"/NewsData/GetNewsText.do?id={post.code}" if as_json else post.dated_path
    if as_json:
        said = json.dumps({"content": body, "text": body})
    else:
        page = work.offer.answer(target).body.decode()
        digest = f"<blockquote>\n<p>{post.digest}</p>\n</blockquote>\n\n" if post.rolling else ""
        head, tail = page[: page.rindex("</h1>") + 5], page[page.index("\n<p><a", page.rindex("em_media")) :]
        said = f"{head}\n{digest}{body}\n{tail}"
    url, kind = ORIGIN + target, "application/json" if as_json else "text/html; charset=utf-8"
    exchange = Exchange(url, work.now, 200, (), (("Content-Type", kind),), said.encode())
    draft = read_article_json(said, url, owed.info_code) if as_json else read_article(said, url)
    (settled,) = settle(work.archive, [PendingDelivery(Delivery(owed, exchange, draft), work.now)])
    assert settled.outcome in {"new", "unchanged"}, settled


# What was imported.

POST = a_post(1)


def imported(tmp_path: Path, *files: tuple[str, bytes]) -> dict[str, bytes]:
    """Import files one after the other, and return what is exported."""
    with Archive.open(tmp_path / "archive") as archive:
        for number, (name, content) in enumerate(files):
            path = tmp_path / f"site{number}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            counted = ImportCounts()
            import_posts(archive, [tmp_path / f"site{number}"], 1_000_000, counted)
            assert counted.status == "ok", counted.errors
        export_posts(archive, parse_query(""), tmp_path / "out", datetime(2026, 3, 5, tzinfo=UTC))
    return read_tree(tmp_path / "out" / "_posts")


def with_cr_lf_between_paragraphs(post: Any) -> bytes:
    content = render(post).encode().replace(b"</p>\n <p>", b"</p>\r\n <p>")
    assert b"\r\n" in content
    return content


@pytest.mark.parametrize("post", [POST, POST.twin], ids=["media", "rolling"])
def test_cr_lf_between_paragraphs_comes_out_from_the_rows_alone(tmp_path: Path, post: Any) -> None:
    content = with_cr_lf_between_paragraphs(post)
    assert imported(tmp_path, (f"_posts/{post.name}", content)) == {post.name: content}
    draft = read_post_file(content.decode(), post.name).draft
    sources = [post.slug]
    assert render_post(normalise(draft), draft.body_html, draft.form, sources).encode() == content


LATER = replace(POST, paragraphs=(*POST.paragraphs, "编辑后来补充了一段。"))


@pytest.mark.parametrize("order", list(permutations(("old_post", "_posts"))), ids="-".join)
@pytest.mark.parametrize(
    ("current", "moved"),
    [(render(LATER), render(POST)), (render(POST), render(LATER)), (render(POST, 3), render(POST))],
    ids=["longer", "shorter", "a digest"],
)
def test_of_one_name_in_both_folders_the_bytes_of_posts_come_out(
    tmp_path: Path, order: tuple[str, ...], current: str, moved: str
) -> None:
    contents = {"_posts": current.encode(), "old_post": moved.encode()}
    files = [(f"{folder}/{POST.name}", contents[folder]) for folder in order]
    assert imported(tmp_path, *files) == {POST.name: contents["_posts"]}


# Liquid.

LIQUID = {
    "output": "价格{{ site.github.token }}元",
    "tag": "见{% include secret.html %}附件",
    "raw": "{% raw %}{{ a }}{% endraw %}",
    "end of raw": "{% endraw %}{{ a }}",
    "many braces": "{{{{{% x %}}}}}",
    "its reference": "&#123;{ a }} 与 &amp;#123;{{ b }}",
    "dashes": "{%- if a -%}{{- b -}}",
    "not Liquid": "{ a } {: .b} %} }} #{c} {",
}


@pytest.mark.parametrize("said", LIQUID.values(), ids=LIQUID)
@pytest.mark.parametrize("rolling", [False, True], ids=["media", "rolling"])
def test_liquid_of_an_article_is_neutralised_and_comes_back(tmp_path: Path, said: str, rolling: bool) -> None:
    work = DeliveredArticles.open(tmp_path / "a")
    with work.archive:
        post = linked_twins(work)[rolling]
        work.offer.edit(post.code, title=f"题目{said}", slug=post.slug)
        shown = html.escape(said, quote=False)
        work.offer.edit(post.code, append=f"文中{shown}说", slug=post.slug)
        work.deliver(work.offer.find(post.code, post.slug))
        if rolling:
            with work.archive.writing() as connection:
                connection.execute(text("UPDATE article SET summary = :said"), {"said": f"摘要{said}"})
        with again(work, tmp_path) as other:
            assert articles(other) == articles(work.archive)
    (exported,) = read_tree(tmp_path / "out" / "_posts").values()
    assert "{{" not in exported.decode()
    assert "{%" not in exported.decode()


def test_a_post_that_was_imported_keeps_its_liquid_byte_for_byte(tmp_path: Path) -> None:
    content = render(replace(POST, paragraphs=("价格{{ a }}与{% b %}。", "&#123;{ c }}"))).encode()
    assert imported(tmp_path, (f"_posts/{POST.name}", content)) == {POST.name: content}


@given(st.text(st.sampled_from("{%}a&#123;mp "), max_size=30) | st.text(max_size=20))
def test_any_plain_text_comes_back(said: str) -> None:
    said = said.replace("\x00", "")
    written = neutralise_plain(said)
    assert "{{" not in written
    assert "{%" not in written
    assert restore_liquid(written) == said


@given(st.text(st.sampled_from("{%}a&#123;mp "), max_size=30))
def test_any_html_says_the_same(said: str) -> None:
    written = neutralise_liquid(said)
    assert "{{" not in written
    assert "{%" not in written
    assert html.unescape(written) == html.unescape(said)


def test_a_form_whose_only_capture_is_lost_is_told(tmp_path: Path) -> None:
    work = DeliveredArticles.open(tmp_path / "a")
    with work.archive:
        post, twin = linked_twins(work)
        work.deliver(post)
        work.deliver(twin)
        work.archive.close()
        (warc,) = (tmp_path / "a" / "warc").glob("*.warc.gz")
        warc.write_bytes(warc.read_bytes()[:-200])
        manifest = export_posts(work.archive, parse_query(""), tmp_path / "out", work.now)
        assert len(manifest["missing"]) == 1
        (name,) = read_tree(tmp_path / "out" / "_posts")
        assert name.endswith(f"{post.code}.md")
