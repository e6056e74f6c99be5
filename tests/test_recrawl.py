"""Fetching again: what is named is fetched, changes are told, and rubbish never replaces a good article."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.newsroom import Newsroom, small_press

from jianbao.demo.material.answer import Answer
from jianbao.demo.post import Post


def never_listed(newsroom: Newsroom) -> Post:
    """Return an article that the site has, but lists nowhere any more."""
    post = newsroom.site.publish()
    newsroom.site.delete(post.code)
    return post


@pytest.mark.parametrize("bare", [False, True], ids=["NW", "bare"])
def test_a_code_that_no_page_listed_is_archived_through_the_endpoint(newsroom: Newsroom, bare: bool) -> None:
    post = never_listed(newsroom)
    crawled = newsroom.recrawl("--code", post.digits if bare else post.code)
    assert crawled.report["status"] == "ok"
    assert crawled.sources["infocode"]["new"] == 1
    assert crawled.paths[-1] == f"/NewsData/GetNewsText.do?id={post.code}"
    shown = newsroom.show(post.digits)
    assert (shown["info_code"], shown["sources"]) == (post.code, ["infocode"])
    assert (shown["title"], shown["media"]) == (post.title, post.media)
    assert shown["published_at"] == post.published_at.isoformat()
    assert shown["paragraphs"] == list(post.paragraphs)
    assert newsroom.states() == {"archived": 1}


def test_a_code_that_exists_nowhere_is_told(newsroom: Newsroom) -> None:
    crawled = newsroom.recrawl("--code", "NW202603209999999999", status=1)
    assert crawled.sources["infocode"]["failed"] == 1
    assert "NW202603209999999999 answered 404" in crawled.errors
    assert newsroom.states() == {}, "what no page ever listed is owed by none"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name what to fetch again: --code, --source, --from, --to or --state"),
        (("--code", "NW2022"), "'NW2022' is not an info code: expected NW and 18 digits"),
        (("--source", "yizhoubao"), "has no source 'yizhoubao'"),
        (("--from", "gestern"), "not a day; expected YYYY-MM-DD"),
        (("--state", "lost"), "lost"),
    ],
    ids=["nothing", "code", "source", "day", "state"],
)
def test_a_wish_that_makes_no_sense_is_refused(newsroom: Newsroom, arguments: list[str], says: str) -> None:
    ended = newsroom.run("recrawl", *arguments, "--json")
    assert (ended.status, ended.stdout) == (2, "")
    assert says in ended.stderr
    assert newsroom.site.requests == []


@pytest.fixture
def two_papers(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom of two papers with three articles each, one a day, all archived."""
    newsroom = open_newsroom(small_press(articles=6, papers=2))
    newsroom.crawl()
    return newsroom


def days(newsroom: Newsroom, slug: str) -> list[str]:
    """Return the days of a paper's articles, the newest first."""
    return [f"{post.published_at:%Y-%m-%d}" for post in newsroom.site.listed(slug)]


def test_a_source_and_days_choose_what_is_fetched(two_papers: Newsroom) -> None:
    first, second = two_papers.site.slugs
    newest, middle, oldest = days(two_papers, first)
    chosen = {
        (): 3,
        ("--from", middle): 2,
        ("--to", middle): 2,
        ("--from", middle, "--to", middle): 1,
        ("--from", newest): 1,
        ("--to", oldest): 1,
        ("--state", "failed"): 0,
    }
    for arguments, count in chosen.items():
        found = two_papers.ask("recrawl", "--source", first, *arguments, "--dry-run")
        assert (found["total"], {item["source"] for item in found["items"]} - {first}) == (count, set())
    assert two_papers.ask("recrawl", "--from", middle, "--to", middle, "--dry-run")["total"] == 2
    both = two_papers.recrawl("--source", first, "--source", second)
    assert both.total("unchanged") == 6


def test_a_dry_run_asks_nothing_and_changes_nothing(two_papers: Newsroom) -> None:
    before = two_papers.rows("SELECT count(*) FROM crawl")
    two_papers.site.requests.clear()
    code = two_papers.site.articles[0].code
    found = two_papers.ask("recrawl", "--code", code, "--dry-run")
    assert found["items"] == [
        {
            "source": two_papers.site.articles[0].slug,
            "info_code": code,
            "state": "archived",
            "url": two_papers.site.article_url(code),
        }
    ]
    assert two_papers.site.requests == []
    assert two_papers.rows("SELECT count(*) FROM crawl") == before


def test_a_state_chooses_what_is_fetched(newsroom: Newsroom) -> None:
    failing, refused = newsroom.site.articles
    newsroom.site.misbehave(failing.code, "status", status=500)
    newsroom.site.misbehave(refused.code, "login")
    newsroom.crawl(status=1)
    newsroom.site.behave()
    assert newsroom.recrawl("--state", "failed").total("new") == 1
    assert newsroom.stored(failing.info_code) is not None
    assert newsroom.states() == {"archived": 1, "quarantined": 1}
    assert newsroom.recrawl("--state", "quarantined").total("new") == 1
    assert newsroom.events() == []
    assert newsroom.recrawl("--state", "quarantined").report["status"] == "ok"


def test_what_changed_is_a_revision_and_the_rest_is_unchanged(two_papers: Newsroom) -> None:
    site = two_papers.site
    code = site.articles[0].code
    before = two_papers.show(code)
    site.edit(code, append="市水文局同日发布的数据显示，信江水位较前一日回落四十厘米。")
    crawled = two_papers.recrawl("--from", "2026-01-01")
    assert (crawled.total("revised"), crawled.total("unchanged")) == (1, 5)
    after = two_papers.show(code)
    assert after["revision"] == 2
    assert [revision["number"] for revision in after["revisions"]] == [1, 2]
    assert after["revisions"][1]["changed"] == {"paragraphs_added": 1, "paragraphs_removed": 0}
    assert after["paragraphs"] == [
        *before["paragraphs"],
        "市水文局同日发布的数据显示，信江水位较前一日回落四十厘米。",
    ]
    earlier = two_papers.ask("show", code, "--revision", "1")
    assert earlier["paragraphs"] == before["paragraphs"]


def test_an_article_that_is_nowhere_any_more_is_gone_but_never_deleted(newsroom: Newsroom) -> None:
    newsroom.crawl()
    post = newsroom.site.articles[0]
    newsroom.site.delete(post.code, everywhere=True)
    for _ in range(2):
        crawled = newsroom.recrawl("--code", post.code)
        assert (crawled.report["status"], crawled.total("gone")) == ("ok", 1)
        shown = newsroom.show(post.code)
        assert (shown["status"], shown["paragraphs"]) == ("gone", list(post.paragraphs))
        assert newsroom.states() == {"archived": 1, "gone": 1}
        assert newsroom.events() == ["page_gone"]
    assert newsroom.crawl().total("gone") == 0, "a vanished article is not asked for at every crawl"

    newsroom.site.restore(post.code)
    assert newsroom.recrawl("--state", "gone").total("unchanged") == 1
    assert newsroom.show(post.code)["status"] == "archived"
    assert newsroom.states() == {"archived": 2}
    assert newsroom.events() == []
    assert newsroom.events(resolved=True) == ["page_gone", "page_back"]


def test_a_gone_article_that_is_listed_again_comes_back_by_itself(newsroom: Newsroom) -> None:
    newsroom.crawl()
    post = newsroom.site.articles[0]
    newsroom.site.delete(post.code, everywhere=True)
    newsroom.crawl()
    newsroom.recrawl("--code", post.code)
    newsroom.site.restore(post.code)
    assert newsroom.crawl().total("unchanged") == 1
    assert newsroom.show(post.code)["status"] == "archived"


def test_a_twin_that_vanished_takes_nothing_with_it(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(slugs=("nanchangribao", "emnews"))
    site = newsroom.site
    post = site.publish(slug="nanchangribao")
    twin = site.twin(post.code)
    newsroom.crawl()
    site.misbehave("/NewsData/*", "status", status=404)
    for path in (twin.dated_path, twin.moved_path):
        site.misbehave(path, "status", status=404)
    crawled = newsroom.recrawl("--code", post.code)
    assert twin.moved_path in crawled.paths
    assert (crawled.total("unchanged"), crawled.total("gone")) == (2, 0)
    assert newsroom.show(post.code)["status"] == "archived"
    assert newsroom.events() == []


# -- the JSON endpoint ---------------------------------------------------------------------------


def serve_json(newsroom: Newsroom, post: Post, answer: Any) -> None:
    """Make the endpoint answer this for an article, until the site changes."""
    document = json.loads(newsroom.site.answer(f"/NewsData/GetNewsText.do?id={post.code}").body)
    body = json.dumps(answer(document) if callable(answer) else answer, ensure_ascii=False)
    content_type = "application/json; charset=utf-8"
    newsroom.site._answers[f"/NewsData/GetNewsText.do?id={post.code}"] = Answer(body.encode(), content_type)


def only_bodies(document: dict[str, Any]) -> dict[str, Any]:
    """Return what is known for sure of the endpoint's answer: content and text."""
    return {key: document[key] for key in ("content", "text")}


def test_json_without_title_and_time_takes_them_from_the_listing(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", times=1, status=500)
    newsroom.crawl(status=1)
    newsroom.site.delete(post.code)
    serve_json(newsroom, post, only_bodies)
    assert newsroom.crawl().total("new") == 1
    shown = newsroom.show(post.code)
    assert (shown["title"], shown["media"], shown["precision"]) == (post.title, post.media, "day")
    assert shown["published_at"] == f"{post.published_at:%Y-%m-%d}T00:00:00+08:00"
    newsroom.site.restore(post.code)
    assert newsroom.recrawl("--code", post.code).total("unchanged") == 1
    shown = newsroom.show(post.code)
    assert (shown["published_at"], shown["precision"]) == (post.published_at.isoformat(), "second")


FINANCE = "/a/*"


@pytest.mark.parametrize("names", [("content", "text"), ("text",), ("content",)], ids="+".join)
def test_title_and_time_of_an_unlisted_article_are_on_its_page(
    newsroom: Newsroom, names: tuple[str, ...]
) -> None:
    post = never_listed(newsroom)
    serve_json(newsroom, post, lambda document: {name: document[name] for name in names})
    crawled = newsroom.recrawl("--code", post.code)
    assert (crawled.report["status"], crawled.total("new")) == ("ok", 1)
    assert crawled.paths[-2:] == [f"/NewsData/GetNewsText.do?id={post.code}", f"/a/{post.digits}.html"]
    shown = newsroom.show(post.code)
    assert (shown["title"], shown["media"], shown["precision"]) == (post.title, post.media, "minute")
    assert shown["published_at"] == post.published_at.replace(second=0).isoformat()
    assert shown["paragraphs"] == list(post.paragraphs)
    assert (shown["time_witness"], shown["sources"]) == ("page", ["infocode"])
    assert newsroom.events() == []
    fetched = newsroom.rows("SELECT url FROM capture WHERE info_code = :code", code=post.code)
    assert [newsroom.site.url + path for path in crawled.paths[-2:]] == sorted(fetched), "both are kept"


@pytest.mark.parametrize(
    ("named", "title", "precision"),
    [
        (("title",), "另拟的题", "minute"),
        (("showtime",), None, "second"),
        (("title", "showtime"), "另拟的题", "second"),
    ],
    ids=["title", "time", "both"],
)
def test_what_the_endpoint_names_is_its_own_word(
    newsroom: Newsroom, named: tuple[str, ...], title: str | None, precision: str
) -> None:
    post = never_listed(newsroom)
    serve_json(
        newsroom,
        post,
        lambda document: {name: ({**document, "title": "另拟的题"})[name] for name in ("text", *named)},
    )
    crawled = newsroom.recrawl("--code", post.code)
    shown = newsroom.show(post.code)
    assert (shown["title"], shown["precision"]) == (title or post.title, precision)
    assert (f"/a/{post.digits}.html" in crawled.paths) == (len(named) == 1)


def test_an_unlisted_article_that_the_endpoint_has_not_is_read_from_its_page(newsroom: Newsroom) -> None:
    post = never_listed(newsroom)
    newsroom.site.misbehave("/NewsData/*", "status", status=404)
    assert newsroom.recrawl("--code", post.code).total("new") == 1
    shown = newsroom.show(post.code)
    assert (shown["title"], shown["paragraphs"]) == (post.title, list(post.paragraphs))


@pytest.mark.parametrize(
    ("trouble", "options", "says"),
    [
        ("status", {"status": 404}, "answered 404"),
        ("status", {"status": 500}, "answered 500"),
        ("login", {}, "is no article's page"),
        ("empty", {}, "has an empty body"),
        ("reset", {}, "/a/"),
    ],
    ids=["404", "500", "login", "empty", "reset"],
)
def test_json_without_title_and_time_is_quarantined_when_its_page_does_not_help(
    newsroom: Newsroom, trouble: Any, options: dict[str, Any], says: str
) -> None:
    posts = [never_listed(newsroom), never_listed(newsroom)]
    for post in posts:
        serve_json(newsroom, post, only_bodies)
    newsroom.site.misbehave(FINANCE, trouble, **options)
    codes = [part for post in posts for part in ("--code", post.code)]
    crawled = newsroom.recrawl(*codes, status=1)
    assert crawled.total("quarantined") == 2
    for post in posts:
        assert newsroom.stored(post.info_code) is None
        row = newsroom.listing(post.info_code)
        assert row["last_error"].startswith("has no title; ")
        assert f"/a/{post.digits}.html" in row["last_error"]
        assert says in row["last_error"]
    assert newsroom.events() == ["quarantine", "quarantine"], "asking by hand says nothing of a layout"
    newsroom.site.behave()
    assert newsroom.recrawl(*codes).total("new") == 2
    assert newsroom.events() == []


def test_a_page_of_another_article_gives_no_title(newsroom: Newsroom) -> None:
    post = never_listed(newsroom)
    serve_json(newsroom, post, only_bodies)
    other = newsroom.site.articles[0]
    page = newsroom.site.answer(f"/a/{other.digits}.html").body.replace(b"\n</body>", b"</body>")
    newsroom.site._answers[f"/a/{post.digits}.html"] = Answer(page.replace(b"ContentBody", b"Body"))
    assert newsroom.recrawl("--code", post.code, status=1).total("quarantined") == 1


def test_a_listed_article_is_not_looked_for_by_its_code_elsewhere(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.crawl()
    newsroom.site.delete(post.code)
    serve_json(newsroom, post, only_bodies)
    crawled = newsroom.recrawl("--code", post.code)
    assert crawled.total("unchanged") == 1
    assert f"/a/{post.digits}.html" not in crawled.paths


def test_what_was_quarantined_without_title_comes_right_when_a_page_lists_it(newsroom: Newsroom) -> None:
    post = never_listed(newsroom)
    serve_json(newsroom, post, only_bodies)
    newsroom.site.misbehave(FINANCE, "status", status=404)
    crawled = newsroom.recrawl("--code", post.code, status=1)
    assert crawled.total("quarantined") == 1
    assert "has no title" in crawled.errors
    assert newsroom.stored(post.info_code) is None
    newsroom.site.restore(post.code)
    newsroom.crawl()
    assert newsroom.show(post.code)["sources"] == ["infocode", post.slug]
    assert newsroom.events() == []
    assert newsroom.states()["archived"] == 4


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        ({}, "gone", "has no text for this info code"),
        ({"content": "", "text": ""}, "gone", "has no text for this info code"),
        ({"code": 500, "message": "参数错误"}, "quarantined", "参数错误"),
        ([], "quarantined", "JSON"),
        ({"text": "<p>访问过于频繁，请稍后再试。</p>", "content": ""}, "quarantined", "访问过于频繁"),
    ],
    ids=["empty-object", "empty-body", "error-object", "list", "notice"],
)
def test_json_without_an_article_replaces_nothing(
    newsroom: Newsroom, answer: Any, outcome: str, says: str
) -> None:
    newsroom.crawl()
    post = newsroom.site.articles[0]
    newsroom.site.delete(post.code)
    serve_json(newsroom, post, answer)
    crawled = newsroom.recrawl("--code", post.code, status=outcome == "quarantined")
    assert crawled.total(outcome) == 1
    assert newsroom.show(post.code)["paragraphs"] == list(post.paragraphs)
    assert newsroom.show(post.code)["revision"] == 1
    (message,) = newsroom.rows("SELECT message FROM event")
    assert says in message
