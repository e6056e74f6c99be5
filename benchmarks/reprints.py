"""Newspapers that reprint each other: articles in the words of one region, and copies made on purpose.

Words follow Zipf's law, set phrases come back everywhere, and thousands of articles print one of a few
paragraphs that have nothing to do with them.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

_FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
_CHARACTERS = 3_500
_WORDS, _PHRASES, _BOILERPLATES = 40_000, 4_000, 40
_WITH_BOILERPLATE = 0.3
_LATEST_REPRINT = 6.5  # days


@dataclass(frozen=True, slots=True)
class Printed:
    """One article; ``origin`` is the number of the one it was copied from, its own if from none."""

    number: int
    origin: int
    kind: str
    published_at: datetime
    text: str


class Language:
    """The words of a region, and how articles are made of them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        signs = [chr(0x4E00 + 5 * number) for number in range(_CHARACTERS)]
        self._signs = _Zipf(self.random, signs, 30)
        words = {
            "".join(self._signs.draw(length))
            for length in self.random.choices((1, 2, 3, 4), (2, 7, 2, 1), k=_WORDS)
        }
        self._words = _Zipf(self.random, sorted(words), 15)
        phrases = ["".join(self._words.draw(self.random.randint(3, 6))) for _ in range(_PHRASES)]
        self._phrases = _Zipf(self.random, phrases, 3)
        self.boilerplates = [
            "".join(self.sentence() for _ in range(self.random.randint(2, 5))) for _ in range(_BOILERPLATES)
        ]

    def sentence(self) -> str:
        """Return a sentence of one to four clauses, in which a phrase may be set."""
        clauses = []
        for _ in range(self.random.randint(1, 4)):
            words = self._words.draw(self.random.randint(3, 9))
            if self.random.random() < 0.3:
                words.insert(0, self._phrases.draw(1)[0])
            clauses.append("".join(words))
        return "，".join(clauses) + "。"

    def article(self) -> str:
        """Return an article of 150 to 4,000 characters, most of them about 1,000, in paragraphs."""
        length = min(4_000, max(150, self.random.lognormvariate(6.9, 0.6)))
        paragraphs: list[str] = []
        while sum(map(len, paragraphs)) < length:
            paragraphs.append("".join(self.sentence() for _ in range(self.random.randint(1, 5))))
        if self.random.random() < _WITH_BOILERPLATE:
            paragraphs.insert(self.random.choice((0, len(paragraphs))), self.random.choice(self.boilerplates))
        return "\n".join(paragraphs)

    def signs(self, count: int) -> str:
        """Return characters as they come, for an edit."""
        return "".join(self._signs.draw(count))


class _Zipf:
    def __init__(self, random: Random, items: list[str], shift: int) -> None:
        self._random, self._items = random, items
        self._weights = list(accumulate(1 / (rank + shift) for rank in range(1, len(items) + 1)))

    def draw(self, count: int) -> list[str]:
        top, weights, items = self._weights[-1], self._weights, self._items
        return [items[bisect(weights, self._random.random() * top)] for _ in range(count)]


def edit_characters(language: Language, text: str, share: float) -> str:
    """Return the text with so many characters, anywhere, replaced, deleted, or one put before them."""
    random, signs = language.random, list(text)
    for place in random.sample(range(len(signs)), round(len(signs) * share)):
        signs[place] = random.choice((language.signs(1), "", language.signs(1) + signs[place]))
    return "".join(signs)


def edit_runs(language: Language, text: str, share: float) -> str:
    """Return the text with runs of 2 to 12 characters replaced, deleted or inserted, in all so many."""
    random, wanted = language.random, round(len(text) * share)
    while wanted > 0:
        length = min(wanted, random.randint(2, 12))
        place = random.randrange(max(1, len(text) - length))
        kept, put = random.choice(((place + length, length), (place + length, 0), (place, length)))
        text = text[:place] + language.signs(put) + text[kept:]
        wanted -= length
    return text


def edit_sentences(language: Language, text: str, share: float) -> str:
    """Return the text with whole sentences written anew, until so many characters are."""
    sentences = text.split("。")
    wanted = len(text) * share
    for place in language.random.sample(range(len(sentences)), len(sentences)):
        if wanted < len(sentences[place]) / 2:
            break
        wanted -= len(sentences[place])
        sentences[place] = language.sentence()[:-1]
    return "。".join(sentences)


def add_before(language: Language, text: str, share: float) -> str:
    """Return the text with so much put before it."""
    return _prose(language, len(text) * share) + "\n" + text


def add_after(language: Language, text: str, share: float) -> str:
    """Return the text with so much put after it."""
    return text + "\n" + _prose(language, len(text) * share)


def add_around(language: Language, text: str, share: float) -> str:
    """Return the text with so much before and after it, half each, and a twentieth of it edited in runs."""
    edited = edit_runs(language, text, 0.05)
    return add_before(language, add_after(language, edited, share / 2), share / 2)


def _prose(language: Language, length: float) -> str:
    prose = ""
    while len(prose) < length:
        prose += language.sentence()
    return prose


EDITS: dict[str, tuple[Callable[[Language, str, float], str], float]] = {
    "characters 1 %": (edit_characters, 0.01),
    "characters 5 %": (edit_characters, 0.05),
    "characters 20 %": (edit_characters, 0.20),
    "runs 1 %": (edit_runs, 0.01),
    "runs 5 %": (edit_runs, 0.05),
    "runs 20 %": (edit_runs, 0.20),
    "sentences 20 %": (edit_sentences, 0.20),
    "put before": (add_before, 0.25),
    "put after": (add_after, 0.25),
    "put before, after, runs 5 %": (add_around, 0.5),
}


def print_papers(articles: int, per_day: int, copied: float, seed: int = 1) -> Iterator[Printed]:
    """Yield articles in the order of their publication; that share of them are copies, of all kinds."""
    language, waiting = Language(seed), list[Printed]()
    kinds = list(EDITS)
    for number in range(articles):
        now = _FIRST_DAY + timedelta(days=number / per_day)
        if waiting and waiting[0].published_at <= now:
            ready = waiting.pop(0)
            yield Printed(number, ready.origin, ready.kind, now, ready.text)
            continue
        text = language.article()
        yield Printed(number, number, "original", now, text)
        if language.random.random() < copied / (1 - copied):
            kind = kinds[language.random.randrange(len(kinds))]
            edit, share = EDITS[kind]
            later = now + timedelta(days=language.random.uniform(0, _LATEST_REPRINT))
            waiting.append(Printed(0, number, kind, later, edit(language, text, share)))
            waiting.sort(key=lambda one: one.published_at)
