"""One issue of a digital newspaper: its pages are read one by one, and its articles gathered.

A page that fails takes nothing from the others: the issue is failed, with the reason, and has all the rest.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from spiders.families.family import Family, Spot, issue_id
from spiders.kinds.kind import Answer, Ask
from spiders.readers.epaper.article import FORM
from spiders.readers.epaper.continuation import Part, find_first_parts
from spiders.readers.epaper.issue_page import ArticleLink, IssueSheet, PageLink, read_issue_page
from spiders.readers.epaper.json_issue import read_json_issue
from storage.records import Area, Issue, IssuePage, Listed, SetAside, Told, TryLater, site_code
from storage.records.remedy import saying_of
from storage.records.saying import Saying, join_first, say

_MOST_PAGES = 400
"""Pages of an issue that are asked for, at most."""
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class IssueOrder:
    """An issue to be listed: its day, the address of its front page, and whose it is."""

    site: str
    day: date
    front: str
    family: Family
    hosts: tuple[str, ...] = ()
    media: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueFound:
    """What came of an issue. ``is_missing``: there is no front page of that day, and nothing else is said."""

    issue: Issue
    listed: tuple[Listed, ...] = ()
    is_missing: bool = False


@dataclass(slots=True)
class _Gathered:
    """The pages of an issue as they come: links to be read, sheets read, and what went wrong."""

    links: dict[str, PageLink] = field(default_factory=dict)
    sheets: dict[str, IssueSheet] = field(default_factory=dict)
    troubles: list[Saying] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)


def list_issue(order: IssueOrder) -> Generator[Ask, Answer, IssueFound]:
    """Ask for the pages of an issue, front page first, and return what they list."""
    gathered = _Gathered()
    try:
        answer = yield Ask(order.front)
    except TryLater as trouble:
        return IssueFound(_failed(order, saying_of(trouble)))
    spot = order.family.page_at(answer.url)
    if answer.is_missing or spot is None or spot.day != order.day:
        said = (
            say("fetch.answered", url=order.front, status=answer.status)
            if answer.is_missing
            else say("fetch.led_to", url=order.front, address=answer.url)
        )
        return IssueFound(_failed(order, said), is_missing=True)
    _take(order, gathered, PageLink(order.front, spot), answer)
    while (link := _next_link(gathered)) is not None:
        yield from _read_page(order, gathered, link)
    return _conclude(order, gathered)


def _read_page(order: IssueOrder, gathered: _Gathered, link: PageLink) -> Generator[Ask, Answer, None]:
    key = _key(link.url)
    try:
        answer = yield Ask(link.url, referer=order.front)
    except TryLater as trouble:
        gathered.sheets[key] = IssueSheet()
        gathered.troubles.append(saying_of(trouble))
        return
    if answer.is_missing:
        gathered.sheets[key] = IssueSheet()
        gathered.troubles.append(say("fetch.answered", url=link.url, status=answer.status))
        return
    _take(order, gathered, link, answer)


def _take(order: IssueOrder, gathered: _Gathered, link: PageLink, answer: Answer) -> None:
    """Read a page's answer, and note what it links to; trouble with it is noted in its place."""
    if order.family.shape == "json":
        _take_json(order, gathered, link, answer)
        return
    key = _key(link.url)
    try:
        sheet = read_issue_page(answer.page.text, answer.url, order.family, link.spot, order.hosts)
    except SetAside as refused:
        sheet = IssueSheet()
        gathered.troubles.append(say("said.of", subject=link.url, what=saying_of(refused)))
    except Exception as error:  # noqa: BLE001 - what a reader stumbles over must not take the other pages
        sheet = IssueSheet()
        gathered.troubles.append(
            say("fetch.unreadable", url=link.url, type=type(error).__name__, error=str(error))
        )
    gathered.sheets[key] = sheet
    gathered.links.setdefault(key, link)
    gathered.elsewhere |= sheet.elsewhere
    for other in sheet.pages:
        known = gathered.links.get(_key(other.url))
        if known is None or (known.number is None and other.number is not None):
            gathered.links.pop(_key(other.url), None)  # its place is where a list names it
            gathered.links[_key(other.url)] = replace(other, url=known.url) if known else other


def _take_json(order: IssueOrder, gathered: _Gathered, link: PageLink, answer: Answer) -> None:
    """Read the file that names all pages of an issue: none of them is asked for."""
    try:
        found = read_json_issue(answer.page.text, answer.url, order.family, link.spot, order.keys)
    except SetAside as refused:
        gathered.troubles.append(say("said.of", subject=link.url, what=saying_of(refused)))
        return
    for page, sheet in found:
        gathered.links[page.url] = page
        gathered.sheets[page.url] = sheet


def _next_link(gathered: _Gathered) -> PageLink | None:
    """Return the next page to be read, those with a number first: an overview repeats what they list."""
    if len(gathered.sheets) >= _MOST_PAGES:
        return None
    waiting = [link for key, link in gathered.links.items() if key not in gathered.sheets]
    return min(waiting, key=lambda link: link.number is None, default=None)


def _conclude(order: IssueOrder, gathered: _Gathered) -> IssueFound:
    """Return the issue that the gathered pages make."""
    pages = tuple(_settle_pages(order, gathered))
    listed = tuple(one for _, articles in pages for one in articles)
    troubles = [*gathered.troubles, *_doubts(order, gathered, listed)]
    issue = Issue(
        day=order.day,
        state="failed" if troubles else "listed",
        url=order.front,
        pages=tuple(page for page, _ in pages),
        articles=len(listed),
        reason=tell_troubles(troubles),
    )
    return IssueFound(issue, _with_first_parts(listed))


def _doubts(order: IssueOrder, gathered: _Gathered, listed: tuple[Listed, ...]) -> Iterator[Saying]:
    """Yield what is wrong with an issue as a whole."""
    if not listed and gathered.elsewhere:
        hosts = ", ".join(sorted(gathered.elsewhere))
        yield say("issue.other_hosts", hosts=hosts)
    elif not listed and not gathered.troubles and len(gathered.links) == 1:
        yield say("issue.lists_nothing", url=order.front)
    if len(gathered.sheets) >= _MOST_PAGES:
        yield say("issue.too_many_pages", most=_MOST_PAGES)


def _settle_pages(order: IssueOrder, gathered: _Gathered) -> Iterator[tuple[IssuePage, tuple[Listed, ...]]]:
    """Yield the issue's pages in their order, each with the articles that no page before it lists.

    What has no number of its own and lists nothing of its own is an overview, or a page's second address.
    """
    seen: set[str] = set()
    numbers: set[str] = set()
    place = 0
    for link, sheet in sorted(_pages(gathered), key=lambda one: not _number(order, *one)):
        new = [one for one in sheet.articles if _code(order, one.spot) not in seen]
        number = _number(order, link, sheet)
        if (
            not new
            and len(gathered.links) > 1
            and (number is None or (number in numbers and not link.number))
        ):
            continue
        place += 1
        listed = tuple(_listed(order, link, sheet, one, at) for at, one in enumerate(sheet.articles, 1))
        listed = tuple(one for one in listed if one.info_code not in seen)
        seen |= {one.info_code for one in listed}
        numbers |= {number or ""}
        yield _page(order, link, sheet, place), listed


def _pages(gathered: _Gathered) -> Iterator[tuple[PageLink, IssueSheet]]:
    for key, link in gathered.links.items():
        yield link, gathered.sheets.get(key, IssueSheet())


def _number(order: IssueOrder, link: PageLink, sheet: IssueSheet) -> str | None:
    """Return a page's number as printed, or as its address has it where pages are named by it."""
    named = link.spot.name.upper() if order.family.is_numbered else ""
    return link.number or sheet.number or named or None


def _page(order: IssueOrder, link: PageLink, sheet: IssueSheet, place: int) -> IssuePage:
    areas = (Area(_code(order, one.spot), corners) for one in sheet.articles for corners in one.areas)
    return IssuePage(
        number=_number(order, link, sheet) or link.spot.name or "?",
        name=link.name or sheet.name,
        url=link.url,
        order=place,
        picture=sheet.picture,
        shown=sheet.shown,
        size=sheet.size,
        pdf=sheet.pdf or link.pdf,
        areas=tuple(areas),
    )


def _listed(order: IssueOrder, link: PageLink, sheet: IssueSheet, article: ArticleLink, at: int) -> Listed:
    told = Told(
        media=order.media,
        page=_number(order, link, sheet),
        page_name=link.name or sheet.name or None,
        order=at,
        listed_on=link.url,
    )
    return Listed(_code(order, article.spot), FORM, article.url, article.title, told)


def _with_first_parts(listed: tuple[Listed, ...]) -> tuple[Listed, ...]:
    """Return the articles of an issue, those that continue another with its code."""
    parts = [Part(one.info_code, one.title, one.told.page or one.told.listed_on) for one in listed]
    firsts = find_first_parts(parts)
    return tuple(
        replace(one, told=replace(one.told, continues=firsts[one.info_code]))
        if one.info_code in firsts
        else one
        for one in listed
    )


def _code(order: IssueOrder, spot: Spot) -> str:
    return site_code(order.site, issue_id(spot))


def _failed(order: IssueOrder, reason: Saying) -> Issue:
    return Issue(order.day, "failed", url=order.front, reason=reason)


def tell_troubles(troubles: Sequence[Saying]) -> Saying | None:
    """Return a sentence of what went wrong, None of nothing; of many troubles the first are told."""
    if not troubles:
        return None
    return join_first(troubles, _MOST_TOLD)


def _key(url: str) -> str:
    return url.partition("#")[0].partition("//")[2].removeprefix("www.").casefold()
