"""One article in two categories, under two codes, from page and JSON: one article, the best of both forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path

import pytest
from support.delivered_articles import DeliveredArticles
from support.newsroom import Newsroom

from jianbao.demo import Post
from storage.articles.revision import list_revisions

Arrival = tuple[Post, bool]


@pytest.fixture
def work(tmp_path: Path) -> Iterator[DeliveredArticles]:
    """Return an empty archive."""
    work = DeliveredArticles.open(tmp_path)
    with work.archive:
        yield work


def linked_twins(work: DeliveredArticles) -> tuple[Post, Post]:
    """Return a newspaper's article and its rolling-news twin, whose text links securities."""
    for post in work.offer.articles:
        twins = [other for other in work.offer.articles if other.digits == post.digits and other.rolling]
        if not post.rolling and twins and "/unify/r/" in work.offer.answer(twins[0].dated_path).body.decode():
            return post, twins[0]
    raise AssertionError("the demo site has no twin with securities")


@pytest.mark.parametrize(
    "order", list(permutations(range(5))), ids=lambda order: "".join("PRJjC"[index] for index in order)
)
def test_whatever_comes_first_one_article_is_kept_with_the_best_of_both(
    work: DeliveredArticles, order: tuple[int, ...]
) -> None:
    """P page, R rolling page, J and j their JSON, C the page in another category."""
    post, twin = linked_twins(work)
    other = work.offer.twin(
        post.code, slug="ganjiangwanbao" if post.slug != "ganjiangwanbao" else "nanchangribao"
    )
    arrivals: list[Arrival] = [(post, False), (twin, False), (post, True), (twin, True), (other, False)]
    outcomes = [work.deliver(arrivals[index][0], as_json=arrivals[index][1]).outcome for index in order]
    assert outcomes == ["new", *["unchanged"] * 4]
    stored = work.stored(post)
    article = stored.article
    assert (stored.revision, str(stored.forms)) == (1, "media rolling")
    assert (article.title, article.media, article.published_at) == (post.title, post.media, post.published_at)
    assert tuple(line.text for line in article.paragraphs) == post.paragraphs
    assert article.summary is not None
    assert post.paragraphs[0][:20] in article.summary
    assert article.securities
    assert {security.market for security in article.securities} <= {
        "0",
        "1",
        "90",
        "105",
        "106",
        "107",
        "116",
    }


def test_the_newspaper_s_form_leads_when_the_twins_differ(work: DeliveredArticles) -> None:
    post, twin = linked_twins(work)
    work.offer.edit(twin.code, title="编辑改短的题", slug=twin.slug)
    twin = work.offer.find(twin.code, twin.slug)
    assert work.deliver(twin).outcome == "new"
    assert work.stored(post).article.title == "编辑改短的题"
    assert work.deliver(post).outcome == "unchanged", "the better form of the same text is no revision"
    stored = work.stored(post)
    assert stored.article.title == post.title
    with work.archive.reading() as connection:
        (revision,) = list_revisions(connection, post.info_code)
    assert (revision.title, revision.content_hash) == (post.title, stored.content_hash)
    assert (revision.text, revision.capture_id) == (stored.article.text, stored.capture_id)
    assert work.deliver(twin).outcome == "unchanged"
    assert work.stored(post).article.title == post.title


def test_all_sources_that_list_an_article_are_recorded(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(slugs=("emnews", "nanchangribao", "shangraoribao"))
    site = newsroom.site
    post = site.publish(slug="shangraoribao")
    newsroom.crawl()
    site.twin(post.code, slug="nanchangribao")
    crawled = newsroom.crawl()
    assert len(crawled.paths) == 3, "it is known in this form, so only the pages are asked for"
    twin = site.twin(post.code)
    crawled = newsroom.crawl()
    assert twin.dated_path in crawled.paths
    assert (crawled.total("new"), crawled.total("unchanged")) == (0, 1)
    shown = newsroom.show(twin.code)
    assert shown["info_code"] == post.info_code
    assert shown["sources"] == ["shangraoribao", "nanchangribao", "emnews"]
    assert shown["media"] == post.media
    assert shown["summary"] is not None
    assert len(newsroom.rows("SELECT 1 FROM article WHERE info_code = :code", code=post.info_code)) == 1
