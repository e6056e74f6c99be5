"""A web newspaper whose list is JSON, page by page: ``api/list.json?page=2``."""

from __future__ import annotations

import html
import json
import re

from jianbao.demo.lists.story import Story
from jianbao.demo.lists.story_site import StorySite
from jianbao.demo.material.answer import Answer

_A_PAGE = 10


class JsonSite(StorySite):
    """The newspaper: stories at ``p/100025.html``; its front page is filled by a script."""

    def path(self, story: Story) -> str:
        """Return where a story stands."""
        return f"{self.base}p/{story.number}.html"

    @property
    def list_path(self) -> str:
        """Where the list begins."""
        return f"{self.base}api/list.json"

    def _fixed(self, target: str) -> Answer | None:
        if target in {self.base, f"{self.base}index.html"}:
            return Answer(self._frame(self.name, '<div id="list">加载中</div>').encode())
        match = re.fullmatch(re.escape(self.list_path) + r"(?:\?page=(\d{1,4}))?", target)
        if not match:
            return None
        return Answer(self._list(int(match[1] or 1)).encode(), "application/json; charset=utf-8")

    def _list(self, page: int) -> str:
        listed = self.stories[max(0, page - 1) * _A_PAGE : max(0, page) * _A_PAGE]
        data = {
            "total": len(self._stories),
            "page": page,
            "pages": -(-len(self._stories) // _A_PAGE),
            "list": [self._item(story) for story in listed],
        }
        return json.dumps({"code": 200, "message": "ok", "data": data}, ensure_ascii=False)

    def _item(self, story: Story) -> dict[str, object]:
        return {
            "id": story.number,
            "title": story.title,
            "url": self.path(story),
            "publishTime": f"{story.published_at:%Y-%m-%d %H:%M:%S}",
            "source": story.media,
            "author": story.author,
            "summary": story.digest,
        }

    def _pages(self, story: Story) -> dict[str, str]:
        pictures = "".join(
            f'<p class="pic"><img src="{self.picture_path(story, name)}"></p><p class="tu">{caption}</p>\n'
            for name, caption in story.pictures
        )
        body = "".join(f"<p>{html.escape(text, quote=False)}</p>\n" for text in story.paragraphs)
        return {
            self.path(story): self._frame(
                f"{html.escape(story.title)}_{self.name}",
                f"""<h1>{html.escape(story.title, quote=False)}</h1>
<div class="info"><span class="time">{story.published_at:%Y-%m-%d %H:%M:%S}</span>
<span class="source">来源：{story.media}</span></div>
<div id="content">
{pictures}{body}</div>
<div class="editor">[责任编辑：{story.editor}]</div>""",
            )
        }

    def _frame(self, title: str, body: str) -> str:
        return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body>
<div class="header"><a href="{self.base}">{self.name}</a></div>
{body}
<div class="footer">Copyright {self.name}</div>
</body>
</html>
"""
