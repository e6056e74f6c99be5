"""What a declaration states of a saved article, held against the article that is read there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from spiders.declared.sample import Sample
from storage.records import Article

_SHOWN = {"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M"}
_WHOLE = "%Y-%m-%d %H:%M:%S"
_DAY = len("2026-03-20")


def list_misses(sample: Sample, article: Article, zone: ZoneInfo) -> Iterator[str]:
    """Yield a clause for each stated value that an article does not have; what is not stated is not compared.

    A time is compared as far as it is stated: the day, the minute or the second, in ``zone`` where it names
    none. ``first`` and ``last`` may be of any length; white space in them does not count.
    """
    text = _folded("".join(paragraph.text for paragraph in article.paragraphs))
    found = {
        "title": article.title,
        "time": _time_as_stated(sample.time, article, zone) if sample.time else None,
        "media": article.media,
        "author": article.author,
        "first": text[: len(_folded(sample.first or ""))],
        "last": text[len(text) - len(_folded(sample.last or "")) :],
        "paragraphs": len(article.paragraphs),
    }
    for name, value in found.items():
        stated = getattr(sample, name)
        if stated is not None and not _is_same(name, stated, value):
            yield say_miss(name, stated, value)


def say_miss(name: str, stated: object, found: object) -> str:
    """Return the clause that says so."""
    return f"{name} is to be {stated!r}, is {found!r}"


def _is_same(name: str, stated: str | int, value: object) -> bool:
    if name in {"first", "last"}:
        return _folded(str(stated)) == value
    return stated == ("" if value is None else value)


def _time_as_stated(stated: str, article: Article, zone: ZoneInfo) -> str | None:
    """Return an article's time as it is stated, if it is the same; else as far as the article has it."""
    if article.published_at is None:
        return None
    moment = datetime.fromisoformat(stated)
    local = moment.astimezone(zone) if moment.tzinfo else moment
    exact = _SHOWN["day"] if len(stated) <= _DAY else _WHOLE if moment.second else _SHOWN["minute"]
    has = article.published_at.astimezone(zone).strftime(_SHOWN.get(article.precision, _WHOLE))
    return stated if has.startswith(local.strftime(exact)) else has


def _folded(text: str) -> str:
    return "".join(text.split())
