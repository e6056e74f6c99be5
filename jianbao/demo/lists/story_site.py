"""What the demo's web newspapers have in common: stories, and what happens to them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from jianbao.demo.lists.story import Story, compose_story
from jianbao.demo.material.answer import Answer
from jianbao.demo.material.pictures import as_gif, as_jpeg, as_png, landscape
from jianbao.demo.material.room import Room
from storage.records.press_days import PRINTED_ZONE

_STEP = timedelta(hours=5, minutes=37)
_DRAWN = {"jpg": (as_jpeg, "image/jpeg"), "png": (as_png, "image/png"), "gif": (as_gif, "image/gif")}


class StorySite(Room):
    """A web newspaper below ``/SLUG/`` with so many stories, the newest of this morning, one every few hours.

    Numbers of stories that never were raise KeyError.
    """

    kind = "page"

    def __init__(self, slug: str, name: str, today: date, *, stories: int = 25) -> None:
        super().__init__(slug, today)
        self.name = name
        self.base = f"/{slug}/"
        self._seed = sum(slug.encode())
        newest = datetime.combine(today, time(9, 40), PRINTED_ZONE)
        moments = (newest - back * _STEP for back in reversed(range(stories)))
        self._stories = {
            number: self._shape(compose_story(name, self._seed, number, at))
            for number, at in enumerate(moments, 100_001)
        }

    # -- what there is ---------------------------------------------------------------------------

    @property
    def stories(self) -> list[Story]:
        """All stories that stand on the site, newest first."""
        with self._lock:
            return sorted(self._stories.values(), key=lambda story: story.number, reverse=True)

    def story(self, number: int) -> Story:
        """Return a story by its number."""
        with self._lock:
            return self._stories[number]

    @abstractmethod
    def path(self, story: Story) -> str:
        """Return where a story stands on the site, its first page."""

    def _shape(self, story: Story) -> Story:
        """Return a composed story as this site sets it: split, or in its former layout."""
        return story

    # -- what happens to it ----------------------------------------------------------------------

    def publish(self, at: datetime | None = None) -> Story:
        """Publish a fresh story, a minute after the newest one or this morning at ten; return it.

        ``at`` is another time of publication.
        """
        with self._lock:
            newest = max(self._stories.values(), key=lambda story: story.number)
            morning = datetime.combine(self.today, time(10), PRINTED_ZONE)
            at = at or max(morning, newest.published_at + timedelta(minutes=1))
            story = self._shape(compose_story(self.name, self._seed, newest.number + 1, at))
            self._stories[story.number] = story
            self._tell()
            return story

    def correct(self, number: int, *, append: str | None = None, **fields: Any) -> None:
        """Change fields of a story (title, paragraphs, media …), or append a paragraph."""
        with self._lock:
            story = replace(self._stories[number], **fields)
            paragraphs = (*story.paragraphs, append) if append is not None else story.paragraphs
            self._stories[number] = replace(story, paragraphs=paragraphs)
            self._tell()

    def remove(self, number: int) -> None:
        """Take a story off the site and its lists."""
        with self._lock:
            del self._stories[number]
            self._tell()

    # -- how it answers --------------------------------------------------------------------------

    def is_list(self, target: str) -> bool:
        """Tell whether a list, a feed or another page stands at a path that is no story."""
        with self._lock:
            return target.startswith(self.base) and self._fixed(target) is not None

    def answer(self, target: str) -> Answer | None:
        """Return what stands at a path below this site's."""
        if not target.startswith(self.base):
            return None
        with self._lock:
            fixed = self._fixed(target)
            return fixed or next(self._found(target), None)

    @abstractmethod
    def _fixed(self, target: str) -> Answer | None:
        """Return a list, feed or other page that is no story."""

    @abstractmethod
    def _pages(self, story: Story) -> dict[str, str]:
        """Return the HTML of a story's pages by path."""

    def _encode(self, text: str) -> Answer:
        """Return a page as an answer; a subclass may have another encoding than UTF-8."""
        return Answer(text.encode())

    def picture_path(self, story: Story, name: str) -> str:
        """Return where a story's picture stands."""
        return f"{self.path(story).rpartition('/')[0]}/{name}"

    def _found(self, target: str) -> Iterator[Answer]:
        for story in self._stories.values():
            if str(story.number) not in target:
                continue
            if page := self._pages(story).get(target):
                yield self._encode(page)
            for name, _ in story.pictures:
                if self.picture_path(story, name) == target:
                    draw, content_type = _DRAWN[name.rpartition(".")[2]]
                    yield Answer(draw(landscape(target)), content_type, encoding=None)
