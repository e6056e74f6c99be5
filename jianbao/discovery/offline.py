"""Testing a declaration offline: what it reads on saved pages, beside what was read on them then."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jianbao.configuration import Configuration, Source
from jianbao.discovery.declared_samples import compare_declared
from jianbao.discovery.memory import relay
from jianbao.discovery.proof import make_kind, owed_of, read_answer
from jianbao.discovery.samples import Sample, describe
from jianbao.discovery.tested import Tested, layout_of, list_differences
from spiders.declared.rules import ListRules
from spiders.kinds.kind import Answer, Ask, Kind, Listing
from storage.records import Listed, PollOrder, SetAside, TryLater
from storage.records.saying import say


def compare_samples(
    source: Source, configuration: Configuration, expected: Mapping[str, Any], samples: Sequence[Sample]
) -> tuple[Tested, ...]:
    """Read the saved pages of a source, and those that it names itself, as it is declared now; compare."""
    kind = make_kind(source, configuration)
    lists = [sample for sample in samples if sample.kind == "list"]
    tested, listed = list[Tested](), dict[str, Listed]()
    if lists:
        whole, listed = _test_list(kind, source, lists, expected)
        tested.append(whole)
    tested += [_test_article(kind, source, one, listed) for one in samples if one.kind == "article"]
    tested += compare_declared(source, configuration)
    return (*tested, *_untested_layouts(kind, source, tested))


def _test_article(kind: Kind, source: Source, sample: Sample, known: Mapping[str, Listed]) -> Tested:
    said = sample.said
    url, code = str(said["url"]), str(said.get("info_code", ""))
    listed = known.get(code) or Listed(code, "media", url, str(said.get("listed", "")))
    read = read_answer(kind, owed_of(source.slug, listed), listed, sample.answer)
    found, wanted = describe(read), dict(said.get("expected", {}))
    return Tested(sample.file.name, tuple(list_differences(wanted, found)), layout_of(read))


def _test_list(
    kind: Kind, source: Source, lists: Sequence[Sample], expected: Mapping[str, Any]
) -> tuple[Tested, dict[str, Listed]]:
    answers = {str(sample.said["url"]): sample for sample in lists}
    first = lists[0].answer
    now = (first.fetched_at or datetime.now(UTC)).astimezone(ZoneInfo(source.timezone))
    order = PollOrder(source.slug, source.url, source.kind, name=source.name, now=now)
    try:
        listing = _drive(kind, order, answers)
    except (SetAside, TryLater) as refused:
        return Tested("list", (f"it {refused}",)), {}
    listed = listing.listed
    found = {"links": len(listed), "first": listed[0].info_code if listed else ""}
    return Tested("list", tuple(list_differences(expected, found))), {one.info_code: one for one in listed}


def _drive(kind: Kind, order: PollOrder, answers: Mapping[str, Sample]) -> Listing:
    """Return what a poll finds that is answered from samples, and by nothing else."""

    def attend(ask: Ask) -> Generator[Ask, Answer, Answer]:
        yield from ()
        if ask.url not in answers:
            raise TryLater(say("fetch.no_sample", url=ask.url))
        return replace(answers[ask.url].answer)

    try:
        next(relay(kind.poll(order), attend))
    except StopIteration as ended:
        listing: Listing = ended.value
        return listing
    raise AssertionError("every question is answered")


def _untested_layouts(kind: Kind, source: Source, tested: Sequence[Tested]) -> Iterator[Tested]:
    """Yield a line for each layout of a source's own that reads none of its samples."""
    rules = kind.context.sources[source.slug].rules
    if isinstance(rules, ListRules):
        read = {one.by for one in tested}
        for layout in rules.layouts:
            if layout.origin.startswith("layout:") and layout.origin not in read:
                yield Tested(layout.origin, ("no sample is read by it: save a page of that layout",))
