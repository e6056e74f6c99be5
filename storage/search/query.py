"""The query language: a space means AND, OR parts alternatives, "quotes" a phrase, ``-`` excludes.

``title:`` looks at titles only. ``source: media: author: security: from: to:`` narrow the whole query
wherever they stand; several of one kind mean any of them, with ``-`` none of them. ``*`` at an end of a word
lets a run of ASCII letters or digits go on there (``AI*`` finds AIGC). `keyboard.py` has the signs' forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from storage.articles.lists import ArticleFilter
from storage.records.press_days import BadDay, first_moment, last_moment
from storage.records.remedy import Mistaken
from storage.search.folding import fold
from storage.search.keyboard import STARS, Item, NeverClosed, read_day, read_item

_LONGEST = 1_000
_MOST_WORDS = 64
_SHOWN = 40  # characters of a query in a message
_NARROWING = {"source": "sources", "media": "media", "author": "authors", "security": "securities"}
_STARRED_SHARE = re.compile(r"[*＊﹡][sｓ][tｔ]", re.IGNORECASE)
"""*ST marks the shares of ailing companies: there the star is part of the name."""


class BadQuery(Mistaken, ValueError):
    """The query cannot be understood; the message is one sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word or phrase to be found in a line of text, or only in the title.

    A run of ASCII letters or digits at an end of it must not go on in the text, unless that end is open.
    """

    folded: str
    in_title: bool = False
    open_left: bool = False
    open_right: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What one alternative asks for: all of the words, none of the excluded ones."""

    words: tuple[Word, ...] = ()
    excluded: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A query: any of its groups, within its filter. Without groups everything in the filter matches.

    ``strange`` are words that stand before a colon as fields do, and are none: they are looked for as typed.
    """

    text: str
    groups: tuple[Group, ...] = ()
    filter: ArticleFilter = field(default_factory=lambda: ArticleFilter(with_duplicates=True))
    strange: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """Return every word that is asked for, each once."""
        return tuple(dict.fromkeys(word for group in self.groups for word in group.words))


def parse_query(text: str) -> Query:
    """Return what a query asks for; raise `BadQuery` with one sentence. An empty one asks for everything."""
    if len(text) > _LONGEST:
        raise BadQuery(f"the query is too long: at most {_LONGEST} characters can be asked for at once")
    groups: list[Group] = []
    group = Group()
    narrowed = ArticleFilter(with_duplicates=True)
    alternative = False
    strange: list[str] = []
    for item in _split(text):
        if _is_or(item):
            _refuse_empty(group, before="after" if alternative else "before")
            groups.append(group)
            group, alternative = Group(), True
        elif item.field in (None, "title"):
            group = _extend(group, item)
            strange += [item.strange] if item.strange else []
        else:
            narrowed = _narrow(narrowed, item)
    if alternative:
        _refuse_empty(group, before="after")
    if group != Group():
        groups.append(group)
    if sum(len(each.words) + len(each.excluded) for each in groups) > _MOST_WORDS:
        raise BadQuery(f"the query has too many words: at most {_MOST_WORDS} can be asked for at once")
    _check_filter(narrowed)
    return Query(text, tuple(groups), narrowed, tuple(dict.fromkeys(strange)))


def narrow(query: Query, wanted: ArticleFilter) -> Query:
    """Return the query narrowed further: what both ask for must hold; raise `BadQuery` where nothing can.

    Whatever way in it came by, a filter is given here as sources, newspapers, securities, authors, moments
    and whether one of each story is enough; only the text of a query can leave anything out.
    """
    asked = query.filter
    narrowed = replace(
        asked,
        sources=_both("source", asked.sources, wanted.sources),
        media=_both("media", asked.media, wanted.media),
        securities=_both("security", asked.securities, wanted.securities),
        authors=_both("author", asked.authors, wanted.authors),
        since=max((moment for moment in (asked.since, wanted.since) if moment), default=None),
        until=min((moment for moment in (asked.until, wanted.until) if moment), default=None),
        one_of_story=asked.one_of_story or wanted.one_of_story,
    )
    _check_filter(narrowed)
    return replace(query, filter=narrowed)


def _split(text: str) -> Iterator[Item]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        try:
            item, place = read_item(text, place)
        except NeverClosed as never:
            rest = _show(str(never))
            raise BadQuery(f'the quotation mark before "{rest}" is never closed') from never
        yield item


def _is_or(item: Item) -> bool:
    return not item.is_phrase and item.written in ("OR", "ＯＲ")


def _refuse_empty(group: Group, before: str) -> None:
    if group == Group():
        raise BadQuery(f"there is no word {before} OR: it parts two alternatives")


def _extend(group: Group, item: Item) -> Group:
    word = _read_word(item)
    if item.excludes:
        return replace(group, excluded=(*group.excluded, word))
    return replace(group, words=(*group.words, word))


def _read_word(item: Item) -> Word:
    asked, left, right = item.text, item.open_left, item.open_right
    if not item.is_phrase:
        left = asked.startswith(tuple(STARS)) and not _STARRED_SHARE.match(asked)
        right = asked.endswith(tuple(STARS)) and len(asked) > 1
        asked = asked[left : len(asked) - right]
    folded = fold(asked)
    if not folded:
        raise BadQuery(f'"{_show(item.written)}" names nothing to look for')
    return Word(folded, item.field == "title", left, right)


def _narrow(narrowed: ArticleFilter, item: Item) -> ArticleFilter:
    value = item.text.strip()
    kind = item.field
    assert kind is not None
    if not value:
        raise BadQuery(f"{kind}: says nothing: write what it should be behind the colon, without a blank")
    if kind in _NARROWING:
        name = ("not_" if item.excludes else "") + _NARROWING[kind]
        further: dict[str, Any] = {name: (*getattr(narrowed, name), value)}
        return replace(narrowed, **further)
    if item.excludes:
        raise BadQuery(
            f"-{kind}: excludes nothing: leave the day out, or ask from: and to: the days you want"
        )
    try:
        if kind == "from":
            return replace(narrowed, since=_later(narrowed.since, first_moment(_show(read_day(value)))))
        return replace(narrowed, until=_earlier(narrowed.until, last_moment(_show(read_day(value)))))
    except BadDay as bad:
        raise BadQuery(f"{kind}: {bad}") from bad


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)


def _both(kind: str, asked: tuple[str, ...], further: tuple[str, ...]) -> tuple[str, ...]:
    if not asked or not further:
        return asked or further
    # An article has one newspaper, but may have several sources and mention several securities.
    wanted = set(map(fold, further)) if kind == "media" else set(further)
    common = tuple(value for value in asked if (fold(value) if kind == "media" else value) in wanted)
    if not common or (kind != "media" and set(asked) != set(further)):
        raise BadQuery(
            f"{kind}: is asked for twice, as {_show(asked[0])} and as {_show(further[0])}: leave one out"
        )
    return common


def _show(asked: str) -> str:
    """Return the beginning of what was asked for as a message may show it: on one line, all of it visible."""
    return "".join(filter(str.isprintable, " ".join(asked.split())))[:_SHOWN]


def _check_filter(narrowed: ArticleFilter) -> None:
    """Refuse days that leave nothing, and names that no database can hold (from bytes that were no UTF-8)."""
    for name in narrowed.names:
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise BadQuery(f'the name "{_show(name)}" is no valid text: write it in UTF-8')
    if narrowed.since and narrowed.until and narrowed.since >= narrowed.until:
        raise BadQuery("the first day asked for comes after the last one")
