"""The headline of a page: the line that agrees with ``<title>``, or else stands out above the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spiders.readers.chinese.heads import Head, folded
from spiders.readers.chinese.info_row import is_info_row
from spiders.readers.chinese.sheet import Line

_SHORTEST, _LONGEST = 4, 160
_SEPARATOR = re.compile(r"\s*(?:_{1,3}|[|｜]|-{2,3}|—{1,2}|\s[-–·]\s|\s-|-\s|>>|»)\s*|-(?=[^-]{2,12}\Z)")
_NO_TITLE = re.compile(
    r"(?:首页|正文|新闻中心|网站首页|当前位置.*|您(?:的|所在|当前).*|导航|全部导航|搜索|登录|注册|热点.*|版权声明|相关.*|推荐.*|评论.*|上一[篇条].*|下一[篇条].*"
    r"|来源.*|发布时间.*|责任编辑.*|作者.*|字号.*|分享.*)"
)
_DAY_ONLY = re.compile(
    r"\d{2,4}\s?[-年/.]\s?\d{1,2}\s?[-月/.]\s?\d{1,2}\s?日?[\s\d:：]{0,12}(?:(?:星期|周)[一二三四五六日天])?[\s\d:：]{0,12}"
)
_ALIKE = 0.75
_LONGEST_LABEL = 6
_SURE = 9
"""Letters from which on a line that stands anywhere in the page's title is more than the site's name."""


class Titled:
    """The headline: its text, the lines that it takes, and whether the page's title agrees with it."""

    __slots__ = ("agrees", "lines", "text")

    def __init__(self, text: str, lines: list[Line], *, agrees: bool) -> None:
        self.text, self.lines, self.agrees = text, lines, agrees


def pieces_of(title: str) -> list[str]:
    """Return a page's title parted where site and channel names are added to it."""
    return [piece for piece in _SEPARATOR.split(title) if piece]


def find_agreeing(lines: Sequence[Line], head: Head) -> Titled | None:
    """Return the visible line that agrees with the page's own title; None when no line does."""
    wholes = [fold for title in head.titles if (fold := folded(title))]
    firsts = [folded(pieces[0]) for title in head.titles if (pieces := pieces_of(title))]
    if not wholes or not firsts:
        return None
    best: tuple[float, Titled] | None = None
    for place, line in enumerate(lines):
        if not _SHORTEST <= len(line.text) <= _LONGEST or line.is_hidden:
            continue
        titled, agreement = _agreeing(lines, place, wholes, firsts)
        if titled is None or (len(line.text) <= _SURE and (line.is_link or line.is_margin)):
            continue
        score = agreement + _prominence(line) - place / (20 * len(lines))
        if best is None or score > best[0]:
            best = score, titled
    return best[1] if best and best[0] > 1 else None


def _agreeing(
    lines: Sequence[Line], place: int, wholes: list[str], firsts: list[str]
) -> tuple[Titled | None, float]:
    line = lines[place]
    fold = folded(line.text)
    agreement = _agreement(fold, wholes, firsts)
    if not agreement:
        return None, 0
    taken, text = [line], line.text
    for after in lines[place + 1 : place + 4]:
        longer = fold + folded(after.text)
        if not _is_continued(line, after, longer, wholes, is_whole=fold in firsts):
            break
        taken.append(after)
        text, fold = f"{text} {after.text}", longer
    if len(taken) == 1:
        text = _without_labels(line, fold, firsts)
    return Titled(text, taken, agrees=True), max(agreement, _agreement(fold, wholes, firsts))


def _is_continued(line: Line, after: Line, longer: str, wholes: list[str], *, is_whole: bool) -> bool:
    """Tell whether a headline goes on in the line after it: both are in the page's title, or one heading."""
    if len(after.text) >= _SHORTEST and any(longer in whole for whole in wholes):
        return True
    is_one = after.block is line.block and bool(line.heading)
    return is_one and not is_whole and len(longer) <= _LONGEST and not is_info_row(after)


def _without_labels(line: Line, fold: str, firsts: list[str]) -> str:
    """Return a headline without a label in an element of its own beside it (原创, 独家, 图集)."""
    for first in firsts:
        if first == fold or first not in fold or len(fold) - len(first) > _LONGEST_LABEL:
            continue
        for part in line.parts:
            if folded(part) == first:
                return part
    return line.text


def _agreement(fold: str, wholes: list[str], firsts: list[str]) -> float:
    """Return from 0 to 3 how far a line is what the page calls itself."""
    if len(fold) < _SHORTEST:
        return 0
    return max(_agreement_with(fold, whole, first) for whole, first in zip(wholes, firsts, strict=False))


def _agreement_with(fold: str, whole: str, first: str) -> float:
    if fold in (first, whole):
        return 3
    if len(fold) < _SURE and (fold not in first or not whole.startswith(fold)):
        return 0
    if whole.startswith(fold):
        return 3 * min(1, len(fold) / len(first))
    if fold in whole:
        return 2.5 * min(1, len(fold) / max(len(first), 1))
    if len(first) >= 6 and first in fold:
        return 2.5 * len(first) / len(fold)
    alike = _alike(fold, first) if abs(len(fold) - len(first)) <= 6 else 0.0
    return 2.5 * alike if alike > _ALIKE else 0


def _alike(one: str, other: str) -> float:
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return 2 * len(pairs & others) / max(len(pairs) + len(others), 1)


def _prominence(line: Line) -> float:
    """Return how far a line stands out as a headline does."""
    score = (0, 1.0, 0.8, 0.7, 0.5, 0.4, 0.3)[line.heading]
    score += 0.5 if line.is_titled else 0
    score += 0.2 if line.is_bold else 0
    score += 0.2 if line.is_centred else 0
    score -= 1.0 if line.is_margin else 0
    score -= 0.7 if line.is_link else 0
    return score


def find_prominent(lines: Sequence[Line], first: int) -> Titled | None:
    """Return the line that stands out most among those over the text, which begins at ``first``."""
    best: tuple[float, int] | None = None
    for place in range(max(0, first - 25), min(len(lines), first + _WITHIN)):
        line = lines[place]
        if place >= first and not _is_heading(line):
            continue
        if line.is_hidden or line.is_margin or line.is_link or not _SHORTEST <= len(line.text) <= _LONGEST:
            continue
        score = _prominence(line)
        if _DAY_ONLY.fullmatch(line.text):
            continue
        if score > 0 and not _NO_TITLE.fullmatch(line.text) and (best is None or score + 0.01 >= best[0]):
            best = score, place
    if best is None:
        return None
    taken = _lines_of_heading(lines, best[1])
    return Titled(" ".join(one.text for one in taken), taken, agrees=False)


_WITHIN, _MOST_LINES = 3, 3
"""Lines of what seems the text among which its headline may stand; lines that a headline takes."""


def _is_heading(line: Line) -> bool:
    """Tell whether a line's markup makes it a heading, and its words no sentence."""
    return bool(line.heading or line.is_titled) and not line.text.endswith(("。", "！", "？", "；", "："))


def _lines_of_heading(lines: Sequence[Line], place: int) -> list[Line]:
    """Return the lines of the heading that one of its lines stands in, up to three."""
    line = lines[place]
    if not (line.heading or line.is_titled):
        return [line]
    first = last = place
    while first and last - first + 1 < _MOST_LINES and _is_beside(lines[first - 1], line):
        first -= 1
    while last + 1 < len(lines) and last - first + 1 < _MOST_LINES and _is_beside(lines[last + 1], line):
        last += 1
    return list(lines[first : last + 1])


def _is_beside(other: Line, line: Line) -> bool:
    """Tell whether another line of an element belongs to the heading in it."""
    return (
        other.block is line.block
        and (other.heading, other.is_titled) == (line.heading, line.is_titled)
        and not other.is_link
        and len(other.text) >= 2
        and not is_info_row(other)
    )


_SITE = re.compile(
    r".{0,16}(?:网|频道|新闻|报|站|在线|客户端|门户|中心|论坛|社区|快讯|资讯|首页|正文|栏目|要闻|时政|社会|财经|平台|传媒|日报|晚报|\.com|\.cn|公司|协会|学会|局|政府|大学)"
)


_ONLY_SITE = re.compile(
    r".{2,7}(?:网|网站|在线|门户|日报|晚报|新闻|首页|正文|平台|传媒)|新闻中心|新闻详情|详情页?|文章内容|内容页?"
)


def cut_site(title: str) -> str:
    """Return a page's title without the names of site and channel behind it; empty if it names only those."""
    if len(title) <= _SURE and _ONLY_SITE.fullmatch(title):
        return ""
    ends = list(_SEPARATOR.finditer(title))
    while ends:
        last = ends.pop()
        name = title[last.end() :].strip()
        if title[: last.start()].strip() and (len(name) <= 10 or _SITE.fullmatch(name)):
            title = title[: last.start()].strip()
        else:
            break
    return title
