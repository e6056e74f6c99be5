"""Times as papers' sites print them: whole ones, those in Chinese numerals, and words (昨天 23:01, 2小时前).

What is said from the moment of looking (昨天, 刚刚) or leaves the year out is resolved once, against the
moment of the fetch; the caller keeps what comes of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from storage.records import Precision, SetAside
from storage.records.press_days import PRINTED_ZONE
from storage.records.saying import say

_LONGEST = 300
"""Characters of a text in which a time is looked for: an info row's, not a chapter's."""
_WIDE = str.maketrans("０１２３４５６７８９：－／．　\xa0", "0123456789:-/.  ")
_SLACK = timedelta(minutes=10)
"""How far a site's clock may be ahead of ours."""
_EARLIEST, _LATEST, _CENTURY = 1990, 2100, 2000

_NUMERAL = "〇○零一二三四五六七八九十廿卅"
_DIGITS = {mark: number for number, mark in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0}
_NUMERALS = re.compile(rf"[{_NUMERAL}]{{1,4}}(?=\s?[年月日号时点分])")

_YEAR = r"(?P<year>(?:19|20)\d{2})"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_WEEKDAY = r"(?:\s?[(（]?(?:星期|周|週|礼拜)[一二三四五六日天][)）]?)?"
_HALF = r"(?P<half>上午|下午|早上|早晨|清晨|凌晨|中午|傍晚|晚上|晚间|夜间|[AaPp]\.?[Mm]\.?)?"
_ZONE = r"(?:\s?(?:GMT|UTC)?(?P<zone>Z(?![A-Za-z])|[+-]\d{2}:?\d{2}(?!\d)))?"
_CLOCK = (
    rf"{_HALF}\s?(?P<hour>[01]?\d|2[0-4])(?:\s?:\s?(?P<minute>[0-5]\d)(?:\s?:\s?(?P<second>[0-5]\d)(?:\.\d{{1,9}})?)?(?!\d)"
    rf"|\s?[时点](?:(?P<minute_han>[0-5]?\d)分(?:(?P<second_han>[0-5]?\d)秒)?|(?P<past>半|整)?))"
    rf"(?:\s?(?P<half_after>[AaPp]\.?[Mm]\b\.?))?{_ZONE}"
)
_DAY_ENDS = r"(?:(?!\d)|(?=[0-2]\d:[0-5]\d))"
"""A clock may stand right behind a day (``2026-03-2009:16``)."""
_GAP = r"[\sT,，|｜/]{0,4}"
_WHOLE = re.compile(
    rf"(?<![\d.]){_YEAR}(?:\s?年\s?|\s?[-/.]\s?|\s{{1,3}}){_MONTH}(?:\s?月\s?|\s?[-/.]\s?){_DAY}{_DAY_ENDS}\s?[日号]?"
    rf"(?:{_WEEKDAY}{_GAP}{_CLOCK})?",
    re.ASCII,
)
_SHORT_YEAR = re.compile(
    rf"(?:(?<![\d.:/-])|(?<=[\u4e00-\u9fff]:))(?P<year>[0-3]\d)[-/.](?P<month>0[1-9]|1[0-2])[-/.](?P<day>0[1-9]|[12]\d|3[01])(?!\d){_GAP}{_CLOCK}",
    re.ASCII,
)
_SHORT_YEAR_DAY = re.compile(
    r"(?:(?<=[期间于布][:：])|(?<=[期间于布][:：][ \[【(（]))(?P<year>[0-3]\d)[-/.]"
    r"(?P<month>0[1-9]|1[0-2])[-/.](?P<day>0[1-9]|[12]\d|3[01])(?![\d:./-])",
    re.ASCII,
)
"""A day whose year has two digits, right behind a label: anywhere else it may be anything."""
_RUN_TOGETHER = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?(?!\d)",
    re.ASCII,
)
_DAY_SECOND = _DAY.replace("day", "day_second")
_YEARLESS = re.compile(
    rf"(?<![\d./:-]){_MONTH}(?:\s?月\s?{_DAY}(?!\d)\s?[日号]?|[-/]{_DAY_SECOND}(?![\d/.-]))"
    rf"(?:{_WEEKDAY}{_GAP}{_CLOCK})?",
    re.ASCII,
)
_WORDS = re.compile(
    rf"(?P<word>大前天|前天|前日|昨天|昨日|昨晚|昨夜|今天|今日|今早|今晚)(?:{_GAP}{_CLOCK})?", re.ASCII
)
_AGO = re.compile(
    r"(?P<count>\d{1,4}|半|[一二两三四五六七八九十])\s?(?:个)?\s?(?P<unit>秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜|月|年)(?:之|以)?前"
    r"|(?P<now>刚刚|刚才)",
    re.ASCII,
)
_CLOCK_ALONE = re.compile(rf"(?<![\d:.-]){_CLOCK}", re.ASCII)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_NAME = r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY_FIRST = _DAY.replace("day", "day_first")
_NAME_SECOND, _YEAR_SECOND = _NAME.replace("name", "name_second"), _YEAR.replace("year", "year_second")
_TH = "(?:st|nd|rd|th)?"
_ENGLISH = re.compile(
    rf"(?<![\w])(?:{_NAME}\s{{1,2}}{_DAY}{_TH},?\s{{1,2}}{_YEAR}"
    rf"|{_DAY_FIRST}{_TH}[\s-]{{1,2}}{_NAME_SECOND},?[\s-]{{1,2}}{_YEAR_SECOND})(?!\d)(?:{_GAP}{_CLOCK})?",
    re.ASCII | re.IGNORECASE,
)
_EPOCH = re.compile(r"(?P<seconds>1\d{9}|[2-9]\d{8})(?P<thousandths>\d{3})?", re.ASCII)
_BACK = {"大前天": 3, "前天": 2, "前日": 2, "昨天": 1, "昨日": 1, "昨晚": 1, "昨夜": 1}
_EVENING = frozenset({"下午", "傍晚", "晚上", "晚间", "夜间", "昨晚", "今晚", "昨夜"})
_NIGHT = frozenset({"晚上", "晚间", "夜间", "昨晚", "今晚", "昨夜"})
_DIGITS_OF_DAY = 4
_NOON, _AFTER_NOON, _MIDNIGHT = 12, 3, 24
_COUNTS = {"两": 2} | {mark: number for number, mark in enumerate("一二三四五六七八九十", 1)}


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A time found in a text. ``moment`` is aware, in the zone that was given.

    ``start`` and ``end`` say where it stands, in the text with its Chinese numerals as digits.
    ``is_whole`` tells that it says day and year itself, so that the moment of looking had no part in it.
    """

    moment: datetime
    precision: Precision
    start: int
    end: int
    is_whole: bool


def read_date_words(
    text: str, fetched_at: datetime | None, zone: tzinfo = PRINTED_ZONE
) -> tuple[datetime, Precision]:
    """Return the time that a text says, aware in ``zone``, and how exact it is.

    ``fetched_at``, aware, is when the page came; None where that is not known. ``zone`` is the site's, unless
    the text has one. A day without a year is the latest such day up to the day after the fetch, a clock
    without a day the latest such moment. Raises `SetAside`, quoting the text, where it says no time.
    """
    folded = _folded(text).strip()
    if epoch := _EPOCH.fullmatch(folded):
        return datetime.fromtimestamp(int(epoch["seconds"]), zone), "second"
    found = find_time(text, fetched_at, zone) or _clock_alone(folded, fetched_at, zone)
    if found is None:
        shortened = text if len(text) <= 60 else f"{text[:60]}…"
        raise SetAside(say("page.time_unreadable", text=shortened))
    return found.moment, found.precision


def find_time(text: str, fetched_at: datetime | None = None, zone: tzinfo = PRINTED_ZONE) -> FoundTime | None:
    """Return the first time in a text that names its day; None without one.

    Days by words and days without a year are found only where ``fetched_at``, aware, is given.
    """
    folded = _folded(text)[:_LONGEST]
    for pattern in (_WHOLE, _ENGLISH, _SHORT_YEAR, _SHORT_YEAR_DAY, _RUN_TOGETHER):
        for match in pattern.finditer(folded):
            if found := _whole(match, zone):
                return found
    if fetched_at is None:
        return None
    now = fetched_at.astimezone(zone)
    for match in _YEARLESS.finditer(folded):
        if found := _yearless(match, now):
            return found
    return _of_words(folded, now)


def has_day_words(text: str) -> bool:
    """Tell whether a text says a day by words or without its year: what must be resolved."""
    folded = _folded(text)[:_LONGEST]
    return any(pattern.search(folded) for pattern in (_YEARLESS, _WORDS, _AGO))


def _folded(text: str) -> str:
    """Return a text with narrow digits and marks, and the Chinese numerals of dates as digits."""
    return _spelt(text[: 4 * _LONGEST].translate(_WIDE))


def _spelt(text: str) -> str:
    return _NUMERALS.sub(lambda match: _number(match[0]), text) if _NUMERALS.search(text) else text


def _number(numeral: str) -> str:
    """Return a Chinese numeral as digits: a year's digit by digit, else up to 39."""
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if "十" not in numeral:
        return "".join(str(_DIGITS[mark]) for mark in numeral)
    tens, _, ones = numeral.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return numeral
    return str(10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0))


def _whole(match: re.Match[str], zone: tzinfo) -> FoundTime | None:
    said = {key: value for key, value in match.groupdict().items() if value is not None}
    year = int(said.get("year") or said["year_second"])
    year += _CENTURY if year < 100 else 0
    name = said.get("name") or said.get("name_second")
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(said["month"])
    try:
        day = date(year, month, int(said.get("day") or said["day_first"]))
    except ValueError:
        return None
    return _found(day, said, match, zone, is_whole=True) if _EARLIEST <= year <= _LATEST else None


def _yearless(match: re.Match[str], now: datetime) -> FoundTime | None:
    said = {key: value for key, value in match.groupdict().items() if value is not None}
    if (
        "day_second" in said
        and "hour" not in said
        and len(said["month"]) + len(said["day_second"]) < _DIGITS_OF_DAY
    ):
        return None  # 1/2 is a page of two
    latest = now.date() + timedelta(days=1)
    for year in range(latest.year, latest.year - 9, -1):
        try:
            day = date(year, int(said["month"]), int(said.get("day") or said["day_second"]))
        except ValueError:
            continue
        if day <= latest:
            return _found(day, said, match, now.tzinfo or PRINTED_ZONE, is_whole=False)
    return None


def _of_words(text: str, now: datetime) -> FoundTime | None:
    zone = now.tzinfo or PRINTED_ZONE
    if match := _WORDS.search(text):
        said = {key: value for key, value in match.groupdict().items() if value is not None}
        said.setdefault("half", said["word"])
        day = now.date() - timedelta(days=_BACK.get(said["word"], 0))
        return _found(day, said, match, zone, is_whole=False)
    if match := _AGO.search(text):
        ago = _ago(match, now)
        return ago and FoundTime(*ago, match.start(), match.end(), is_whole=False)
    return None


def _ago(match: re.Match[str], now: datetime) -> tuple[datetime, Precision] | None:
    """Return the moment that is so long before now; of days and more only the day is known."""
    minute = now.replace(second=0, microsecond=0)
    if match["now"]:
        return minute, "minute"
    count = 0.5 if match["count"] == "半" else _COUNTS.get(match["count"]) or int(match["count"])
    unit = match["unit"][0]
    short = {
        "秒": timedelta(seconds=1),
        "分": timedelta(minutes=1),
        "小": timedelta(hours=1),
        "钟": timedelta(hours=1),
    }
    if unit in short:
        return (now - count * short[unit]).replace(second=0, microsecond=0), "minute"
    if unit in "天日周星礼":
        days = int(count * (1 if unit in "天日" else 7))
        return _midnight((minute - timedelta(days=days)).date(), now), "day"
    return None  # months and years ago name no day


def _midnight(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


def _clock_alone(text: str, fetched_at: datetime | None, zone: tzinfo) -> FoundTime | None:
    """Return the latest moment, up to the fetch, at which a clock showed what a text says."""
    match = _CLOCK_ALONE.fullmatch(text)
    if not match or fetched_at is None:
        return None
    now = fetched_at.astimezone(zone)
    said = {key: value for key, value in match.groupdict().items() if value is not None}
    found = _found(now.date(), said, match, zone, is_whole=False)
    if found and found.moment > now + _SLACK:
        return _found(now.date() - timedelta(days=1), said, match, zone, is_whole=False)
    return found


def _found(
    day: date, said: dict[str, str], match: re.Match[str], zone: tzinfo, *, is_whole: bool
) -> FoundTime | None:
    """Return the time on a day; only the day where its clock says what no clock does."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=_zone(said.get("zone"), zone))
    start, end = match.span()
    if "hour" not in said:
        return FoundTime(midnight.astimezone(zone), "day", start, end, is_whole)
    hour = _hour(int(said["hour"]), said.get("half") or said.get("half_after") or "")
    minute = int(said.get("minute") or said.get("minute_han") or (30 if said.get("past") == "半" else 0))
    second = said.get("second") or said.get("second_han")
    if hour == _MIDNIGHT and minute:
        return FoundTime(midnight.astimezone(zone), "day", start, end, is_whole)
    moment = midnight + timedelta(hours=hour, minutes=minute, seconds=int(second or 0))
    return FoundTime(moment.astimezone(zone), "second" if second else "minute", start, end, is_whole)


def _hour(hour: int, half: str) -> int:
    """Return the hour that is meant, 24 for the midnight at a day's end."""
    half = half.replace(".", "").lower()
    if half in _NIGHT and hour == _NOON:
        return _MIDNIGHT
    if hour < _NOON and (half == "pm" or half in _EVENING or (half == "中午" and hour < _AFTER_NOON)):
        return hour + _NOON
    return 0 if half in ("am", "凌晨") and hour == _NOON else hour


def _zone(printed: str | None, zone: tzinfo) -> tzinfo:
    if printed is None:
        return zone
    if printed == "Z":
        return UTC
    minutes = int(printed[1:3]) * 60 + int(printed[-2:])
    if minutes >= 24 * 60:
        return zone
    return timezone(timedelta(minutes=-minutes if printed[0] == "-" else minutes))
