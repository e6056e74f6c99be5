"""Events about a set of things: open while something is in the set, over when the last has left it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from support.command_line import Command
from support.newsroom import Newsroom, small_press
from support.post_files import Post, a_post, ghost, render, write_posts

from jianbao.demo.post import Post as SitePost
from jianbao.importing.counts import ImportCounts
from jianbao.importing.posts import import_posts
from pipelines.compare.precedence import FILE_SCHEME
from storage.archive.folder import Archive
from storage.articles.article import find_article
from storage.events.event import list_open_events, open_event
from storage.ledger.set_events import resolve_empty_sets

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
ONE, OTHER = a_post(1), a_post(2)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive") as archive:
        yield archive


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Return an empty folder of posts."""
    folder = tmp_path / "site" / "_posts"
    folder.mkdir(parents=True)
    return folder


def bring_in(archive: Archive, path: Path) -> ImportCounts:
    counted = ImportCounts()
    import_posts(archive, [path], 100_000, counted)
    return counted


def open_kinds(archive: Archive) -> list[str]:
    with archive.reading() as connection:
        return [event.kind for event in list_open_events(connection)]


def write_ghost(folder: Path, post: Post) -> None:
    name, content = ghost(post)
    (folder / name).write_text(content, "utf-8")


def damaged(post: Post) -> bytes:
    """Return a post's file with broken characters."""
    return render(post).encode().replace("。".encode(), b"\xe3\x80")


@pytest.mark.parametrize("twin", [ONE, ONE.twin], ids=["media", "rolling"])
def test_when_a_ghost_has_its_post_all_is_well(
    archive: Archive, posts: Path, twin: Post, command: Command
) -> None:
    write_ghost(posts, ONE)
    assert bring_in(archive, posts).status == "failed"
    assert open_kinds(archive) == ["quarantine"]
    assert command("--archive", archive.folder, "status").status == 1
    write_posts(posts, [twin])
    assert bring_in(archive, posts).counts["new"] == 1
    assert open_kinds(archive) == []
    assert command("--archive", archive.folder, "status").status == 0


def test_one_of_two_ghosts_still_waits(archive: Archive, posts: Path) -> None:
    for post in (ONE, OTHER):
        write_ghost(posts, post)
    bring_in(archive, posts)
    write_posts(posts, [ONE.twin])
    bring_in(archive, posts)
    assert open_kinds(archive) == ["quarantine"]
    write_posts(posts, [OTHER.twin])
    bring_in(archive, posts)
    assert open_kinds(archive) == []


@pytest.mark.parametrize("twin", [ONE, ONE.twin], ids=["media", "rolling"])
def test_a_ghost_is_merged_when_its_article_comes_alone(archive: Archive, tmp_path: Path, twin: Post) -> None:
    """In a later import of another folder; so it ends as if they had come in the other order."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    write_ghost(tmp_path / "first", ONE)
    write_posts(tmp_path / "second", [twin])
    bring_in(archive, tmp_path / "first")
    bring_in(archive, tmp_path / "second")
    with Archive.open(tmp_path / "other") as other:
        bring_in(other, tmp_path / "second")
        bring_in(other, tmp_path / "first")
        assert whole(archive) == whole(other)
    assert open_kinds(archive) == []


def whole(archive: Archive) -> tuple[object, ...]:
    with archive.reading() as connection:
        stored = find_article(connection, ONE.info_code)
        states = connection.execute(text("SELECT source, state FROM listing ORDER BY source")).all()
    assert stored is not None
    return replace(stored.article, url=""), stored.forms, stored.revision, [tuple(row) for row in states]


def test_a_ghost_that_comes_with_its_post_opens_nothing(archive: Archive, posts: Path) -> None:
    write_ghost(posts, ONE)
    write_posts(posts, [ONE.twin])
    assert bring_in(archive, posts).status == "ok"
    assert open_kinds(archive) == []


def test_a_damaged_post_is_over_when_a_good_one_comes(archive: Archive, posts: Path) -> None:
    (posts / ONE.name).write_bytes(damaged(ONE))
    bring_in(archive, posts)
    assert open_kinds(archive) == ["quarantine"]
    write_posts(posts, [ONE])
    bring_in(archive, posts)
    assert open_kinds(archive) == []


def test_a_damaged_copy_of_what_is_archived_leaves_nothing_open(archive: Archive, posts: Path) -> None:
    write_posts(posts, [ONE])
    bring_in(archive, posts)
    (posts / ONE.name).write_bytes(damaged(ONE))
    assert bring_in(archive, posts).counts["quarantined"] == 1
    assert open_kinds(archive) == []
    with archive.reading() as connection:
        assert connection.exec_driver_sql("SELECT kind FROM event").scalars().all() == ["quarantine"]


@pytest.mark.parametrize("kind", ["quarantine", "article_layout_broken", "poll_failed"])
def test_only_sets_are_judged_by_what_is_in_them(archive: Archive, kind: str) -> None:
    with archive.writing() as connection:
        open_event(connection, kind, "eines", NOW, source="hexi", info_code=ONE.info_code)
        resolved = resolve_empty_sets(connection, NOW, FILE_SCHEME)
    assert resolved == (kind == "article_layout_broken")


def post_of(site_post: SitePost) -> Post:
    """Return the file's post of an article of the demo site."""
    return Post(
        code=site_post.digits,
        title=site_post.title,
        published_at=site_post.published_at,
        paragraphs=tuple(site_post.paragraphs),
        slug=site_post.slug,
        media=site_post.media,
    )


def test_what_an_import_set_aside_may_be_crawled(newsroom: Newsroom, posts: Path) -> None:
    post = post_of(newsroom.site.articles[0])
    (posts / post.name).write_bytes(damaged(post))
    newsroom.run("import", "posts", str(posts.parent))
    assert newsroom.events() == ["quarantine"]
    newsroom.crawl()
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


def test_what_a_crawl_set_aside_may_be_imported(open_newsroom: Callable[..., Newsroom], posts: Path) -> None:
    newsroom = open_newsroom(small_press(articles=3))
    for post in newsroom.site.articles:
        newsroom.site.misbehave(post.code, "login")
    newsroom.crawl(status=1)
    assert sorted(newsroom.events()) == ["article_layout_broken", *["quarantine"] * 3]
    first, *others = map(post_of, newsroom.site.articles)
    write_posts(posts, [first])
    newsroom.run("import", "posts", str(posts.parent))
    assert sorted(newsroom.events()) == ["article_layout_broken", *["quarantine"] * 2]
    write_posts(posts, others)
    newsroom.run("import", "posts", str(posts.parent))
    assert newsroom.events() == []


def test_asking_by_hand_says_nothing_of_the_layout(newsroom: Newsroom) -> None:
    newsroom.crawl()
    codes = [post.code for post in newsroom.site.articles]
    for code in codes:
        newsroom.site.misbehave(code, "login")
    crawled = newsroom.recrawl(*(part for code in codes for part in ("--code", code)), status=1)
    assert crawled.total("quarantined") == 2
    assert newsroom.events() == ["quarantine", "quarantine"]
    newsroom.site.behave()
    newsroom.recrawl(*(part for code in codes for part in ("--code", code)))
    assert newsroom.events() == []
