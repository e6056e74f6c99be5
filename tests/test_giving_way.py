"""Giving way: long work holds the write lock for moments, and lets others write between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, func, select, text
from support.search_comparison import make_words, prove_search
from support.searched_articles import SLUGS, SearchedArticles

from jianbao.upkeep import index as indexing
from jianbao.upkeep import story_links as link_stories
from jianbao.upkeep.index import Steps, index_news, rebuild_index
from jianbao.upkeep.stories import rebuild_stories
from jianbao.upkeep.story_links import enter_looked, look_for_copies
from storage.archive.folder import Archive
from storage.archive.turns import Turns
from storage.database.schema import article, story_member, story_owed, story_sketch
from storage.search import build_part, create_index, index, prepare_owed, prepare_part, read_index_state
from storage.stories.story import owe_stories

ARTICLES = 60


@dataclass
class Clock:
    """A clock that stands still unless it is moved, and what was slept."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()


class WatchedTurns(Turns):
    """Turns that count how many rows each changes."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        super().__init__(archive, clock.sleep, lambda: clock.now)
        self.changed: list[int] = []

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            before = count_changes(connection)
            yield connection
            self.changed.append(count_changes(connection) - before)


def count_changes(connection: Connection) -> int:
    return int(connection.execute(text("SELECT total_changes()")).scalar_one())


@pytest.fixture
def searched(tmp_path: Path) -> Iterator[SearchedArticles]:
    """Return an archive of some articles."""
    with SearchedArticles.open(tmp_path / "archive") as searched:
        searched.add(ARTICLES)
        yield searched


@contextmanager
def another(searched: SearchedArticles) -> Iterator[SearchedArticles]:
    """Open the archive once more, as another process does."""
    with SearchedArticles.open(searched.archive.folder, seed=2) as other:
        yield other


def test_a_turn_is_followed_by_a_pause_as_long_as_half_of_it(searched: SearchedArticles) -> None:
    clock = Clock()
    turns = Turns(searched.archive, clock.sleep, lambda: clock.now)
    for held in (0.04, 0.0, 2.0):
        with turns.writing():
            clock.now += held
    assert clock.slept == pytest.approx([0.02, 0.002, 1.0])


def test_the_pause_is_eight_turns_long_where_others_write(searched: SearchedArticles) -> None:
    clock = Clock()
    turns = Turns(searched.archive, clock.sleep, lambda: clock.now)
    with another(searched) as other:
        for others_write in (False, True, False):
            with turns.writing():
                clock.now += 0.04
            if others_write:
                other.relist(1)
    assert clock.slept == pytest.approx([0.02, 0.02, 0.32])


def test_a_turn_does_less_after_a_long_one_and_more_after_a_short_one(searched: SearchedArticles) -> None:
    clock = Clock()
    turns = Turns(searched.archive, clock.sleep, lambda: clock.now)
    parts = [turns.fit(80)]
    for held in (0.2, 0.2, 0.03, 0.2, 0.2, 0.2, 0.001, 0.001, 0.001, 0.001):
        with turns.writing():
            clock.now += held
        parts.append(turns.fit(80))
    assert parts == [80, 40, 20, 20, 10, 10, 10, 20, 40, 80, 80]
    assert turns.fit(1) == 1


def test_the_lock_is_free_while_the_work_pauses(searched: SearchedArticles) -> None:
    with another(searched) as other:
        clock = Clock(meanwhile=lambda: other.relist(1))  # waits 30 s and fails where the lock is held
        with Turns(searched.archive, clock.sleep).writing() as connection:
            connection.execute(text("UPDATE article SET status = status"))
    assert len(clock.slept) == 1


def test_a_reindex_gives_way_to_who_writes(searched: SearchedArticles) -> None:
    with another(searched) as other:

        def write_on() -> None:
            other.add(1)
            other.edit(2)
            other.remove(1)

        clock = Clock(meanwhile=write_on)
        turns = WatchedTurns(searched.archive, clock)
        steps = Steps(articles=7, merged=1)
        done = list(rebuild_index(searched.archive, anew=True, turns=turns, steps=steps))
    assert max(done) <= 7
    assert len(clock.slept) == len(turns.changed) > len(done) > ARTICLES // 7
    assert max(turns.changed) < 150, "a turn is not short"
    with searched.archive.reading() as connection:
        assert read_index_state(connection).is_current
        verdict = prove_search(connection, make_words(connection, Random(1), 60))
    assert verdict.is_clean, verdict.problems


def test_a_reindex_in_turns_merges_the_index_into_one_piece(searched: SearchedArticles) -> None:
    turns = WatchedTurns(searched.archive, Clock())
    assert sum(rebuild_index(searched.archive, anew=True, turns=turns, steps=Steps(articles=7))) == ARTICLES
    with searched.archive.reading() as connection:
        segments = select(func.count(text("DISTINCT segid"))).select_from(text("search_idx"))
        assert connection.execute(segments).scalar_one() == 1


def test_an_index_is_cleared_in_turns_and_asked_by_nobody_meanwhile(searched: SearchedArticles) -> None:
    asked: list[bool] = []

    def ask() -> None:
        searched.archive.engine.dispose()  # the next connection opens the table as it is then
        with searched.archive.reading() as connection:
            verdict = prove_search(connection, make_words(connection, Random(3), 3))
            asked.append(verdict.is_clean and not read_index_state(connection).is_current)

    turns = WatchedTurns(searched.archive, Clock(meanwhile=ask))
    building = rebuild_index(searched.archive, anew=True, turns=turns, steps=Steps(articles=7, cleared=2))
    next(building)
    assert len(asked) > 5
    assert all(asked)
    assert turns.changed[1:4] == [2, 2, 2]
    building.close()
    assert (
        sum(rebuild_index(searched.archive, anew=True, turns=WatchedTurns(searched.archive, Clock())))
        == ARTICLES
    )


def no_tokens(_title: str, _text: str) -> str:
    raise AssertionError("tokens are made while the write lock is held")


def test_tokens_are_made_before_the_lock_is_taken(
    searched: SearchedArticles, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched.add(5)
    with searched.archive.writing() as connection:
        create_index(connection)
        ready = prepare_part(connection, 100)
        with monkeypatch.context() as patch:
            patch.setattr(index, "article_tokens", no_tokens)
            assert build_part(connection, 100, ready) == ARTICLES + 5


def test_what_changed_after_its_tokens_were_made_is_indexed_as_it_is(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        create_index(connection)
        ready = prepare_part(connection, 100)
    searched.edit(20)
    searched.remove(5)
    with searched.archive.writing() as connection:
        assert build_part(connection, 100, ready) == ARTICLES - 5
    with searched.archive.reading() as connection:
        assert prove_search(connection, make_words(connection, Random(2), 60)).is_clean


def count_owed(searched: SearchedArticles) -> int:
    with searched.archive.reading() as connection:
        return read_index_state(connection).owed


def test_news_are_indexed_with_tokens_made_before(
    searched: SearchedArticles, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_news(searched.archive)
    while not count_owed(searched):
        searched.add(1)  # now and then it indexes what it adds

    def prepare_and_forbid(connection: Connection) -> object:
        ready = prepare_owed(connection)
        monkeypatch.setattr(index, "article_tokens", no_tokens)
        return ready

    monkeypatch.setattr(indexing, "prepare_owed", prepare_and_forbid)
    assert index_news(searched.archive) == 1
    assert count_owed(searched) == index_news(searched.archive) == 0


def link_all(searched: SearchedArticles, turns: Turns) -> None:
    for _ in link_stories.link_stories(searched.archive, turns=turns):
        pass


def stories(connection: Connection) -> list[tuple[str, str]]:
    members = connection.execute(select(story_member.c.info_code, story_member.c.story))
    return sorted((code, story) for code, story in members)


def copy_some(searched: SearchedArticles) -> None:
    """Let some long articles be printed again an hour later."""
    with searched.archive.writing() as connection:
        for _ in range(30):
            one = searched.write()
            assert one.published_at
            again = replace(searched.write(one.published_at + timedelta(hours=1)), paragraphs=one.paragraphs)
            for printed in (one, again) if len(one.text) > 150 else ():
                searched.store(connection, printed, SLUGS[0])


def test_a_rebuild_of_stories_gives_way_to_who_writes(searched: SearchedArticles) -> None:
    copy_some(searched)
    link_all(searched, Turns(searched.archive))
    with searched.archive.reading() as connection:
        before = stories(connection)
    assert before
    with another(searched) as other:
        clock = Clock(meanwhile=lambda: link_all(other, Turns(other.archive, lambda _: None)))
        rebuild_stories(searched.archive, WatchedTurns(searched.archive, clock))
        link_all(searched, WatchedTurns(searched.archive, clock))
    with searched.archive.reading() as connection:
        assert stories(connection) == before
        assert not connection.execute(select(func.count()).select_from(story_owed)).scalar_one()
        sketched = select(func.count(story_sketch.c.info_code.distinct()), func.count(story_sketch.c.number))
        assert len({*connection.execute(sketched).one()}) == 1, "an article has two sketches"


@pytest.mark.parametrize("way", ["linked", "edited", "settled", "same"])
def test_what_was_looked_for_is_entered_only_where_nothing_has_changed(
    searched: SearchedArticles, way: str
) -> None:
    with searched.archive.reading() as connection:
        looked = look_for_copies(connection, 20)
    with searched.archive.writing() as connection:
        if way == "linked":
            codes = connection.execute(select(article.c.info_code)).scalars().all()
            for code in {*codes} - {one.info_code for one in looked.owed}:
                owe_stories(connection, [code])
            assert enter_looked(connection, look_for_copies(connection, 40))
        elif way == "edited":
            changed = article.update().where(article.c.info_code == looked.owed[3].info_code)
            connection.execute(changed.values(text="全文都改写了"))
        elif way == "settled":
            connection.execute(story_owed.delete().where(story_owed.c.info_code == looked.owed[0].info_code))
    with searched.archive.writing() as connection:
        entered = enter_looked(connection, looked)
    assert (entered is not None) is (way == "same")
