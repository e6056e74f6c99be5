"""The demo's offer: articles are published, edited, moved and deleted, and days pass."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.demo_client import PAPER, ask

from jianbao.demo import TODAY, DemoSite, Post, Press, Written
from jianbao.demo.offer import Offer


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
    offer = Offer()
    offer.advance(days)
    listed = {post.published_at.date() for slug in offer.slugs for post in offer.listed(slug)}
    assert listed == {TODAY - timedelta(days=back) for back in range(kept)}
    moved = [post for post in offer.articles if offer.article_path(post.code, post.slug) == post.moved_path]
    assert {offer.answer(post.moved_path).status for post in moved} == {200}
    assert {offer.answer(post.dated_path).status for post in moved} == {404}


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


def test_a_big_site_keeps_only_so_much_rendered() -> None:
    offer = Offer(Press.of(40, 2), cached_bytes=100_000)
    pages = {post.dated_path: offer.answer(post.dated_path).body for post in offer.articles}
    assert sum(len(answer.body) for answer in offer._answers.values()) <= 100_000
    assert all(offer.answer(path).body == body for path, body in pages.items())
