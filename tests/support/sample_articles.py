"""Articles put straight into an archive: one with all that an article may have, one full of attacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from storage.archive.folder import Archive
from storage.articles.article import free_id, insert_article
from storage.records import Article, Forms, Image, Link, Paragraph, Security, StoredArticle
from storage.search import index_article

NOON = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
CODE = "NW202603200000000666"
PICTURE = "https://pictures.example/a.jpg"
EVIL = (
    '<script>alert(1)</script><img src=x onerror="alert(2)"><svg onload=alert(3)>'
    '</main></article></bdi></p></body><style>*{display:none}</style><a href="javascript:alert(4)">'
    '{{ 7 * 7 }}{% raw %}" onmouseover="alert(5)" x="&lt;b&gt;'
)
TURNED = "\u202e\u2066gpj.txt\u200f\x1b[31m\x00"
_LONG = 350_000  # characters: 1 MB


def stored_with(article: Article) -> StoredArticle:
    """Return an article to be stored."""
    return StoredArticle(
        id=0,
        article=article,
        forms=Forms.of("media"),
        content_hash="0" * 64,
        duplicate_of=None,
        first_seen_at=NOON,
        last_checked_at=NOON,
        parser_version=1,
        revision=1,
        status="archived",
        capture_id=None,
    )


def shelve(archive: Archive, article: Article) -> None:
    """Store an article and index it."""
    assert article.published_at
    with archive.writing() as connection:
        stored = replace(stored_with(article), id=free_id(connection, article.published_at))
        insert_article(connection, stored)
        index_article(connection, stored, None)


def plain_article() -> Article:
    """Return an article with a paragraph of every kind, a picture, a security and a link."""
    return Article(
        info_code=CODE,
        url="http://127.0.0.1/a.html",
        form="media",
        title="茶园里来了采茶机",
        published_at=NOON,
        precision="minute",
        media="信江日报",
        author="周小满",
        summary="一台机器的春天。",
        source_line="(来源：信江日报)",
        continued=False,
        paragraphs=(
            Paragraph("清明前的第一批春茶下山了。"),
            Paragraph("机器上山", "heading"),
            Paragraph("采茶机在坡地上试运行。", "caption"),
            Paragraph("(上接第一版)", "note"),
            Paragraph("记者 周小满", "byline"),
        ),
        images=(Image(PICTURE, "采茶机在坡地上试运行。", 2, 640, 480), Image("javascript:alert(1)", None, 3)),
        securities=(Security("1", "600519", "贵州茅台", "link"),),
        links=(Link("https://tea.example/", "茶叶网"), Link("javascript:alert(2)", "点我")),
        body_html="<p>清明前的第一批春茶下山了。</p>",
    )


def hostile_article() -> Article:
    """Return an article whose every field is an attack."""
    text = EVIL + TURNED
    return replace(
        plain_article(),
        url=f"javascript:alert('{EVIL}')",
        title=text,
        media=text,
        author=text,
        summary=text,
        source_line=text,
        paragraphs=(
            Paragraph(text),
            Paragraph(text, "heading"),
            Paragraph("长" * _LONG),
            Paragraph("w" * 20_000),
        ),
        images=(
            Image("data:text/html,<script>alert(6)</script>", text, 0),
            Image("https://evil.example'; script-src *;/x.png", text, 0),
            Image('https://a.example/"onerror="alert(7)', text, 1),
        ),
        securities=(Security(text, text, text, "text"),),
        links=(Link("vbscript:x", text), Link(f"http://a.example/{EVIL}", text)),
        body_html=EVIL
        + '<p style="position:fixed" onclick="x()" class="badge">原文<iframe src="http://a.example">'
        '<img src="http://a.example/x.png"><form action="http://a.example"><input name=q></form>'
        '<a href="//a.example/x">一</a><a href="data:text/html,x">二</a><a href="https://a.example/">三</a>',
    )
