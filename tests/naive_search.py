"""Search a second time, as plainly as it can be said: the definition of a match (DESIGN, section 9).

Shares nothing with `storage/search`: what both find is what was meant, or the same mistake was made twice.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from opencc import OpenCC
from sqlalchemy import Connection, select

from storage.schema import article, listing, security

_TO_SIMPLIFIED = OpenCC("t2s")
_ROUNDS = 8
_SEEN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\ufff9\ufffa\ufffb\U000110bd\U000110cd"
)
"""Format characters that show, or steer what shows; Egyptian ones (U+13430) besides."""
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0\ue000")
"""Nothing to see though no format characters; U+E000 means nothing at all."""


def naive_fold(text: str) -> str:
    """Fold a line: leave out what nobody sees, then width and case, then simplify; until nothing changes."""
    for _ in range(_ROUNDS):
        seen = "".join(character for character in text if not _is_invisible(character))
        folded = "".join(map(_simplified, unicodedata.normalize("NFKC", seen).casefold()))
        folded = " ".join(folded.split())
        if folded == text:
            break
        text = folded
    return text


@dataclass(frozen=True, slots=True)
class Asked:
    """A word as it was typed; stars at its ends lift the rule of runs."""

    text: str
    in_title: bool = False
    open_left: bool = False
    open_right: bool = False

    def typed(self) -> str:
        """Return the word in the query language: quoted unless a quotation mark is part of it."""
        quoted = self.text if '"' in self.text else f'"{self.text}"'
        return ("title:" if self.in_title else "") + "*" * self.open_left + quoted + "*" * self.open_right

    def stands_in(self, each: NaiveArticle) -> bool:
        """Return whether the word stands in the folded title or in one of the folded lines."""
        wanted = _folded_line(self.text)
        if wanted not in each.whole:
            return False
        lines = (each.title,) if self.in_title else (each.title, *each.lines)
        return any(self._stands_in_line(wanted, line) for line in lines)

    def _stands_in_line(self, wanted: str, line: str) -> bool:
        place = line.find(wanted)
        while place >= 0:
            before, after = line[:place][-1:], line[place + len(wanted) :][:1]
            cut_left = not self.open_left and _in_run(before) and _in_run(wanted[0])
            cut_right = not self.open_right and _in_run(after) and _in_run(wanted[-1])
            if not cut_left and not cut_right:
                return True
            place = line.find(wanted, place + 1)
        return False


@dataclass(frozen=True, slots=True)
class Alternative:
    """All of the words and none of the excluded ones."""

    words: tuple[Asked, ...] = ()
    excluded: tuple[Asked, ...] = ()

    def typed(self) -> str:
        """Return the alternative in the query language."""
        return " ".join([*(word.typed() for word in self.words), *("-" + w.typed() for w in self.excluded)])

    def answers(self, each: NaiveArticle) -> bool:
        """Return whether an article has it all."""
        return all(word.stands_in(each) for word in self.words) and not any(
            word.stands_in(each) for word in self.excluded
        )


@dataclass(frozen=True, slots=True)
class NaiveQuery:
    """A query in parts. ``since`` is included, ``until`` is not; no alternatives ask for everything."""

    alternatives: tuple[Alternative, ...] = ()
    sources: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    securities: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    not_media: tuple[str, ...] = ()
    not_securities: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def word(cls, text: str) -> NaiveQuery:
        """Return the query for one word."""
        return cls((Alternative((Asked(text),)),))

    def typed(self) -> str:
        """Return the query in the query language, without its days."""
        parts = [" OR ".join(each.typed() for each in self.alternatives)]
        for kind, name in (("source", "sources"), ("media", "media"), ("security", "securities")):
            parts += [f'{kind}:"{value}"' for value in getattr(self, name)]
            parts += [f'-{kind}:"{value}"' for value in getattr(self, f"not_{name}")]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class NaiveArticle:
    """An article as the naive search knows it: folded, with everything that a filter asks for."""

    info_code: str
    published_at: datetime
    title: str
    lines: tuple[str, ...]
    whole: str
    media: str | None
    sources: frozenset[str]
    securities: frozenset[str]
    duplicate_of: str | None

    def passes(self, query: NaiveQuery) -> bool:
        """Return whether the article passes the query's filters."""
        return (
            (not query.sources or not self.sources.isdisjoint(query.sources))
            and (not query.media or self.media in query.media)
            and (not query.securities or not self.securities.isdisjoint(query.securities))
            and self.sources.isdisjoint(query.not_sources)
            and self.media not in query.not_media
            and self.securities.isdisjoint(query.not_securities)
            and (query.since is None or self.published_at >= query.since)
            and (query.until is None or self.published_at < query.until)
        )


@dataclass(slots=True)
class NaiveSearch:
    """Every article of an archive in memory, the newest first."""

    articles: list[NaiveArticle] = field(default_factory=list)

    @classmethod
    def read(cls, connection: Connection) -> NaiveSearch:
        """Read the archive."""
        sources: dict[str, set[str]] = {}
        for code, slug in connection.execute(select(listing.c.info_code, listing.c.source)):
            sources.setdefault(code, set()).add(slug)
        securities: dict[str, set[str]] = {}
        for row in connection.execute(select(security)):
            names = {row.code, row.name, f"{row.market}.{row.code}"}
            securities.setdefault(row.info_code, set()).update(names)
        articles: list[NaiveArticle] = []
        for row in connection.execute(select(article)):
            title, lines = _folded_line(row.title), tuple(map(_folded_line, row.text.split("\n")))
            articles.append(
                NaiveArticle(
                    row.info_code,
                    row.published_at,
                    title,
                    lines,
                    "\n".join((title, *lines)),
                    row.media,
                    frozenset(sources.get(row.info_code, ())),
                    frozenset(securities.get(row.info_code, ())),
                    row.duplicate_of,
                )
            )
        return cls(sorted(articles, key=lambda each: (each.published_at, each.info_code), reverse=True))

    def find(self, query: NaiveQuery, *, collapse: bool = False) -> list[str]:
        """Return the info codes of the articles that answer a query, the newest first."""
        found = [each for each in self.articles if _answers(query, each) and each.passes(query)]
        first = {each.duplicate_of or each.info_code: each.info_code for each in found}  # the last one stays
        return [
            each.info_code
            for each in found
            if not collapse or first[each.duplicate_of or each.info_code] == each.info_code
        ]


def _answers(query: NaiveQuery, each: NaiveArticle) -> bool:
    return not query.alternatives or any(alternative.answers(each) for alternative in query.alternatives)


def _in_run(character: str) -> bool:
    return character.isascii() and character.isalnum()


@cache
def _is_invisible(character: str) -> bool:
    code = ord(character)
    if character.isspace() or character in _SEEN or 0x13430 <= code < 0x13460:
        return False
    if character in _UNSEEN or 0xE0000 <= code < 0xE1000 or 0xFFF0 <= code < 0xFFF9:
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") or "VARIATION SELECTOR" in unicodedata.name(
        character, ""
    )


@cache
def _simplified(character: str) -> str:
    simplified: str = _TO_SIMPLIFIED.convert(character)
    return simplified


_folded_line = cache(naive_fold)
"""Many articles are asked about again and again."""
