"""A web newspaper with feeds: RSS with digests, Atom with whole texts, JSON Feed, a news sitemap."""

from __future__ import annotations

import html
import json
from email.utils import format_datetime

from jianbao.demo.lists.story import Story
from jianbao.demo.lists.story_site import StorySite
from jianbao.demo.material.answer import Answer

_IN_FEED = 10
_JSON = "application/feed+json; charset=utf-8"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


class FeedSite(StorySite):
    """The newspaper: stories at ``a/100025.html``, feeds of the newest ten, a sitemap of all."""

    kind = "feed"

    def path(self, story: Story) -> str:
        """Return where a story stands."""
        return f"{self.base}a/{story.number}.html"

    def _url(self, story: Story) -> str:
        """Feeds name whole addresses."""
        return self.origin + self.path(story)

    def _fixed(self, target: str) -> Answer | None:
        match target.removeprefix(self.base):
            case "" | "index.html":
                return Answer(self._front().encode())
            case "rss.xml":
                return Answer(self._rss().encode(), "application/rss+xml; charset=utf-8")
            case "atom.xml":
                return Answer(self._atom().encode(), "application/atom+xml; charset=utf-8")
            case "feed.json":
                return Answer(self._json().encode(), _JSON)
            case "sitemap.xml":
                return Answer(self._sitemap().encode(), "application/xml; charset=utf-8")
            case _:
                return None

    # -- feeds -----------------------------------------------------------------------------------

    def _rss(self) -> str:
        items = "".join(
            f"<item><title>{_x(story.title)}</title><link>{self._url(story)}</link>"
            f'<guid isPermaLink="false">{self.slug}-{story.number}</guid>'
            f"<description>{_x(story.digest)}</description>"
            f"<dc:creator>{story.author}</dc:creator><pubDate>{format_datetime(story.published_at)}</pubDate></item>\n"
            for story in self.stories[:_IN_FEED]
        )
        return (
            f'{_XML}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>{self.name}</title><link>{self.origin}{self.base}</link><description>{self.name}最新新闻</description>\n"
            f"{items}</channel></rss>\n"
        )

    def _atom(self) -> str:
        entries = "".join(
            f"<entry><id>tag:{self.slug},2026:{story.number}</id><title>{_x(story.title)}</title>"
            f'<link rel="alternate" href="{self._url(story)}"/>'
            f"<published>{story.published_at.isoformat()}</published>"
            f"<updated>{story.published_at.isoformat()}</updated><author><name>{story.author}</name></author>"
            f'<content type="html">{_x(self._body(story))}</content></entry>\n'
            for story in self.stories[:_IN_FEED]
        )
        return (
            f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
            f"<id>tag:{self.slug},2026:all</id><title>{self.name}</title>"
            f"<updated>{self.stories[0].published_at.isoformat()}</updated>\n{entries}</feed>\n"
        )

    def _json(self) -> str:
        items = [
            {
                "id": f"{self.slug}-{story.number}",
                "url": self._url(story),
                "title": story.title,
                "summary": story.digest,
                "date_published": story.published_at.isoformat(),
                "authors": [{"name": story.author}],
            }
            for story in self.stories[:_IN_FEED]
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": self.name, "items": items}
        return json.dumps(feed, ensure_ascii=False)

    def _sitemap(self) -> str:
        urls = "".join(
            f"<url><loc>{self._url(story)}</loc><news:news><news:publication><news:name>{self.name}</news:name>"
            f"<news:language>zh-cn</news:language></news:publication>"
            f"<news:publication_date>{story.published_at.isoformat()}</news:publication_date>"
            f"<news:title>{_x(story.title)}</news:title></news:news></url>\n"
            for story in self.stories
        )
        return (
            f'{_XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{urls}</urlset>\n'
        )

    # -- pages -----------------------------------------------------------------------------------

    def _front(self) -> str:
        items = "".join(
            f'<li><a href="{self.path(story)}">{_x(story.title)}</a></li>\n' for story in self.stories[:6]
        )
        return self._frame(
            self.name,
            f'<div class="news"><h2>要闻</h2><ul>\n{items}</ul></div>',
            '<link rel="alternate" type="application/rss+xml" title="RSS" href="rss.xml">\n'
            '<link rel="alternate" type="application/atom+xml" title="Atom" href="atom.xml">\n',
        )

    def _pages(self, story: Story) -> dict[str, str]:
        body = f"""<nav>当前位置：<a href="{self.base}">首页</a> &gt; 新闻</nav>
<article>
<h1 class="title">{_x(story.title)}</h1>
<p class="meta"><time datetime="{story.published_at.isoformat()}">{story.published_at:%Y-%m-%d %H:%M}</time>
<span class="source">来源：{story.media}</span> <span class="author">记者 {story.author}</span></p>
<div class="content">
{self._body(story)}</div>
<p class="editor">责编：{story.editor}</p>
</article>"""
        return {self.path(story): self._frame(f"{_x(story.title)} - {self.name}", body, "")}

    def _body(self, story: Story) -> str:
        pictures = "".join(
            f'<figure><img src="{self.picture_path(story, name)}" alt="">'
            f"<figcaption>{caption}</figcaption></figure>\n"
            for name, caption in story.pictures
        )
        return pictures + "".join(f"<p>{_x(text)}</p>\n" for text in story.paragraphs)

    def _frame(self, title: str, body: str, links: str) -> str:
        return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{title}</title>
{links}</head>
<body>
<header><a href="{self.base}">{self.name}</a></header>
{body}
<footer>{self.name} 版权所有</footer>
</body>
</html>
"""


def _x(text: str) -> str:
    return html.escape(text, quote=False)
