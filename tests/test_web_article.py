"""An article's page: for reading, with its provenance, revisions, copies; and hostile articles stay text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.delivered_articles import DeliveredArticles
from support.sample_articles import CODE, EVIL, PICTURE, hostile_article, plain_article, shelve
from support.web_client import TestClient, open_reader

from jianbao.web.text.commands import set_commands
from jianbao.web.text.origins import is_public_host
from jianbao.web.text.sanitising import clean_text, is_endless, picture_origins, sanitise_html, web_link
from storage.archive.folder import Archive
from storage.ledger.source import save_sources
from storage.records import Article, Paragraph, Player, Source


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Archive]:
    """Return an archive that is still empty."""
    with Archive.open(tmp_path / "shelf") as archive:
        yield archive


def show(archive: Archive, article: Article, path: str = f"/article/{CODE}") -> str:
    """Store an article and return a page about it."""
    shelve(archive, article)
    with open_reader(archive.folder) as reader:
        answer = reader.get(path)
    assert answer.status_code == 200
    return str(answer.text)


def test_an_article_is_set_for_reading(shelf: Archive) -> None:
    page = show(shelf, plain_article())
    assert '<article class="story" lang="zh-CN">' in page
    assert "<h1><bdi>茶园里来了采茶机</bdi></h1>" in page
    assert '<p class="text"><bdi>清明前的第一批春茶下山了。</bdi></p>' in page
    assert "<h2><bdi>机器上山</bdi></h2>" in page
    assert '<p class="caption"><bdi>采茶机在坡地上试运行。</bdi></p>' in page
    assert '<p class="note"><bdi>(上接第一版)</bdi></p>' in page
    assert '<time datetime="2026-03-20T12:00:00+08:00">2026-03-20 12:00</time>' in page
    assert "/search?security=1.600519" in page
    assert 'href="https://tea.example/" rel="nofollow noopener noreferrer external"' in page
    assert "javascript:" not in page


def test_pictures_are_loaded_only_when_asked_for(shelf: Archive) -> None:
    page = show(shelf, plain_article())
    assert "<img" not in page
    assert "1 picture is not loaded" in page
    with open_reader(shelf.folder) as reader:
        answer = reader.get(f"/article/{CODE}?images=1")
        assert f'<img src="{PICTURE}"' in answer.text
        assert answer.text.count("<img") == 1
        assert 'referrerpolicy="no-referrer"' in answer.text
        assert "img-src 'self' https://pictures.example;" in answer.headers["content-security-policy"]
        assert "img-src 'self';" in reader.get(f"/article/{CODE}").headers["content-security-policy"]


def test_hits_are_marked_when_the_reader_comes_from_a_search(shelf: Archive) -> None:
    page = show(shelf, plain_article(), f"/article/{CODE}?q=春茶")
    assert "第一批<mark>春茶</mark>下山" in page
    assert "<mark>" not in show_again(shelf, "?q=%22")


def show_again(archive: Archive, query: str = "") -> str:
    """Return the page of the article that is there already."""
    with open_reader(archive.folder) as reader:
        return str(reader.get(f"/article/{CODE}{query}").text)


def test_every_spelling_of_a_code_leads_to_one_address(
    delivered: DeliveredArticles, reader: TestClient
) -> None:
    code = delivered.offer.articles[0].info_code
    for spelling in (code[2:], code.lower()):
        answer = reader.get(f"/article/{spelling}?revision=1&q=茶")
        assert answer.status_code == 308
        assert answer.headers["location"] == f"/article/{code}?revision=1&q=%E8%8C%B6"
    assert reader.get(f"/article/{code[2:]}/original").headers["location"] == f"/article/{code}/original"


@pytest.mark.parametrize("asked", ["path=1", "self=1&from_=2", "q=%E5%B8%82&revision=1", "q=&q=a%26b"])
def test_what_is_asked_of_another_spelling_is_asked_at_the_one_address(
    delivered: DeliveredArticles, reader: TestClient, asked: str
) -> None:
    code = delivered.offer.articles[0].info_code
    answer = reader.get(f"/article/{code[2:]}?{asked}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/article/{code}?{asked}")


def test_provenance_names_pages_and_captures(delivered: DeliveredArticles, reader: TestClient) -> None:
    post = delivered.offer.articles[0]
    page = reader.get(f"/article/{post.info_code}").text
    stored = delivered.stored(post)
    assert stored.content_hash in page
    with delivered.archive.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT warc_file, payload_digest FROM capture WHERE info_code = ?", (post.info_code,)
        ).all()
    assert rows
    for file, digest in rows:
        assert file in page
        assert digest in page
    assert f'href="/source/{post.slug}"' in page


def test_revisions_show_what_changed(delivered: DeliveredArticles, reader: TestClient) -> None:
    with delivered.archive.reading() as connection:
        revised = "SELECT info_code, title FROM revision WHERE number = 2"
        code, title = connection.exec_driver_sql(revised).one()
    before = title.removesuffix("（更正）")
    assert before != title
    page = reader.get(f"/article/{code}").text
    assert f"<bdi>{before}<ins>（更正）</ins></bdi>" in page
    assert re.search(r"· · · \d+ paragraphs? stayed", page)
    earlier = reader.get(f"/article/{code}?revision=1").text
    assert f"<h1><bdi>{before}</bdi></h1>" in earlier
    assert "This is revision 1 of 2" in earlier
    assert "<del>" not in earlier
    assert reader.get(f"/article/{code}?revision=3").status_code == 404
    assert reader.get(f"/article/{code}?revision=x").status_code == 400


def test_copies_point_to_each_other(delivered: DeliveredArticles, reader: TestClient) -> None:
    with delivered.archive.reading() as connection:
        copy, first = connection.exec_driver_sql(
            "SELECT info_code, duplicate_of FROM article WHERE duplicate_of IS NOT NULL"
        ).one()
    page = reader.get(f"/article/{copy}").text
    assert "The same text was published earlier:" in page
    assert f'href="/article/{first}"' in page
    assert f'href="/article/{copy}"' in reader.get(f"/article/{first}").text


def test_the_original_is_shown_sanitised(delivered: DeliveredArticles, reader: TestClient) -> None:
    page = reader.get(f"{'/article/' + delivered.offer.articles[0].info_code}/original").text
    assert '<div class="original" lang="zh-CN">' in page
    assert "<p>" in page
    assert (
        reader.get(f"/article/{delivered.offer.articles[0].info_code}/original?revision=7").status_code == 404
    )


@pytest.mark.parametrize(
    "path",
    [
        f"/article/{CODE}",
        f"/article/{CODE}?images=1",
        f"/article/{CODE}/original",
        "/",
        "/search?q=alert",
        "/day/2026-03-20",
    ],
)
def test_nothing_of_a_hostile_article_acts(shelf: Archive, path: str) -> None:
    page = show(shelf, hostile_article(), path)
    tags = re.findall(r"<[a-zA-Z/!][^>]*>", page)
    names = {tag.strip("</>").split()[0].lower() for tag in tags}
    assert not names & {"script", "iframe", "object", "embed", "base"}, names
    assert page.count("</main>") == page.count("</body>") == 1
    if "original" not in path:
        assert not any(re.search(r"\son\w+\s*=", _without_values(tag)) for tag in tags)
    for tag in tags:
        for address in re.findall(r'\s(?:href|src|action)="([^"]*)"', tag):
            assert html.unescape(address).startswith(("/", "#", "?", "http://", "https://")), tag
    assert not re.search("[\x00\x1b\u202a-\u202e\u2066-\u2069\u200f]", page)
    assert "{{ 7 * 7 }}" in page or not page.count("7 * 7")


def _without_values(tag: str) -> str:
    return re.sub(r'"[^"]*"', '""', tag)


def test_a_hostile_picture_address_cannot_widen_the_policy(shelf: Archive) -> None:
    show(shelf, hostile_article())
    with open_reader(shelf.folder) as reader:
        policy = reader.get(f"/article/{CODE}?images=1").headers["content-security-policy"]
    assert policy.count("script-src") == 1
    assert "script-src 'none'" in policy
    assert "img-src 'self' https://a.example;" in policy


def test_hostile_names_of_sources_are_text(shelf: Archive) -> None:
    row = Source('a/../"<b>', EVIL, "category", "javascript:alert(1)", "Asia/Shanghai", None, enabled=True)
    with shelf.writing() as connection:
        save_sources(connection, [row])
    with open_reader(shelf.folder) as reader:
        for path in ("/sources", "/source/a%2F..%2F%22%3Cb%3E", "/search"):
            page = reader.get(path).text
            assert "<script" not in page
            assert "javascript:alert(1)" not in re.findall(r'href="([^"]*)"', page)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x", True),
        ("HTTP://a.example", True),
        (" http://a.example ", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("http:/a", False),
        ("//a.example", False),
        ("data:text/html,x", False),
        ("http://[", False),
        ("https://a.example/\u202egpj", False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str | None, *, kept: bool) -> None:
    assert (web_link(url) is not None) is kept


def test_origins_of_pictures_are_named_once_and_odd_ones_left_out() -> None:
    urls = [
        "https://a.example/1.jpg",
        "https://A.example/2.jpg",
        "http://a.example:8080/3.jpg",
        "http://[::1]/4.jpg",
        "https://a.example:99999/5.jpg",
        "https://b c.example/6.jpg",
        "https://报纸.example/7.jpg",
        "ftp://a.example/8.jpg",
    ]
    assert picture_origins(urls) == ["https://a.example", "http://a.example:8080"], "[::1] is this machine"
    assert len(picture_origins(f"https://h{number}.example/" for number in range(100))) == 20


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("img.example.com", True),
        ("dfscdn.dfcfw.com", True),
        ("203.0.114.9", True),
        ("[2606:4700::1111]", True),
        ("localhost", False),
        ("a.localhost", False),
        ("localhost.", False),
        ("nas", False),
        ("nas.local", False),
        ("router.lan", False),
        ("127.0.0.1", False),
        ("127.0.0.1.", False),
        ("127.1", False),
        ("2130706433", False),
        ("0x7f000001", False),
        ("0x7f.0.0.1", False),
        ("0177.0.0.1", False),
        ("a.0x7f000001", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("[::1]", False),
        ("[::]", False),
        ("[fe80::1]", False),
        ("[fd00::1]", False),
        ("[::ffff:127.0.0.1]", False),
        ("[::7f00:1]", False),
        ("[64:ff9b::a00:1]", False),
        ("[2002:7f00:1::]", False),
    ],
)
def test_pictures_come_from_the_public_web_only(host: str, public: bool) -> None:
    assert is_public_host(host) is public
    assert picture_origins([f"http://{host}/a.jpg"]) == ([f"http://{host}"] if public else [])


def test_sanitised_html_keeps_text_and_web_links_only() -> None:
    clean = sanitise_html(
        '<p onclick=x style=y>一<b>二</b><img src=z><a href="https://a.example/">三</a></p><script>四</script>'
    )
    assert clean == '<p>一<b>二</b><a href="https://a.example/" rel="nofollow noopener noreferrer">三</a></p>'


def test_clean_text_keeps_what_is_text() -> None:
    assert clean_text("全角　空格\tNBSP\xa0\n下一行 𠮷 👨‍👩‍👧") == "全角　空格\tNBSP\xa0\n下一行 𠮷 👨‍👩‍👧"
    assert clean_text("a\x00b\u202ec\ud800d") == "abcd"
    assert clean_text(None) == ""


def test_a_word_without_end_is_known(shelf: Archive) -> None:
    assert is_endless("长" * 9 + "w" * 200)
    for text in ("", "长" * 450, "a word " * 100, "。长" * 450, "<b>w</b>" * 100):
        assert not is_endless(text)
    lines = (Paragraph("w" * 200), Paragraph("www"))
    page = show(shelf, replace(plain_article(), paragraphs=lines))
    assert page.count('class="endless"') == 1


def test_what_plays_in_an_article_is_linked_and_never_loaded(shelf: Archive) -> None:
    players = (
        Player("video", "http://media.example/a.mp4?x=1&y=2", "http://media.example/a.jpg", 1),
        Player("frame", 'http://media.example/"><script>alert(1)</script>', None, 1),
    )
    page = show(shelf, replace(plain_article(), players=players))
    assert "Films, sounds and frames in the text" in page or "文中视频、音频和嵌入内容" in page
    assert 'href="http://media.example/a.mp4?x=1&amp;y=2"' in page
    assert 'href="http://media.example/a.jpg"' in page
    assert "<script>alert" not in page
    assert not re.search(r"<(?:video|audio|iframe|object|embed)\b", page)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Run `jianbao gaps --repair` now.", "Run <code>jianbao gaps --repair</code> now."),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("a ` alone, `<b>` and `", "a <code> alone, </code>&lt;b&gt;<code> and </code>"),
        ("5` & <i>", "5` &amp; &lt;i&gt;"),
        ("", ""),
    ],
)
def test_commands_in_sentences_are_set_as_code_and_all_is_escaped(sentence: str, shown: str) -> None:
    assert set_commands(sentence) == shown
