"""Posts: one article in one place of the demo site, with every address it may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jianbao.demo.body import plain_paragraphs
from storage.records.info_code import canonical_info_code

ROLLING_SLUG = "emnews"
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A body that is there: calling it gives its lines."""

    lines: Lines

    def __call__(self) -> Lines:
        """Return the lines."""
        return self.lines


@dataclass(frozen=True, slots=True)
class Post:
    """One article as one feed posted it; rolling news has a code of bare digits and a digest.

    ``write`` composes the body's lines when they are needed, always the same ones. ``shown_time`` replaces
    the time that the page prints, for posts that are wrong about it.
    """

    code: str
    slug: str
    tag: str
    media: str
    title: str
    published_at: datetime
    write: Callable[[], Lines]
    digest: str | None = None
    shown_time: str | None = None

    @property
    def info_code(self) -> str:
        """The canonical info code."""
        return canonical_info_code(self.code)

    @property
    def digits(self) -> str:
        """The 18 digits that name the article in every form."""
        return self.code[-18:]

    @property
    def rolling(self) -> bool:
        """Whether it is rolling news."""
        return self.code == self.digits

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that Jekyll makes of the slug: it splits at white space."""
        return tuple(self.slug.split())

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that Jekyll makes of the tag: it splits at white space."""
        return tuple(self.tag.split())

    @property
    def dated_path(self) -> str:
        """Where it is while the site's window holds it. Jekyll writes categories in lower case there."""
        folders = "/".join(category.lower() for category in self.categories)
        return f"/{folders}/{self.published_at:%Y/%m/%d}/{self.code}.html"

    @property
    def moved_path(self) -> str:
        """Where it is after the move."""
        return f"/old_post/{self.published_at:%Y-%m-%d}-{self.code}.html"

    @property
    def time(self) -> str:
        """The time as the page prints it."""
        return f"{self.published_at:%Y-%m-%d %H:%M:%S}" if self.shown_time is None else self.shown_time

    @property
    def paragraphs(self) -> Lines:
        """What a reader sees: the paragraphs that an archive should hold, as plain text."""
        return plain_paragraphs(self.write())
