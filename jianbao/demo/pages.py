"""The demo site's HTML, line for line as Jekyll 4.3.1 renders the real site (docs/upstream.md#pages)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from jianbao.demo.appearance import Appearance
from jianbao.demo.body import deliver_blocks, deliver_source_line, escape_ampersands
from jianbao.demo.post import Post

ORIGIN = "https://finews.withounder.com"
SITE = "金融消息"

_HOST = "//finews.withounder.com"
_SHARE = "http://finews.zning.xyz/html_News/NewsShare.html?infoCode="
_MARKUP = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_HOME_LIMIT = 5
_FEED_LIMIT = 10

# Jekyll gives a plain page's *source* to its own layout, so the home page leaks its template.
_HOME_SOURCE = """{% for tag in site.tags %}
  <h2 id="{{ tag[0] }}">{{ tag[0] }}</h2>
  <ul>
    {% for post in tag[1] limit:5 %}
      <li><a href="{{ post.url }}">{{ post.title }}</a></li>
    {% endfor %}
  </ul>
  ---
{% endfor %}
"""

NOT_FOUND = """<!DOCTYPE html>
<html>
  <head>
    <meta http-equiv="Content-type" content="text/html; charset=utf-8">
    <title>Page not found &middot; GitHub Pages</title>
  </head>
  <body>
    <div class="container">
      <h1>404</h1>
      <p><strong>File not found</strong></p>
      <p>The site configured at this address does not contain the requested file.</p>
    </div>
  </body>
</html>
"""

ROBOTS = "User-agent: *\nDisallow:\n"


@dataclass(frozen=True, slots=True)
class _Head:
    """What differs between the heads of two pages. ``leak`` goes into og:description as it is."""

    title: str
    path: str
    leak: str = ""
    description: str = ""
    published_at: datetime | None = None
    kind: str = "WebPage"


def post_page(post: Post, appearance: Appearance, *, moved: bool = False) -> str:
    """Return the page of a post; after the move its head leaks the Markdown source instead of the HTML."""
    if appearance.layout == "unknown":
        return _redesigned_post(post, appearance)
    title = appearance.fold(post.title)
    body = _delivered(post, appearance)
    content = _content(post, appearance, body)
    head = _Head(
        title=title,
        path=post.moved_path if moved else post.dated_path,
        leak=_markdown(post, appearance, body) if moved else content,
        description="" if moved else _excerpt(post, appearance, body),
        published_at=post.published_at,
        kind="BlogPosting",
    )
    tags = "".join(f"<em>{tag}</em> " for tag in post.tags).rstrip()
    return _frame(
        head,
        f"<small>(GMT+8, Asia/Shanghai, CST) {post.time}</small>\n<h1>{title}</h1>\n\n{content}\n\n\n"
        f"  <small>tags: {tags}</small>\n\n",
    )


def category_page(slug: str, page_title: str, posts: Sequence[Post], appearance: Appearance) -> str:
    """Return a category page: ``posts`` newest first; without any there is no heading and an empty list."""
    if appearance.layout == "unknown":
        return _redesigned_list(posts)
    tag = posts[0].tags[0] if posts else ""
    heading = f'<h2 id="{tag}">{tag}</h2>\n\n' if posts else ""
    items = "".join(f"    {_item(post, appearance)}\n  \n" for post in posts)
    head = _Head(page_title, f"/category/{quote(slug, safe='()')}.html")
    return _frame(head, f"\n{heading}<ul>\n  \n{items}</ul>\n")


def home_page(posts: Sequence[Post], appearance: Appearance) -> str:
    """Return the home page: the newest five posts of every tag."""
    by_tag: dict[str, list[Post]] = {}
    for post in posts:
        for tag in post.tags:
            by_tag.setdefault(tag, []).append(post)
    lists = "".join(_home_list(tag, tagged[:_HOME_LIMIT], appearance) for tag, tagged in by_tag.items())
    return _frame(_Head("首页", "/", leak=_HOME_SOURCE, kind="WebSite"), f"\n{lists}")


def feed(posts: Sequence[Post], updated: datetime, appearance: Appearance) -> str:
    """Return the Atom feed that jekyll-feed makes: the newest ten posts with their bodies."""
    entries = "".join(_entry(post, appearance) for post in posts[:_FEED_LIMIT])
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
        '<generator uri="https://jekyllrb.com/" version="4.3.1">Jekyll</generator>'
        f'<link href="{ORIGIN}/feed.xml" rel="self" type="application/atom+xml" />'
        f'<link href="{ORIGIN}/" rel="alternate" type="text/html" hreflang="zh-CN" />'
        f"<updated>{updated.isoformat()}</updated><id>{ORIGIN}/feed.xml</id>"
        f'<title type="html">{SITE}</title><author><name>ZNing</name></author>{entries}</feed>'
    )


def news_text(posts: Iterable[Post], appearance: Appearance) -> str:
    """Return GetNewsText's answer for one article: ``content`` with links to securities, ``text`` without."""
    post = next(iter(posts))
    return json.dumps(
        {
            "id": post.info_code,
            "title": appearance.fold(post.title),
            "showtime": post.time,
            "from": post.media,
            "content": _joined(post, appearance, linked=True),
            "text": _joined(post, appearance, linked=False),
        },
        ensure_ascii=False,
    )


def finance_page(post: Post, appearance: Appearance) -> str:
    """Return East Money's own page of an article, without seconds (docs/upstream.md#east-money-pages)."""
    title = html.escape(appearance.fold(post.title), quote=False)
    digest = html.escape(f"【{post.title}】{post.digest or post.paragraphs[0]}")
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8" />
<title>{title} _ 东方财富网</title>
<meta name="description" content="{digest}" />
</head>
<body>
<div class="title">{title}</div>
<div class="infos"><div class=" item">{post.published_at:%Y年%m月%d日 %H:%M}</div>\
<div class="item">{post.media}</div></div>
<div class="txtinfos" id="ContentBody" style="margin-top:0;"><!--文章主体-->
{_joined(post, appearance, linked=True)}
<p>（责任编辑：12）</p>
</div>
<div class="statement"><p>郑重声明：这是示例网站的页面。</p></div>
</body>
</html>
"""


def _blocks(post: Post, appearance: Appearance, *, linked: bool) -> list[str]:
    lines = map(appearance.fold, post.write())
    media = appearance.fold(deliver_source_line(post.media, linked=linked))
    return [*deliver_blocks(lines, post.digits, linked=linked), media]


def _joined(post: Post, appearance: Appearance, *, linked: bool) -> str:
    """Upstream puts white space between the blocks of some bodies and none between those of others."""
    *blocks, media = _blocks(post, appearance, linked=linked)
    return ("\n " if int(post.digits) % 3 == 0 else "").join(blocks) + media


def _delivered(post: Post, appearance: Appearance) -> list[str]:
    return [escape_ampersands(block) for block in _blocks(post, appearance, linked=post.rolling)]


def _content(post: Post, appearance: Appearance, body: list[str]) -> str:
    """The page's content: digest, body, link to share and navigation, as kramdown sets them."""
    share = _share_address(post)
    back, home = _navigation(post, appearance)
    digest = appearance.fold(html.escape(post.digest or "", quote=False))
    quoted = f"<blockquote>\n  <p>{digest}</p>\n</blockquote>\n\n" if post.digest else ""
    return (
        f"{quoted}{appearance.gap.join(body)}\n\n"
        f'<p><a href="{share}">{share}</a></p>\n\n'
        f'<p><a href="{back[0]}">{back[1]}</a>{appearance.mark}<a href="{home[0]}">{home[1]}</a></p>\n'
    )


def _markdown(post: Post, appearance: Appearance, body: list[str]) -> str:
    """The same content as its source has it."""
    back, home = _navigation(post, appearance)
    digest = f"> {post.digest}\n\n" if post.digest else ""
    return (
        f"{digest}{''.join(body)}\n\n<{_share_address(post)}>\n\n"
        f"[{back[1]}]({back[0]}){appearance.mark}[{home[1]}]({home[0]})\n"
    )


def _share_address(post: Post) -> str:
    if post.rolling:
        return f"http://finance.eastmoney.com/news/1350,{post.code}.html"
    return f"{_SHARE}{post.code}"


def _navigation(post: Post, appearance: Appearance) -> tuple[tuple[str, str], tuple[str, str]]:
    # Rolling news links to a page that upstream's generator never makes.
    path = f"/{post.slug}/" if post.rolling else f"/category/{quote(post.slug, safe='()')}.html"
    return (_HOST + path, appearance.back.format(tag=post.tag)), (f"{_HOST}/", appearance.home)


def _excerpt(post: Post, appearance: Appearance, body: list[str]) -> str:
    """What jekyll-seo-tag describes a post with: its first Markdown block, without markup."""
    source = appearance.fold(html.escape(post.digest, quote=False)) if post.digest else "\n".join(body)
    return _BLANKS.sub(" ", _MARKUP.sub("", source)).strip()


def _item(post: Post, appearance: Appearance) -> str:
    return f'<li><a href="{post.dated_path}">{appearance.fold(post.title)}</a></li>'


def _home_list(tag: str, posts: Sequence[Post], appearance: Appearance) -> str:
    items = "".join(f"      {_item(post, appearance)}\n    \n" for post in posts)
    return f'<h2 id="{tag}">{tag}</h2>\n<ul>\n    \n{items}  </ul>\n<hr />\n\n'


def _entry(post: Post, appearance: Appearance) -> str:
    address = ORIGIN + post.dated_path
    title = html.escape(appearance.fold(post.title))
    body = _delivered(post, appearance)
    categories = "".join(f'<category term="{term}" />' for term in (*post.categories, *post.tags))
    return (
        f'<entry><title type="html">{title}</title>'
        f'<link href="{address}" rel="alternate" type="text/html" title="{title}" />'
        f"<published>{post.published_at.isoformat()}</published><updated>{post.published_at.isoformat()}</updated>"
        f"<id>{address.removesuffix('.html')}</id>"
        f'<content type="html" xml:base="{address}"><![CDATA[{_content(post, appearance, body)}]]></content>'
        f"<author><name>ZNing</name></author>{categories}"
        f'<summary type="html"><![CDATA[{_excerpt(post, appearance, body)}]]></summary></entry>'
    )


def _frame(head: _Head, section: str) -> str:
    """The layout around every page. Its og:description is where the content leaks."""
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    <meta charset="UTF-8">
    <meta property="og:title" content="{head.title}">
    <meta property="og:description" content="{head.leak}">
{_seo(head)}

  </head>
  <body onload="JavaScript:AutoRefresh(60000);">
    <div class="wrapper">
      <header>
        <h1><a href="{ORIGIN}/">{SITE}</a></h1>
        <p></p>
      </header>
      <section>

      {section}

      </section>
      <footer>
        <p>&copy; 2021</p>
      </footer>
    </div>
  </body>
</html>
"""


def _seo(head: _Head) -> str:
    """The block that jekyll-seo-tag writes."""
    title, description = head.title, head.description.replace('"', "&quot;")
    address = ORIGIN + head.path
    dated = head.published_at.isoformat() if head.published_at else ""
    lines = (
        "<!-- Begin Jekyll SEO tag v2.8.0 -->",
        f"<title>{title} | {SITE}</title>",
        '<meta name="generator" content="Jekyll v4.3.1" />',
        f'<meta property="og:title" content="{title}" />',
        '<meta name="author" content="ZNing" />',
        '<meta property="og:locale" content="zh_CN" />',
        f'<meta name="description" content="{description}" />' if description else "",
        f'<meta property="og:description" content="{description}" />' if description else "",
        f'<link rel="canonical" href="{address}" />',
        f'<meta property="og:url" content="{address}" />',
        f'<meta property="og:site_name" content="{SITE}" />',
        f'<meta property="og:type" content="{"article" if dated else "website"}" />',
        f'<meta property="article:published_time" content="{dated}" />' if dated else "",
        '<meta name="twitter:card" content="summary" />',
        f'<meta property="twitter:title" content="{title}" />',
        '<script type="application/ld+json">',
        f"{_linked_data(head, address, dated)}</script>",
        "<!-- End Jekyll SEO tag -->",
    )
    return "\n".join(line for line in lines if line)


def _linked_data(head: _Head, address: str, dated: str) -> str:
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": head.kind,
        "author": {"@type": "Person", "name": "ZNing"},
    }
    if dated:
        data |= {"dateModified": dated, "datePublished": dated}
    if head.description:
        data["description"] = head.description
    data["headline"] = head.title
    if dated:
        data["mainEntityOfPage"] = {"@type": "WebPage", "@id": address}
    if head.kind == "WebSite":
        data["name"] = SITE
    return json.dumps(data | {"url": address}, ensure_ascii=False, separators=(",", ":"))


def _redesigned_post(post: Post, appearance: Appearance) -> str:
    """A page that says the same in a layout nobody has met: no section, no headline, no paragraphs."""
    lines = "".join(
        f'<div class="t-{number % 7}">{html.escape(text)}</div>'
        for number, text in enumerate(post.paragraphs)
    )
    return _redesigned(
        f'<main class="story"><div class="ttl">{appearance.fold(post.title)}</div>{lines}</main>'
    )


def _redesigned_list(posts: Sequence[Post]) -> str:
    cards = "".join(
        f'<div class="card" data-key="{number}">{post.title}</div>' for number, post in enumerate(posts)
    )
    return _redesigned(f'<main class="cards">{cards}</main>')


def _redesigned(main: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="UTF-8"><title>{SITE} 全新版</title></head>'
        f'<body><div id="app">{main}</div></body></html>\n'
    )
