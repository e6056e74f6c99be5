"""Stories: articles that are near copies of each other, linked and never deleted.

A link joins two articles; a story is all that links join, named by its first published article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.schema import article, story_link, story_member, story_owed
from storage.records import Story, StoryMember
from storage.stories.sketch import delete_sketches

SHOWN_MEMBERS = 50
"""How many members of a story are read at once: daily reports in set words make stories without end."""

_OWE = upsert(story_owed).on_conflict_do_nothing()
_owed = (
    select(article.c.info_code, article.c.published_at, article.c.text)
    .join(story_owed, story_owed.c.info_code == article.c.info_code)
    .order_by(story_owed.c.info_code)
)
_RESEMBLE = (
    update(story_member)
    .where(story_member.c.info_code == bindparam("code"), story_member.c.similarity < bindparam("at_least"))
    .values(similarity=bindparam("at_least"))
)
_earlier = article.alias("earlier")
_IS_EARLIER = tuple_(_earlier.c.published_at, _earlier.c.info_code) < tuple_(
    article.c.published_at, article.c.info_code
)


@dataclass(frozen=True, slots=True)
class OwedText:
    """An article whose near copies have not been looked for since its text or its time changed."""

    info_code: str
    published_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Two articles that are near copies, in no order; ``similarity`` is from 0 to 1."""

    one: str
    other: str
    similarity: float


def owe_stories(connection: Connection, info_codes: Iterable[str]) -> None:
    """Note that near copies of articles are to be looked for: they are new, or their text or time changed."""
    if rows := [{"info_code": code} for code in info_codes]:
        connection.execute(_OWE, rows)


def owe_some_stories(connection: Connection, after: str, limit: int) -> str | None:
    """Note of the next articles by info code that all are to be looked at again.

    Return the last one's code, None where there was none.
    """
    codes: list[str] = list(
        connection.execute(
            select(article.c.info_code)
            .where(article.c.info_code > after)
            .order_by(article.c.info_code)
            .limit(limit)
        ).scalars()
    )
    if codes:
        connection.execute(_OWE, [{"info_code": code} for code in codes])
    return codes[-1] if codes else None


def forget_some_stories(connection: Connection, after: str, limit: int) -> str | None:
    """Forget the sketches, links and memberships of the next articles that are owed, by info code.

    Return the last one's code, None where there was none. Members that stay behind keep the story's name,
    until `name_again` has been told.
    """
    owed = select(story_owed.c.info_code).where(story_owed.c.info_code > after)
    codes: list[str] = list(connection.execute(owed.order_by(story_owed.c.info_code).limit(limit)).scalars())
    if not codes:
        return None
    delete_sketches(connection, codes)
    _delete_links(connection, codes)
    connection.execute(delete(story_member).where(story_member.c.info_code.in_(codes)))
    return codes[-1]


def name_again(connection: Connection) -> int:
    """Make the stories anew that are named by an article which is not in them; return how many there were."""
    named = story_member.alias("named")
    is_in = exists().where(named.c.info_code == story_member.c.story, named.c.story == story_member.c.story)
    lost = connection.execute(select(story_member.c.story).where(~is_in).distinct()).scalars().all()
    for story in lost:
        _tell_again(connection, story)
    return len(lost)


def count_owed_stories(connection: Connection) -> int:
    """Return how many articles are still to be looked at."""
    return int(connection.execute(select(func.count()).select_from(story_owed)).scalar_one())


def count_stories(connection: Connection) -> tuple[int, int]:
    """Return how many stories there are, and how many articles are in them."""
    counts = select(func.count(story_member.c.story.distinct()), func.count())
    stories, members = connection.execute(counts.select_from(story_member)).one()
    return int(stories), int(members)


def list_owed_stories(connection: Connection, limit: int) -> list[OwedText]:
    """Return articles to be looked at, by info code."""
    return [OwedText(*row) for row in connection.execute(_owed.limit(limit))]


def find_owed_texts(connection: Connection, info_codes: Iterable[str]) -> list[OwedText]:
    """Return those of these articles that are to be looked at, by info code."""
    found: list[OwedText] = []
    for codes in batches(info_codes):
        rows = connection.execute(_owed.where(story_owed.c.info_code.in_(codes)))
        found += [OwedText(*row) for row in rows]
    return found


def find_owed_stories(connection: Connection, info_codes: Iterable[str]) -> set[str]:
    """Return which of these articles are still to be looked at."""
    found: set[str] = set()
    for codes in batches(info_codes):
        owed = select(story_owed.c.info_code).where(story_owed.c.info_code.in_(codes))
        found.update(connection.execute(owed).scalars())
    return found


def settle_owed_stories(connection: Connection, info_codes: Sequence[str]) -> None:
    """Note that these articles have been looked at."""
    connection.execute(delete(story_owed).where(story_owed.c.info_code.in_(info_codes)))


def read_texts(connection: Connection, info_codes: Iterable[str]) -> dict[str, str]:
    """Return the texts of these articles."""
    found: dict[str, str] = {}
    for codes in batches(info_codes):
        wanted = select(article.c.info_code, article.c.text).where(article.c.info_code.in_(codes))
        found.update(connection.execute(wanted).all())
    return found


def link_copies(connection: Connection, links: Sequence[Link]) -> None:
    """Enter links between articles that had none, and join the stories that they connect."""
    if not links:
        return
    connection.execute(
        upsert(story_link).on_conflict_do_nothing(),
        [{"one": a, "other": b, "similarity": link.similarity} for link in links for a, b in (_pair(link),)],
    )
    _join_stories(connection, links)


def unlink_copies(connection: Connection, info_codes: Sequence[str]) -> None:
    """Remove every link of these articles; what is left of their stories falls apart where they held it."""
    stories = set(find_stories(connection, info_codes).values())
    if not stories:
        return
    _delete_links(connection, info_codes)
    for story in sorted(stories):
        _tell_again(connection, story)


def find_stories(connection: Connection, info_codes: Iterable[str]) -> dict[str, str]:
    """Return the story of each of these articles that has one: lists collapse those of one story."""
    found: dict[str, str] = {}
    for codes in batches(info_codes):
        wanted = select(story_member.c.info_code, story_member.c.story)
        found.update(connection.execute(wanted.where(story_member.c.info_code.in_(codes))).all())
    return found


def read_story(connection: Connection, info_code: str, limit: int = SHOWN_MEMBERS) -> Story | None:
    """Return the story that an article belongs to, its first members in order; None when it has no copy."""
    story = find_stories(connection, [info_code]).get(info_code)
    if story is None:
        return None
    of_story = story_member.c.story == story
    size = connection.execute(select(func.count()).select_from(story_member).where(of_story)).scalar_one()
    rows = connection.execute(
        select(
            article.c.info_code,
            article.c.title,
            article.c.media,
            article.c.published_at,
            story_member.c.similarity,
        )
        .join(story_member, story_member.c.info_code == article.c.info_code)
        .where(of_story)
        .order_by(article.c.published_at, article.c.info_code)
        .limit(limit)
    )
    return Story(story, int(size), tuple(StoryMember(*row) for row in rows))


def list_earlier_members(connection: Connection, info_code: str) -> list[str]:
    """Return the articles of an article's story that were published before it, the first one first."""
    mine, theirs = story_member.alias("mine"), story_member.alias("theirs")
    return list(
        connection.execute(
            select(_earlier.c.info_code)
            .join(theirs, theirs.c.info_code == _earlier.c.info_code)
            .join(mine, mine.c.story == theirs.c.story)
            .join(article, article.c.info_code == mine.c.info_code)
            .where(mine.c.info_code == info_code, _IS_EARLIER)
            .order_by(_earlier.c.published_at, _earlier.c.info_code)
        ).scalars()
    )


def is_first_of_story(
    matches: Callable[[FromClause], Sequence[ColumnElement[bool]]] = lambda _: (),
) -> ColumnElement[bool]:
    """Return the condition that no earlier article of its story is in the list with an article.

    ``matches`` says of another alias of the article table what puts an article into that list.
    """
    mine, theirs = story_member.alias("mine"), story_member.alias("theirs")
    return ~exists().where(
        mine.c.info_code == article.c.info_code,
        theirs.c.story == mine.c.story,
        _earlier.c.info_code == theirs.c.info_code,
        _IS_EARLIER,
        *matches(_earlier),
    )


def _pair(link: Link) -> tuple[str, str]:
    return min(link.one, link.other), max(link.one, link.other)


def _join_stories(connection: Connection, links: Sequence[Link]) -> None:
    """Give everything that links join the name of its first article; what already has it is left alone."""
    codes = {code for link in links for code in (link.one, link.other)}
    stories = find_stories(connection, codes)
    heads = set(stories.values())
    first = _name_groups(connection, [*((a, b) for a, b in map(_pair, links)), *stories.items()])
    for head in heads:
        if first[head] != head:
            connection.execute(
                update(story_member).where(story_member.c.story == head).values(story=first[head])
            )
    nearest = _nearest(links)
    new = [
        {"info_code": code, "story": first[code], "similarity": nearest[code]}
        for code in codes - set(stories)
    ]
    if new:
        connection.execute(insert(story_member), new)
    if stories:
        connection.execute(_RESEMBLE, [{"code": code, "at_least": nearest[code]} for code in stories])


def _delete_links(connection: Connection, info_codes: Sequence[str]) -> None:
    either = or_(story_link.c.one.in_(info_codes), story_link.c.other.in_(info_codes))
    connection.execute(delete(story_link).where(either))


def _tell_again(connection: Connection, story: str) -> None:
    """Make a story's members anew from the links that are left among them."""
    members = select(story_member.c.info_code).where(story_member.c.story == story)
    found = connection.execute(select(story_link).where(story_link.c.one.in_(members))).all()
    links = [Link(*row) for row in found]
    connection.execute(delete(story_member).where(story_member.c.story == story))
    if links:
        _join_stories(connection, links)


def _nearest(links: Sequence[Link]) -> dict[str, float]:
    nearest: dict[str, float] = {}
    for link in links:
        for code in (link.one, link.other):
            nearest[code] = max(nearest.get(code, 0.0), link.similarity)
    return nearest


def _name_groups(connection: Connection, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return for each code the first published one of all that the pairs join it to."""
    joined = _join(pairs)
    published: dict[str, datetime] = {}
    for codes in batches(joined):
        times = select(article.c.info_code, article.c.published_at).where(article.c.info_code.in_(codes))
        published.update(connection.execute(times).all())
    first: dict[str, str] = {}
    for code in sorted(joined, key=lambda code: (published[code], code)):
        first.setdefault(joined[code], code)
    return {code: first[group] for code, group in joined.items()}


def _join(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return for each code one of its group's codes, the same for all of a group."""
    parent: dict[str, str] = {}

    def root(code: str) -> str:
        parent.setdefault(code, code)
        while parent[code] != code:
            parent[code] = parent[parent[code]]
            code = parent[code]
        return code

    for one, other in pairs:
        parent[root(one)] = root(other)
    return {code: root(code) for code in list(parent)}
