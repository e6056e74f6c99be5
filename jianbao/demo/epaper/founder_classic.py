"""Founder's classic digital newspaper: ``html/2026-03/20/node_2047.htm`` and ``content_2047_771260.htm``.

Its markup has what real pages have: attributes without quotes, one id on every link, an image map whose name
is written in another case than the picture asks for, and ``#ozoom`` on issue pages too.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Literal

from jianbao.demo.epaper.months import write_calendar, write_periods
from jianbao.demo.epaper.printed import PAGE_SIZE, PrintedArticle, PrintedIssue, PrintedPage
from jianbao.demo.epaper.shape import XML, Calendar, Shape, Slot, escape, name_of, write_map
from jianbao.demo.material.answer import Answer

MonthFile = Literal["period", "bare period", "navi", "none"]
"""Which month file a paper has: with each day's first page, without, the later client's, none."""

_FAR, _SUPPLEMENT = 14, 2
"""Pages from the third on have nodes that lie so much further off: supplements were added later."""


class FounderClassic(Shape):
    """The classic shape. ``node`` is the number of the first page's node, which nobody could guess.

    ``numbered`` puts the node into an article's address, as later versions do.
    """

    day_in = re.compile(r"/(?P<y>\d{4})-(?P<m>\d\d)[-/](?P<d>\d\d)/")

    def __init__(
        self,
        base: str,
        name: str,
        *,
        node: int = 2047,
        month_file: MonthFile = "period",
        numbered: bool = True,
    ) -> None:
        super().__init__(base, name)
        self._first_node = node
        self._month_file = month_file
        self._numbered = numbered

    # -- where things stand ----------------------------------------------------------------------

    def page_path(self, slot: Slot) -> str:
        """Return ``…/html/2026-03/20/node_2047.htm``."""
        return f"{self._folder(slot.day)}node_{self._node(slot.order)}.htm"

    def article_path(self, slot: Slot, article_id: str) -> str:
        """Return ``…/html/2026-03/20/content_2047_771260.htm``, or without the node."""
        return f"{self._folder(slot.day)}content_{article_id}.htm"

    def article_id(self, slot: Slot, serial: int) -> str:
        """Return the id as the address has it: ``2047_771260``, or the serial number alone."""
        return f"{self._node(slot.order)}_{serial}" if self._numbered else str(serial)

    def picture_path(self, slot: Slot, serial: int) -> str:
        """Return a page's picture among the pages, an article's among the resources."""
        if not serial:
            return f"{self.base}page/186/{slot.day}/{slot.number}/{slot.day:%Y%m%d}{slot.number}.jpg"
        return f"{self.base}res/1/186/{slot.day:%Y-%m/%d}/{slot.number}/res{serial}_attpic_brief.jpg"

    def _node(self, order: int) -> int:
        return self._first_node + order + (_FAR if order >= _SUPPLEMENT else 0)

    def _folder(self, day: date) -> str:
        return f"{self.base}html/{day:%Y-%m/%d}/"

    # -- what leads there ------------------------------------------------------------------------

    def guide(self, path: str, calendar: Calendar) -> Answer | None:
        """Return the paper's index, which jumps to the newest issue, or a month file."""
        path = path.removeprefix(self.base)
        if path in {"", "index.htm", "paperindex.htm"}:
            return Answer(self._index(calendar.newest).encode())
        match = re.fullmatch(r"html/(\d{4})-(\d\d)/(period|navi)\.xml", path)
        return self._months(match, calendar) if match else None

    def _index(self, newest: date) -> str:
        target = f"html/{newest:%Y-%m/%d}/node_{self._first_node}.htm"
        return (
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
            f"<title>{self.name}数字报</title>\n"
            f'<META HTTP-EQUIV="REFRESH" CONTENT="0; URL={target}"></head><body></body></html>\n'
        )

    def _months(self, match: re.Match[str], calendar: Calendar) -> Answer | None:
        found = calendar.of_month(int(match[1]), int(match[2]))
        if not found or not self._month_file.endswith(match[3]):
            return None
        if match[3] == "navi":
            return Answer(write_calendar(found).encode(), XML)
        front = f"node_{self._first_node}.htm"
        named = self._month_file == "period"
        return Answer(write_periods(found, (lambda _day: front) if named else None).encode(), XML)

    # -- what is there ---------------------------------------------------------------------------

    def write_page(self, issue: PrintedIssue, page: PrintedPage) -> str:
        """Return an issue page: the page's picture with its map, the titles, the other pages."""
        hrefs = [name_of(article.path) + "?div=-1" * (at == 0) for at, article in enumerate(page.articles)]
        return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{self.name}数字报</title>
<SCRIPT language=Javascript src="../../../tplimg/mp.js"></SCRIPT>
<SCRIPT id=oMapScript event=onmouseover() for=pagepicmap> drawLine(event.srcElement); </SCRIPT>
<script>function view(str){{ return str.replace(/<br>/gi," "); }}</script>
</head>
<SPAN id=leveldiv title=点击查看内容></SPAN>
<body onLoad="initialize();initMPPage();" text=#000000 leftmargin=0 topmargin=0>
<DIV id=pgn><UL>{self._page_links(issue)}</UL></DIV>
<table cellspacing=0 cellpadding=0 width=1002 align=center border=0><tr><td valign=top width=400>
<MAP NAME="pagepicmap">{write_map(page, hrefs)}</MAP>\
<img src={_up(self, page.shown)} width={PAGE_SIZE[0]} height={PAGE_SIZE[1]} border=0 USEMAP=#PagePicMap>
<table width=411><tr><td align=left class=px12>第{page.number}版：<STRONG>{page.name}</STRONG></td>
<td nowrap class=px12>{_neighbours(issue, page)}</td>
<td><a href={_up(self, page.pdf)}><IMG height=16 src="../../../tplimg/pdf.gif" border=0></a></td></tr></table>
<DIV id="ozoom" style="zoom:100%;"><TABLE cellSpacing=0 cellPadding=1 border=0><TBODY>
{self._titles(page)}</TBODY></TABLE></DIV>
<a href="../../{_yesterday(issue.day)}/node_{self._first_node}.htm">上一期</a>
<a href="../../../paperindex.htm">返回首页</a>
</td></tr></table>
</body>
</html>
{self._properties(issue, page, "2", self.name)}"""

    def _page_links(self, issue: PrintedIssue) -> str:
        return " ".join(
            f"<Li>&nbsp;<a id=pageLink href={'./' * (not at)}{name_of(page.path)}>"
            f"{page.number}： {page.name}</a></Li>"
            for at, page in enumerate(issue.pages)
        )

    def _titles(self, page: PrintedPage) -> str:
        """Titles of the second page come from a script only."""
        is_scripted = page.number.endswith("02")
        return "".join(_title(article, is_scripted=is_scripted) for article in page.articles)

    def write_article(self, issue: PrintedIssue, page: PrintedPage, article: PrintedArticle) -> str:
        """Return an article: headlines and author in rows of a table, pictures, then the body."""
        body = "".join(f"<P>　　{escape(text)}</P>" for text in article.paragraphs) or "<P></P>"
        return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{self.name}数字报</title>
<SCRIPT language=Javascript src="../../../tplimg/mp.js"></SCRIPT>
</head>
<body onLoad="initialize();initMPPage();">
<DIV id=pgn><UL>{self._page_links(issue)}</UL></DIV>
<table cellspacing=0 cellpadding=0 width=1002 align=center border=0><tr><td valign=top width=400>
<MAP NAME="pagepicmap">{write_map(page, (name_of(other.path) for other in page.articles))}</MAP>\
<img src={_up(self, page.shown)} width={PAGE_SIZE[0]} height={PAGE_SIZE[1]} border=0 USEMAP=#PagePicMap>
<table><tr><td class=px12>第{page.number}版：<STRONG>{page.name}</STRONG></td></tr></table></td>
<td valign=top><table><tr><td class=px12>{issue.day:%Y年%m月%d日}
<a class=preart href={name_of(page.path)}>返回版面</a>\
{_next(page, article)}</td></tr></table>
<TABLE cellSpacing=0 cellPadding=5 width="100%" border=0 class=wz><TBODY>
<TR vAlign=top><TD class=font02 align=center>{escape(article.kicker)}</TD></TR>
<TR vAlign=top><TD class=font01 align=center>\
<strong><founder-title>{escape(article.title)}</founder-title></strong></TD></TR>
<TR vAlign=top><TD class=font02 align=center>{escape(article.subtitle)}</TD></TR>
<TR vAlign=top><TD class=font02 align=center>\
<founder-author>{escape(article.author)}</founder-author></TD></TR>
</TBODY></TABLE>
{"".join(self._picture(picture.path, picture.caption) for picture in article.pictures)}
<div id=ozoom style="ZOOM: 100%"><founder-content>{body}</founder-content></div>
</td></tr></table>
</body></html>
{self._properties(issue, page, "1", article.title)}"""

    def _picture(self, path: str, caption: str) -> str:
        return (
            "<table id=newspic cellSpacing=0 cellPadding=0 align=center border=0>"
            f"<tr><td align=center><img src={_up(self, path)} border=0></td></tr>"
            f"<tr><td align=center class=font6>{escape(caption)}</td></tr></table>\n"
        )

    def _properties(self, issue: PrintedIssue, page: PrintedPage, kind: str, content: str) -> str:
        return (
            f"<!--enpproperty <founder-date>{issue.day} 23:59:57</founder-date>"
            f"<founder-pagenum>{page.number}</founder-pagenum>"
            f"<founder-papername>{self.name}</founder-papername>"
            f"<founder-type>{kind}</founder-type>"
            f"<founder-content>{content}</founder-content> /enpproperty-->\n"
        )


def _up(shape: Shape, path: str) -> str:
    return f"../../../{path.removeprefix(shape.base)}"


def _yesterday(day: date) -> str:
    return f"{date.fromordinal(day.toordinal() - 1):%Y-%m/%d}"


def _title(article: PrintedArticle, *, is_scripted: bool) -> str:
    if is_scripted:
        written = "<br>".join(filter(None, (article.title, article.subtitle)))
        shown = f'<script>document.write(view("{written} "))</script>'
    else:
        shown = f'<div style="display:inline" id=mp{article.id}>{escape(article.title)}</div>'
    return (
        '<tr><TD class=default valign="top"><img src="../../../tplimg/checkbox.gif" width="10"></TD>'
        f'<td class=default valign="top"><a href={name_of(article.path)}>{shown}</a></td></TR>\n'
    )


def _neighbours(issue: PrintedIssue, page: PrintedPage) -> str:
    links = ""
    for before, after in pairwise(issue.pages):
        if after.number == page.number:
            links += f'<a class=preart href="{name_of(before.path)}">上一版</a>&nbsp;'
        if before.number == page.number:
            links += f'<a class=preart href="{name_of(after.path)}">下一版</a>&nbsp;'
    return links


def _next(page: PrintedPage, article: PrintedArticle) -> str:
    after = next((b for a, b in pairwise(page.articles) if a.id == article.id), None)
    return f' <a class=preart href="{name_of(after.path)}">下一篇</a>' if after else ""
