"""A story of one of the demo's web newspapers, and how it is composed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jianbao.demo.material.background import BEATS, seeded, write_line, write_paragraphs, write_title

_DIGEST = 60
_MEDIA = ("上饶日报", "信江日报", "灵溪日报")


@dataclass(frozen=True, slots=True)
class Story:
    """One article. ``number`` is the site's own, in order of time; ``published_at`` is whole minutes.

    ``pictures`` are (name, caption); ``is_split`` says that it fills two pages, ``is_old`` that it is set in
    the site's former layout.
    """

    number: int
    title: str
    published_at: datetime
    media: str
    author: str
    editor: str
    paragraphs: tuple[str, ...]
    pictures: tuple[tuple[str, str], ...] = ()
    is_split: bool = False
    is_old: bool = False

    @property
    def digest(self) -> str:
        """The beginning of its text, as lists and feeds give it."""
        return self.paragraphs[0][:_DIGEST] + "……"


def compose_story(site: str, seed: int, number: int, published_at: datetime) -> Story:
    """Return a site's story of that number, the same one every time."""
    random = seeded(seed * 1_000_003 + number)
    title = write_title(random)
    ending = ("jpg", "png", "gif")[number % 3]
    return Story(
        number=number,
        title=title,
        published_at=published_at.replace(second=0, microsecond=0),
        media=site if number % 4 else _MEDIA[number // 4 % len(_MEDIA)],
        author=write_line("人", random),
        editor=write_line("人", random),
        paragraphs=tuple(write_paragraphs(random, BEATS, random.randint(6, 10), sentences=4)),
        pictures=((f"W{number:06d}.{ending}", write_line("图说", random)),) if number % 2 else (),
    )
