"""Background paragraphs without end, composed from ``texts/background.txt``.

The same random numbers always write the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import cycle
from random import Random

from jianbao.demo.material.prose import read_text

BEATS = ("工业", "农业", "城市", "文旅", "民生", "财经")

_SLOT = re.compile(r"\{(\w+?)(?:(\d+)-(\d+))?\}")
_WORDS = {"涨": ("上涨", "下降"), "周几": ("一", "三", "五", "六", "日")}


@cache
def _sections() -> dict[str, tuple[str, ...]]:
    sections = read_text("background").removeprefix("= ").rstrip("\n").split("\n= ")
    return {name: tuple(body.split("\n")) for name, _, body in (part.partition("\n") for part in sections)}


@cache
def _words(name: str) -> tuple[str, ...]:
    return tuple(_sections()[name][0].split())


def seeded(number: int) -> Random:
    """Return the random numbers of one piece of text: the same number gives the same text."""
    return Random(number)  # noqa: S311


def write_title(random: Random) -> str:
    """Return a headline."""
    return _fill(random.choice(_sections()["标题"]), random)


def write_line(name: str, random: Random) -> str:
    """Return one line of a section of ``background.txt`` (引题, 图说 …), or for 人 a person's name."""
    return _fill(f"{{{name}}}" if name in _SLOTS else random.choice(_sections()[name]), random)


def write_paragraphs(random: Random, beats: Iterable[str], count: int, sentences: int) -> list[str]:
    """Return that many paragraphs of so many sentences; a template returns only when all have been used."""
    templates = [template for beat in beats for template in _sections()[beat]]
    random.shuffle(templates)
    supply = cycle(templates)
    return ["".join(f"{_fill(next(supply), random)}。" for _ in range(sentences)) for _ in range(count)]


def _fill(template: str, random: Random) -> str:
    return _SLOT.sub(lambda slot: _SLOTS.get(slot[1], _word)(random, slot), template)


def _whole(random: Random, slot: re.Match[str]) -> str:
    return str(random.randint(int(slot[2]), int(slot[3])))


def _fraction(random: Random, slot: re.Match[str]) -> str:
    return f"{random.randint(int(slot[2]), int(slot[3]) - 1)}.{random.randint(1, 9)}"


def _person(random: Random, _slot: re.Match[str]) -> str:
    return random.choice(_words("姓")) + random.choice(_words("名"))


def _word(random: Random, slot: re.Match[str]) -> str:
    return random.choice(_WORDS.get(slot[1]) or _words(slot[1]))


_SLOTS: dict[str, Callable[[Random, re.Match[str]], str]] = {"n": _whole, "f": _fraction, "人": _person}
