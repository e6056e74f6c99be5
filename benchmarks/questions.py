"""Questions to a library: pieces of its texts from anywhere, and words of its vocabulary, common and rare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from prose import Prose
from sqlalchemy import Connection, func, select

from storage.database.schema import article
from storage.search import Query, parse_query
from storage.search.folding import fold

LENGTHS = (1, 2, 3, 4, 8)
TWO_TERMS = "two terms"
TEXT = "text"
BANDS = {"common": (0, 500), "medium": (500, 8_000), "rare": (8_000, 80_000)}
"""Words by their rank in the vocabulary."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: pieces of folded text, all to be found; ``band`` says where they were taken from."""

    kind: str
    band: str
    pieces: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return its kind, and whether it is a word or any piece of a text."""
        return f"{self.kind}, {'any piece' if self.band == TEXT else 'words'}"

    @property
    def query(self) -> Query:
        """Return it in the query language; ends are open, so that the answer is that of LIKE."""
        return parse_query(" ".join(f'*"{piece}"*' for piece in self.pieces))


def kind_of(length: int) -> str:
    """Return the name of the kind of questions that have so many characters."""
    return f"{length} character{'s' if length > 1 else ''}"


def draw_questions(connection: Connection, prose: Prose, each: int, seed: int = 7) -> list[Question]:
    """Return so many questions of every kind from every band that has such words, and from the texts."""
    random = Random(seed)
    questions: list[Question] = []
    for length in LENGTHS:
        questions += _of_texts(connection, random, kind_of(length), (length,), each)
        questions += _of_words(prose, random, kind_of(length), (length,), each)
    questions += _of_texts(connection, random, TWO_TERMS, (2, 2), each)
    questions += _of_words(prose, random, TWO_TERMS, (2, 2), each)
    return questions


def _of_texts(
    connection: Connection, random: Random, kind: str, lengths: tuple[int, ...], each: int
) -> Iterator[Question]:
    first, last = connection.execute(select(func.min(article.c.id), func.max(article.c.id))).one()
    drawn = set[tuple[str, ...]]()
    while len(drawn) < each:
        above = select(article.c.text).where(article.c.id >= random.randint(first, last))
        text = connection.execute(above.order_by(article.c.id).limit(1)).scalar_one()
        pieces = tuple(_cut(random, text, length) for length in lengths)
        if all(pieces) and pieces not in drawn:
            drawn.add(pieces)
            yield Question(kind, TEXT, pieces)


def _cut(random: Random, text: str, length: int) -> str:
    line = fold(random.choice(text.split("\n")))
    start = random.randrange(max(1, len(line) - length))
    piece = line[start : start + length]
    return piece if len(piece) == length and piece == piece.strip() and '"' not in piece else ""


def _of_words(
    prose: Prose, random: Random, kind: str, lengths: tuple[int, ...], each: int
) -> Iterator[Question]:
    for band, ranks in BANDS.items():
        pick = _picker(prose, random, ranks)
        pieces = (tuple(pick(length) for length in lengths) for _ in range(each))
        yield from (Question(kind, band, own) for own in islice(dict.fromkeys(pieces), each) if all(own))


def _picker(prose: Prose, random: Random, ranks: tuple[int, int]) -> Callable[[int], str]:
    words = [fold(word) for word in prose.words[slice(*ranks)]]

    def pick(length: int) -> str:
        fitting = [word for word in words if len(word) == length]
        return random.choice(fitting) if fitting else ""

    return pick
