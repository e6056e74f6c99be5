"""Upstream's template of a post, filled in from the archive (docs/upstream.md#the-file-of-a-post)."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from spiders.readers.digest import digest_text
from spiders.readers.post_parts import read_digest, without_digest
from storage.records import (
    MEDIA,
    ROLLING,
    Article,
    Form,
    canonical_info_code,
    find_info_code,
    has_digits_alone,
)
from storage.records.press_days import PRINTED_ZONE
from storage.records.text.liquid import neutralise_liquid, neutralise_plain

_SITE = "//finews.withounder.com"
_ROLLING_SLUG, _ROLLING_TAG = "emnews", "东财滚动新闻"
_SHARED = re.compile(r"https?://[^/\s<>]+/(?:html_News/NewsShare\.html\?infoCode=|news/|a/)[^\s<>]+")
_WORD = re.compile(r"\w+")
_CAPITAL = re.compile("[A-Z]")


def post_name(article: Article, form: Form) -> str:
    """Return the file name of a post: its day (UTC+8) and info code alone; raise `BadInfoCode`.

    A capital in the code of another site is ``=`` and the small letter: where a file system takes both for
    one, two articles still have two files.
    """
    assert article.published_at is not None
    code = _printed_code(article, form)
    name = code if has_digits_alone(code) else _CAPITAL.sub(lambda found: f"={found[0].lower()}", code)
    return f"{article.published_at.astimezone(PRINTED_ZONE):%Y-%m-%d}-{name}.md"


def render_post(
    article: Article, body_html: str, form: Form, sources: Sequence[str], shared: str | None = None
) -> str:
    """Return an article as upstream's latest fetcher writes it, the title unescaped and no final newline.

    ``body_html`` is its body as this form delivered it, ``sources`` are the slugs that list it, ``shared`` is
    the address that its page shares. Liquid in what the article says is neutralised. Raises `BadInfoCode`.
    """
    assert article.published_at is not None
    slug, tag, page = _place(article, form, sources)
    tag = neutralise_plain(tag)
    head = (
        f'---\nlayout: post\ntitle: "{neutralise_plain(article.title)}"\n'
        f"date: {_printed_time(article)}\n"
        f"categories: {slug}\ntags: {tag}\n{_identity(article, form)}---\n"
    )
    navigation = f"[返回{tag}]({_SITE}/{page})｜[返回首页]({_SITE}/)"
    link = _link(article, form, shared)
    shared_line = f"<{link}>\n\n" if link else ""
    return f"{head}{_body(article, body_html, form)}\n\n{shared_line}{navigation}"


def _identity(article: Article, form: Form) -> str:
    """Return the lines that tell the code of another site's article, which its file's name need not."""
    if has_digits_alone(article.info_code):
        return ""
    return f"code: {article.info_code}\n" + (f"form: {form}\n" if form != MEDIA else "")


def _printed_time(article: Article) -> str:
    """Return the time as exactly as it is known."""
    assert article.published_at is not None
    local = article.published_at.astimezone(PRINTED_ZONE)
    if article.precision == "day":
        return f"{local:%Y-%m-%d}"
    return (
        f"{local:%Y-%m-%d %H:%M} +0800"
        if article.precision == "minute"
        else f"{local:%Y-%m-%d %H:%M:%S} +0800"
    )


def _place(article: Article, form: Form, sources: Sequence[str]) -> tuple[str, str, str]:
    """Return category, tag, and the page that the navigation leads back to."""
    if form == ROLLING:
        return _ROLLING_SLUG, _ROLLING_TAG, f"{_ROLLING_SLUG}/"
    slug = next((slug for slug in sources if slug != _ROLLING_SLUG), _ROLLING_SLUG)
    address = slug.replace("{", "%7B")
    return slug, f"{article.media or ''}新闻", f"category/{address}.html"


def _body(article: Article, body_html: str, form: Form) -> str:
    """Return the body; what was crawled has the digest as HTML, and a copied text no HTML at all."""
    body = neutralise_liquid(_without_digest(body_html, article))
    if form == ROLLING and article.summary:
        quoted = f"> {_quoted(article.summary)}"
        return f"{quoted}\n\n{body}" if body.strip() else quoted
    if form == ROLLING and body.startswith(">"):
        return f"> \n\n{body}"  # no digest, which the body would be taken for
    return body if body.strip() else _plain_body(article)


def _without_digest(body_html: str, article: Article) -> str:
    """Return a body without the digest before it; a quotation of other words is the article's own."""
    is_digest = bool(article.summary) and _words(read_digest(body_html)) == _words(article.summary)
    return without_digest(body_html) if is_digest else body_html


def _words(text: str | None) -> str:
    """Return the letters alone: of a digest as HTML, kramdown took other signs."""
    return "".join(_WORD.findall(text or ""))


def _quoted(summary: str) -> str:
    """Return a digest as it is quoted: one that begins with a bracketed title of its own needs another."""
    plain = neutralise_plain(summary)
    return plain if digest_text(summary) == summary else f"【】{plain}"


def _plain_body(article: Article) -> str:
    """Return the paragraphs as upstream sets them, for a text that came without HTML."""
    lines = (html.escape(line.text, quote=False) for line in article.paragraphs)
    return neutralise_liquid("\n ".join(f"<p>{line}</p>" for line in lines))


def _link(article: Article, form: Form, shared: str | None) -> str | None:
    """Return the address that the post shares: the one it came with, else upstream's for its form.

    An article of another site has the page that it came from, None where it came from no page.
    """
    if not has_digits_alone(article.info_code):
        return article.url if article.url.startswith(("http://", "https://")) else None
    for address in (shared, article.url):
        identity = find_info_code(address) if address and _SHARED.fullmatch(address) else None
        if address and identity == (article.info_code, form):
            return address.replace("{", "%7B")
    code = _printed_code(article, form)
    if form == ROLLING:
        return f"http://finance.eastmoney.com/a/{code}.html"
    return f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={code}"


def _printed_code(article: Article, form: Form) -> str:
    code = canonical_info_code(article.info_code)
    return code[-18:] if form == ROLLING and has_digits_alone(code) else code
