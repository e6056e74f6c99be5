"""Founder's new digital newspaper.

``pc/layout/202603/20/node_01.html`` is a page, ``pc/content/202603/20/content_430781.html`` an article.
"""

from __future__ import annotations

import re
import uuid
from datetime import date
from itertools import pairwise

from jianbao.demo.epaper.months import write_periods
from jianbao.demo.epaper.printed import PrintedArticle, PrintedIssue, PrintedPage
from jianbao.demo.epaper.shape import XML, Calendar, Shape, Slot, escape, name_of, write_map
from jianbao.demo.material.answer import Answer


class FounderNew(Shape):
    """The new shape: pages by their number's digits, articles in a folder of their own."""

    day_in = re.compile(r"/(?P<y>\d{4})(?P<m>\d\d)/(?P<d>\d\d)/")

    def article_id(self, slot: Slot, serial: int) -> str:  # noqa: ARG002 - the page is no part of it here
        """Return the serial number itself."""
        return str(serial)

    # -- where things stand ----------------------------------------------------------------------

    def page_path(self, slot: Slot) -> str:
        """Return ``…/pc/layout/202603/20/node_01.html``; the pages are numbered through all sections."""
        return f"{self.base}pc/layout/{slot.day:%Y%m/%d}/node_{slot.order + 1:02d}.html"

    def article_path(self, slot: Slot, article_id: str) -> str:
        """Return ``…/pc/content/202603/20/content_430781.html``."""
        return f"{self.base}pc/content/{slot.day:%Y%m/%d}/content_{article_id}.html"

    def picture_path(self, slot: Slot, serial: int) -> str:
        """Return a path with a name that tells nothing."""
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.base}{slot.day}{slot.number}{serial}")
        return f"{self.base}pc/pic/{slot.day:%Y%m/%d}/{name}.jpg"

    def shown_path(self, picture: str) -> str:
        """Return the thumbnail, which stands beside the full picture."""
        return f"{picture}.2"

    def pdf_path(self, slot: Slot) -> str:
        """Return the PDF's path."""
        return self.picture_path(slot, 0).replace("/pic/", "/att/").removesuffix(".jpg") + ".pdf"

    # -- what leads there ------------------------------------------------------------------------

    def guide(self, path: str, calendar: Calendar) -> Answer | None:
        """Return the paper's index, which jumps to the newest issue, or a month file."""
        path = path.removeprefix(self.base)
        if path in {"", "pc/layout/index.html", "paperindex.htm"}:
            up = "" if path.startswith("pc") else "pc/layout/"
            refresh = (
                f'<meta http-equiv="refresh" content="0;url={up}{calendar.newest:%Y%m/%d}/node_01.html">'
            )
            return Answer(f'<html><head><meta charset="utf-8">{refresh}</head></html>\n'.encode())
        match = re.fullmatch(r"pc/layout/(\d{4})(\d\d)/period\.xml", path)
        found = calendar.of_month(int(match[1]), int(match[2])) if match else ()
        return Answer(write_periods(found, lambda _day: "node_01.html").encode(), XML) if found else None

    # -- what is there ---------------------------------------------------------------------------

    def write_page(self, issue: PrintedIssue, page: PrintedPage) -> str:
        """Return an issue page: the page's picture with its map, the titles, the other pages."""
        hrefs = [_up(self, article.path) for article in page.articles]
        label = f"{issue.day:%Y年%m月%d日} {page.number}版：{page.name}"
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
	<meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
	<title>{self.name} {label}</title>
	<meta name="pagetype" content="2">
	<meta name="author" content="{self.name}_pc">
	<meta name="contentid" content="{issue.day:%Y年%m月%d日}_{page.number}">
	<meta name="PageNumber" content="{page.number}">
	<META name="publishdate" content="{issue.day:%Y年%m月%d日}" />
</head>
<body>
	<div class="main w1200 clearfix">
		<div class="left paper-box">
			<div class="paper">
				<MAP NAME="PagePicMap">{write_map(page, hrefs)}</MAP>
				<img width="400" height="576" src="{_up(self, page.shown)}" border="0" USEMAP=#PagePicMap>
			</div>
			<div class="paper-bot">
				<p class="left ban">
					第{page.number}版：{page.name}
				</p>
				<p class="right qiebtn">{_neighbours(issue, page)}
				<a href="{_up(self, page.pdf)}">PDF版</a></p>
			</div>
		</div>
		<div class="right right-main" id="ozoom"  style="zoom:100%;">
			<div class="date-box"><span>\
<a href="../../{_yesterday(issue.day)}/node_01.html">上一期</a></span></div>
			<div class="list-box clearfix">
				<div class="left news"><div class="tit">第{page.number}版：{page.name}</div>
					<div id="titleList"><ul class="news-list" >
{"".join(_title(self, article, page) for article in page.articles)}					</ul></div>
				</div>
				<div class="right blist"><div class="tit">版面目录</div>
					<div id="pageList"><ul class="ban-list">
{_page_links(issue)}					</ul></div>
				</div>
			</div>
		</div>
	</div>
	<div id="NewsEditionNumber" style="display:none;">paper{issue.day:%Y%m%d}{page.number}</div>
</body>
</html>
"""

    def write_article(self, issue: PrintedIssue, page: PrintedPage, article: PrintedArticle) -> str:
        """Return an article: headlines, a line of author, source and day, the body between two comments."""
        back = f"../../../layout/{issue.day:%Y%m/%d}/{name_of(page.path)}"
        number = f"{int(article.id):,}"
        areas = write_map(page, (name_of(other.path) for other in page.articles))
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
	<meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
	<title>{escape(article.title)}</title>
	<meta name="author" content='第{page.number}版' />
	<meta name="pagetype" content="1">
	<meta name="source" content="{self.name}">
	<meta name="PageNumber" content="{page.number}">
	<meta name="reporter" content="{article.author}">
	<meta name="contentid" content="{number}">
	<meta name="publishdate" content="{issue.day:%Y年%m月%d日}">
</head>
<body onLoad="initialize();initMPPage();">
	<div class="main w1200 clearfix">
		<div class="left paper-box">
			<div class="paper"><MAP NAME="PagePicMap">{areas}</MAP>
				<img width="400" height="576" src="{_up(self, page.shown)}" border="0" USEMAP=#PagePicMap>
			</div>
			<div class="paper-bot"><p class="left ban">
				第{page.number}版：{page.name}
			</p></div>
		</div>
		<div class="right right-main">
			<span><a href="{back}">返回目录</a></span>
			<div class="article-box" id="ozoom" style="zoom:100%;" >
				<div class="article">
					<h3>{escape(article.kicker)}</h3>
					<h1>{escape(article.title)}</h1>
					<h2>{escape(article.subtitle)}</h2>
					<p class="sec">
						<span>{escape(article.author)}</span>
						<span class="date">来源：{self.name}</span>
						<span class="newstime">（{issue.day:%Y年%m月%d日}&nbsp;&nbsp;{page.number}版）</span>
					</p>
					<div id="content" style="zoom:100%;" class="article-text">
						<founder-content>
							<!--enpcontent-->{self._body(article)}<!--/enpcontent-->
						</founder-content>
					</div>
				</div>
			</div>
		</div>
	</div>
</body>
</html>
"""

    def _body(self, article: PrintedArticle) -> str:
        """Pictures come first, their captions in an attribute only."""
        pictures = (
            f'<p style="text-align:center;" class="not-indent"><img src="{_up(self, picture.path)}" '
            f'class="picture-illustrating" data-original-title="　　{picture.caption}"></p>'
            for picture in article.pictures
        )
        return "".join((*pictures, *(f"<p>　　{escape(text)}</p>" for text in article.paragraphs)))


def _up(shape: Shape, path: str) -> str:
    return f"../../../{path.removeprefix(shape.base).removeprefix('pc/')}"


def _yesterday(day: date) -> str:
    return f"{date.fromordinal(day.toordinal() - 1):%Y%m/%d}"


def _title(shape: Shape, article: PrintedArticle, page: PrintedPage) -> str:
    shown = escape(article.title)
    if page.number.endswith("02"):
        shown = f'<script>document.write(view("{article.title} "))</script>'
    return f'\t\t\t\t\t\t<li>\n<a href="{_up(shape, article.path)}">{shown}</a>\n</li>\n'


def _page_links(issue: PrintedIssue) -> str:
    return "".join(
        f'\t\t\t\t\t\t<li><a id="pageLink" href="{name_of(page.path)}">'
        f"{page.number}版：{page.name}</a></li>\n"
        for page in issue.pages
    )


def _neighbours(issue: PrintedIssue, page: PrintedPage) -> str:
    links = ""
    for before, after in pairwise(issue.pages):
        if after.number == page.number:
            links += f'<a href="{name_of(before.path)}">上一版</a>'
        if before.number == page.number:
            links += f'<a href="{name_of(after.path)}">下一版</a>'
    return links
