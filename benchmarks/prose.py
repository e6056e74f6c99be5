"""Articles whose characters are spread as in Chinese newspapers, any of them made again by its number.

Words of one to four characters follow Zipf's law, the short ones in front; every article has a subject whose
words it repeats; figures, Latin words, punctuation and titles are as a business page has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from random import Random

from storage.articles.article import first_id
from storage.search.folding import fold

PER_DAY = 2_000
_COPIED = 50
"""One of so many articles is another one of the day again, letter by letter."""
FIRST_DAY = datetime(2024, 6, 1, tzinfo=UTC)
_CHARACTERS, _WORDS = 4_500, 80_000
_LENGTHS = (
    (100, (60, 38, 1, 1)),
    (1_000, (30, 60, 6, 4)),
    (10_000, (4, 72, 14, 10)),
    (_WORDS, (0, 55, 27, 18)),
)
"""Up to which rank words have one, two, three, four characters in which proportion."""
_LATIN = (
    "AI",
    "5G",
    "GDP",
    "N型",
    "TOPCon",
    "GWh",
    "MW",
    "ESG",
    "IPO",
    "A股",
    "APP",
    "GPU",
    "LED",
    "ETF",
    "PMI",
)
_CLAUSES = ((1, 1, 2), (2, 2, 2), (2, 1, 1), (3, 2, 1), (0, 1, 3), (2, 1, 3), (1, 2, 1))
"""Words of the language, of the subject, and again of the language in one clause."""
_SUBJECT_WORDS = 24
_FIGURE_SHARE = 0.1
_LENGTH = (900, 2_000)
_MOST_SECONDS = 3_480
"""Nothing appears in an hour's last minutes, so that a crowded one never takes the next day's ids."""
_BUSY_HOURS = (2, 1, 1, 1, 2, 5, 8, 7, 6, 5, 5, 4, 3, 4, 5, 5, 4, 4, 3, 3, 3, 3, 3, 2)
"""How many articles appear in which hour: most with the morning's papers."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One article of the benchmark; ``id`` is what the archive gives it.

    ``first`` is the id of an earlier article of the day that has the same title and text.
    """

    id: int
    published_at: datetime
    title: str
    text: str
    first: int | None = None


class Prose:
    """The vocabulary of one seed, and the articles written in it."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        random = Random(seed)
        plain = [sign for sign in map(chr, range(0x4E00, 0x9F00)) if fold(sign) == sign]
        signs = random.sample(plain, _CHARACTERS)
        weights = list(accumulate(1 / (rank + 6) for rank in range(len(signs))))
        self.words = list(dict.fromkeys(_coin(random, signs, weights, rank) for rank in range(_WORDS)))
        for word in _LATIN:
            self.words.insert(random.randrange(200, 8_000), word)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def write(self, number: int) -> tuple[str, str]:
        """Return the title and the text of an article, always the same ones for its number."""
        random = Random(f"{self._seed} {number}")
        length = random.randint(*_LENGTH)
        clauses = self._clauses(random, length)
        title = next(clauses) + next(clauses) + random.choice(("", "", "：", "！", "？"))
        lines: list[str] = []
        written = 0
        while written < length:
            line = "".join(_sentence(random, clauses) for _ in range(random.randint(1, 4)))
            lines.append(line)
            written += len(line)
        return title, "\n".join(lines)

    def _clauses(self, random: Random, most: int) -> Iterator[str]:
        """Yield clauses, each of some words of the language and some of the article's own subject."""
        vocabulary = len(self.words)
        subject = [self.words[int(vocabulary ** random.uniform(0.4, 1))] for _ in range(_SUBJECT_WORDS)]
        words = random.choices(self.words, cum_weights=self._weights, k=most // 2)
        own = random.choices(subject, k=most // 2)
        place = 0
        while True:
            if place + 6 > len(words):
                place = 0
            before, among, after = random.choice(_CLAUSES)
            clause = words[place : place + before] + own[place : place + among]
            if random.random() < _FIGURE_SHARE:
                clause.append(_figure(random))
            place += before
            yield "".join(clause + words[place : place + after])
            place += after


def print_day(prose: Prose, day: int, articles: int = PER_DAY) -> list[Printed]:
    """Return the first articles of a day, in the order of their publication."""
    random = Random(f"day {day}")
    midnight = FIRST_DAY + timedelta(days=day)
    hours = random.choices(range(24), _BUSY_HOURS, k=PER_DAY)
    moments = sorted(
        midnight + timedelta(hours=hour, seconds=random.randrange(_MOST_SECONDS)) for hour in hours
    )
    printed: list[Printed] = []
    for place, moment in enumerate(moments[:articles]):
        id_ = first_id(moment)
        if printed:
            id_ = max(id_, printed[-1].id + 1)
        if place % _COPIED == _COPIED - 1:
            first = printed[place - _COPIED // 2]
            printed.append(Printed(id_, moment, first.title, first.text, first.id))
        else:
            printed.append(Printed(id_, moment, *prose.write(day * PER_DAY + place)))
    return printed


def _coin(random: Random, signs: list[str], weights: list[float], rank: int) -> str:
    proportions = next(own for up_to, own in _LENGTHS if rank < up_to)
    length = random.choices((1, 2, 3, 4), proportions)[0]
    return "".join(random.choices(signs, cum_weights=weights, k=length))


def _sentence(random: Random, clauses: Iterator[str]) -> str:
    comma = random.choices("，、；：", (80, 10, 5, 5))[0]
    return comma.join(islice(clauses, random.randint(1, 4))) + random.choice("。。。。。。。。。。！？")


def _figure(random: Random) -> str:
    return random.choice(
        (
            f"{random.uniform(0, 100):.1f}%",
            f"20{random.randint(10, 26)}年",
            f"{random.randint(1, 12)}月{random.randint(1, 28)}日",
            f"{random.lognormvariate(5, 2):,.0f}亿元",
            f"{random.randint(1, 900)}GWh",
            str(random.randint(1, 9999)),
        )
    )
