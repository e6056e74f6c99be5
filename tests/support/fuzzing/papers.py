"""The demo's newspapers and small ones of each family, as targets: their lists, and their articles' pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from jianbao.configuration import Configuration, load_configuration
from jianbao.crawl.run import context_of
from jianbao.demo import TODAY
from jianbao.demo.declarations import declare_rooms
from jianbao.demo.epaper import EPaper
from jianbao.demo.epaper.shape import Shape
from jianbao.demo.offer import Offer
from pipelines.judge import judge
from spiders.kinds.kind import Answer, Kind, Listing, Steps
from spiders.kinds.registry import load_kind
from storage.records import Article, Owed, PollOrder, SetAside, TryLater, Vanished
from support.epaper_shapes import (
    CalendarClassic,
    DatedPages,
    FounderNamed,
    HtmlIndex,
    JsonNavi,
    PageArticle,
    Qpaper,
    Shtml,
    Szbz,
    Uniflows,
)
from support.fuzzing.trial import Seed, Target

ORIGIN = "http://paper.example"
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
SHAPES: tuple[type[Shape], ...] = (
    CalendarClassic,
    DatedPages,
    FounderNamed,
    HtmlIndex,
    JsonNavi,
    PageArticle,
    Qpaper,
    Shtml,
    Szbz,
    Uniflows,
)
MOST_ASKS = 400
_MOST = 4  # articles, and pages of a list, of each newspaper

Fetch = Callable[[str], Answer]


class AsksWithoutEnd(Exception):
    """A poll asks for more and more."""


def list_papers() -> Iterator[Target]:
    """Yield two targets for each newspaper: its lists, and its articles."""
    offer = Offer()
    offer.publish(slug=offer.slugs[0])
    category = json.dumps(ORIGIN + offer.category_path(offer.slugs[0]))
    first = f'[[sources]]\nslug = "c"\nname = "某报"\nkind = "category"\nurl = {category}\n'
    for source in _configure(first + declare_rooms(offer, ORIGIN)):
        yield from _targets_of(*source, lambda url: _ask_offer(offer, url))
    for shape in SHAPES:
        paper = EPaper("p", shape("/p/", "某某报"), TODAY, days=3, silent=())
        declared = (
            f'[[sources]]\nslug = "{shape.__name__.lower()}"\nname = "某某报"\nkind = "epaper"\nsite = "p"\n'
            f'url = "{ORIGIN}/p/{getattr(shape, "front", "")}"\n{getattr(shape, "declared", "")}\n'
        )
        for source in _configure(declared):
            yield from _targets_of(*source, lambda url, paper=paper: _ask_paper(paper, url))  # type: ignore[misc]


def _configure(text: str) -> Iterator[tuple[Kind, str, str, str]]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "jianbao.toml"
        file.write_text(text, "utf-8")
        configuration: Configuration = load_configuration(file, None, {})
    context = context_of(configuration)
    for source in configuration.sources:
        yield load_kind(source.kind, context), source.slug, source.url, source.kind


def _targets_of(kind: Kind, slug: str, url: str, name: str, fetch: Fetch) -> Iterator[Target]:
    order = PollOrder(slug, url, name, now=NOON, name="某报")
    asked: list[Answer] = []

    def note(address: str) -> Answer:
        asked.append(fetch(address))
        return asked[-1]

    listing = drive(kind.poll(order), note)
    whole = [answer for answer in asked if answer.status == 200][:_MOST]
    yield Target(f"list {slug}", [_list_seed(kind, order, one, fetch) for one in whole])
    owed = [Owed(slug, one.info_code, one.form, one.url, one.title, told=one.told) for one in listing.listed]
    seeds = [seed for one in owed[: 3 * _MOST] if (seed := _article_seed(kind, one, fetch))]
    yield Target(f"article {slug}", seeds[:_MOST])


def drive(steps: Steps, fetch: Fetch) -> Listing:
    """Answer what a poll asks for, and return what it found; raise `AsksWithoutEnd`."""
    try:
        ask = next(steps)
        for _ in range(MOST_ASKS):
            ask = steps.send(fetch(ask.url))
    except StopIteration as ended:
        found: Listing = ended.value
        return found
    raise AsksWithoutEnd(f"{MOST_ASKS} pages asked for, and none the last")


def _list_seed(kind: Kind, order: PollOrder, answer: Answer, fetch: Fetch) -> Seed:
    """One page of a list is spoilt, and the others come as they are."""

    def read(body: bytes) -> None:
        def spoilt(url: str) -> Answer:
            return _with(answer, body) if url == answer.asked else fetch(url)

        for one in drive(kind.poll(order), spoilt).listed:
            one.url.encode()
            one.title.encode()

    return Seed(answer.body, answer.content_type, read)


def _article_seed(kind: Kind, owed: Owed, fetch: Fetch) -> Seed | None:
    with suppress(StopIteration, SetAside, Vanished, TryLater):
        answer = fetch(next(iter(kind.addresses(owed))))

        def read(body: bytes) -> Article:
            return judge(kind.read(_with(answer, body), owed), owed, None, NOON)

        read(answer.body)
        told = " ".join(
            str(word) for word in (owed.title, owed.told.media, owed.told.author, owed.told.summary)
        )
        return Seed(answer.body, answer.content_type, read, told)
    return None


def _with(answer: Answer, body: bytes) -> Answer:
    return Answer(answer.asked, answer.url, 200, body, answer.content_type, fetched_at=NOON)


def _ask_offer(offer: Offer, url: str) -> Answer:
    came = offer.answer(url.removeprefix(ORIGIN))
    return Answer(url, url, came.status, came.body, came.content_type, fetched_at=NOON)


def _ask_paper(paper: EPaper, url: str) -> Answer:
    came = paper.answer(url.removeprefix(ORIGIN))
    if came is None:
        return Answer(url, url, 404, b"")
    return Answer(url, url, came.status, came.body, came.content_type, fetched_at=NOON)
