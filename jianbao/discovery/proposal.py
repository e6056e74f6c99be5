"""A proposal: what a newspaper's name or address comes to, as a block of the configuration, and its proof."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from pydantic import ValidationError

from jianbao.configuration import Configuration, Source
from jianbao.configuration.kind_keys import rules_of
from jianbao.discovery.block import write_block
from jianbao.discovery.catalogue import AS_OF, KnownPaper
from jianbao.discovery.memory import remembering
from jianbao.discovery.proof import Proof, prove
from spiders.families.dated_address import relative_to
from spiders.kinds.epaper_days import find_month_file
from spiders.kinds.epaper_rules import PaperRules
from spiders.kinds.kind import Answer, Ask
from spiders.kinds.registry import find_kind
from spiders.recognition.dialogue import NoSource, Questions, find_out
from spiders.recognition.finding import Finding
from spiders.recognition.naming import propose_site, propose_slug
from storage.records import SetAside, TryLater
from storage.records.saying import say

_SCHEDULES = {"category": "*/5 * * * *", "epaper": "0 6-12 * * *"}
_SCHEDULE = "*/30 * * * *"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be added: a newspaper of the catalogue (the candidates for its name), or an address.

    ``name`` and ``slug`` are the user's own words, None where they are to be found. ``taken`` are the slugs
    that are or were sources', ``sites`` those of the configured sources. ``now`` is aware.
    """

    now: datetime
    address: str | None = None
    papers: tuple[KnownPaper, ...] = ()
    name: str | None = None
    slug: str | None = None
    taken: Collection[str] = ()
    sites: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a source would be: its keys in the order of the file, why, and what it would archive."""

    keys: Mapping[str, Any]
    reasons: tuple[str, ...]
    beside: tuple[str, ...]
    proof: Proof
    answers: Mapping[str, Answer] = field(repr=False, default_factory=dict)

    def block(self, added: str) -> str:
        """Return its block of the configuration; ``added`` says when and how it came."""
        return write_block(self.keys, (added, *self.reasons))


def propose(wish: Wish, configuration: Configuration) -> Generator[Ask, Answer, Proposal]:
    """Find out how a newspaper is read, and prove it; raise `NoSource` where nothing can be archived."""
    answers: dict[str, Answer] = {}
    return (yield from remembering(_propose(wish, configuration, answers), answers))


def _propose(
    wish: Wish, configuration: Configuration, answers: Mapping[str, Answer]
) -> Generator[Ask, Answer, Proposal]:
    if wish.address is not None:
        try:
            finding = yield from find_out(wish.address)
        except TryLater as trouble:
            raise NoSource(f"{trouble}; {_advice(str(trouble))}") from trouble
        return (yield from _proved(finding, wish, configuration, answers))
    name, troubles = wish.papers[0].name, list[str]()
    for look in (*map(_as_known, wish.papers), *map(_at_home, _homes(wish.papers))):
        try:
            finding = replace((yield from look), name=name)
            return (yield from _proved(finding, wish, configuration, answers))
        except (NoSource, TryLater) as nothing:
            troubles.append(str(nothing))
    told = "; ".join(dict.fromkeys(troubles))
    raise NoSource(
        f"{name} was not found where it was in {AS_OF}: {told}. If you know its address today: "
        f"jianbao source add ADDRESS --name {name}"
    )


def _homes(papers: Sequence[KnownPaper]) -> tuple[str, ...]:
    """Return the home pages of the hosts of newspapers: one that moved may be found from there."""
    return tuple(dict.fromkeys(urljoin(paper.base, "/") for paper in papers))


def _at_home(address: str) -> Questions:
    finding = yield from find_out(address)
    if finding.kind != "epaper":
        raise NoSource(f"{address} leads to no issue of it")
    return finding


def _as_known(paper: KnownPaper) -> Questions:
    """Return what the catalogue says of a newspaper, asking nothing."""
    yield from ()
    keys: dict[str, object] = {"issue": paper.issue.removeprefix(paper.base)}
    if paper.family is not None:
        keys = {"family": paper.family, **keys}
    return Finding("epaper", paper.base, paper.name, keys, (f"as the catalogue had it in {AS_OF}",))


def _proved(
    finding: Finding, wish: Wish, configuration: Configuration, answers: Mapping[str, Answer]
) -> Generator[Ask, Answer, Proposal]:
    keys = declare(finding, wish)
    source = check_keys(keys)
    try:
        proof = yield from prove(source, configuration, wish.now)
    except TryLater as trouble:
        raise NoSource(f"{trouble}; {_advice(str(trouble))}") from trouble
    except SetAside as refused:
        raise NoSource(f"{finding.url} looks like {_what(finding.kind)}, but {refused}") from refused
    if not proof.listing.listed and not _may_be_empty(finding):
        raise NoSource(
            f"{finding.url} looks like {_what(finding.kind)}, but lists no article today{_why(proof)}"
        )
    if proof.articles and not proof.is_readable:
        told = "; ".join(one.trouble or "" for one in proof.articles)
        raise NoSource(f"{finding.url} lists articles, but none that was looked at could be read: {told}")
    keys = _with_calendar(_named_by_articles(keys, finding, wish, proof), source, proof)
    return Proposal(keys, finding.reasons, finding.beside, proof, answers)


def declare(finding: Finding, wish: Wish) -> dict[str, Any]:
    """Return the keys of a source in the order of the file, with slug and site that nobody has or had."""
    slug = wish.slug or propose_slug(finding.url, {*wish.taken, "infocode"})
    keys: dict[str, Any] = {
        "slug": slug,
        "name": wish.name or finding.name or slug,
        "kind": finding.kind,
        "url": finding.url,
    }
    entry = find_kind(finding.kind)
    if entry is not None and entry.needs_site:
        keys["site"] = propose_site(slug, {*wish.sites, "nw"})
    keys |= finding.keys
    keys |= {"schedule": _SCHEDULES.get(finding.kind, _SCHEDULE), "timezone": "Asia/Shanghai"}
    return keys | ({"images": True} if entry is not None and "images" in entry.keys else {})


def check_keys(keys: Mapping[str, Any]) -> Source:
    """Return the source that keys declare; raise `NoSource` for what the configuration would refuse."""
    try:
        return Source.model_validate(dict(keys))
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise NoSource(f"no declaration could be made of it ({said})") from error


def _named_by_articles(keys: dict[str, Any], finding: Finding, wish: Wish, proof: Proof) -> dict[str, Any]:
    """Return the keys with the newspaper's name as its articles have it, where nothing else names it."""
    if wish.name or finding.name:
        return keys
    names = [one.article.media for one in proof.articles if one.article and one.article.media]
    return {**keys, "name": max(names, key=names.count)} if names else keys


def _with_calendar(keys: dict[str, Any], source: Source, proof: Proof) -> dict[str, Any]:
    """Return the keys with the month file that answered, behind ``issue``: polls ask for no other one."""
    rules = rules_of(source)
    if not isinstance(rules, PaperRules) or "calendar" in keys or "issue" not in keys:
        return keys
    file = find_month_file(rules.places[0], proof.lists)
    if file is None:
        return keys
    told: dict[str, Any] = {}
    for key, value in keys.items():
        told[key] = value
        if key == "issue":
            told["calendar"] = relative_to(file, source.url)
    return told


def _may_be_empty(finding: Finding) -> bool:
    return finding.kind == "category"


def _why(proof: Proof) -> str:
    reasons = [issue.reason for issue in proof.listing.issues if issue.reason]
    return f" ({'; '.join(reasons)})" if reasons else ""


def _what(kind: str) -> str:
    return {
        "epaper": "a digital newspaper",
        "feed": "a feed",
        "page": "a list of articles",
        "category": "a category page",
    }.get(kind, kind)


_ADVICE = (
    ("cannot be resolved", "is the name spelt right, and does the site still exist?"),
    (say("cause.timeout"), "try again later"),
    (say("cause.refused"), "is the port right, and is the site up?"),
    ("certificate", "try the same address with http://"),
    ("TLS", "try the same address with http://"),
    ("robots.txt", "the site wants no robots there: ask who runs it, or look for a feed"),
    ("redirected", "give the address at which it ends, as a browser shows it"),
    ("answered 401", "it asks for a login: jianbao reads only what is open to everybody"),
    ("answered 403", "it refuses robots: ask who runs it"),
)


def _advice(trouble: str) -> str:
    """Return what to do about an address that could not be had."""
    return next(
        (advice for words, advice in _ADVICE if words in trouble), "look at it in a browser, and try again"
    )
