"""Upstream's template of a post, filled in from the archive (UPSTREAM, section 1.2)."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import timedelta, timezone

from storage.records import Article, Form, canonical_info_code, find_info_code

_CST = timezone(timedelta(hours=8))
_SITE = "//finews.withounder.com"
_ROLLING_SLUG, _ROLLING_TAG = "emnews", "东财滚动新闻"
_SHARED = re.compile(r"https?://[^/\s<>]+/(?:html_News/NewsShare\.html\?infoCode=|news/|a/)[^\s<>]+")
_QUOTED_DIGEST = re.compile(r"\s*<blockquote>.*?</blockquote>\s*", re.DOTALL)


def post_name(article: Article, form: Form) -> str:
    """Return the file name of a post: its day (UTC+8) and info code alone; raise `BadInfoCode`."""
    assert article.published_at is not None
    return f"{article.published_at.astimezone(_CST):%Y-%m-%d}-{_printed_code(article, form)}.md"


def render_post(article: Article, body_html: str, form: Form, sources: Sequence[str]) -> str:
    """Return an article as upstream's latest fetcher writes it, the title unescaped and no final newline.

    ``body_html`` is its body as delivered, ``sources`` are the slugs that list it. Raises `BadInfoCode`.
    """
    assert article.published_at is not None
    slug, tag, page = _place(article, form, sources)
    head = (
        f'---\nlayout: post\ntitle: "{article.title}"\n'
        f"date: {article.published_at.astimezone(_CST):%Y-%m-%d %H:%M:%S} +0800\n"
        f"categories: {slug}\ntags: {tag}\n---\n"
    )
    navigation = f"[返回{tag}]({_SITE}/{page})｜[返回首页]({_SITE}/)"
    return f"{head}{_body(article, body_html, form)}\n\n<{_link(article, form)}>\n\n{navigation}"


def _place(article: Article, form: Form, sources: Sequence[str]) -> tuple[str, str, str]:
    """Return category, tag, and the page that the navigation leads back to."""
    if form == "rolling":
        return _ROLLING_SLUG, _ROLLING_TAG, f"{_ROLLING_SLUG}/"
    slug = next((slug for slug in sources if slug != _ROLLING_SLUG), _ROLLING_SLUG)
    return slug, f"{article.media or slug}新闻", f"category/{slug}.html"


def _body(article: Article, body_html: str, form: Form) -> str:
    """Return the body; what was crawled has the digest as HTML, and a copied text no HTML at all."""
    body = _QUOTED_DIGEST.sub("", body_html, count=1) if form == "rolling" else body_html
    if form == "rolling" and article.summary:
        return f"> {article.summary}\n\n{body}" if body.strip() else f"> {article.summary}"
    return body if body.strip() else _plain_body(article)


def _plain_body(article: Article) -> str:
    """Return the paragraphs as upstream sets them, for a text that came without HTML."""
    return "\n ".join(f"<p>{html.escape(line.text, quote=False)}</p>" for line in article.paragraphs)


def _link(article: Article, form: Form) -> str:
    """Return the address that the post shares: the one it came with, else upstream's for its form."""
    if _SHARED.fullmatch(article.url) and find_info_code(article.url):
        return article.url
    code = _printed_code(article, form)
    if form == "rolling":
        return f"http://finance.eastmoney.com/a/{code}.html"
    return f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={code}"


def _printed_code(article: Article, form: Form) -> str:
    code = canonical_info_code(article.info_code)
    return code if form == "media" else code[-18:]
