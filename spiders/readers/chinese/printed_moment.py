"""When an article was published, as printed near the headline; else as head or address say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from lxml.html import HtmlElement

from spiders.readers.chinese.date_words import FoundTime, find_time, has_day_words, read_date_words
from spiders.readers.chinese.furniture import is_of_printed_page
from spiders.readers.chinese.heads import Head, script_times
from spiders.readers.chinese.sheet import Line
from storage.records import Precision
from storage.records.press_days import PRINTED_ZONE

_LONGEST_ROW = 200
_PUBLISHED = re.compile(r"(?:发布|发表|刊发|上传|稿件)(?:时间|日期|于)?\s?[:：]?|(?:时间|日期)\s?[:：]")
_PUBLISHED_AT = re.compile(r"(?:发布|发表|刊发)(?:时间|日期|于)")
_SOURCED = re.compile(r"来\s?源|稿\s?源|出处")
_UPDATED = re.compile(r"更新|修改|编辑于|截止|截至")
_OTHER_DAYS = re.compile(r"活动时间|报名|会议时间|考试|开庭|有效期|出生|地点|星期.\s*农历|农历|今天是|现在是")
_PAPER_DAY = re.compile(r"版[)）]?\s?\Z")
_ADDRESS = (
    re.compile(
        r"/(?P<y>(?:19|20)\d{2})[-_/]?(?P<m>0[1-9]|1[0-2])[-_/]?(?P<d>0[1-9]|[12]\d|3[01])(?=[/_.-]|\d{0,12}[/_.-])"
    ),
    re.compile(
        r"(?<![0-9a-zA-Z])t?(?P<y>20\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=_|\.|/|\d{1,12}\.)"
    ),
    re.compile(r"/(?P<y>20\d{2})/(?P<m>\d{1,2})/(?P<d>\d{1,2})/"),
)


PRINTED, META, ADDRESS = "reader", "reader:meta", "reader:address"


class Stated(Protocol):
    """What of a page says a time out of sight, and when it came."""

    @property
    def url(self) -> str: ...
    @property
    def fetched_at(self) -> datetime | None: ...
    @property
    def tree(self) -> HtmlElement: ...
    @property
    def head(self) -> Head: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of publication and by which rule it was found."""

    moment: datetime
    precision: Precision
    rule: str
    line: Line | None = None


def find_moment(
    before: Sequence[Line], after: Sequence[Line], others: Sequence[Line], page: Stated
) -> Moment | None:
    """Return the time: printed over the text, under it, else elsewhere with a label; or said out of sight.

    Words and days without a year are resolved against what the head or a script says, else against the fetch.
    """
    told = _told(page.tree, page.head)
    fetched_at = page.fetched_at if told else _looked_at(before, page)
    printed = _best(before, told, fetched_at) or _best(after, told, fetched_at, needs_label=True)
    printed = printed or _best(others, told, fetched_at, needs_label=True, needs_word=True)
    if printed:
        return printed
    if told:
        return Moment(told.moment, told.precision, META)
    return _of_printed_page(after) or _of_address(page.url)


def _looked_at(rows: Sequence[Line], page: Stated) -> datetime | None:
    """Return the moment against which days without a year are resolved: the address's day where it fits them.

    Else the fetch, against which words (昨天) are always.
    """
    addressed = _of_address(page.url)
    if addressed is None:
        return page.fetched_at
    for line in rows:
        if has_day_words(line.text) and not re.search("[昨今前刚]", line.text) and not find_time(line.text):
            found = find_time(line.text, addressed.moment)
            if found and abs(found.moment - addressed.moment) <= timedelta(days=1):
                return addressed.moment
    return page.fetched_at


def _of_printed_page(lines: Sequence[Line]) -> Moment | None:
    """Return the day of the newspaper's page on which an article was printed, where a line under it says."""
    for line in lines:
        found = find_time(line.text) if is_of_printed_page(line.text) else None
        if found:
            return Moment(found.moment, "day", PRINTED, line)
    return None


def _told(tree: HtmlElement, head: Head) -> FoundTime | None:
    """Return the time that metas say, else scripts."""
    for value in (*head.times, *script_times(tree)):
        found = _read_value(value)
        if found:
            return found
    for element in tree.iter("time"):
        found = _read_value(element.get("datetime") or "")
        if found:
            return found
        break
    return None


def _read_value(value: str) -> FoundTime | None:
    if re.fullmatch(r"1\d{9}(?:\d{3})?", value):
        moment, precision = read_date_words(value, None)
        return FoundTime(moment, precision, 0, len(value), is_whole=True)
    return find_time(value)


def _best(
    lines: Sequence[Line],
    told: FoundTime | None,
    fetched_at: datetime | None,
    *,
    needs_label: bool = False,
    needs_word: bool = False,
) -> Moment | None:
    best: tuple[float, Moment] | None = None
    for place, (text, line) in enumerate(_rows(lines)):
        if len(text) > _LONGEST_ROW or _OTHER_DAYS.search(text):
            continue
        found = find_time(text) or _resolved(text, told, fetched_at)
        if not found:
            continue
        labelled = bool(_PUBLISHED.search(text[: found.start + 1]))
        rest = len(text) - (found.end - found.start)
        if needs_label and not labelled and (needs_word or not _SOURCED.search(text)):
            continue
        if not labelled and rest > 70 and re.search("[，。！？]", text):
            continue
        score = (
            2.0 * (found.precision != "day")
            + 1.5 * labelled
            - 1.0 * bool(_UPDATED.search(text[: found.start + 1]))
        )
        score -= 2.0 * bool(_PAPER_DAY.search(text)) + min(rest, 60) / 60 + place * 0.02
        if best is None or score > best[0]:
            best = score, Moment(found.moment, found.precision, PRINTED, line)
    return best[1] if best else None


def _rows(lines: Sequence[Line]) -> Iterator[tuple[str, Line]]:
    """Yield each line, and short ones that stand together as one: a date may be spread over elements."""
    for place, line in enumerate(lines):
        text = line.text
        yield (" ".join(line.parts) if 1 < len(line.parts) <= 12 else text), line
        published = _PUBLISHED_AT.search(text, 1)
        if published and _UPDATED.search(text[: published.start()]):
            yield text[published.start() :], line
        if (
            re.fullmatch(r"(?:19|20)\d{2}\s?[-/年.]?", text)
            or re.fullmatch(r"\d{1,2}[-/月.]\d{1,2}日?", text)
            or (find_time(text) and len(text) < 14)
        ):
            yield " ".join(one.text for one in lines[place : place + 4] if len(one.text) <= 14), line


def _resolved(text: str, told: FoundTime | None, fetched_at: datetime | None) -> FoundTime | None:
    """Return a time that a text says by words or without a year, resolved."""
    if not has_day_words(text) or len(text) > 60 or _is_name_of_column(text):
        return None
    if told is not None:
        found = find_time(text, told.moment)
        if (
            found
            and abs((found.moment - told.moment).days) <= 1
            and found.precision != "day"
            and not re.search("[昨今前刚]", text)
        ):
            return found
        return (
            FoundTime(told.moment, told.precision, found.start, found.end, is_whole=False) if found else None
        )
    return find_time(text, fetched_at) if fetched_at else None


_IN_A_NAME = re.compile(
    r"(?:今天|今日|今早|今晚|昨天|昨日|昨晚|昨夜|前天|前日|刚刚|刚才|\d{1,2}\s?月\s?\d{1,2}\s?[日号]?|\d{1,2}[-/]\d{1,2})"
    r"(?=[\u4e00-\u9fff\u3040-\u30ff])(?!\s?(?:星期|周|週|上午|下午|早上|早晨|清晨|凌晨|中午|傍晚|晚上|晚间|夜间|发布|更新|来源|稿源|来自|作者|编辑))"
)


def _is_name_of_column(text: str) -> bool:
    """Tell whether a day's word only begins a name or a sentence (今日头条, 3月15日消费者权益日)."""
    return bool(_IN_A_NAME.search(text)) and not re.search(r"\d\s?[:：]\s?[0-5]\d", text)


def _of_address(url: str) -> Moment | None:
    for pattern in _ADDRESS:
        match = pattern.search(url)
        if not match:
            continue
        try:
            day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            continue
        return Moment(datetime(day.year, day.month, day.day, tzinfo=PRINTED_ZONE), "day", ADDRESS)
    return None
