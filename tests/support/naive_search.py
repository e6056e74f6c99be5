"""Search a second time, as plainly as it can be said: the definition of a match (docs/design.md#search).

Shares nothing with `storage/search`: what both find is what was meant, or the same mistake was made twice.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from opencc import OpenCC
from sqlalchemy import Connection, select

from storage.database.schema import article, listing, security

_RADICALS = dict(
    zip(
        "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
        strict=True,
    )
)
_LONE = frozenset(map(chr, (*range(0x2E80, 0x2FE0), *range(0x3400, 0xA000), *range(0xF900, 0xFB00)))) | {
    "々",
    "〇",
}
_DOTS = "•‧∙⋅⸱・･"
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
        apart = "".join(" " * _is_joint(*pair) + pair[1] for pair in zip(" " + seen, seen, strict=False))
        folded = "".join(map(_simplified, unicodedata.normalize("NFKC", apart).casefold()))
        folded = " ".join(folded.split())
        if folded == text:
            break
        text = folded
    return text


def naive_lines(line: str) -> tuple[str, ...]:
    """Fold a line as it is and, where single characters stand a wide blank apart, once more closed up."""
    closed = list(line)
    for place in range(1, len(line) - 1):
        if (
            line[place] in "\u3000\u2003"
            and _stands_alone(line, place - 1)
            and _stands_alone(line, place + 1)
        ):
            closed[place] = ""
    return tuple(dict.fromkeys((naive_fold(line), naive_fold("".join(closed)))))


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
        wanted = naive_fold(self.text)
        if wanted not in each.whole:
            return False
        lines = each.title if self.in_title else (*each.title, *each.lines)
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
    authors: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def word(cls, text: str) -> NaiveQuery:
        """Return the query for one word."""
        return cls((Alternative((Asked(text),)),))

    def typed(self) -> str:
        """Return the query in the query language, without its days."""
        parts = [" OR ".join(each.typed() for each in self.alternatives)]
        kinds = {"source": "sources", "media": "media", "security": "securities", "author": "authors"}
        for kind, name in kinds.items():
            parts += [f'{kind}:"{value}"' for value in getattr(self, name)]
            parts += [f'-{kind}:"{value}"' for value in getattr(self, f"not_{name}")]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class NaiveArticle:
    """An article as the naive search knows it: folded, with everything that a filter asks for."""

    info_code: str
    published_at: datetime
    title: tuple[str, ...]
    lines: tuple[str, ...]
    whole: str
    media: str | None
    authors: frozenset[str]
    sources: frozenset[str]
    securities: frozenset[str]
    duplicate_of: str | None

    def passes(self, query: NaiveQuery) -> bool:
        """Return whether the article passes the query's filters."""
        return (
            (not query.sources or not self.sources.isdisjoint(query.sources))
            and (not query.media or self.media in set(map(naive_fold, query.media)))
            and (not query.authors or not self.authors.isdisjoint(map(_folded_name, query.authors)))
            and self.authors.isdisjoint(map(_folded_name, query.not_authors))
            and (not query.securities or not self.securities.isdisjoint(query.securities))
            and self.sources.isdisjoint(query.not_sources)
            and self.media not in set(map(naive_fold, query.not_media))
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
            title = _folded_lines(row.title)
            lines = tuple(folded for line in row.text.split("\n") for folded in _folded_lines(line))
            articles.append(
                NaiveArticle(
                    row.info_code,
                    row.published_at,
                    title,
                    lines,
                    "\n".join((*title, *lines)),
                    None if row.media is None else naive_fold(row.media),
                    frozenset(map(_folded_name, (row.author or "").split("、"))),
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


def _folded_name(name: str) -> str:
    return naive_fold(name).replace(" ", "")


def _stands_alone(line: str, place: int) -> bool:
    """Return whether a character is Chinese and its neighbours are not."""
    around = line[place - 1 : place] + line[place + 1 : place + 2]
    return _is_chinese(line[place]) and not any(map(_is_chinese, around))


def _is_chinese(character: str) -> bool:
    return character in _LONE or 0x20000 <= ord(character) < 0x323B0


@cache
def _is_joint(one: str, other: str) -> bool:
    """Return whether two neighbours must not become one run: a number in a circle, set high, a fraction."""
    plain = {_is_plain(one), _is_plain(other)}
    if plain == {False}:
        return _is_ringed(one) and _is_ringed(other) and _latin_ends(other)[0]
    if plain == {True}:
        return False
    if _is_ringed(one):
        return True
    if _is_ringed(other):
        return _latin_ends(other)[0]
    last, first = unicodedata.normalize("NFKC", one)[-1], unicodedata.normalize("NFKC", other)[0]
    return last in "0123456789" and first in "0123456789" and _is_shaped(other if _is_plain(one) else one)


def _is_plain(character: str) -> bool:
    """Return whether it is an ASCII letter or digit, also a wide one."""
    return unicodedata.east_asian_width(character) in ("Na", "F") and _in_run(
        unicodedata.normalize("NFKC", character)
    )


def _is_ringed(character: str) -> bool:
    """Return whether it is a Latin letter or number in a circle, or a number with its full stop."""
    written = unicodedata.normalize("NFKC", character)
    if len(character) == 1 and unicodedata.decomposition(character).startswith("<circle>"):
        return any(_latin_ends(character))
    return written != character and written[:-1].isdecimal() and written[-1] in ",."


def _latin_ends(character: str) -> tuple[bool, bool]:
    written = unicodedata.normalize("NFKC", character)
    return _in_run(written[0]), _in_run(written[-1])


def _is_shaped(character: str) -> bool:
    """Return whether it is written otherwise than plainly: high, low, as a fraction, in a square."""
    kind = unicodedata.decomposition(character).split(" ")[0]
    return kind in ("<super>", "<sub>", "<fraction>", "<square>", "<compat>")


@cache
def _simplified(character: str) -> str:
    if character in _DOTS:
        return "·"
    if character in "○◯":
        return "〇"
    return _usual_forms().get(_RADICALS.get(character, character), _RADICALS.get(character, character))


@cache
def _usual_forms() -> dict[str, str]:
    """Return for every Chinese character the usual one of all that OpenCC's tables make of one another."""
    every = [chr(point) for part in (range(0x3400, 0xA000), range(0x20000, 0x323B0)) for point in part]
    near = [character for character in every if ord(character) < 0x10000]
    simple = {**dict(zip(every, every, strict=True)), **_table("t2s", every)}
    pairs = list(_table("t2s", every).items())
    for name in ("tw2t", "t2tw", "hk2t", "t2hk", "s2t"):
        pairs += _table(name, near).items()
    for name in ("jp2t", "t2jp"):
        for one, other in _table(name, near).items():
            if "".join((simple[one], simple[other])).encode("gb2312", "replace").count(b"?"):
                pairs.append((one, other))
    kin: dict[str, set[str]] = {}
    for one, other in pairs:
        family = kin.get(one, {one}) | kin.get(other, {other})
        kin.update(dict.fromkeys(family, family))
    return {
        member: min({simple.get(each, each) for each in family}, key=_rarity)
        for member, family in kin.items()
    }


def _rarity(character: str) -> tuple[int, str]:
    written = character.encode("gb2312", "replace")
    return (2 if written == b"?" else 1 if written >= b"\xd8" else 0), character


def _table(name: str, characters: list[str]) -> dict[str, str]:
    converted = OpenCC(name).convert(" ".join(characters)).split(" ")
    found = zip(characters, converted, strict=True)
    return {one: other for one, other in found if one != other and len(other) == 1}


_folded_lines = cache(naive_lines)
"""Many articles are asked about again and again."""
