"""Pages that are no article's: galleries, films, forums, encyclopedias, lists, poems, shops, errors.

Each is known by the words that pages of its kind print everywhere, and several of them together; one alone
stands in news as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.heads import Head
from spiders.readers.chinese.info_row import is_info_row
from spiders.readers.chinese.paragraphs import Text
from spiders.readers.chinese.sheet import Line, Sheet
from spiders.readers.chinese.title import Titled, pieces_of
from storage.records import SetAside
from storage.records.saying import Saying, say


class NoArticle(SetAside):
    """A page that no reader may take for an article: the message completes "this page …"."""


@dataclass(frozen=True, slots=True)
class _Genre:
    """A kind of page: how its site calls itself in a title, and the words that it prints: some suffice."""

    told: Saying
    named: re.Pattern[str] | None
    words: re.Pattern[str]
    enough: int


_GENRES = (
    _Genre(
        say("page.genre_forum"),
        re.compile(
            r".{0,16}(?:论坛|贴吧|[^酒茶网]吧|bbs|BBS|社区|交流群|知道|问答|微博|微社区|小组|Forums?)"
            r"|X|Twitter|.{0,12}(?:短评|影评|书评)|X 上的.*|Powered by .*"
        ),
        re.compile(
            r"楼主|沙发|板凳|只看(?:该作者|楼主)|发表回复|回帖|发帖|跟帖数|版主|主题帖|帖子|\d楼|精华帖|查看完整版本|Discuz|倒序浏览|使用道具|电梯直达"
            r"|最佳答案|写回答|个回答|我来答|提问者|采纳|关注问题|邀请回答|回答问题|已采纳|邀请你回答"
            r"|最后由|最后回复|回复于|\d 个赞|发消息|加为好友|距离下一级|论坛元老|新手上路|问题标签|被采纳"
            r"|\A问题描述\Z|\A问答\Z|\A[板版]块\Z|\A精华\Z|\A手机查看\Z|社区管理|回复本楼|引用自|收藏本帖|举报本帖"
            r"|来自手机|\A签到\Z|楼层|只看TA|\A#\d{1,3}\Z|楼上的|回复[(（:：]\s?\d"
        ),
        4,
    ),
    _Genre(
        say("page.genre_encyclopedia"),
        re.compile(r".{0,10}(?:百科|百科全书|维基|Wiki|wiki|自由的百科全书|词典|字典)"),
        re.compile(
            r"词条|编辑本段|维基百科|百科全书|参考来源|开放分类|编辑次数|历史版本|创建者|条目|收藏查看|秒懂百科|编辑历史"
        ),
        3,
    ),
    _Genre(
        say("page.genre_blog"),
        re.compile(r".{0,24}(?:博客|的日记|日志|个人空间|博客园|Blog|blog)"),
        re.compile(r"博文|博主|写日志|个人分类|日记本|码龄|订阅专栏|的日记|粉丝数|私信博主|我的日记"),
        3,
    ),
    _Genre(
        say("page.genre_note"),
        None,
        re.compile(
            r"著作权归|版权归.{1,20}联系作者|我来回应|话题广场|赞赏|赞同 \d|添加评论|写文章"
            r"|关注作者|关注问题|写日记|小礼物走一走|被以下专题收入|加入小组|关于作者"
        ),
        3,
    ),
    _Genre(
        say("page.genre_poem"),
        re.compile(
            r".{0,14}(?:诗词|古诗|诗歌|诗句|诗词网|古诗文|诗文网|歌词|诗人|诗社)(?:网|大全|鉴赏|库|频道)?|.*(?:原文、?翻译|译文及注释|全诗).*|.*[Ll]yrics.*"
        ),
        re.compile(
            r"译文|注释|赏析|朝代|作者简介|诗人|诗作|古诗|诗词|诗歌|词牌|韵|创作背景|读诗|歌词|lyrics|Lyrics"
        ),
        5,
    ),
    _Genre(
        say("page.genre_novel"),
        re.compile(r".{0,14}(?:小说|小说网|小说在线阅读|书吧|全文阅读)(?:阅读)?"),
        re.compile(r"上一章|下一章|加入书架|章节目录|目录|书签|投票|月票|推荐票|作者有话说"),
        3,
    ),
    _Genre(
        say("page.genre_shop"),
        re.compile(r".{0,10}(?:商城|购物|价格|报价|旗舰店)"),
        re.compile(
            r"加入购物车|立即购买|商品详情|库存|包邮|运费|市场价|促销价|商品评价|配送|售后|规格|[¥￥]\s?\d"
        ),
        4,
    ),
    _Genre(
        say("page.genre_vacancy"),
        re.compile(r".{0,12}(?:人才网|招聘网|人才市场)"),
        re.compile(
            r"立即申请|投递简历|申请职位|职位描述|岗位职责|学历要求|月薪|招聘人数|工作地点|公司规模|收藏职位|公司简介"
        ),
        5,
    ),
    _Genre(
        say("page.genre_results"),
        re.compile(r".{0,20}(?:搜索结果|站内搜索|检索结果|_搜索)"),
        re.compile(r"搜索结果|相关结果|搜索工具|为您找到"),
        3,
    ),
)
_FORUM_SOFTWARE = re.compile(
    r"discuz|phpwind|phpbb|vbulletin|flarum|nodebb|mediawiki|discourse|xenforo|homeland|xiuno|wecenter|thinksaas|dvbbs|startbbs",
    re.IGNORECASE,
)
_THREAD = etree.XPath(
    'boolean(//*[@id="postlist" or @id="thread_subject" or @id="threadlist" or @id="posts_list"])'
)
"""The elements that forum software of most Chinese forums keeps a thread in."""
_TALK = etree.XPath(
    'boolean(//*[contains(@itemtype, "/QAPage") or contains(@itemtype, "/DiscussionForumPosting")'
    ' or @component="post"] | //script[@type="application/ld+json"]'
    "[contains(., '\"QAPage\"') or contains(., '\"DiscussionForumPosting\"')])"
)
"""What schema.org calls questions and forums, and one forum software its posts."""
_GALLERY = re.compile(r"(?:高清)?(?:图集|组图|图片库|大图|幻灯|高清图|图集频道|图片频道|图片)")
_PAGES_ON = re.compile(r"下一页|下一张|上一张|尾页|下页|查看原图|\d{1,3}\s?/\s?\d{1,3}\s?\Z")
_FILM = re.compile(r".{0,8}(?:视频|直播|影视|电视|短视频|看看)(?:频道|新闻|中心)?")
_ERROR = re.compile(
    r"(?:404|403|50[0-4]).{0,20}|.{0,12}(?:页面不存在|找不到|出错了?|错误(?:提示|页面)?|提示信息|用户登录|登录|注册|安全验证|访问验证|系统提示)"
)
_GONE = re.compile(
    r"(?:页面?|网页|网址|内容|文章|信息|帖子|链接)(?:可能)?(?:不存在|已[被经]?删除|未找到|找不到|无法访问|有误)|已[被经](?:\S{0,4})?删除|访问被?(?:拦截|拒绝|受限)"
    r"|登录(?:已经)?超时|请先登录|秒钟?[后内](?:将)?(?:自动)?(?:跳转|返回)|没有权限|(?:返回|回到)(?:网站|上一)?(?:首页|页)|可能的?原因|(?:您的)?请求|拦截设置|设置拦截|验证码"
    r"|(?:您|你)(?:要)?(?:访问|查看|查找|浏览)的|正在查找|暂时不可用|抱歉|对不起|名称已更改"
    r"|not found|网站管理员"
)
"""What pages say that have nothing to show, in other words."""
_HAN = re.compile("[\u4e00-\u9fff]")
_SENTENCE = re.compile("[。！？；…]")
_LEAST_HAN = 0.2
_MOST_SAMPLE, _HEADING = 400, 30
"""Characters of a line around a text, and in it, whose words count."""


def check_article(tree: HtmlElement, head: Head, sheet: Sheet, title: Titled | None, text: Text) -> None:
    """Raise `NoArticle` for a page that is something else, whatever text it has."""
    reason = (
        _of_software(tree, head)
        or _of_genre(head, sheet, text)
        or _of_pictures(head, sheet, text)
        or _of_films(head, sheet, text)
        or _of_list(sheet, title, text)
        or _of_error(head, title, text)
    )
    if reason:
        raise NoArticle(reason)


def check_headed(title: str | None, *, is_dated: bool) -> None:
    """Raise `NoArticle` for a page without any time whose title is a column's name or none."""
    if not is_dated and len(title or "") <= _COLUMN:
        raise NoArticle(say("page.no_time_no_headline"))


def check_language(text: Text) -> None:
    """Raise `SetAside` for a text that is not Chinese: our rules say little of its page."""
    letters = "".join(line.text for line in text.lines)
    if len(_HAN.findall(letters)) < _LEAST_HAN * len(letters):
        raise SetAside(say("page.not_chinese"))


def _of_software(tree: HtmlElement, head: Head) -> Saying | None:
    software = _FORUM_SOFTWARE.search(head.generator) or re.search(
        r"Powered by (?:Discuz|phpwind|phpBB)", head.title
    )
    if software:
        return say("page.other_software", software=software[0])
    return say("page.forum") if _THREAD(tree) or _TALK(tree) else None


def _of_genre(head: Head, sheet: Sheet, text: Text) -> Saying | None:
    """Return what a page is, as its title or the words around its text say."""
    pieces = pieces_of(head.title)
    site, channels = pieces[-1:], pieces[1:-1][-1:]
    inside = range(text.first, text.last + 1)
    shown = [
        line for line in sheet.lines if len(line.text) <= (_HEADING if line.index in inside else _MOST_SAMPLE)
    ]
    for genre in _GENRES:
        is_site = genre.named is not None and any(genre.named.fullmatch(one) for one in site)
        is_channel = genre.named is not None and any(genre.named.fullmatch(one) for one in channels)
        told = set()
        for line in shown:
            told.update(genre.words.findall(line.text))
            if len(told) >= genre.enough:
                break
        if (
            len(told) >= genre.enough
            or (is_site and len(pieces) > 1)
            or (is_site and told)
            or (is_channel and len(told) > 1)
        ):
            return genre.told
    return None


def _of_pictures(head: Head, sheet: Sheet, text: Text) -> Saying | None:
    """Return that a page shows pictures one by one, with little more than captions."""
    words = sum(len(line.text) for line in text.lines)
    inside = [
        one
        for one in sheet.pictures
        if text.first - 3 <= one.before <= text.last + 1 and not one.is_hidden and one.margin is None
    ]
    if (
        any(re.match(r"\d{1,3}\s?/\s?\d{1,3}\s?\D", line.text) for line in text.lines[:1])
        and len(text.lines) <= 3
    ):
        return say("page.gallery")
    near = [line for line in sheet.lines[max(0, text.first - 6) : text.last + 12] if not line.is_hidden]
    turns = any(len(one.text) <= 40 and one.linked and _PAGES_ON.search(one.text) for one in near)
    is_named = any(_GALLERY.fullmatch(piece) for piece in pieces_of(head.title)[1:])
    if len(text.lines) <= 4 and words <= 320 and inside and (turns or is_named):
        return say("page.gallery")
    return None


def _of_films(head: Head, sheet: Sheet, text: Text) -> Saying | None:
    words = sum(len(line.text) for line in text.lines)
    films = [place for place in sheet.films if text.first - 30 <= place <= text.last + 10]
    is_named = any(_FILM.fullmatch(piece) for piece in pieces_of(head.title)[1:]) or "video" in head.kind
    if words < (200 if is_named else 100) and len(text.lines) <= 2 and (films or is_named):
        return say("page.film")
    return None


def _of_list(sheet: Sheet, title: Titled | None, text: Text) -> Saying | None:
    """Return that a page is a list: its lines are headings, not sentences."""
    lines = text.lines
    sentences = sum(1 for line in lines if _SENTENCE.search(line.text))
    letters = sum(len(line.text) for line in lines)
    told = sum(1 for line in lines if len(line.text) >= 40 and _SENTENCE.search(line.text))
    if len(lines) >= 12 and told < 3 and sentences < 0.12 * len(lines) and letters < 28 * len(lines):
        return say("page.headings")
    shown = sheet.lines[text.first : text.last + 1]
    is_named = title is not None and title.agrees and len(title.text) > _COLUMN
    between = sum(1 for line in shown if _is_entry(line, 8 if is_named else 4))
    leading = sum(1 for line in shown if _LEADS.search(line.text) and line.linked)
    if (between >= 5 and between * 2 >= len(lines)) or (leading >= 3 and leading * 2 >= len(lines)):
        return say("page.summaries")
    dated_rows = sum(1 for line in shown if is_info_row(line) and find_time(line.text))
    is_full = between >= 3 and between >= 0.7 * (len(lines) - 1)
    if not is_named and (is_full or (between and dated_rows >= 2)):
        return say("page.summaries")
    start = title.lines[-1].index + 1 if title and title.lines else text.first
    told_at = sum(1 for line in sheet.lines[min(start, text.first) : text.last + 1] if _is_timed(line))
    if told_at >= 4 and told_at * 3 >= len(lines):
        return say("page.comments")
    links = sum(1 for line in sheet.lines if line.is_link and len(line.text) >= 9 and not line.is_hidden)
    dated = _dated(sheet.lines)
    is_headed = title is not None and title.agrees and len(title.text) >= 8 and letters >= 40
    if links >= 15 and letters < 150 and dated >= 8 and not is_headed:
        return say("page.links")
    return None


def _is_timed(line: Line) -> bool:
    """Tell whether a line is no more than a name and a whole time of a clock, as over a comment."""
    found = find_time(line.text) if len(line.text) <= 60 and not line.is_hidden else None
    return found is not None and found.precision != "day" and not _SENTENCE.search(line.text)


_COLUMN = 8
"""Characters up to which a title may be a column's name."""
_LEADS = re.compile(
    r"[\[【(（<《.…]{0,3}(?:详细|详情|查看详情|阅读全文|查看全文|全文|更多)[\]】)）>》]{0,3}\Z"
)


def _is_entry(line: Line, shortest: int) -> bool:
    """Tell whether a line is the linked headline of another story."""
    return line.is_link and not line.is_hidden and not line.is_margin and shortest <= len(line.text) <= 60


def _dated(lines: Sequence[Line]) -> int:
    """Return how many lines of a page name a day beside a link or under one."""
    return sum(
        1
        for line in lines
        if len(line.text) < 80 and re.search(r"\d{1,4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2})?", line.text)
    )


def _of_error(head: Head, title: Titled | None, text: Text) -> Saying | None:
    words = sum(len(line.text) for line in text.lines)
    if words > 240:
        return None
    told = {match[0] for line in text.lines for match in _GONE.finditer(line.text)}
    told |= {match[0] for match in _GONE.finditer(f"{head.title} {title.text if title else ''}")}
    if len(told) >= 3 or (len(told) >= 2 and (title is None or len(title.text) <= _COLUMN)):
        return say("page.error_page")
    if words > 150:
        return None
    called = [pieces_of(head.title)[0]] if pieces_of(head.title) else []
    called += [title.text] if title else []
    if any(len(one) <= 24 and _ERROR.fullmatch(one) for one in called):
        return say("page.error_page")
    return None
