"""Proving a declaration: what its list has now, and what its first articles are, read as a crawl would."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jianbao.configuration import Configuration, Source
from jianbao.configuration.kind_keys import rules_of
from jianbao.discovery.memory import limited, noting
from pipelines.judge import judge
from spiders.kinds.kind import Answer, Ask, Declaration, Kind, KindContext, Listing
from spiders.kinds.registry import load_kind
from storage.records import Article, Draft, Listed, Owed, PollOrder, SetAside, TryLater, Vanished
from storage.records.remedy import saying_of
from storage.records.saying import say

_OF_POLL = 8
"""Questions of a first poll: an e-paper's month file, its front page and some of its pages."""
SHOWN = 3
"""Articles that are looked at."""


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article that was read: what it says, by which rule each field was found, or what was the trouble."""

    listed: Listed
    article: Article | None = None
    found_by: Mapping[str, str] | None = None
    trouble: str | None = None
    answer: Answer | None = None

    @property
    def first_line(self) -> str | None:
        """The first line of its text."""
        return self.article.paragraphs[0].text if self.article and self.article.paragraphs else None

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` has it."""
        article = self.article
        return {
            "info_code": self.listed.info_code,
            "url": self.listed.url,
            "listed_as": self.listed.title,
            "title": article.title if article else None,
            "published_at": article.published_at.isoformat() if article and article.published_at else None,
            "precision": article.precision if article else None,
            "media": article.media if article else None,
            "author": article.author if article else None,
            "first_line": self.first_line,
            "paragraphs": len(article.paragraphs) if article else 0,
            "images": len(article.images) if article else 0,
            "found_by": dict(self.found_by or {}),
            "trouble": self.trouble,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What a declaration finds now: all that its list has, and the first articles; ``answers`` by address."""

    listing: Listing
    articles: tuple[ReadArticle, ...]
    lists: tuple[Answer, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether any of the articles that were looked at could be read."""
        return any(one.article is not None for one in self.articles)


def prove(
    source: Source, configuration: Configuration, now: datetime, shown: int = SHOWN
) -> Generator[Ask, Answer, Proof]:
    """Poll a source as it is declared, and read its first articles; ``now`` is aware.

    Raises `SetAside` where its list can't be read, and `TryLater` where it can't be had.
    """
    kind = make_kind(source, configuration)
    order = PollOrder(
        source.slug, source.url, source.kind, name=source.name, now=now.astimezone(ZoneInfo(source.timezone))
    )
    lists: list[Answer] = []
    try:
        listing = yield from limited(noting(kind.poll(order), lists), _OF_POLL)
    except SetAside as refused:
        address = lists[-1].url if lists else source.url
        raise SetAside(say("said.of", subject=address, what=saying_of(refused))) from refused
    if listing.failure and not listing.listed:
        raise TryLater(listing.failure)
    articles = []
    for listed in listing.listed[:shown]:
        article = yield from _read(kind, source.slug, listed)
        articles.append(article)
    return Proof(listing, tuple(articles), tuple(lists))


def make_kind(source: Source, configuration: Configuration) -> Kind:
    """Return the kind of a source that nobody need have configured yet."""
    declaration = Declaration(
        source.slug, source.name, source.kind, source.url, source.site, rules_of(source)
    )
    infocode = configuration.infocode
    return load_kind(source.kind, KindContext({source.slug: declaration}, infocode.url, infocode.page))


def owed_of(slug: str, listed: Listed) -> Owed:
    """Return an article of a list as it is owed."""
    return Owed(slug, listed.info_code, listed.form, listed.url, listed.title, told=listed.told)


def read_answer(kind: Kind, owed: Owed, listed: Listed, answer: Answer) -> ReadArticle:
    """Return what an answer says of an article, judged as a crawl would."""
    try:
        return judge_draft(kind.read(answer, owed), owed, listed, answer)
    except (SetAside, Vanished) as refused:
        return ReadArticle(listed, trouble=f"{answer.url} {refused}", answer=answer)
    except Exception as error:  # noqa: BLE001 - whatever a reader stumbles over is told
        told = f"{answer.url} could not be read ({type(error).__name__}: {error})"
        return ReadArticle(listed, trouble=told, answer=answer)


def judge_draft(draft: Draft, owed: Owed, listed: Listed, answer: Answer) -> ReadArticle:
    """Return the article that a draft makes; one without text that needs none is told as such."""
    if draft.is_furniture:
        return ReadArticle(listed, trouble=f"{answer.url} is a picture page without text", answer=answer)
    fetched_at = answer.fetched_at or datetime.now(ZoneInfo("UTC"))
    article = judge(draft, owed, None, fetched_at)
    return ReadArticle(listed, article, dict(draft.found_by), answer=answer)


def _read(kind: Kind, slug: str, listed: Listed) -> Generator[Ask, Answer, ReadArticle]:
    owed = owed_of(slug, listed)
    held = kind.at_hand(owed)
    if held is not None:
        answer = Answer(held[1], held[1], 200, b"")
        try:
            return judge_draft(held[0], owed, listed, answer)
        except SetAside:
            pass
    for address in list(kind.addresses(owed))[:1]:
        try:
            answer = yield Ask(address)
        except TryLater as trouble:
            return ReadArticle(listed, trouble=str(trouble))
        if answer.is_missing:
            return ReadArticle(listed, trouble=f"{address} answered {answer.status}")
        return read_answer(kind, owed, listed, answer)
    return ReadArticle(listed, trouble="it has no address")
