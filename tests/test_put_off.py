"""The first articles of a break are none in the archive either: they wait for those that come after them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text
from support.delivered_articles import ORIGIN, DeliveredArticles

from jianbao.crawl.deliveries import LATEST, PUT_OFF, Deliveries
from jianbao.demo import Press
from storage.ledger.counts import CrawlCounts
from storage.records import Delivery, Draft, Exchange, Paragraph
from storage.records.saying import Saying

KNOWN, MONDAY = 80, 2
SENTENCE = "当天上午，信江两岸的茶农把第{n}批新茶送到合作社，过秤、登记、摊青，一直忙到傍晚才歇下来。"


@dataclass
class Later:
    """A clock that strikes when it is told to."""

    set: dict[float, Callable[[], None]] = field(default_factory=dict)

    def __call__(self, seconds: float, do: Callable[[], None]) -> Later:
        self.set[seconds] = do
        return self

    def cancel(self) -> None:
        """Leave nothing undone: who strikes asks for what waits."""


@dataclass
class Way:
    """A source with a history, and a crawl under way."""

    work: DeliveredArticles
    later: Later = field(default_factory=Later)
    counted: CrawlCounts = field(default_factory=CrawlCounts)
    count: int = 0

    def __post_init__(self) -> None:
        self.deliveries = self.begin()
        self.posts = iter(self.work.offer.articles[self.count :])

    def begin(self) -> Deliveries:
        """Return the way of a crawl's deliveries, as yet without any."""

        def halt(why: Saying) -> None:
            raise AssertionError(str(why))

        return Deliveries(
            self.work.archive, self.counted, crawl_id=None, halt=halt, later=self.later, terms={}
        )

    def come(self, lines: int, said: str = "") -> None:
        """Deliver an article with so many paragraphs: its own, or all the same."""
        self.count += 1
        post = next(self.posts)
        owed = self.last = self.work.list_post(post)
        told = [said or SENTENCE.format(n=self.count * 100 + line) for line in range(lines)]
        exchange = Exchange(ORIGIN + post.dated_path, self.work.now, 200, (), (), post.code.encode())
        draft = Draft(
            owed.info_code,
            exchange.url,
            "media",
            owed.title,
            post.published_at.replace(day=MONDAY + self.count // 10 % 5 + self.count // 50 * 7),
            media="信江日报",
            paragraphs=tuple(map(Paragraph, told)),
        )
        self.deliveries.add(Delivery(owed, exchange, draft))

    def states(self) -> dict[str, int]:
        """Return how many articles are in which state."""
        with self.work.archive.reading() as connection:
            rows = connection.execute(text("SELECT state, count(*) FROM listing GROUP BY state"))
            return {str(state): int(number) for state, number in rows}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an archive with a source's history."""
    folder = tmp_path_factory.mktemp("history")
    work = DeliveredArticles.open(folder, Press.of(KNOWN + 20, 1))
    with work.archive:
        way = Way(work)
        for number in range(KNOWN):
            way.come(6 + number % 9)
        way.deliveries.end()
        assert way.states() == {"archived": KNOWN}
    return folder


@pytest.fixture
def way(tmp_path: Path, history: Path) -> Iterator[Way]:
    shutil.copytree(history, tmp_path, dirs_exist_ok=True)
    work = DeliveredArticles.open(tmp_path, Press.of(KNOWN + 20, 1))
    with work.archive:
        yield Way(work, count=KNOWN)


def test_a_source_whose_texts_are_cut_short_leaves_none_of_them_in_the_archive(way: Way) -> None:
    for _ in range(12):
        way.come(4)
    way.deliveries.settle()
    assert way.states()["archived"] == KNOWN, "nobody can know yet whether they are a break"
    way.deliveries.end()
    assert way.states() == {"archived": KNOWN, "quarantined": 12}
    assert sum(counts.quarantined for counts in way.counted.sources.values()) == 12


def test_one_short_article_among_others_is_archived_by_the_end_of_the_crawl(way: Way) -> None:
    for lines in (8, 4, 9, 7, 10):
        way.come(lines)
    way.deliveries.settle()
    assert way.states() == {"archived": KNOWN + 3, "owed": 2}, "the short one and the latest wait"
    way.later.set[LATEST]()
    assert way.states() == {"archived": KNOWN + 4, "owed": 1}
    way.later.set[PUT_OFF]()
    assert way.states() == {"archived": KNOWN + 5}


def test_the_first_of_many_with_one_text_is_archived_as_little_as_the_others(way: Way) -> None:
    way.come(8)
    way.deliveries.settle()
    for _ in range(3):
        way.come(7, said="本报数字版全新改版上线，欢迎广大读者继续关注和支持我们的新闻报道工作。")
        way.deliveries.settle()
    way.deliveries.end()
    assert way.states() == {"archived": KNOWN + 1, "quarantined": 3}


def test_what_waits_is_owed_and_at_hand(way: Way) -> None:
    way.come(4)
    waiting = way.last
    assert way.deliveries.is_at_hand(waiting)
    way.deliveries.settle()
    assert way.deliveries.is_at_hand(waiting), "it is not asked for again"
    way.deliveries = way.begin()  # the crawl was killed
    assert way.states() == {"archived": KNOWN, "owed": 1}, "and nothing is lost"
    assert not way.deliveries.is_at_hand(waiting)
