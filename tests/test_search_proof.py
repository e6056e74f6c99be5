"""Search finds what the definition says, all of it and nothing else, whatever happened to the archive."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from support.search_comparison import (
    Verdict,
    kill_worker,
    make_combinations,
    make_words,
    prove_search,
)
from support.searched_articles import SearchedArticles

from jianbao.upkeep.index import rebuild_index
from storage.archive.folder import Archive
from storage.articles.lists import count_articles
from storage.search import read_index_state

ARTICLES = 400
WORDS = 80
COMBINED = 20


def prove(archive: Archive, seed: int, words: int = WORDS, combined: int = COMBINED) -> list[Verdict]:
    """Ask new queries of an archive as it is; return the verdicts."""
    random = Random(seed)
    with archive.reading() as connection:
        return [
            prove_search(connection, make_words(connection, random, words)),
            prove_search(connection, make_combinations(connection, random, combined)),
            prove_search(connection, make_combinations(connection, random, combined), copies=True),
        ]


def check(verdicts: list[Verdict]) -> None:
    """Check that nothing was wrong, and that there was something to find."""
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    assert not problems, "\n".join(problems[:20])
    assert all(verdict.is_clean for verdict in verdicts)
    assert sum(verdict.wanted for verdict in verdicts) > sum(verdict.queries for verdict in verdicts)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an archive that was written to in every way; the tests follow one another."""
    folder = tmp_path_factory.mktemp("search") / "archive"
    with SearchedArticles.open(folder) as searched:
        searched.add(ARTICLES)
        searched.edit(ARTICLES // 6)
        searched.relist(ARTICLES // 6)
        searched.remove(ARTICLES // 12)
    return folder


def test_every_match_is_found_and_nothing_else_also_after_edits_and_removals(written: Path) -> None:
    with Archive.open(written) as archive:
        check(prove(archive, 1))


def test_a_kill_while_articles_are_written_changes_no_answer(written: Path) -> None:
    assert kill_worker("write", written, Random(2))
    with Archive.open(written) as archive:
        check(prove(archive, 2))


def test_a_killed_reindex_changes_no_answer_and_goes_on_where_it_was(written: Path) -> None:
    assert kill_worker("rebuild", written, Random(3))
    with Archive.open(written) as archive:
        with archive.reading() as connection:
            assert not read_index_state(connection).is_current
            whole = count_articles(connection)
        check(prove(archive, 3, words=8, combined=3))
        with SearchedArticles.open(written, seed=4) as searched:
            searched.add(20)
            searched.edit(40)
            searched.remove(10)
        check(prove(archive, 4, words=14, combined=3))
        done = sum(rebuild_index(archive, anew=False))
        assert 0 < done < whole, "what was indexed before the kill was not done again"
        check(prove(archive, 5))
