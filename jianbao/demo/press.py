"""Newspapers: every post that the demo newspapers print, computed from a seed and a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from jianbao.demo.material.background import BEATS, seeded, write_paragraphs, write_title
from jianbao.demo.material.prose import Paper, Prose, read_paper
from jianbao.demo.post import ROLLING_SLUG, Lines, Post, Written
from storage.records.press_days import PRINTED_ZONE

TODAY = date(2026, 3, 20)
"""The demo's day: fixed, so that every byte can be foretold."""

WINDOW = 3
"""Days that the site keeps listed: today and the two before it (docs/upstream.md#three-days)."""

PAPERS = (
    "shangraoribao",
    "nanchangribao",
    "ganjiangwanbao",
    "ganshangzhoukan",
    "hupancaijing",
    "luyanzhengquan",
    "emnews",
)

_DAY = re.compile(r"\{([日昨周后])\}")
_DISTANCE = {"日": 0, "昨": -1, "周": -7, "后": 3}
_DIGEST = 80


@dataclass(frozen=True, slots=True)
class Press:
    """Papers and their posts on one day. `daily` is the demo's, `of` has any number of synthetic articles."""

    papers: tuple[Paper, ...]
    posts: tuple[Post, ...]
    today: date = TODAY
    seed: int = 0

    @classmethod
    def daily(cls, today: date = TODAY, seed: int = 0) -> Press:
        """Return the demo's papers: about sixty articles over the three days that end with ``today``."""
        known = [read_paper(name) for name in PAPERS]
        written = ((paper, prose) for paper, articles in known for prose in articles)
        posts = (
            post
            for serial, (paper, prose) in enumerate(written)
            for post in _posts_of(paper, prose, serial, _moment(today, serial, seed), seed)
        )
        return cls(tuple(paper for paper, _ in known), tuple(posts), today, seed)

    @classmethod
    def of(cls, articles: int, papers: int = 20, today: date = TODAY, seed: int = 0) -> Press:
        """Return synthetic articles, spread evenly over that many papers; bodies are written on demand."""
        named = tuple(Paper(f"di{number}xianribao", f"第{number}县日报") for number in range(1, papers + 1))
        posts = (
            _compose(named[serial % papers], serial, _moment(today, serial // papers, seed), seed)
            for serial in range(articles)
        )
        return cls(named, tuple(posts), today, seed)

    def compose(self, serial: int, slug: str, published_at: datetime) -> Post:
        """Return a fresh article for a paper, a different one for every serial number below 500,000."""
        paper = next((paper for paper in self.papers if paper.slug == slug), Paper(slug, slug))
        # Fresh serials start where the others never reach, so no info code is given twice.
        return _compose(paper, 500_000 + serial, published_at, self.seed)


def repost_as_rolling(post: Post) -> Post:
    """Return the rolling-news twin of a post: the same digits, bare, with a digest."""
    opening = next((text for text in post.paragraphs if len(text) > 30), post.title)  # noqa: PLR2004
    ending = f"（{post.media}）" if int(post.digits) % 4 else ""
    return replace(
        post,
        code=post.digits,
        slug=ROLLING_SLUG,
        tag="东财滚动新闻",
        digest=opening[:_DIGEST] + ending,
    )


def _moment(today: date, serial: int, seed: int) -> datetime:
    """Papers come out between 05:40 and 09:20, one article a second at most."""
    minutes = seeded(seed * 1_000_003 + serial).randint(340, 559)
    day = today - timedelta(days=serial % WINDOW)
    return datetime.combine(day, time(minutes // 60, minutes % 60, serial * 7 % 60), PRINTED_ZONE)


def _info_code(day: date, serial: int) -> str:
    # Upstream's counter is not in time order; the step shares no factor with the range, so it never repeats.
    return f"NW{day:%Y%m%d}{2_900_000_000 + serial * 104_729 % 1_100_000:010d}"


def _posts_of(paper: Paper, prose: Prose, serial: int, at: datetime, seed: int) -> Iterator[Post]:
    post = Post(
        code=_info_code(at.date(), serial),
        slug=paper.slug,
        tag=paper.tag,
        media=paper.media,
        title=prose.title,
        published_at=at,
        write=Written(_fill_in(prose, at.date(), serial, seed)),
    )
    if paper.slug == ROLLING_SLUG:
        yield repost_as_rolling(replace(post, media=prose.note))
        return
    yield post
    if prose.note == "twin":
        yield repost_as_rolling(post)
    if prose.note.startswith("also:"):
        yield replace(post, slug=prose.note.removeprefix("also:"))


def _fill_in(prose: Prose, day: date, serial: int, seed: int) -> Lines:
    """Return an article's lines with its days filled in and background before its last paragraph."""
    *opening, ending = (_DAY.sub(partial(_name_day, day), line) for line in prose.lines)
    background = _background(prose.beat, serial, seed)
    if ending.startswith("!"):
        return (*opening, ending, *background)
    return (*opening, *background, ending)


def _background(beat: str, serial: int, seed: int) -> list[str]:
    """Every other article ends with a round-up, so that lengths spread as upstream's do."""
    random = seeded(seed * 1_000_003 + serial)
    paragraphs = write_paragraphs(random, [beat], random.randint(2, 3), sentences=3)
    if serial % 2 == 0:
        others = [other for other in BEATS if other != beat]
        paragraphs += ["各地短波", *write_paragraphs(random, others, random.randint(5, 16), sentences=3)]
    return paragraphs


def _name_day(day: date, slot: re.Match[str]) -> str:
    other = day + timedelta(days=_DISTANCE[slot[1]])
    return f"{other.month}月{other.day}日"


def _compose(paper: Paper, serial: int, at: datetime, seed: int) -> Post:
    number = seed * 1_000_003 + serial
    return Post(
        code=_info_code(at.date(), serial),
        slug=paper.slug,
        tag=paper.tag,
        media=paper.media,
        title=write_title(seeded(number)),
        published_at=at,
        write=partial(_compose_lines, number),
    )


def _compose_lines(number: int) -> Lines:
    random = seeded(~number)
    return tuple(write_paragraphs(random, BEATS, random.randint(11, 17), sentences=4))
