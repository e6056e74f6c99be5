"""A portal with list pages in GBK, as TRS WCM makes them: ``index_1.html`` is the second page of a list."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace

from jianbao.demo.lists.story import Story
from jianbao.demo.lists.story_site import StorySite
from jianbao.demo.material.answer import Answer

_A_PAGE = 10
_SHOWN = 16
"""Characters of a title that a list shows; the whole one is in an attribute."""
_SPLIT, _OLD = 7, 5
"""Every seventh story fills two pages, every fifth is set in the former layout."""


class Portal(StorySite):
    """The portal: stories at ``xwzx/202603/t20260320_100025.html``, a list of them in pages of ten.

    ``about.html`` is a page that is no list.
    """

    def path(self, story: Story) -> str:
        """Return where a story stands, as TRS names it."""
        at = story.published_at
        return f"{self.base}xwzx/{at:%Y%m}/t{at:%Y%m%d}_{story.number}.html"

    @property
    def list_path(self) -> str:
        """Where the list begins."""
        return f"{self.base}xwzx/"

    def _shape(self, story: Story) -> Story:
        return replace(story, is_split=story.number % _SPLIT == 0, is_old=story.number % _OLD == 0)

    def _encode(self, text: str) -> Answer:
        """The server says nothing of the encoding; the page says gb2312, and is GBK."""
        return Answer(text.encode("gbk", "xmlcharrefreplace"), "text/html", encoding="gbk")

    def _fixed(self, target: str) -> Answer | None:
        path = target.removeprefix(self.base)
        if path in {"", "index.html"}:
            return self._encode(self._front())
        if path == "about.html":
            return self._encode(self._about())
        match = re.fullmatch(r"xwzx/(?:index(?:_(\d{1,4}))?\.html)?", path)
        if not match:
            return None
        page = int(match[1] or 0)
        listed = self.stories[page * _A_PAGE : (page + 1) * _A_PAGE]
        return self._encode(self._list(page, listed)) if listed and match[1] != "0" else None

    # -- lists -----------------------------------------------------------------------------------

    def _list(self, page: int, listed: Sequence[Story]) -> str:
        items = "\n".join(self._item(story, "./") for story in listed)
        pages = -(-len(self._stories) // _A_PAGE)
        return self._frame(
            f"新闻中心-{self.name}",
            f"""<div class="path">您当前的位置：<a href="../">首页</a> &gt; 新闻中心</div>
<div class="list"><ul class="newslist">
{items}
</ul></div>
<div class="page">{_turn(page, pages)}</div>
<script>createPageHTML({pages}, {page}, "index", "html");</script>
<div class="right"><h3>专题</h3><ul><li><a href="../about.html">走进灵溪</a></li></ul></div>""",
        )

    def _item(self, story: Story, prefix: str) -> str:
        href = prefix + self.path(story).removeprefix(self.list_path)
        title = html.escape(story.title)
        shown = title if len(title) <= _SHOWN else f"{title[:_SHOWN]}..."
        return (
            f'<li><a href="{href}" title="{title}" target="_blank">{shown}</a>'
            f'<span class="date">{story.published_at:%Y-%m-%d}</span></li>'
        )

    def _front(self) -> str:
        items = "\n".join(self._item(story, "./xwzx/") for story in self.stories[:6])
        return self._frame(
            f"{self.name}_灵溪新闻门户",
            f'<div class="box"><h2><a href="./xwzx/">新闻中心</a></h2><ul>\n{items}\n</ul></div>'
            '<div class="box"><h2><a href="./about.html">关于我们</a></h2></div>',
        )

    def _about(self) -> str:
        return self._frame(
            f"关于我们-{self.name}",
            f'<h1>关于我们</h1><div class="text"><p>　　{self.name}是示例网站的一部分，所有内容均为虚构。</p>'
            '<p>　　联系电话：0000-0000000</p><p><a href="./">返回首页</a></p></div>',
        )

    # -- stories ---------------------------------------------------------------------------------

    def _pages(self, story: Story) -> dict[str, str]:
        path = self.path(story)
        if not story.is_split:
            return {path: self._story(story, story.paragraphs, "", is_first=True)}
        half = (len(story.paragraphs) + 1) // 2
        second = path.replace(".html", "_1.html")
        name, next_name = path.rpartition("/")[2], second.rpartition("/")[2]
        turns = (
            f'<b>1</b> <a href="./{next_name}">2</a> <a href="./{next_name}">下一页</a>',
            f'<a href="./{name}">上一页</a> <a href="./{name}">1</a> <b>2</b>',
        )
        return {
            path: self._story(story, story.paragraphs[:half], turns[0], is_first=True),
            second: self._story(story, story.paragraphs[half:], turns[1], is_first=False),
        }

    def _story(self, story: Story, paragraphs: Sequence[str], turn: str, *, is_first: bool) -> str:
        pictures = story.pictures if is_first else ()
        write = self._old_layout if story.is_old else self._layout
        page = f'<div class="page">{turn}</div>\n' if turn else ""
        return self._frame(
            f"{html.escape(story.title)}-{self.name}", write(story, paragraphs, pictures, page)
        )

    def _layout(
        self, story: Story, paragraphs: Sequence[str], pictures: Sequence[tuple[str, str]], page: str
    ) -> str:
        body = "".join(f"<p>　　{html.escape(text)}</p>\n" for text in paragraphs)
        shown = "".join(
            f'<p align="center"><img src="./{name}" border="0"></p>\n<p align="center">{caption}</p>\n'
            for name, caption in pictures
        )
        return f"""<div class="path">您当前的位置：<a href="../../">首页</a> &gt;
<a href="../">新闻中心</a></div>
<div class="main">
<h1>{html.escape(story.title)}</h1>
<div class="info"><span>{story.published_at:%Y-%m-%d %H:%M}</span> <span>来源：{story.media}</span>
<span>作者：{story.author}</span>
<span>字体：<a href="#">大</a> <a href="#">中</a> <a href="#">小</a></span></div>
<div class="TRS_Editor">
{shown}{body}</div>
{page}<div class="editor">（责任编辑：{story.editor}）</div>
<div class="share">分享到：<a href="#">微信</a> <a href="#">微博</a> 【打印】【关闭】</div>
{self._related(story)}
</div>"""

    def _old_layout(
        self, story: Story, paragraphs: Sequence[str], pictures: Sequence[tuple[str, str]], page: str
    ) -> str:
        body = "<br>\n".join(f"　　{html.escape(text)}" for text in paragraphs)
        shown = "".join(f'<img src="./{name}"><br>{caption}<br>\n' for name, caption in pictures)
        return f"""<table width="760" align="center"><tr><td class="where">首页 &gt;&gt; 新闻中心</td></tr>
<tr><td class="bt" align="center">{html.escape(story.title)}</td></tr>
<tr><td class="xx" align="center">{story.published_at:%Y年%m月%d日 %H:%M}　来源：{story.media}　\
编辑：{story.editor}</td></tr>
<tr><td id="zoom">{shown}{body}</td></tr>
<tr><td>{page}</td></tr></table>
{self._related(story)}"""

    def _related(self, story: Story) -> str:
        others = [other for other in self.stories if other.number != story.number][:3]
        items = "\n".join(self._item(other, "../") for other in others)
        return f'<div class="related"><h3>相关新闻</h3><ul>\n{items}\n</ul></div>'

    def _frame(self, title: str, body: str) -> str:
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{title}</title>
</head>
<body>
<div class="top"><a href="{self.base}">首页</a> | <a href="{self.list_path}">新闻中心</a> | <a href="{self.base}about.html">关于我们</a></div>
{body}
<div class="footer">{self.name}版权所有 未经书面授权不得转载 示ICP备00000000号</div>
</body>
</html>
"""  # noqa: E501 - a document type has one line


def _turn(page: int, pages: int) -> str:
    """Return the links to other pages of a list: the first one has no number in its name."""
    links = [
        f"<b>{at + 1}</b>" if at == page else f'<a href="{_name(at)}">{at + 1}</a>' for at in range(pages)
    ]
    if page:
        links.insert(0, f'<a href="{_name(page - 1)}">上一页</a>')
    if page + 1 < pages:
        links.append(f'<a href="{_name(page + 1)}">下一页</a>')
    return " ".join(links)


def _name(page: int) -> str:
    return f"index_{page}.html" if page else "index.html"
