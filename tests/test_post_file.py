"""The reader of posts' files: four generations, ghosts, damaged YAML, and whatever else a folder holds."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.post_files import CST, GENERATIONS, NOTICE, NOTICE_NAME, Post, a_post, ghost, render

from jianbao.importing.post_reading import read_post
from pipelines.normalise.article import normalise
from spiders.readers.post_file import NoArticle, PostFile, read_post_file
from storage.records import Resource, SetAside

POST = a_post()
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
LINE = st.text(HAN | st.sampled_from("，。：“”《》（）() 12aAZ%\"\\'#*[]|｜-"), min_size=1, max_size=30)


def read(post: Post, generation: int = 4) -> PostFile:
    return read_post_file(render(post, generation), post.name)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("rolling", [False, True], ids=["media", "rolling"])
def test_every_generation_tells_what_the_post_is(generation: int, rolling: bool) -> None:
    post = POST.twin if rolling else POST
    draft = read(post, generation).draft
    assert (draft.info_code, draft.form) == (post.info_code, "rolling" if rolling else "media")
    assert (draft.title, draft.published_at) == (post.title, post.published_at)
    assert draft.tag == ("东财滚动新闻" if rolling else f"{post.media}新闻")


def test_the_whole_text_is_the_body_and_the_digest_the_summary() -> None:
    draft = read(POST.twin).draft
    assert draft.summary == POST.digest
    article = normalise(draft)
    assert tuple(line.text for line in article.paragraphs) == POST.paragraphs
    assert (article.media, article.source_line) == (POST.media, f"（文章来源：{POST.media}）")
    assert normalise(read(POST).draft).paragraphs == article.paragraphs


def test_a_plain_text_is_the_body_of_the_third_generation() -> None:
    article = normalise(read(POST, 3).draft)
    assert [line.text for line in article.paragraphs] == [POST.title, POST.digest]


@pytest.mark.parametrize("generation", [1, 2])
def test_a_digest_alone_is_summary_and_stands_in_for_the_text(generation: int) -> None:
    draft = read(POST.twin, generation).draft
    assert (draft.summary, draft.body_html) == (POST.digest, "")
    assert normalise(draft).text == POST.digest


@pytest.mark.parametrize(
    ("generation", "date", "expected"),
    [
        (4, "2022-04-18 08:09:12 +0800", datetime(2022, 4, 18, 8, 9, 12, tzinfo=CST)),
        (1, "2021-12-08 23:46:18", datetime(2021, 12, 8, 23, 46, 18, tzinfo=CST)),
        (4, " +0800", None),
        (4, "2022-13-45 08:09:12 +0800", None),
    ],
    ids=["zone", "no zone is Beijing's", "ghost", "impossible"],
)
def test_a_time_is_read_as_printed(generation: int, date: str, expected: datetime | None) -> None:
    text = re.sub(r"(?m)^date: .*$", f"date: {date}", render(POST, generation))
    assert read_post_file(text, POST.name).draft.published_at == expected


@pytest.mark.parametrize(
    "title",
    [
        '他说"好"就走',
        "C:\\news",
        "甲: 乙 # 丙",
        "“全引号”",
        "a | b",
        "上海  两空格",
        '"',
        "2022",
        "No",
        "{{ page }}",
    ],
)
def test_a_title_that_is_no_yaml_is_read(title: str) -> None:
    text = render(Post(POST.code, title, POST.published_at, POST.paragraphs))
    assert read_post_file(text, POST.name).draft.title == title


@pytest.mark.parametrize(
    "slug", ["2022", "No", "Techweb", "21shijijingjibaodao  nancailicaitong", "anxin(xianggang)"]
)
def test_a_category_is_opaque(slug: str) -> None:
    assert read(Post(POST.code, "题", POST.published_at, POST.paragraphs, slug=slug)).category == slug


@pytest.mark.parametrize("slug", ["", "a/b", "..", "a" * 101, "a\x1bb"])
def test_a_category_that_can_be_no_slug_is_none(slug: str) -> None:
    assert read(Post(POST.code, "题", POST.published_at, POST.paragraphs, slug=slug)).category is None


def test_the_page_is_where_jekyll_serves_it() -> None:
    post = Post(POST.code, "题", datetime(2022, 4, 18, 8, tzinfo=CST), ("文",), slug="21shiji  Nancai")
    page = "https://finews.withounder.com/21shiji/nancai/2022/04/18/NW"
    assert read(post).page_url == f"{page}{POST.code}.html"
    assert read(post, 1).page_url is None


def test_a_ghost_is_known_by_its_name_alone() -> None:
    name, text = ghost(POST)
    draft = read_post_file(text, name).draft
    assert (draft.info_code, draft.form, draft.title, draft.published_at) == (
        POST.info_code,
        "rolling",
        None,
        None,
    )
    assert draft.partial
    assert draft.summary == POST.digest
    assert normalise(draft).paragraphs == normalise(read(POST).draft).paragraphs


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        (NOTICE, NOTICE_NAME, "is a notice of the site"),
        ("# 说明\n", "README.md", "has no front matter"),
        ("", "empty.md", "has no front matter"),
        ("---\nlayout: post\n", "cut.md", "has no front matter"),
    ],
)
def test_what_is_no_article_is_passed_over(text: str, name: str, reason: str) -> None:
    with pytest.raises(NoArticle, match=reason):
        read_post_file(text, name)


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("<html>", POST.name, "no front matter"),
        (render(POST).replace(POST.code, "x"), "2022-01-01-hello.md", "names no info code"),
        (render(POST), a_post(2).name, "is the article"),
    ],
)
def test_a_damaged_post_is_set_aside(text: str, name: str, reason: str) -> None:
    with pytest.raises(SetAside, match=reason):
        read_post_file(text, name)


def test_windows_line_ends_change_nothing() -> None:
    assert read_post_file(render(POST).replace("\n", "\r\n"), POST.name) == read(POST)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_another_encoding_changes_nothing(encoding: str) -> None:
    resource = Resource(
        f"urn:x:{POST.name}", datetime.now(CST), "text/markdown", render(POST).encode(encoding)
    )
    article = read_post(resource).believed.article
    assert article is not None
    assert article == normalise(read(POST).draft)


@given(st.text(max_size=300) | st.lists(LINE, max_size=12).map("\n".join), st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    for content in (text, f"---\n{text}\n---\n{text}", render(POST).replace("\n", text, 3)):
        for named in (name, POST.name, f"-{POST.code}.md"):
            with suppress(SetAside, NoArticle):
                assert read_post_file(content, named).draft.info_code


@given(st.binary(max_size=200))
def test_any_bytes_become_a_post_or_a_reason(body: bytes) -> None:
    for content in (body, render(POST).encode().replace("。".encode(), body, 2)):
        post = read_post(Resource(f"urn:x:{POST.name}", datetime.now(CST), "text/markdown", content))
        assert post.believed.article or post.believed.reason


@given(
    LINE.map(str.strip).filter(bool),
    st.lists(st.text(HAN | st.sampled_from("，。“”12aA%"), min_size=1, max_size=40), min_size=1, max_size=6),
    st.sampled_from(GENERATIONS),
    st.booleans(),
)
def test_what_was_written_is_read(title: str, paragraphs: list[str], generation: int, rolling: bool) -> None:
    post = Post(POST.code, title, POST.published_at, tuple(paragraphs), rolling=rolling)
    draft = read(post, generation).draft
    assert (draft.title, draft.published_at, draft.info_code) == (title, post.published_at, post.info_code)
    assert not draft.body_html.startswith(("\n", ">"))
    if generation == 4:
        assert draft.body_html.startswith(f"<p>{paragraphs[0]}</p>")
        assert draft.body_html.endswith(f'<p class="em_media">（文章来源：{post.media}）</p>')
