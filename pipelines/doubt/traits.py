"""Traits of one article as it was read, by which it is like its source's others, or is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zlib import crc32

from pipelines.compare.fingerprint import fold
from storage.records import Article, Draft, Owed, info_code_day
from storage.records.contract import PRINTS, Mark, Traits
from storage.records.press_days import press_day

_FAR = timedelta(days=60)
_LEAST_ALIKE, _LEAST_RELATED = 0.3, 0.12
_LEAST_CHINESE, _FEWEST_LETTERS = 0.2, 20
_SHORTEST_TITLE, _SHORTEST_PRINT = 6, 24
_SHORTEST_TEXT = 80
_FALLBACKS = {"reader": False, "trafilatura": False}
_NO_RULE = ("feed", "list")
_HAN = re.compile("[\u3400-\u9fff]+")
_ENDS = re.compile(r"[。！？!?;；~～.”’\"'」』）)】\]》>〕—\-]\s*\Z")
_CUT = re.compile(
    r"(?:…|\.{3,}|[\[【(（]?\s*(?:阅读|查看|点击|展开|浏览)(?:全文|原文|详情|更多|全部|剩余|查看)?"
    r"|(?:更多|详情|全文|剩余)[^。！？]{0,6}|[^。！？]{0,12}(?:登录|下载|打开|扫码|关注)[^。！？]{0,12}(?:全文|阅读|查看|客户端|APP|App|app))"
    r"[\]】)）>》.…\s]*\Z"
)
_DATED_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)")


def read_traits(draft: Draft, article: Article, owed: Owed, captured_at: datetime) -> Traits:
    """Return the traits of an article, ``draft`` as its page brought it, before its list filled anything in.

    ``captured_at`` is aware: a day of publication is held against it where neither code nor address tell one.
    What is compared with other articles is for `judge_traits`.
    """
    text = article.text
    day = press_day(article.published_at) if article.published_at is not None else None
    title = fold(article.title)
    listed = fold(owed.title)
    has = dict(_read_marks(draft, article)) | dict(_read_text_marks(article, title, listed, text))
    if day is not None:
        has["day"] = abs(day - (_stated_day(owed) or press_day(captured_at))) <= _FAR
    if not draft.partial and draft.title and listed:
        has["agrees"] = _are_alike(fold(draft.title), listed)
    return Traits(has, len(text), day, _prints(article), crc32((listed or title).encode()))


def _read_marks(draft: Draft, article: Article) -> Iterator[tuple[Mark, bool]]:
    """Yield the marks that fields tell by being there."""
    yield "article", True
    rules = dict(draft.found_by)
    if not draft.partial:
        yield "title", bool(draft.title) and (not rules or "title" in rules)
        yield "time", draft.published_at is not None and draft.witness != "address"
        yield "exact", article.precision != "day"
    yield "author", bool(article.author)
    yield "media", bool(draft.media or draft.tag or article.source_line)
    yield "pictures", bool(article.images)
    rule = rules.get("paragraphs") or rules.get("body") or rules.get("body_html")
    if rule and rule not in _NO_RULE:
        yield "declared", _FALLBACKS.get(rule, True)
        yield "rules", rule != "trafilatura"


def _read_text_marks(article: Article, title: str, listed: str, text: str) -> Iterator[tuple[Mark, bool]]:
    """Yield the marks that the words tell."""
    han = sum(map(len, _HAN.findall(text)))
    if len(text) >= _FEWEST_LETTERS:
        yield "chinese", han >= _LEAST_CHINESE * len(text)
    told = [line.text for line in article.paragraphs if line.kind == "text"]
    if told:
        yield "finished", _ENDS.search(told[-1]) is not None and _CUT.search(told[-1]) is None
    named = title if len(title) >= _SHORTEST_TITLE else listed
    if len(text) >= _SHORTEST_TEXT and len(named) >= _SHORTEST_TITLE:
        pairs = {named[at : at + 2] for at in range(len(named) - 1)}
        yield "related", sum(pair in text for pair in pairs) >= max(1, _LEAST_RELATED * len(pairs))


def _prints(article: Article) -> tuple[int, ...]:
    """Return hashes of the longest paragraphs, the longest first; of a text with short ones alone, of all."""
    lines = sorted((line.text for line in article.paragraphs), key=len, reverse=True)[:PRINTS]
    long = [line for line in lines if len(line) >= _SHORTEST_PRINT]
    return tuple(crc32(line.encode()) for line in long) if long else (crc32(article.text.encode()),)


def _stated_day(owed: Owed) -> date | None:
    """Return the day in the code of an article, or else in its address."""
    if (coded := info_code_day(owed.info_code)) is not None:
        return coded
    match = _DATED_ADDRESS.search(owed.url.partition("://")[2].partition("/")[2])
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _are_alike(one: str, other: str) -> bool:
    if one in other or other in one:
        return True
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return len(pairs & others) >= _LEAST_ALIKE * min(len(pairs), len(others))
