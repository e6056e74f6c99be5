"""Exporting posts: what came in comes out byte for byte, and what was crawled fills upstream's template."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from support.command_line import Command
from support.newsroom import Newsroom
from support.post_files import GENERATIONS, Post, a_post, ghost, read_tree, render, synthetic, write_posts

from jianbao.exporting.destination import DestinationUnusable
from jianbao.exporting.post_folder import PostFolder
from jianbao.exporting.post_template import post_name, render_post
from jianbao.exporting.posts import export_posts
from jianbao.importing.counts import ImportCounts
from jianbao.importing.posts import import_posts
from pipelines.normalise.article import normalise
from spiders.readers.post_file import read_post_file
from storage.archive.folder import Archive
from storage.articles.article import find_article
from storage.captures.imported_files import read_held_text
from storage.records.forms import Form
from storage.search import parse_query

POST = a_post(1)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
PROSE = st.text(HAN | st.sampled_from("，。：“”《》()12aAZ%"), min_size=1, max_size=40)


def import_all(folder: Path, *paths: Path) -> ImportCounts:
    counted = ImportCounts()
    with Archive.open(folder) as archive:
        import_posts(archive, paths, 1_000_000, counted)
    return counted


def export(folder: Path, dest: Path, query: str = "", **options: Any) -> dict[str, Any]:
    with Archive.open_existing(folder) as archive:
        return export_posts(archive, parse_query(query), dest, NOW, **options)


def posts_in(dest: Path) -> dict[str, bytes]:
    return read_tree(dest / "_posts")


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("rolling", [False, True], ids=["media", "rolling"])
def test_every_generation_comes_out_byte_for_byte(tmp_path: Path, generation: int, rolling: bool) -> None:
    posts = [post.twin if rolling else post for post in map(a_post, range(1, 6))]
    write_posts(tmp_path / "site" / "old_post", posts, generation)
    import_all(tmp_path / "a", tmp_path / "site")
    manifest = export(tmp_path / "a", tmp_path / "out")
    assert posts_in(tmp_path / "out") == read_tree(tmp_path / "site")
    assert (manifest["articles"], manifest["files"], manifest["missing"]) == (5, 5, [])


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"\n", b"\r\n"),
        lambda body: body + b"\n",
        lambda body: body.decode().encode("gb18030"),
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.replace(b'title: "', 'title: "他说"好"\\'.encode()),
        lambda body: body.replace("｜".encode(), b"\n"),
    ],
    ids=["CRLF", "final newline", "GB 18030", "BOM", "bad YAML", "navigation in two lines"],
)
def test_odd_bytes_come_out_as_they_came_in(tmp_path: Path, change: Any) -> None:
    (tmp_path / "site" / "_posts").mkdir(parents=True)
    (tmp_path / "site" / "_posts" / POST.name).write_bytes(change(render(POST).encode()))
    assert import_all(tmp_path / "a", tmp_path / "site").status == "ok"
    export(tmp_path / "a", tmp_path / "out")
    assert posts_in(tmp_path / "out") == read_tree(tmp_path / "site")


def test_a_whole_repository_comes_out_again(tmp_path: Path) -> None:
    for part in ("_posts", "old_post"):
        (tmp_path / "site" / part).mkdir(parents=True)
    for name, content in synthetic(320):
        (tmp_path / "site" / name).write_text(content, "utf-8")
    import_all(tmp_path / "a", tmp_path / "site")
    export(tmp_path / "a", tmp_path / "out")
    expected = {**read_tree(tmp_path / "site" / "old_post"), **read_tree(tmp_path / "site" / "_posts")}
    well_formed = {
        name: body for name, body in expected.items() if re.match(r"\d{4}-\d\d-\d\d-(NW)?\d{18}", name)
    }
    assert posts_in(tmp_path / "out") == well_formed
    assert len(expected) > len(well_formed) > 300


def test_both_forms_of_a_twin_come_out(tmp_path: Path) -> None:
    write_posts(tmp_path / "site" / "old_post", [POST, POST.twin])
    import_all(tmp_path / "a", tmp_path / "site")
    export(tmp_path / "a", tmp_path / "out")
    assert posts_in(tmp_path / "out") == read_tree(tmp_path / "site")


def test_a_digest_beside_its_twins_whole_text_comes_out_too(tmp_path: Path) -> None:
    write_posts(tmp_path / "site" / "old_post", [POST], generation=3)
    write_posts(tmp_path / "site" / "old_post", [POST.twin])
    import_all(tmp_path / "a", tmp_path / "site")
    export(tmp_path / "a", tmp_path / "out")
    assert posts_in(tmp_path / "out") == read_tree(tmp_path / "site")


def test_of_both_folders_the_current_one_comes_out(tmp_path: Path) -> None:
    later = replace(POST, paragraphs=(*POST.paragraphs, "后来补充。"))
    write_posts(tmp_path / "site" / "old_post", [POST])
    write_posts(tmp_path / "site" / "_posts", [later])
    import_all(tmp_path / "a", tmp_path / "site")
    export(tmp_path / "a", tmp_path / "out")
    assert posts_in(tmp_path / "out") == {POST.name: render(later).encode()}


def test_a_ghost_stays_inside(tmp_path: Path) -> None:
    write_posts(tmp_path / "site" / "old_post", [POST])
    name, content = ghost(POST)
    (tmp_path / "site" / "old_post" / name).write_text(content, "utf-8")
    import_all(tmp_path / "a", tmp_path / "site")
    export(tmp_path / "a", tmp_path / "out")
    assert set(posts_in(tmp_path / "out")) == {POST.name}


def test_only_what_answers_the_query_comes_out(tmp_path: Path) -> None:
    write_posts(tmp_path / "site" / "old_post", [a_post(number) for number in range(8)])
    import_all(tmp_path / "a", tmp_path / "site")
    chosen = a_post(3)
    export(tmp_path / "a", tmp_path / "out", "第3号标牌")
    assert posts_in(tmp_path / "out") == {chosen.name: render(chosen).encode()}


# The template, filled in from the database.


def rendered(folder: Path, post: Post) -> str:
    """Return a post rendered from its rows alone."""
    with Archive.open_existing(folder) as archive, archive.reading() as connection:
        stored = find_article(connection, post.info_code)
        assert stored is not None
        held = read_held_text(connection, post.info_code, stored.revision)
        form: Form = "rolling" if post.rolling else "media"
        assert post_name(stored.article, form) == post.name
        slug = "emnews" if post.rolling else post.slug
        return render_post(stored.article, held.body_html, form, [slug])


@pytest.mark.parametrize("rolling", [False, True], ids=["media", "rolling"])
def test_the_rows_alone_give_the_same_bytes(tmp_path: Path, rolling: bool) -> None:
    # A name with two blanks in a row is kept with one.
    posts = [post.twin if rolling else post for post in map(a_post, (1, 2, 4, 5, 6))]
    write_posts(tmp_path / "site" / "old_post", posts)
    import_all(tmp_path / "a", tmp_path / "site")
    for post in posts:
        assert rendered(tmp_path / "a", post) == render(post)


@given(PROSE, st.lists(PROSE, min_size=1, max_size=5), st.booleans())
@settings(max_examples=60)
def test_reading_and_rendering_give_the_same_text(title: str, paragraphs: list[str], rolling: bool) -> None:
    post = Post(POST.code, title, POST.published_at, tuple(paragraphs), rolling=rolling)
    draft = read_post_file(render(post), post.name).draft
    article = replace(normalise(draft), title=title)
    assert render_post(article, draft.body_html, draft.form, [post.slug]) == render(post)


def test_what_was_crawled_fills_the_template_and_can_be_imported(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crawl()
    assert newsroom.run("export", "posts", str(tmp_path / "out")).status == 0
    posts = posts_in(tmp_path / "out")
    articles = [newsroom.show(code) for code in newsroom.rows("SELECT info_code FROM article")]
    assert len(posts) == len(articles) == 2
    import_all(tmp_path / "b", tmp_path / "out")
    with Archive.open_existing(tmp_path / "b") as archive, archive.reading() as connection:
        for crawled in articles:
            again = find_article(connection, crawled["info_code"])
            assert again is not None
            assert (again.article.title, again.article.text) == (crawled["title"], crawled["text"])
            assert again.content_hash == crawled["content_hash"]
            name = f"{crawled['published_at'][:10]}-{crawled['info_code']}.md"
            assert f"categories: {crawled['sources'][0]}\n" in posts[name].decode()


def test_a_post_that_the_site_has_changed_since_is_rendered(tmp_path: Path) -> None:
    write_posts(tmp_path / "site" / "_posts", [POST])
    import_all(tmp_path / "a", tmp_path / "site")
    with Archive.open_existing(tmp_path / "a") as archive, archive.writing() as connection:
        edited = "UPDATE wording SET body_html = '<p>改过的文字。</p>', body_parts = NULL, capture_id = NULL"
        connection.execute(text(edited))
        connection.execute(
            text("UPDATE article SET text = '改过的。', paragraphs = '[\"text\"]', content_hash = 'x'")
        )
    export(tmp_path / "a", tmp_path / "out")
    (content,) = posts_in(tmp_path / "out").values()
    assert "<p>改过的文字。</p>" in content.decode()
    assert POST.title in content.decode()


def test_a_lost_capture_is_rendered_and_said(tmp_path: Path) -> None:
    write_posts(tmp_path / "site" / "_posts", [POST])
    import_all(tmp_path / "a", tmp_path / "site")
    (warc,) = (tmp_path / "a" / "warc").glob("*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:-200])
    manifest = export(tmp_path / "a", tmp_path / "out")
    assert "cut off" in manifest["missing"][0] or "the file ends" in manifest["missing"][0]
    assert posts_in(tmp_path / "out") == {POST.name: render(POST).encode()}


# The folder.


def test_a_folder_that_holds_files_is_refused_unless_forced(tmp_path: Path, command: Command) -> None:
    write_posts(tmp_path / "site" / "_posts", [POST])
    import_all(tmp_path / "a", tmp_path / "site")
    order = ("--archive", tmp_path / "a", "export", "posts", tmp_path / "out")
    assert command(*order).status == 0
    (tmp_path / "out" / "_posts" / "mine.md").write_text("我的", "utf-8")
    (tmp_path / "out" / "_posts" / POST.name).write_text("旧的", "utf-8")
    refused = command(*order)
    assert refused.status != 0
    assert "holds files already" in refused.stderr
    forced = command(*order, "--force", "--json")
    assert (forced.status, forced.json["files"]) == (0, 1)
    assert posts_in(tmp_path / "out") == {"mine.md": "我的".encode(), POST.name: render(POST).encode()}
    beside = json.loads((tmp_path / "out" / "_posts.manifest.json").read_text("utf-8"))
    assert (beside["format"], beside["articles"], beside["bytes"]) == ("posts", 1, len(render(POST).encode()))


@pytest.mark.parametrize(
    "name", ["../x.md", "/etc/x.md", "2022-01-01-NW1.md", "x", "2022-01-01-NW202204182345810011.md/x"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a post"):
        PostFolder(tmp_path / "out", force=False).write(name, b"")


def test_a_link_in_the_folder_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("draussen", "utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / POST.name).symlink_to(outside)
    PostFolder(tmp_path / "out", force=True).write(POST.name, b"post")
    assert outside.read_text("utf-8") == "draussen"
    assert (tmp_path / "out" / POST.name).read_bytes() == b"post"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", "utf-8")
    with pytest.raises(DestinationUnusable, match="is no folder"):
        PostFolder(tmp_path / "out", force=True)


@pytest.mark.shared
def test_the_real_posts_come_out_byte_for_byte(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "site" / "old_post").mkdir(parents=True)
    for seed in (shared / "seeds").glob("*.txt"):
        content = seed.read_text("utf-8")
        if content.startswith("---\nlayout: post"):
            day = re.search(r"(?m)^date: (\S+)", content)
            code = re.findall(r"infoCode=(NW\d{18})", content)[-1]
            assert day
            (tmp_path / "site" / "old_post" / f"{day[1]}-{code}.md").write_bytes(seed.read_bytes())
    assert import_all(tmp_path / "a", tmp_path / "site").counts == {"new": 4}
    export(tmp_path / "a", tmp_path / "out")
    assert posts_in(tmp_path / "out") == read_tree(tmp_path / "site")
    with Archive.open_existing(tmp_path / "a") as archive, archive.reading() as connection:
        for name, written in read_tree(tmp_path / "site").items():
            stored = find_article(connection, name[11:31])
            assert stored is not None
            held = read_held_text(connection, stored.article.info_code, 1)
            sources = connection.execute(
                text("SELECT source FROM listing WHERE info_code = :code"), {"code": stored.article.info_code}
            ).scalars()
            rendered = render_post(stored.article, held.body_html, "media", list(sources))
            assert rendered.encode() == written
