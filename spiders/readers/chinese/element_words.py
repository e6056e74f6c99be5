"""The words in the ids and classes of elements: what publishing systems call the parts of a page.

Words are told apart at marks, digits and capitals (``articleTitle``, ``art-title`` and ``Art_Title2`` are two
words each), so that no rule depends on one system's spelling.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST = 200

STRONG_MARGIN = frozenset(
    """
    comment comments pinglun reply replies gentie related relative relevant xiangguan xgyd xgxw xgwz
    recommend recommended recommends recom tuijian foot footer footers footernav copyright banquan
    disclaimer mianze shengming share shares sharebox bdsharebuttonbox bdshare jiathis fenxiang
    crumb crumbs breadcrumb breadcrumbs dqwz sidebar pagination jiucuo zrbj ewm erweima qrcode
    guanggao advert advertise advertisement friendlink friendlinks youqing dashang dianzan
    """.split()  # noqa: SIM905
)
"""Words for what stands around an article, whatever other words are with them."""

MARGIN = frozenset(
    """
    pl cmt tie relate tj guess like interest hot hots rank ranking paihang bottomnav copy statement
    declare social weixin qr wxcode saoma position weizhi location nav navs navbar navigation menu
    menus topbar sitenav subnav ad ads adv gg adbox sponsor promo promotion promote banner side
    aside rightbar pager pagebar fenye login register search searchbox tag tags keyword keywords
    hotwords labels subscribe download toolbar tools tool editorinfo vote toupiao survey feedback
    report jubao next prev prevnext previous backtop gotop totop player video videobox links reward
    praise digg popup modal dialog mask tips tooltip
    """.split()  # noqa: SIM905
)
"""Words for what stands around an article, unless the element has a word for an article's text beside."""

BODY = frozenset(
    """
    content contents article text txt body main detail details zoom zw zhengwen neirong nr artibody
    articlebody editor post entry con cont story news newscontent fontzoom endtext wenzhang context
    cnt paragraph rich articlecontent newstext
    """.split()  # noqa: SIM905
)
"""Words for the element that holds an article's text."""

TITLE = frozenset(
    [
        "title",
        "tit",
        "titles",
        "biaoti",
        "bt",
        "headline",
        "subject",
        "h1",
        "headtitle",
        "newstitle",
        "arttitle",
        "caption",
    ]
)
"""Words for the element that holds an article's headline."""

INFO = frozenset(
    """
    info infos date time pubtime pubdate publish source laiyuan from origin author meta message msg
    post data release sub subtitle zuozhe shijian
    """.split()  # noqa: SIM905
)
"""Words for the row under a headline: time, source, author."""


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name[:_LONGEST]))


def words_of(element: HtmlElement) -> frozenset[str]:
    """Return the words of an element's id and class, in small letters."""
    attributes = element.attrib
    if "class" in attributes or "id" in attributes:
        return _words(f"{attributes.get('id', '')} {attributes.get('class', '')}")
    return frozenset()
