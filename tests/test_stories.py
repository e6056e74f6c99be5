"""Stories: near copies are linked whatever the order in which they come, and whatever interrupts that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert, select, update
from support.newsroom import Newsroom

from jianbao.demo.material.background import BEATS, seeded, write_paragraphs
from jianbao.upkeep import story_links as link_stories
from jianbao.upkeep.story_links import Linked, link_batch
from pipelines.compare.near_copies import Dissected, similarity
from storage.archive.folder import Archive
from storage.database.schema import (
    article,
    metadata,
    story_key,
    story_link,
    story_member,
    story_owed,
    story_sketch,
)
from storage.stories.sketch import REPRINT_WINDOW
from storage.stories.story import (
    find_stories,
    forget_some_stories,
    is_first_of_story,
    list_owed_stories,
    owe_some_stories,
    owe_stories,
    read_story,
)

NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)
TOGETHER = timedelta(hours=1)


def code(number: int) -> str:
    return f"NW20260320{number:010d}"


def write(origin: int, edits: int = 0) -> str:
    """Return the text of an origin, each edit a paragraph put before it."""
    random = seeded(1000 + edits)
    added = ["".join(chr(random.randrange(0x4E00, 0x9FA5)) for _ in range(60)) for _ in range(edits)]
    return "\n".join([*added, *write_paragraphs(seeded(origin), [BEATS[origin]], 6, sentences=2)])


def row(number: int, text: str, published_at: datetime | None = None) -> dict[str, Any]:
    """Return an article's row."""
    moment = published_at or NOON + number * TOGETHER
    return {
        "id": number,
        "info_code": code(number),
        "forms": "media",
        "title": f"第{number}号题目",
        "media": "上饶日报",
        "published_at": moment,
        "precision": "second",
        "url": f"http://127.0.0.1/{number}.html",
        "continued": False,
        "text": text,
        "paragraphs": ["text"] * len(text.split("\n")),
        "images": [],
        "links": [],
        "content_hash": str(hash(text)),
        "first_seen_at": moment,
        "last_checked_at": moment,
        "parser_version": 1,
        "revision": 1,
        "status": "archived",
    }


def enter(connection: Connection, number: int, text: str, published_at: datetime | None = None) -> None:
    """Store an article, or its new text, as the pipeline does."""
    values = row(number, text, published_at)
    if connection.execute(select(article.c.id).where(article.c.info_code == code(number))).first():
        connection.execute(update(article).where(article.c.info_code == code(number)).values(values))
    else:
        connection.execute(insert(article), values)
    owe_stories(connection, [code(number)])


def link(connection: Connection, size: int = 100) -> int:
    """Look at all that is owed; return how many links were made."""
    links = 0
    while (done := link_batch(connection, size)) != Linked():
        links += done.links
    return links


def rebuild(connection: Connection) -> None:
    """Forget all stories, a few articles at a time, and look for them again."""
    for step in (owe_some_stories, forget_some_stories):
        last: str | None = ""
        while last is not None:
            last = step(connection, last, 7)
    assert not stories(connection)
    assert not connection.execute(select(story_key)).first()
    link(connection)


def stories(connection: Connection) -> dict[str, str]:
    """Return the story of every article that has one."""
    return dict(connection.execute(select(story_member.c.info_code, story_member.c.story)).all())


def everything(connection: Connection) -> list[Any]:
    """Return all that is kept of stories, but for the numbers of sketches."""
    sketches = select(story_sketch.c.info_code, story_sketch.c["keys"], story_sketch.c.signature)
    keys = select(story_key.c.period, story_key.c.key, story_sketch.c.info_code).join(
        story_sketch, story_sketch.c.number == story_key.c.sketch
    )
    tables = (select(story_link), select(story_member), select(story_owed), sketches, keys)
    return [sorted(connection.execute(table).all()) for table in tables]


def memory() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def connection() -> Iterator[Connection]:
    """Return a transaction on an empty archive."""
    yield from memory()


def test_near_copies_are_one_story_named_by_the_first_published(connection: Connection) -> None:
    enter(connection, 3, write(0, 1))
    enter(connection, 1, write(0))
    enter(connection, 2, write(1))
    assert link(connection) == 1
    assert stories(connection) == {code(1): code(1), code(3): code(1)}
    story = read_story(connection, code(3))
    assert story is not None
    assert (story.id, story.size) == (code(1), 2)
    assert [member.info_code for member in story.members] == [code(1), code(3)]
    assert 0.5 < story.members[0].similarity == story.members[1].similarity < 1
    assert read_story(connection, code(2)) is None


def test_a_story_that_came_late_names_an_older_one(connection: Connection) -> None:
    enter(connection, 5, write(0))
    enter(connection, 6, write(0))
    link(connection)
    assert set(stories(connection).values()) == {code(5)}
    enter(connection, 1, write(0))
    link(connection)
    assert stories(connection) == {code(number): code(1) for number in (1, 5, 6)}


def test_a_bridge_joins_two_stories_and_parts_them_when_it_changes(connection: Connection) -> None:
    apart = 6 * timedelta(days=1)
    times = {1: NOON, 2: NOON, 4: NOON + 2 * apart, 5: NOON + 2 * apart}
    for number, moment in times.items():
        enter(connection, number, write(0), moment)
    link(connection)
    both = {code(1): code(1), code(2): code(1), code(4): code(4), code(5): code(4)}
    assert stories(connection) == both
    enter(connection, 3, write(0), NOON + apart)
    link(connection)
    assert stories(connection) == {code(number): code(1) for number in range(1, 6)}
    enter(connection, 3, write(1), NOON + apart)
    link(connection)
    assert stories(connection) == both


@pytest.mark.parametrize(("distance", "linked"), [(REPRINT_WINDOW, 2), (REPRINT_WINDOW + TOGETHER, 0)])
def test_reprints_come_within_a_week(connection: Connection, distance: timedelta, linked: int) -> None:
    enter(connection, 1, write(0), NOON)
    enter(connection, 2, write(0), NOON + distance)
    link(connection)
    assert len(stories(connection)) == linked


def test_a_corrected_time_is_looked_at_again(connection: Connection) -> None:
    enter(connection, 1, write(0), NOON)
    enter(connection, 2, write(0), NOON + timedelta(days=300))
    assert link(connection) == 0
    enter(connection, 2, write(0), NOON - TOGETHER)
    assert link(connection) == 1
    assert set(stories(connection).values()) == {code(2)}


def test_looking_again_at_what_is_unchanged_changes_nothing(connection: Connection) -> None:
    for number in range(6):
        enter(connection, number, write(number % 2, number))
    link(connection)
    before = everything(connection)
    owe_stories(connection, [code(3)])
    link(connection)
    assert everything(connection) == before


def test_what_many_have_in_common_leads_to_few(connection: Connection) -> None:
    for number in range(40):
        enter(connection, number, write(0))
    link(connection, 7)
    assert stories(connection) == {code(number): code(0) for number in range(40)}
    rows = connection.execute(select(story_key.c.key)).all()
    assert len(rows) == 8 * len({row.key for row in rows})
    story = read_story(connection, code(20), limit=5)
    assert story is not None
    assert (story.size, len(story.members)) == (40, 5)


def test_what_looks_most_like_a_text_and_is_no_copy_is_all_it_is_compared_with(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = "".join(write_paragraphs(seeded(0), [BEATS[0]], 6, sentences=2)).split("。")
    for number in range(30):
        enter(connection, number, "。".join(seeded(number).sample(sentences, len(sentences))))
    enter(connection, 30, write(1))
    enter(connection, 31, write(1, 1))
    compared: list[float | None] = []

    def compare(one: Dissected, other: Dissected) -> float | None:
        compared.append(similarity(one, other))
        return compared[-1]

    monkeypatch.setattr(link_stories, "similarity", compare)
    assert link(connection) == 1
    assert compared.count(None) == len(compared) - 1 == 29
    assert set(stories(connection)) == {code(30), code(31)}


def test_a_text_that_changed_since_it_was_sketched_hides_no_copy(connection: Connection) -> None:
    enter(connection, 1, write(0))
    enter(connection, 2, write(0, 1))
    link(connection)
    enter(connection, 0, write(0))
    enter(connection, 1, write(1))  # the old sketch is still that of number 0
    link(connection, 1)
    assert stories(connection) == {code(0): code(0), code(2): code(0)}


def test_lists_keep_the_first_of_each_story_among_what_they_hold(connection: Connection) -> None:
    for number, origin in enumerate([0, 0, 1, 0, 1, 2]):
        enter(connection, number, write(origin))
    link(connection)
    listed = select(article.c.id).order_by(article.c.id)
    assert connection.scalars(listed.where(is_first_of_story())).all() == [0, 2, 5]
    late = article.c.id >= 1
    among = is_first_of_story(lambda other: [other.c.id >= 1])
    assert connection.scalars(listed.where(late, among)).all() == [1, 2, 5]
    assert find_stories(connection, [code(1), code(5)]) == {code(1): code(0)}


arrivals = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=14
)


@given(arrivals, st.data())
@settings(max_examples=15)
def test_stories_are_the_same_in_any_order_and_after_a_rebuild(
    came: Sequence[tuple[int, int, int]], data: st.DataObject
) -> None:
    final = {number: write(origin, edits) for number, origin, edits in came}
    order = data.draw(st.permutations(sorted(final)))
    outcomes = []
    as_they_came = [(number, write(origin, edits)) for number, origin, edits in came]
    for turn, texts in enumerate([as_they_came, [(number, final[number]) for number in order]]):
        for connection in memory():
            for number, text in texts:
                enter(connection, number, text)
                if data.draw(st.booleans()):
                    link(connection, 1 + turn)
            link(connection, 3)
            outcomes.append(everything(connection))
            rebuild(connection)
            outcomes.append(everything(connection))
    assert all(outcome == outcomes[0] for outcome in outcomes)


LINKER = """
import sys
from pathlib import Path
from jianbao.upkeep.story_links import link_stories
from storage.archive.folder import Archive
with Archive.open(Path(sys.argv[1])) as archive:
    for turn, done in enumerate(link_stories(archive, batch=5)):
        print(done.articles, flush=True)
        if turn == 2:  # so that something is left to do however late the kill comes
            sys.stdin.read()
"""


def test_a_killed_run_is_gone_on_with(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        for number in range(60):
            enter(connection, number, write(number % 3, number % 4))
    run = [sys.executable, "-c", LINKER, str(tmp_path)]
    for _ in range(3):
        killed = subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert killed.stdout is not None
        assert killed.stdout.readline() == "5\n"
        killed.kill()
        killed.communicate()
    with Archive.open(tmp_path) as archive:
        with archive.reading() as connection:
            assert 0 < len(list_owed_stories(connection, 100)) < 60
        with archive.writing() as connection:
            link(connection)
            after = everything(connection)
            rebuild(connection)
            assert everything(connection) == after
            assert len(stories(connection)) == 60
            assert set(stories(connection).values()) == {code(0), code(1), code(2)}


def test_crawls_link_what_they_store_and_show_tells(newsroom: Newsroom) -> None:
    newsroom.crawl()
    codes = newsroom.rows("SELECT info_code FROM article ORDER BY published_at, info_code")
    assert newsroom.rows("SELECT count(*) FROM story_sketch") == [len(codes)]
    assert newsroom.rows("SELECT count(*) FROM story_owed") == [0]
    first, second = codes[:2]
    with newsroom.archive() as archive, archive.writing() as connection:
        for number, info_code in enumerate((first, second)):
            text = write(0, number)
            kinds = ["text"] * len(text.split("\n"))
            values = {"text": text, "paragraphs": kinds, "published_at": NOON + number * TOGETHER}
            connection.execute(update(article).where(article.c.info_code == info_code).values(values))
            owe_stories(connection, [info_code])
    assert newsroom.ask("stories") == {"articles": 2, "links": 1, "stories": 1, "members": 2, "owed": 0}
    story = newsroom.show(second)["story"]
    assert (story["id"], story["size"]) == (first, 2)
    assert [set(member) for member in story["members"]] == [
        {"info_code", "title", "media", "published_at", "similarity"}
    ] * 2
    assert f"near copy    {first}" in newsroom.run("show", second).stdout
    rebuilt = newsroom.ask("stories", "--rebuild")
    assert (rebuilt["articles"], rebuilt["stories"]) == (len(codes), 1)
    assert "are in 1 stories" in newsroom.run("stories").stdout
