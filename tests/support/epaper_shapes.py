"""Digital newspapers of the smaller families, for one test of them all: each a shape of its own.

What they have in common is plain HTML of the time: an image map, a list of titles, a list of pages. Each
family differs in its addresses, and in what its articles are set in.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import partial

from jianbao.demo.epaper import PrintedArticle, PrintedIssue, PrintedPage
from jianbao.demo.epaper.founder_classic import FounderClassic
from jianbao.demo.epaper.shape import Calendar, Leaves, Shape, Slot, escape, write_map
from jianbao.demo.material.answer import Answer


class PlainShape(Shape):
    """What the small families have in common; a subclass says where things stand.

    ``front`` is the path, below the base, of a page that jumps to the newest issue, or empty;
    ``shows`` are the headings that an article's page has where a reader finds them. ``declared`` is what a
    source says of the paper beside its address.
    """

    day_in = re.compile(r"/(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)/")
    front = ""
    declared = ""
    shows: tuple[str, ...] = ("title", "kicker")

    def article_id(self, slot: Slot, serial: int) -> str:
        """Return the serial number itself."""
        return str(serial) if slot.number else ""

    def picture_path(self, slot: Slot, serial: int) -> str:
        """Return where a picture stands, below the day."""
        return f"{self.base}images/{slot.day:%Y%m%d}/{slot.number}-{serial}.jpg"

    def guide(self, path: str, calendar: Calendar) -> Answer | None:
        """Return the page that jumps to the newest issue."""
        if path != self.base + self.front or not self.front:
            return None
        front = self.page_path(Slot(calendar.newest, 0, "A01"))
        depth = "../" * self.front.count("/")
        target = depth + front.removeprefix(self.base)
        return Answer(
            f'<html><head><meta http-equiv="refresh" content="0;url={target}"></head></html>'.encode()
        )

    def write_page(self, issue: PrintedIssue, page: PrintedPage) -> str:
        """Return an issue page."""
        titles = "".join(
            f'<li><a href="{_from(page.path, article.path)}">{escape(article.title)}</a></li>\n'
            for article in page.articles
        )
        areas = write_map(page, (_from(page.path, article.path) for article in page.articles))
        return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{self.name} {page.number}版：{page.name}</title></head><body>
<div class="left"><map name="PagePicMap">{areas}</map>
<img src="{_from(page.path, page.shown)}" usemap="#PagePicMap" border="0">
<a href="{_from(page.path, page.pdf)}">PDF</a></div>
<div class="pages"><ul>{self.page_links(issue, page)}</ul></div>
<div class="titles"><h2>第{page.number}版：{page.name}</h2><ul>
{titles}</ul></div>
<div class="foot"><a href="/">首页</a></div></body></html>
"""

    def page_links(self, issue: PrintedIssue, page: PrintedPage) -> str:
        """Return the links to all pages of the issue."""
        return "".join(
            f'<li><a href="{_from(page.path, other.path)}">第{other.number}版：{other.name}</a></li>'
            for other in issue.pages
        )

    def write_article(self, issue: PrintedIssue, page: PrintedPage, article: PrintedArticle) -> str:
        """Return an article, as the family sets it."""
        pictures = "".join(
            f'<p align="center"><img src="{_from(article.path, picture.path)}"><br>{picture.caption}</p>'
            for picture in article.pictures
        )
        return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{self.name}</title></head><body>
<div class="where">{self.name} {issue.day:%Y年%m月%d日} 第{page.number}版：{page.name}
<a href="{_from(article.path, page.path)}">返回版面</a></div>
{self.set_article(article, pictures)}
<div class="foot">{self.name}数字报</div></body></html>
"""

    def set_article(self, article: PrintedArticle, pictures: str) -> str:
        """Return headlines and body in the markup that most of these families have."""
        body = "".join(f"<p>　　{escape(text)}</p>" for text in article.paragraphs)
        return f"""<div class="bmnr_con">
<div class="bmnr_con_yinti">{escape(article.kicker)}</div>
<div class="bmnr_con_biaoti">{escape(article.title)}</div>
<div class="bmnr_con_con"><span id="contenttext"><div id="zoom">{pictures}{body}</div></span></div></div>"""


def _from(here: str, there: str) -> str:
    """Return the relative reference from one path to another."""
    at, to = here.split("/")[:-1], there.split("/")
    while at and len(to) > 1 and at[0] == to[0]:
        at, to = at[1:], to[1:]
    return "../" * len(at) + "/".join(to)


class HtmlIndex(PlainShape):
    """``/hfrb/20260320/html/index.htm`` and ``page_02.htm``; no file tells the days."""

    declared = 'issue = "{Y}{m}{d}/html/index.htm"'

    def page_path(self, slot: Slot) -> str:
        name = f"page_{slot.order + 1:02d}" if slot.order else "index"
        return f"{self.base}{slot.day:%Y%m%d}/html/{name}.htm"

    def article_path(self, slot: Slot, article_id: str) -> str:
        name = f"page_{slot.order + 1:02d}" if slot.order else "index"
        return f"{self.base}{slot.day:%Y%m%d}/html/{name}_content_{article_id}.htm"


class PageArticle(PlainShape):
    """``/content/20260320/Page01DK.htm`` and ``Articel01002DK.htm``, the misspelling being theirs."""

    front = "content/PaperIndex.htm"

    def page_path(self, slot: Slot) -> str:
        return f"{self.base}content/{slot.day:%Y%m%d}/Page{slot.order + 1:02d}DK.htm"

    def article_path(self, slot: Slot, article_id: str) -> str:
        return f"{self.base}content/{slot.day:%Y%m%d}/Articel{slot.order + 1:02d}{article_id}DK.htm"


class Shtml(PlainShape):
    """``/shtml/sxrb/20260320/vA1.shtml`` and ``123456.shtml``."""

    front = "index_sxrb.shtml"

    def page_path(self, slot: Slot) -> str:
        return f"{self.base}shtml/sxrb/{slot.day:%Y%m%d}/v{slot.order + 1:02d}.shtml"

    def article_path(self, slot: Slot, article_id: str) -> str:
        return f"{self.base}shtml/sxrb/{slot.day:%Y%m%d}/{article_id}.shtml"


class Szbz(PlainShape):
    """``/Html/szbz/20260320/szbzA1.Html``: articles are called as pages are."""

    declared = 'issue = "Html/szbz/{Y}{m}{d}/szbzA1.Html"'
    shows = ("title",)

    def page_path(self, slot: Slot) -> str:
        return f"{self.base}Html/szbz/{slot.day:%Y%m%d}/szbzA{slot.order + 1}.Html"

    def article_path(self, slot: Slot, article_id: str) -> str:
        return f"{self.base}Html/szbz/{slot.day:%Y%m%d}/szbz{article_id}.Html"

    def set_article(self, article: PrintedArticle, pictures: str) -> str:
        body = "<br>".join(f"　　{escape(text)}" for text in article.paragraphs)
        title = f'<h1 class="bt">{escape(article.title)}</h1>'
        return f'<table><tr><td>{title}</td></tr><tr><td id="content">{pictures}{body}</td></tr></table>'


class Qpaper(PlainShape):
    """``/Html/2026-03-20/Qpaper.html``, ``Qpaper_123.html`` and ``4567.html``."""

    declared = 'issue = "Html/{Y}-{m}-{d}/Qpaper.html"'
    day_in = re.compile(r"/(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)/")
    shows = ()

    def picture_path(self, slot: Slot, serial: int) -> str:
        return f"{self.base}images/{slot.day}/{slot.number}-{serial}.jpg"

    def page_path(self, slot: Slot) -> str:
        name = f"Qpaper_{8800 + slot.order}" if slot.order else "Qpaper"
        return f"{self.base}Html/{slot.day}/{name}.html"

    def article_path(self, slot: Slot, article_id: str) -> str:
        return f"{self.base}Html/{slot.day}/{article_id}.html"

    def set_article(self, article: PrintedArticle, pictures: str) -> str:
        body = "".join(f"<p>　　{escape(text)}</p>" for text in article.paragraphs)
        title = f"<h2>{escape(article.title)}</h2>"
        return f'<div class="art">{title}<div class="content">{pictures}{body}</div></div>'


class Uniflows(PlainShape):
    """``/html/2026/03/20/01/default.htm`` and ``01_15.htm`` beside it."""

    declared = 'issue = "html/{Y}/{m}/{d}/01/default.htm"'
    day_in = re.compile(r"/(?P<y>\d{4})/(?P<m>\d\d)/(?P<d>\d\d)/")
    shows = ("title",)

    def picture_path(self, slot: Slot, serial: int) -> str:
        return f"{self.base}images/{slot.day:%Y/%m/%d}/{slot.number}-{serial}.jpg"

    def page_path(self, slot: Slot) -> str:
        return f"{self.base}html/{slot.day:%Y/%m/%d}/{slot.order + 1:02d}/default.htm"

    def article_path(self, slot: Slot, article_id: str) -> str:
        folder = f"{slot.order + 1:02d}"
        return f"{self.base}html/{slot.day:%Y/%m/%d}/{folder}/{folder}_{article_id}.htm"

    def set_article(self, article: PrintedArticle, pictures: str) -> str:
        body = "".join(f"<p>　　{escape(text)}</p>" for text in article.paragraphs)
        title = f'<div class="title1"><h1>{escape(article.title)}</h1></div>'
        return f'{title}<div id="ozoom">{pictures}{body}</div>'


class DatedPages(PlainShape):
    """``/2026/20260320/20260320_001/20260320_001.html`` and ``20260320_001_1.html``."""

    declared = 'issue = "{Y}/{Y}{m}{d}/{Y}{m}{d}_001/{Y}{m}{d}_001.html"'
    shows = ("title", "kicker", "subtitle")

    def article_id(self, slot: Slot, serial: int) -> str:
        return f"{slot.order + 1:03d}_{serial % 100}"

    def page_path(self, slot: Slot) -> str:
        return f"{self._folder(slot)}{slot.day:%Y%m%d}_{slot.order + 1:03d}.html"

    def article_path(self, slot: Slot, article_id: str) -> str:
        return f"{self._folder(slot)}{slot.day:%Y%m%d}_{article_id}.html"

    def _folder(self, slot: Slot) -> str:
        return f"{self.base}{slot.day:%Y/%Y%m%d}/{slot.day:%Y%m%d}_{slot.order + 1:03d}/"

    def set_article(self, article: PrintedArticle, pictures: str) -> str:
        body = "".join(f"<p>　　{escape(text)}</p>" for text in article.paragraphs)
        return (
            f'<div class="detail"><h4>{escape(article.kicker)}</h4><h1>{escape(article.title)}</h1>'
            f'<h4>{escape(article.subtitle)}</h4><div class="detail-info">{escape(article.author)}</div>'
            f'<div id="content" class="detail-content">{pictures}{body}</div></div>'
        )


class FounderNamed(FounderClassic):
    """Named nodes: ``nbs.D110000lxrb_01.htm`` and ``nw.D110000lxrb_20260320_1-01.htm``, and an overview.

    An article's number counts within its page, so neither alone names it. The overview's address is one of a
    classic page, and it is none.
    """

    def __init__(self, base: str, name: str) -> None:
        super().__init__(base, name, month_file="bare period")

    def article_id(self, slot: Slot, serial: int) -> str:
        return f"{serial % 16 + 1}-{slot.order + 1:02d}"

    def page_path(self, slot: Slot) -> str:
        return f"{self._folder(slot.day)}nbs.D110000lxrb_{slot.order + 1:02d}.htm"

    def article_path(self, slot: Slot, article_id: str) -> str:
        return f"{self._folder(slot.day)}nw.D110000lxrb_{slot.day:%Y%m%d}_{article_id}.htm"

    def _index(self, newest: date) -> str:
        front = self.page_path(Slot(newest, 0, "A01")).removeprefix(self.base)
        return f'<html><head><META HTTP-EQUIV="REFRESH" CONTENT="0; URL={front}"></head></html>'

    def write_page(self, issue: PrintedIssue, page: PrintedPage) -> str:
        overview = '<a href="node_1921.htm"><img src="../../../tplimg/button3.gif" border="0"></a>'
        return super().write_page(issue, page).replace("</body>", f"{overview}</body>")


class JsonNavi(PlainShape):
    """``/data/journal/2026-03-20/navi.json``, its articles ``01/article/4567.json``: no HTML at all."""

    declared = 'issue = "data/journal/{Y}-{m}-{d}/navi.json"'
    day_in = re.compile(r"/(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)/")

    def picture_path(self, slot: Slot, serial: int) -> str:
        return f"{self._folder(slot.day)}{slot.number}/{serial}.jpg"

    def page_path(self, slot: Slot) -> str:
        return f"{self._folder(slot.day)}{slot.number}/page.json"

    def article_path(self, slot: Slot, article_id: str) -> str:
        return f"{self._folder(slot.day)}{slot.number}/article/{article_id}.json"

    def _folder(self, day: date) -> str:
        return f"{self.base}data/journal/{day}/"

    def leaves(self, issue: PrintedIssue) -> Leaves:
        """Return the issue's: one file names all its pages and articles."""
        leaves = super().leaves(issue)
        for page in issue.pages:
            del leaves[page.path]
            leaves |= {
                article.path: partial(_json, self._article_json(issue, article)) for article in page.articles
            }
        return leaves | {f"{self._folder(issue.day)}navi.json": partial(_json, self._navi(issue))}

    def _navi(self, issue: PrintedIssue) -> dict[str, object]:
        return {
            "pages": [
                {
                    "pname": page.name,
                    "pnumber": page.number,
                    "articleList": [
                        {"id": int(article.id), "title": article.title, "jdate": f"{issue.day}"}
                        for article in page.articles
                    ],
                }
                for page in issue.pages
            ]
        }

    def _article_json(self, issue: PrintedIssue, article: PrintedArticle) -> dict[str, object]:
        body = "".join(f"<p>　　{escape(text)}</p>" for text in article.paragraphs)
        return {
            "article": {
                "id": int(article.id),
                "title": article.title,
                "author": article.author,
                "content": body,
                "addtime": f"{issue.day} 05:30:00",
            }
        }


def _json(document: dict[str, object]) -> Answer:
    return Answer(json.dumps(document, ensure_ascii=False).encode(), "application/json; charset=utf-8")


class CalendarClassic(FounderClassic):
    """Founder classic of the later client: ``navi.xml`` names days, the index alone names a page."""

    def __init__(self, base: str, name: str) -> None:
        super().__init__(base, name, node=85_762, month_file="navi")
