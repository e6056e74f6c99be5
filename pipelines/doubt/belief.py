"""Whether what was read is believably an article, or must be quarantined."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from pipelines.doubt.damage import find_damage
from storage.records import Article
from storage.records.saying import Saying, say

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_SHORT = 120
"""Characters of text up to which a page's words can make it an error page; real articles mention them too."""
_LONGEST_ERROR_TITLE = 60
_NOTICES = re.compile(
    r"安全验证|访问过于频繁|访问频率过快|请求过于频繁|请输入验证码|滑动验证|人机验证|拖动滑块"
    r"|请先登录|请登录后|登录后(?:查看|阅读)|用户登录|扫码登录"
    r"|系统繁忙|服务器繁忙|服务器错误|网站维护|系统维护中|无权访问|拒绝访问"
    r"|页面不存在|页面走丢|您访问的页面|文章不存在|(?:文章|内容)已(?:被)?删除"
    r"|just a moment|checking your browser|enable javascript|access denied|too many requests|captcha"
    r"|(?:403|404|50[0234])\s*[-:：]?\s*(?:forbidden|not found|internal server error|service|gateway)"
    r"|bad gateway|service (?:temporarily )?unavailable|please (?:log|sign) ?in",
    re.IGNORECASE,
)
_ERROR_TITLE = re.compile(
    r"(?:(?:error\s*)?[45]\d{2}(?:\s*[-:：|_]?\s*[a-z ]*)?|error|not found|forbidden|access denied"
    r"|just a moment\W*|出错了?|错误(?:提示|页面)?|提示信息?|(?:用户)?登录|安全验证|访问验证|验证码"
    r"|系统(?:繁忙|提示|错误|维护)|页面不存在)",
    re.IGNORECASE,
)
_REAL_TEXT = re.compile(r"\w")


def doubt(article: Article, captured_at: datetime) -> Saying | None:
    """Return why this is no believable article, a sentence that completes "this page …"; None when it is one.

    ``captured_at`` is aware: no article is published more than a day after it was fetched. A long text is
    believed whatever words it contains.
    """
    return (
        _doubt_title(article)
        or _doubt_text(article)
        or _doubt_time(article.published_at, captured_at)
        or _doubt_notice(article)
        or find_damage(article.title, (paragraph.text for paragraph in article.paragraphs))
    )


def _doubt_title(article: Article) -> Saying | None:
    title = " ".join(article.title.split())
    if not _REAL_TEXT.search(title):
        return say("doubt.no_title")
    if len(title) <= _LONGEST_ERROR_TITLE and _ERROR_TITLE.fullmatch(title):
        return say("doubt.error_title", title=title)
    return None


def _doubt_text(article: Article) -> Saying | None:
    if not any(_REAL_TEXT.search(paragraph.text) for paragraph in article.paragraphs):
        return say("doubt.no_text")
    return None


def _doubt_time(published_at: datetime | None, captured_at: datetime) -> Saying | None:
    if published_at is None:
        return say("doubt.no_time")
    if published_at < _EARLIEST:
        return say("doubt.too_early", time=published_at.isoformat())
    if published_at > captured_at + _AHEAD:
        return say("doubt.too_late", time=published_at.isoformat())
    return None


def _doubt_notice(article: Article) -> Saying | None:
    """Return the doubt about a short text that says what a challenge, login or error page says."""
    if len(article.text) > _SHORT:
        return None
    notice = _NOTICES.search(" ".join(f"{article.title[:_SHORT]} {article.text}".split()))
    return say("doubt.notice", words=notice[0]) if notice else None
