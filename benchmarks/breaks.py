"""Breaks: layouts that change, and pages that are none, for every kind of source; what is caught, the cost.

The demo's newspapers are read as they are, which teaches their contracts; then their latest pages come in
another layout, or something else comes in their place. Caught is what is set aside, harmless what is read as
before; late and missed are articles that are archived and not what their newspaper printed. No network.
"""

# ruff: noqa: ARG005 - every mutation is given the page, its article and another one

from __future__ import annotations

import argparse
import html
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jianbao.configuration import load_configuration
from jianbao.crawl.deliveries import PendingDelivery
from jianbao.crawl.run import context_of
from jianbao.demo.declarations import declare_rooms
from jianbao.demo.lists import StorySite
from jianbao.demo.offer import Offer
from pipelines.decide import decide
from pipelines.doubt.contract import doubt_by_contract, find_breaks, find_lost, judge_traits
from pipelines.doubt.traits import read_traits
from pipelines.judge import judge
from spiders.answer_reading import read_answer
from spiders.kinds.kind import Answer, Kind
from spiders.kinds.registry import load_kind
from spiders.recognition.barrier import barrier_of_list
from storage.archive.settling import decide_together
from storage.records import (
    Article,
    Decision,
    Delivery,
    Draft,
    Exchange,
    Listed,
    Owed,
    PollOrder,
    SetAside,
    Snapshot,
    Vanished,
)
from storage.records.contract import NO_CONTRACT, NO_TERMS, Contract

ORIGIN = "http://paper.example"
_ENDPOINT = "/NewsData/GetNewsText.do?id={code}"
BARRIERS = json.loads(Path(__file__).with_name("barriers.json").read_text("utf-8"))
"""Pages of nothing, by what they are: written for this, in the shapes that such pages have."""
_TIMES = re.compile(
    r"\d{4}\s?[-/年]\s?\d{1,2}\s?[-/月]\s?\d{1,2}日?(?:[T\s]*\d{1,2}:\d\d(?::\d\d)?)?(?:\s?[+-]\d{4})?"
)

_SHORTEST = 20
"""Characters of a text in JSON from which it is mutated."""
_LATE = 5
"""Articles that are archived before it is no chance any more that they are so."""

Mutate = Callable[[str, "Sample", "Sample"], str]


@dataclass(frozen=True, slots=True)
class Sample:
    """An article that a source lists, its page, and what that says when it is whole."""

    owed: Owed
    answer: Answer = field(repr=False)
    draft: Draft = field(repr=False)
    article: Article = field(repr=False)


@dataclass(slots=True)
class Paper:
    """A source with its kind and its articles, the oldest first."""

    slug: str
    kind: Kind
    samples: list[Sample]


def _in_text(page: str, sample: Sample, make: Callable[[str], str]) -> str:
    """Return a page whose every paragraph of the article is made another."""
    for paragraph in sample.article.paragraphs:
        if len(paragraph.text) >= 8:
            for form in dict.fromkeys((paragraph.text, html.escape(paragraph.text))):
                page = page.replace(form, make(form))
    return page


def _replace_text(page: str, sample: Sample, text: str) -> str:
    made = iter([text])
    return _in_text(page, sample, lambda _: next(made, ""))


def _without_title(page: str, sample: Sample) -> str:
    return page.replace(html.escape(sample.article.title), "").replace(sample.article.title, "")


def _dated(page: str, sample: Sample, date: str) -> str:
    """Return a page with another date, but in the article's own words."""
    said = {html.escape(one.text) for one in sample.article.paragraphs} | {sample.article.title}
    kept = {words: f"\x02{at}\x03" for at, words in enumerate(sorted(said, key=len, reverse=True))}
    for words, mark in kept.items():
        page = page.replace(words, mark)
    page = _TIMES.sub(date, page)
    for words, mark in kept.items():
        page = page.replace(mark, words)
    return page


def _body_of(sample: Sample) -> str:
    return "</p><p>".join(html.escape(one.text) for one in sample.article.paragraphs)


MUTATIONS: dict[str, Mutate] = {
    "classes renamed": lambda page, one, other: re.sub(r'\b(class|id)="[^"]*"', r'\1="n-x7"', page),
    "elements renamed": lambda page, one, other: re.sub(
        r"<(/?)(?:p|div|section|article|td|h1|h2)\b", r"<\1x-box", page
    ),
    "heading emptied": lambda page, one, other: _without_title(page, one),
    "heading is the site's": lambda page, one, other: page.replace(
        html.escape(one.article.title), "本报数字版"
    ).replace(one.article.title, "本报数字版"),
    "date removed": lambda page, one, other: _dated(page, one, ""),
    "date of years ago": lambda page, one, other: _dated(page, one, "2009-02-03 04:05:06"),
    "text emptied": lambda page, one, other: _in_text(page, one, lambda text: ""),
    "text by a script": lambda page, one, other: (
        _in_text(page, one, lambda text: "") + f"<script>var body={json.dumps(one.article.text)};</script>"
    ),
    "text is a teaser": lambda page, one, other: _replace_text(page, one, one.article.text[:40] + "……"),
    "text is a teaser with a link": lambda page, one, other: _replace_text(
        page, one, one.article.text[:40] + "<a href='/more'>阅读全文</a>"
    ),
    "text asks for an app": lambda page, one, other: _replace_text(
        page, one, one.article.text[:30] + "，请下载客户端阅读全文"
    ),
    "text cut short": lambda page, one, other: _in_text(page, one, lambda text: text[: len(text) // 3]),
    "text of another article": lambda page, one, other: _replace_text(page, one, _body_of(other)),
    "mixed with another article": lambda page, one, other: _replace_text(
        page, one, _body_of(one) + f"</p><p>{other.article.title}</p><p>" + _body_of(other)
    ),
    "a notice in place of the text": lambda page, one, other: _replace_text(
        page, one, "本栏目内容正在更新，敬请期待，感谢您的关注与支持。"
    ),
    "text in English": lambda page, one, other: _in_text(
        page, one, lambda text: "The council met on Friday and agreed on the plan. "
    ),
    "text in a wrong charset": lambda page, one, other: _in_text(
        page, one, lambda text: text.encode().decode("latin-1")
    ),
    "text hidden": lambda page, one, other: _in_text(
        page, one, lambda text: f'<span style="display:none">{text}</span>'
    ),
    "text as a picture": lambda page, one, other: _replace_text(page, one, '<img src="/text.png" alt="">'),
    "the page of another article": lambda page, one, other: other.answer.page.text,
    "a list in place of the text": lambda page, one, other: _replace_text(
        page, one, "".join(f'<li><a href="/x/{n}">{other.article.title}</a></li>' for n in range(15))
    ),
}


def main() -> None:
    """Print what is caught for each kind of source, and at last a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="with few articles")
    parser.add_argument("--missed", action="store_true", help="name what is missed")
    args = parser.parse_args()
    found = measure(*((30, 4) if args.quick else (60, 12)), names=args.missed)
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(bool(found["barriers"]["missed"] or found["false_alarms"]))


def measure(history: int, broken: int, *, names: bool = False) -> dict[str, Any]:
    """Return what was caught of ``broken`` articles in each mutation, after ``history`` whole ones."""
    layouts: Counter[str] = Counter()
    barriers: Counter[str] = Counter()
    false_alarms, costs, missed = 0, [], []
    for paper in read_papers(history + broken):
        contract, alarms, cost = learn(paper.samples[:history])
        false_alarms += alarms
        costs.append(cost)
        latest = paper.samples[history:]
        for name, mutate in MUTATIONS.items():
            outcome = try_mutation(paper, contract, latest, paper.samples[0], mutate)
            layouts[outcome] += 1
            missed += [(paper.slug, name)] if outcome in ("late", "missed", "silent") else []
        for name, page in BARRIERS.items():
            outcome = try_mutation(paper, contract, latest, paper.samples[0], lambda *_, page=page: page)
            is_list = barrier_of_list(_answer(ORIGIN + "/", page)) is None and _is_list(paper, page)
            barriers["missed" if is_list else outcome] += 1
            missed += [(paper.slug, name)] if outcome in ("late", "missed", "silent") or is_list else []
        print(f"{paper.slug:12} {len(paper.samples)} articles, {cost:.3f} ms an article", file=sys.stderr)
    for slug, name in missed if names else ():
        print(f"missed: {slug}: {name}", file=sys.stderr)
    return {
        "layouts": {key: layouts[key] for key in ("caught", "harmless", "late", "silent", "missed")},
        "barriers": {key: barriers[key] for key in ("caught", "harmless", "late", "silent", "missed")},
        "false_alarms": false_alarms,
        "cost_ms": round(max(costs), 3),
    }


def learn(samples: Sequence[Sample]) -> tuple[Contract, int, float]:
    """Return the contract that whole articles teach, how many of them were held or told, and ms for each."""
    contract, alarms = NO_CONTRACT, 0
    for sample in samples:
        decision = _decide(sample.owed, sample.answer, sample.draft, contract)
        alarms += decision.outcome != "new"
        contract = contract.learn(decision.observed) if decision.observed else contract
        alarms += bool(find_breaks(contract))
    return contract, alarms, _cost(contract, samples)


def try_mutation(
    paper: Paper, contract: Contract, latest: Sequence[Sample], other: Sample, mutate: Mutate
) -> str:
    """Return how a source's latest articles end in another layout: caught, harmless, silent or missed.

    Late: the first few were archived before an event told of it, and the others set aside. Silent: all were
    set aside, and no event tells of it.
    """
    outcomes: Counter[str] = Counter()
    pending = [_await(paper.kind, one, _mutate(one, other, mutate)) for one in latest]
    snapshots = [Snapshot(one.owed.info_code, contract=contract) for one in latest]
    decided = decide_together(pending, snapshots)
    for sample, (_, _, decision) in zip(latest, decided, strict=True):
        contract = contract.learn(decision.observed) if decision.observed else contract
        outcomes[_judge_outcome(decision, sample)] += 1
    if outcomes["missed"]:
        return "late" if find_breaks(contract) and outcomes["missed"] <= _LATE else "missed"
    if not outcomes["caught"]:
        return "harmless"
    is_told = find_breaks(contract) or outcomes["caught"] == len(latest)  # then article_layout_broken tells
    return "caught" if is_told or outcomes["caught"] == 1 else "silent"


def read_papers(wanted: int) -> Iterator[Paper]:
    """Yield the demo's sources with so many articles each, read from their pages."""
    offer = Offer()
    paper = offer.slugs[0]
    for _ in range(wanted):
        offer.publish(slug=paper)
    for room in offer.rooms:
        for _ in range(max(0, wanted - 25) if isinstance(room, StorySite) else 0):
            offer.story_site(room.slug).publish()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "jianbao.toml"
        endpoint = f"[infocode]\nurl = {json.dumps(ORIGIN + _ENDPOINT)}\n\n"
        file.write_text(endpoint + _declare(paper, offer) + declare_rooms(offer, ORIGIN), "utf-8")
        configuration = load_configuration(file, None, {})
    context = context_of(configuration)
    for source in configuration.sources:
        kind = load_kind(source.kind, context)
        for place in ("", _ENDPOINT) if source.kind == "category" else ("",):
            read = _read_samples(kind, source.slug, source.url, source.kind, offer, wanted, place)
            samples = list(read)
            if len(samples) >= wanted:
                yield Paper(f"{source.slug}{place and ' (JSON)'}", kind, samples[-wanted:])


def _declare(slug: str, offer: Offer) -> str:
    url = json.dumps(ORIGIN + offer.category_path(slug))
    return (
        f'[[sources]]\nslug = {json.dumps(slug)}\nname = {json.dumps(slug)}\nkind = "category"\nurl = {url}\n'
    )


def _read_samples(
    kind: Kind, slug: str, url: str, name: str, offer: Offer, wanted: int, place: str
) -> Iterator[Sample]:
    listed = {one.info_code: one for one in _list(kind, slug, url, name, offer, wanted)}
    for one in sorted(listed.values(), key=lambda entry: entry.info_code):
        owed = Owed(slug, one.info_code, one.form, one.url, one.title, told=one.told)
        found = [address for address in kind.addresses(owed) if place.partition("{")[0] in address]
        answer = _fetch(offer, found[0])
        try:
            draft = read_answer(kind, answer, owed)
            yield Sample(
                owed, answer, draft, judge(draft, owed, None, answer.fetched_at or datetime.now(UTC))
            )
        except (SetAside, Vanished):
            continue


def _list(kind: Kind, slug: str, url: str, name: str, offer: Offer, wanted: int) -> Iterator[Listed]:
    """Yield what polls of some days list."""
    now, count = _now(offer), 0
    for back in range(40 if name == "epaper" else 1):
        order = PollOrder(slug, url, name, now=now - timedelta(days=back))
        steps = kind.poll(order)
        listing = None
        try:
            ask = next(steps)
            while True:
                ask = steps.send(_fetch(offer, ask.url))
        except StopIteration as ended:
            listing = ended.value
        except (SetAside, Vanished):
            continue
        yield from listing.listed
        count += len(listing.listed)
        if count >= wanted * 2:
            return


def _now(offer: Offer) -> datetime:
    return datetime.combine(offer.today, datetime.min.time(), UTC) + timedelta(hours=12)


def _fetch(offer: Offer, url: str) -> Answer:
    came = offer.answer(url.removeprefix(ORIGIN))
    return Answer(url, url, came.status, came.body, came.content_type, fetched_at=_now(offer))


def _answer(url: str, page: str, kind: str | None = None, at: datetime | None = None) -> Answer:
    body = page.encode("utf-8", "replace")
    declared = "text/html; charset=utf-8" if kind is None or "html" in kind else kind
    return Answer(
        url, url, 200, re.sub(rb"charset=[\w\"-]+", b"charset=utf-8", body), declared, fetched_at=at
    )


def _mutate(sample: Sample, other: Sample, mutate: Mutate) -> Answer:
    """Return an article's answer in another layout; of JSON each text is changed."""
    page = sample.answer.page.text
    if page.lstrip()[:1] == "{":
        made = mutate(page, sample, other)
        page = made if made in BARRIERS.values() else _mutate_json(page, sample, other, mutate)
    else:
        page = mutate(page, sample, other)
    return _answer(sample.answer.asked, page, sample.answer.content_type, sample.answer.fetched_at)


def _mutate_json(page: str, sample: Sample, other: Sample, mutate: Mutate) -> str:
    texts: dict[str, Any] = json.loads(page)
    theirs = other.answer.page.text
    if mutate(page, sample, other) == theirs:
        return theirs

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: change(one) for key, one in value.items()}
        if isinstance(value, list):
            return [change(one) for one in value]
        return mutate(value, sample, other) if isinstance(value, str) and len(value) >= _SHORTEST else value

    return json.dumps(change(texts), ensure_ascii=False)


def _await(kind: Kind, sample: Sample, answer: Answer) -> PendingDelivery:
    """Return the delivery of an answer for an article, as a crawl has it."""
    now = answer.fetched_at or datetime.now(UTC)
    exchange = Exchange(answer.url, now, 200, (), (), answer.body)
    try:
        delivery = Delivery(sample.owed, exchange, read_answer(kind, answer, sample.owed))
    except (SetAside, Vanished) as refused:
        trouble = refused if isinstance(refused, SetAside) else SetAside(str(refused))
        delivery = Delivery(sample.owed, exchange, None, trouble)
    return PendingDelivery(delivery, now, terms=NO_TERMS)


def _decide(owed: Owed, answer: Answer, draft: Draft, contract: Contract) -> Decision:
    now = answer.fetched_at or datetime.now(UTC)
    exchange = Exchange(answer.url, now, 200, (), (), answer.body)
    return decide(Delivery(owed, exchange, draft), Snapshot(owed.info_code, contract=contract), now)


def _judge_outcome(decision: Decision, sample: Sample) -> str:
    if decision.outcome == "quarantined":
        return "caught"
    brought = decision.brought
    same = brought is not None and (brought.title, brought.text) == (
        sample.article.title,
        sample.article.text,
    )
    is_timed = (
        brought is not None and brought.published_at is not None and sample.article.published_at is not None
    )
    same_day = is_timed and abs(brought.published_at - sample.article.published_at) < timedelta(days=2)  # type: ignore[union-attr, operator]
    return "harmless" if same and same_day else "missed"


def _is_list(paper: Paper, page: str) -> bool:
    """Return whether a source's kind takes a page for its list and finds nothing wrong with it."""
    order = PollOrder(paper.slug, ORIGIN + "/", "", now=datetime.now(UTC))
    steps = paper.kind.poll(order)
    try:
        ask = next(steps)
        for _ in range(20):
            ask = steps.send(_answer(ask.url, page))
    except StopIteration as ended:
        return not (ended.value.failure or ended.value.trouble)
    except Exception:  # noqa: BLE001 - whatever it is, the poll has failed
        return False
    return True


def _cost(contract: Contract, samples: Sequence[Sample]) -> float:
    """Return the processor's milliseconds that the contract costs an article: judged, and learned."""
    began = time.process_time()
    rounds = 5
    for _ in range(rounds):
        learned = contract
        for one in samples:
            traits = judge_traits(
                learned,
                read_traits(one.draft, one.article, one.owed, one.answer.fetched_at or datetime.now(UTC)),
                one.owed,
            )
            lost = find_lost(learned, traits)
            doubt_by_contract(learned, traits, lost, one.owed)
    return (time.process_time() - began) * 1000 / rounds / len(samples)


if __name__ == "__main__":
    main()
