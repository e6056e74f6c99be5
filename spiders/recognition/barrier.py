"""Barriers: answers that stand between a reader and a page, whoever sends them, and pages of nothing at all.

They are known by their shape: next to no text, neither a list's links nor an article's paragraphs, and words,
forms or scripts that mean nothing else. Never by a site, and never by one exact page. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from spiders.kinds.kind import Answer
from spiders.readers.markup import parse_document
from storage.records import Draft, Owed, SetAside
from storage.records.saying import Saying, say

_LONGEST_PAGE = 400_000
"""Characters beyond which a page is none: challenges carry pictures, but not so many."""
_MOST_WORDS, _MOST_PROSE, _LONG_LINE = 400, 240, 50
"""Characters of a barrier's own words; those of its sentences; and those from which a line is a sentence."""
_MOST_HEADLINES, _MOST_BESIDE_LOGIN, _HEADLINE = 8, 3, 8
_LEADING = ("elsewhere", "scriptless")
_MOST_LINKS = 10
"""Links of a page that is no more than a form to log in, at most."""
_SHORT_BODY, _LEAST_SHARED = 3_000, 0.3
_NOTHING, _BARE = 30, 150
"""Characters of text below which a page shows nothing, and of one that says no more than a number."""
_MARKUP = re.compile(r"<(?:!doctype html|html|head|body|script|form|title|meta|center|h1)\b", re.IGNORECASE)
_LOOKED_AT = 3_000
_CLAUSE = re.compile("[。，]")

_CHALLENGE = (
    r"安全验证|访问验证|人机验证|滑动验证|滑块|行为验证|(?:完成|通过|进行)\S{0,8}验证"
    r"|(?:输入|填写)\S{0,8}验证码|(?:访问|请求|操作)(?:过于|太|过)?频繁|访问频率|检查您?的?浏览器"
    r"|验证您是(?:不是机器|真)人|just a moment|checking your browser"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|captcha|attention required|ddos protection"
    r"|are you a robot|unusual traffic"
)
_REFUSAL = (
    r"(?:访问|请求|操作|连接)(?:已|暂时)?被?\S{0,4}(?:阻断|拦截|拒绝|禁止|阻止|中断|屏蔽)|防火墙"
    r"|非法(?:请求|参数|访问)|黑名单|无权访问|(?:没有|无)(?:访问)?权限|(?:可疑|恶意|攻击)(?:行为|请求)"
    r"|不合法参数|IP\S{0,12}(?:封禁|禁止|限制|异常)|access (?:to this \w+ (?:has been|is) )?denied"
    r"|forbidden|request (?:has been |was )?(?:blocked|rejected)|you have been blocked"
    r"|requested url was rejected|not authori[sz]ed|\bwaf\b"
)
_ABSENCE = (
    r"(?:页面?|网页|网址|内容|文章|新闻|信息|链接|文件|资源|地址)\S{0,8}(?:不存在|(?:已|被|已经"
    r"|已被)(?:删除|移除|下线|撤[稿下]|失效|过期)|不见|走丢|找不到|未找到|没有找到|有误)"
    r"|(?:找不到|未找到|没有找到|无法找到)\S{0,10}(?:页|网址|内容|文章|文件|资源)"
    r"|(?:您|你)(?:要|所)?(?:访问|查看|浏览|查找)的\S{0,12}(?:不存在|删除|下线|失效|找不到)"
    r"|(?:page|file|article|resource|document|url|content)\W.{0,40}(?:not (?:be )?found|no longer"
    r"|does(?: not|n't) exist|(?:has|have) been removed)|\bnot found\b"
)
_FAULT = (
    r"(?:服务器?|系统|程序|网站)(?:内部|暂时)?(?:错误|繁忙|异常|出错|故障|忙)"
    r"|(?:网站|系统|站点)(?:正在)?(?:升级)?维护|数据库\S{0,6}(?:错误|失败)|运行时错误"
    r"|internal server error|bad gateway|service (?:temporarily |is )?unavailable|gateway time-?out"
    r"|server error|http status \d{3}|http (?:错误|error) \d{3}|establishing a database"
    r"|under maintenance|\bfatal error\b"
)
_SUSPENSION = (
    r"(?:网站|站点|主机|空间|账[号户]|域名)\S{0,8}(?:暂停|停用|停止|关闭|到期|过期|欠费|未绑定|未生效)"
    r"|没有找到站点|站点(?:创建|建立)成功"
    r"|(?:account|site|website|hosting|domain).{0,30}(?:suspended|disabled|expired|parked|for sale)"
    r"|buy this domain|(?:域名|本站)\S{0,8}(?:出售|转让|待售)|welcome to nginx|\bit works!"
    r"|default (?:web ?site|web|server) page|apache2? (?:\w+ )?default page|sponsored listings"
)
_LICENCE = (
    r"(?:未|没有|尚未|无)\S{0,8}备案|备案\S{0,10}(?:拦截|未通过|不存在|异常|注销)"
    r"|备案(?:信息)?(?:核查|提示)"
)
_PORTAL = (
    r"(?:上网|网络|无线|宽带|wi-?fi|校园网)\S{0,6}(?:认证|登录|登陆|接入)"
    r"|(?:网络|门户|portal)\s?(?:认证|login)|captive portal"
)
_LOGIN = (
    r"请(?:先|您)?(?:登录|登陆)|(?:用户|账[号户]|会员|扫码|密码|统一)(?:登录|登陆)"
    r"|(?:登录|登陆)后\S{0,4}(?:查看|阅读|访问)|登录(?:已经)?超时|please (?:log|sign) ?in"
    r"|(?:log|sign) ?in to (?:continue|your)|subscribe to (?:continue|read)"
)
_ELSEWHERE = (
    r"(?:正在|秒钟?[后内]|自动|即将)\S{0,8}跳转|没有(?:自动)?跳转|redirecting"
    r"|moved (?:permanently|temporarily)|object moved"
)
_SCRIPTLESS = (
    r"(?:启用|开启|打开|支持|允许|enable|requires?)\s{0,2}(?:浏览器的?\s?)?javascript"
    r"|javascript\s{0,2}(?:is (?:disabled|required)|已禁用|被禁用)"
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("challenge", _CHALLENGE),
        ("portal", _PORTAL),
        ("licence", _LICENCE),
        ("suspension", _SUSPENSION),
        ("refusal", _REFUSAL),
        ("absence", _ABSENCE),
        ("fault", _FAULT),
        ("login", _LOGIN),
        ("elsewhere", _ELSEWHERE),
        ("scriptless", _SCRIPTLESS),
    )
)
_TITLES = re.compile(
    r"(?:(?:error|http|错误)?\W{0,3}[45]\d\d\W{0,5}[\w ]{0,24}|error|出错了?|错误(?:提示|页面?)?"
    r"|提示(?:信息|页面)?|系统提示|(?:用户|会员)?(?:登录|登陆)|安全验证|访问验证|安全检查|验证码"
    r"|拦截提示|\S{0,4}页面(?:不存在|走丢了?|未找到|找不到了?)|找不到(?:页面|网页|文件)\S{0,6}"
    r"|无法找到\S{0,8}|404\S{0,12}|just a moment\W{0,5}|attention required\W.{0,20}|access denied"
    r"|forbidden|not found|bad gateway|\S{0,6}(?:访问|请求)被(?:拦截|拒绝|阻断)\S{0,4})",
    re.IGNORECASE,
)
_PIECES = re.compile(r"\s*[_|—–·-]\s*")
_STATUS = re.compile(r"\b(?:40[0-9]|41[0-9]|50[0-9]|52[0-9])\b")
_REFRESH = etree.XPath("boolean(//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh'])")
_LINKS = etree.XPath('count(//a[@href and not(starts-with(@href, "#"))] | //area)')
_SCRIPTS = etree.XPath("boolean(//script | //iframe | //frame)")
_SHOWN = etree.XPath(
    "//text()[not(ancestor::script or ancestor::style or ancestor::template or ancestor::head"
    " or ancestor::a)]"
)
_PASSWORD = etree.XPath("boolean(//input[translate(@type, 'PASWORD', 'pasword') = 'password'])")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page shows: its title, its words outside of links, its sentences, its links, and headlines."""

    title: str
    words: str
    prose: int
    headlines: int
    links: int


def find_barrier(html: str) -> Saying | None:
    """Return what an answer is instead of a page of a newspaper, a clause; None where it may be one.

    An answer that is no markup (JSON, a feed) is never one.
    """
    name = _name_barrier(html)
    return say("contract.barrier", what=name) if name else None


def barrier_of(answer: Answer) -> Saying | None:
    """Return what a whole answer is instead of a page; None where it may be one, or cannot be decoded."""
    try:
        return find_barrier(answer.page.text)
    except SetAside:
        return None


def tell_refusal(answer: Answer) -> Saying:
    """Return what is told of an answer with an error's status: that, and what its page is if it is known."""
    try:
        name = _name_barrier(answer.page.text)
    except SetAside:
        name = None
    if name is None:
        return say("fetch.answered", url=answer.asked, status=answer.status)
    return say("fetch.answered_with", url=answer.asked, status=answer.status, what=name)


def barrier_of_list(answer: Answer) -> Saying | None:
    """Return what a whole answer is instead of a list: what only leads on may be a newspaper's front door."""
    barrier = barrier_of(answer)
    leads = [say("contract.barrier", what=say(f"contract.barrier_{kind}")) for kind in _LEADING]
    return None if barrier in leads else barrier


def doubt_draft(draft: Draft, owed: Owed, answer: Answer) -> Saying | None:
    """Return what an answer is that was read as a short article, unless it is headed as the listed one is."""
    length = len(draft.body_html) + sum(len(paragraph.text) for paragraph in draft.paragraphs)
    if length > _SHORT_BODY:
        return None
    if owed.title and draft.title:
        return None if are_alike(draft.title, owed.title) else barrier_of(answer)
    is_timed = draft.published_at is not None and draft.witness != "address"
    return None if is_timed or draft.is_furniture else barrier_of(answer)


def _name_barrier(html: str) -> Saying | None:
    if len(html) > _LONGEST_PAGE or not _MARKUP.search(html[:_LOOKED_AT]):
        return None
    try:
        tree = parse_document(html)
    except (SetAside, etree.LxmlError, ValueError):
        return None
    kind = _kind_of(tree, _read(tree))
    return say(f"contract.barrier_{kind}") if kind else None


def is_of_absence(answer: Answer) -> bool:
    """Tell whether a whole answer says in its words that there is no such page, whatever its status."""
    return barrier_of(answer) == say("contract.barrier", what=say("contract.barrier_absence"))


def are_alike(one: str, other: str) -> bool:
    """Tell whether two titles may be of the same article: a good part of their pairs of characters agree."""
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return len(pairs & others) >= _LEAST_SHARED * min(len(pairs), len(others))


def _kind_of(tree: HtmlElement, shown: _Shown) -> str | None:
    if shown.prose > _MOST_PROSE:
        return None
    pieces = [piece for piece in _PIECES.split(shown.title) if piece]
    if pieces and _TITLES.fullmatch(pieces[0].strip()):
        return _told(shown.title) or "absence"
    if shown.headlines >= _MOST_HEADLINES or len(shown.words) > _MOST_WORDS:
        return None
    return _kind_of_little(tree, shown)


def _kind_of_little(tree: HtmlElement, shown: _Shown) -> str | None:
    """Return what a page is that shows next to nothing, by its forms and words, or by having none."""
    said = f"{shown.title} {shown.words}"
    has_few_links = shown.headlines < _MOST_BESIDE_LOGIN and shown.links < _MOST_LINKS
    if has_few_links and _PASSWORD(tree):
        return "portal" if _told(said) == "portal" else "login"
    kind = _told(said)
    if kind is not None and (kind != "login" or has_few_links):
        return kind
    return None if shown.headlines else _kind_of_bare(tree, shown, said)


def _kind_of_bare(tree: HtmlElement, shown: _Shown, said: str) -> str | None:
    if _STATUS.search(said) and len(said) < _BARE:
        return "fault"
    if len(shown.words) >= _NOTHING:
        return None
    return "elsewhere" if _REFRESH(tree) else "scriptless" if _SCRIPTS(tree) else None


def _told(said: str) -> str | None:
    """Return of which kind the first words are that tell of one."""
    return next((name for name, words in _KINDS if words.search(said)), None)


def _read(tree: HtmlElement) -> _Shown:
    """Return what a page shows."""
    links = ("".join("".join(cast("Iterator[str]", link.itertext())).split()) for link in tree.iter("a"))
    shown = cast("list[str]", _SHOWN(tree))
    lines = [line for text in shown if (line := " ".join(text.split()))]
    return _Shown(
        title=" ".join((tree.findtext(".//title") or "").split())[:_MOST_WORDS],
        words=" ".join(lines)[: 4 * _MOST_WORDS],
        prose=sum(len(line) for line in lines if len(line) >= _LONG_LINE and _CLAUSE.search(line)),
        headlines=sum(len(text) >= _HEADLINE for text in links),
        links=int(cast("float", _LINKS(tree))),
    )
