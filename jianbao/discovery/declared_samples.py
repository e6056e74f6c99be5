"""Testing a declaration by the saved pages that it names itself: its tables ``test`` and ``test_list``."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jianbao.configuration import Configuration, Source
from jianbao.discovery.memory import relay
from jianbao.discovery.proof import ReadArticle, make_kind, owed_of, read_answer
from jianbao.discovery.stated import list_misses, say_miss
from jianbao.discovery.tested import Tested, layout_of
from spiders.declared.identity import code_of, groups_of
from spiders.declared.rules import ListRules
from spiders.declared.sample import ListSample, Sample
from spiders.kinds.kind import Answer, Ask, Kind, KindContext, Listing
from spiders.kinds.registry import load_kind
from storage.records import MEDIA, Listed, PollOrder, SetAside, TryLater
from storage.records.remedy import Missing

_GONE = 404


def compare_declared(source: Source, configuration: Configuration) -> tuple[Tested, ...]:
    """Read the saved pages that a source names as it is declared now, and compare.

    Their paths begin at the folder of the configuration's file. What a list tells of an article, such as its
    day, holds for that article's page.
    """
    kind = make_kind(source, configuration)
    rules = kind.context.sources[source.slug].rules
    if not isinstance(rules, ListRules) or configuration.file is None:
        return ()
    bench = _Bench(source, kind, rules, configuration.file.parent)
    return (*map(bench.test_list, rules.test_list), *map(bench.test_article, rules.test))


@dataclass(frozen=True, slots=True)
class _Bench:
    """A source on trial. ``folder`` is where paths begin, ``known`` what its saved lists have listed."""

    source: Source
    kind: Kind
    rules: ListRules
    folder: Path
    known: dict[str, Listed] = field(default_factory=dict)

    def test_list(self, sample: ListSample) -> Tested:
        """Test the list on one saved page; what it lists is known from then on."""
        try:
            listed = self._list(self._answer(sample, (*self.rules.list, self.source.url)[0]))
        except (_NotOpened, SetAside, TryLater) as refused:
            return Tested(sample.file, (f"it {refused}",))
        self.known.update((one.info_code, one) for one in listed)
        first = listed[0].info_code if listed else ""
        found = {"links": len(listed), "first": first}
        wanted = {name: value for name in found if (value := getattr(sample, name)) is not None}
        if wanted.get("first") == first.removeprefix(f"{self.source.site}-"):
            wanted["first"] = first
        misses = (name for name in wanted if wanted[name] != found[name])
        return Tested(sample.file, tuple(say_miss(name, wanted[name], found[name]) for name in misses))

    def test_article(self, sample: Sample) -> Tested:
        """Test how the article on one saved page is read."""
        try:
            answer = self._answer(sample, self.source.url)
        except _NotOpened as refused:
            return Tested(sample.file, (f"it {refused}",))
        site = self.source.site or ""
        code = code_of(site, answer.url, groups_of(answer.url, self.rules), self.rules)
        listed = self.known.get(code) or Listed(code, MEDIA, answer.url, "")
        read = read_answer(self.kind, owed_of(self.source.slug, listed), listed, answer)
        return Tested(sample.file, tuple(self._article_differences(sample, read)), layout_of(read))

    def _article_differences(self, sample: Sample, read: ReadArticle) -> Iterator[str]:
        if read.article is None:
            yield f"it can't be read: {read.trouble}"
            return
        if sample.layout is not None and layout_of(read) not in _origins(sample.layout, self.rules):
            yield say_miss("layout", sample.layout, layout_of(read))
        yield from list_misses(sample, read.article, ZoneInfo(self.source.timezone))

    def _answer(self, sample: Sample | ListSample, usual: str) -> Answer:
        """Return a saved page as the answer that it was, from a usual address; raise `_NotOpened`."""
        zone, url = ZoneInfo(self.source.timezone), sample.url or usual
        try:
            body = (self.folder / sample.file).read_bytes()
        except (OSError, ValueError) as error:
            told = getattr(error, "strerror", None) or error
            raise _NotOpened(f"can't be opened ({told}); its path begins at {self.folder}") from error
        fetched = datetime.fromisoformat(sample.fetched) if sample.fetched else None
        if fetched is not None and fetched.tzinfo is None:
            fetched = fetched.replace(tzinfo=zone)
        return Answer(url, url, 200, body, fetched_at=fetched)

    def _list(self, answer: Answer) -> tuple[Listed, ...]:
        """Return what a poll finds on one page, with no page beside it."""
        now = (answer.fetched_at or datetime.now(UTC)).astimezone(ZoneInfo(self.source.timezone))
        order = PollOrder(self.source.slug, answer.url, self.source.kind, name=self.source.name, now=now)
        given = [answer]

        def attend(ask: Ask) -> Generator[Ask, Answer, Answer]:
            yield from ()
            page = given.pop() if given else Answer(ask.url, ask.url, _GONE, b"")
            return replace(page, asked=ask.url, url=ask.url)

        try:
            next(relay(self._of_one_page(answer.url).poll(order), attend))
        except StopIteration as ended:
            listing: Listing = ended.value
            return listing.listed
        raise AssertionError("every question is answered")

    def _of_one_page(self, url: str) -> Kind:
        """Return the source's kind, its list being one page alone."""
        declared = self.kind.context.sources[self.source.slug]
        alone = replace(declared, rules=replace(self.rules, list=(url,), pages=1, next=None))
        return load_kind(self.source.kind, KindContext({self.source.slug: alone}))


class _NotOpened(Missing):
    """A saved page is not where it is said to be; said in a clause."""


def _origins(said: str, rules: ListRules) -> tuple[str, ...]:
    """Return what a layout that is stated by its name, its number, or its origin is called."""
    own = [layout.origin for layout in rules.layouts if layout.origin.startswith("layout:")]
    numbered = [own[int(said) - 1]] if said.isdecimal() and 0 < int(said) <= len(own) else []
    return said, f"layout:{said}", *numbered
