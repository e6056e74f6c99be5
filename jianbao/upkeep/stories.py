"""Keeping stories up to date: near copies of what is new are looked for after every crawl."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.archive.folder import Archive
from storage.archive.turns import Turns
from storage.stories.sketch import delete_stray_keys
from storage.stories.story import (
    count_owed_stories,
    count_stories,
    forget_some_stories,
    name_again,
    owe_some_stories,
)

AFTER_CRAWL = 10_000
"""Articles looked at after one crawl: 3 s; the next crawls go on with what an upgraded archive owes."""
_OWED = 2_000
_FORGOTTEN = 200
"""Articles in one transaction at most: as many as take some tens of milliseconds."""


def link_news(
    archive: Archive, limit: int | None = AFTER_CRAWL, watch: Callable[[str], None] | None = None
) -> dict[str, int]:
    """Look for near copies of what is new or changed; return how many articles that were, and links made."""
    with archive.reading() as connection:
        owed = count_owed_stories(connection)
    done = {"articles": 0, "links": 0}
    if owed:
        from jianbao.upkeep.story_links import link_stories  # noqa: PLC0415 - most polls bring nothing new

        for linked in link_stories(archive, limit):
            done = {"articles": linked.articles, "links": linked.links}
            if watch:
                watch(f"{linked.articles:,} of {owed:,} articles")
    return done


def rebuild_stories(archive: Archive, turns: Turns | None = None) -> None:
    """Forget all stories: every article is to be looked at again.

    All are owed before anything is forgotten, so that whatever interrupts this loses no near copy; what
    others link meanwhile stays.
    """
    turns = turns or Turns(archive)
    for step, size in ((owe_some_stories, _OWED), (forget_some_stories, _FORGOTTEN)):
        last: str | None = ""
        while last is not None:
            with turns.writing() as connection:
                last = step(connection, last, turns.fit(size))
    with turns.writing() as connection:
        delete_stray_keys(connection)
        name_again(connection)


def describe_stories(archive: Archive) -> dict[str, Any]:
    """Return how many stories there are, of how many articles, and how many are yet to be looked at."""
    with archive.reading() as connection:
        stories, members = count_stories(connection)
        owed = count_owed_stories(connection)
    return {"stories": stories, "members": members, "owed": owed}
