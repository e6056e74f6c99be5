"""Finding out what stands at an address, with as few questions as it takes. Pure: it says what to ask."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from spiders.families.dated_address import relative_to
from spiders.families.registry import RecognisedPaper, recognise_page, recognise_paper
from spiders.kinds.kind import Answer, Ask
from spiders.readers.chinese.page import read_chinese_page
from spiders.readers.epaper.issue_page import read_issue_page
from spiders.readers.epaper.paper_index import read_addresses, read_leads
from spiders.readers.feeds.feed import Feed
from spiders.readers.feeds.packed import unpack
from spiders.readers.feeds.reading import is_feed, read_feed
from spiders.readers.listing_page import read_list_page
from spiders.recognition.feed_guess import describe_feed
from spiders.recognition.finding import Finding
from spiders.recognition.json_guess import guess_json_list, is_called, load_json
from spiders.recognition.links import list_page_links
from spiders.recognition.list_guess import ListGuess, guess_list, site_of
from spiders.recognition.page_signs import PageSigns, read_signs
from spiders.recognition.paging_guess import guess_json_paging, guess_paging
from storage.records import Missing, SetAside, TryLater

CHINA = ZoneInfo("Asia/Shanghai")
_CATEGORY = re.compile(r"/category/[^/]+\Z")
_FEWEST_PAGES = 2
_EDITION = re.compile(r"多媒体|数字报|电子报|数字版|电子版")
"""What newspapers call their pages on the web: no part of their names."""
_LONG = 300
"""Characters of a text, from which on a page is an article whatever it links to."""
_MOST_SHOWN = 5
_UNTIL_KNOWN = 20
"""Known articles after which a poll goes no further into a list, where nothing is declared."""
_MOST_HOPS, _MOST_LED = 3, 2
"""Pages from one to the next that a page leads to by itself, and of each the ways that are tried."""

Questions: TypeAlias = Generator[Ask, Answer, Finding]


class NoSource(Missing):
    """Nothing that could be archived regularly stands at an address; the sentence says what does."""


def find_out(address: str) -> Questions:
    """Ask for an address, and for what it leads to, until it is known how it is read; raise `NoSource`."""
    answer = yield Ask(address)
    if answer.is_missing:
        raise NoSource(f"{address} answered {answer.status}: there is no such page; look at it in a browser")
    return (yield from _look(answer, _MOST_HOPS))


def _look(answer: Answer, hops: int, base: str | None = None) -> Questions:
    """Look at an answer, and at no more than ``hops`` pages behind it.

    ``base`` is the address that led here by itself, which leads to a newspaper's newest issue.
    """
    answer = _unpacked(answer)
    try:
        text = answer.page.text
    except SetAside as refused:
        raise NoSource(f"{answer.url} {refused}; is it a page of text?") from refused
    if is_feed(text):
        return (yield from _look_at_feed(answer))
    if (
        text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")
        or "json" in (answer.content_type or "")
        or is_called(text)
    ):
        return (yield from _look_at_json(answer))
    return (yield from _look_at_page(answer, hops, base))


def _unpacked(answer: Answer) -> Answer:
    try:
        return replace(answer, body=unpack(answer.body))
    except SetAside as refused:
        raise NoSource(f"{answer.url} {refused}") from refused


# -- feeds ----------------------------------------------------------------------------------------


def _look_at_feed(answer: Answer) -> Questions:
    try:
        feed = read_feed(answer.page.text, answer.url, CHINA, answer.fetched_at)
    except SetAside as refused:
        raise NoSource(f"{answer.url} {refused}") from refused
    inner: Feed | None = None
    if feed.parts:
        answer_of_part = yield Ask(feed.parts[0].url)
        inner = read_feed(_unpacked(answer_of_part).page.text, answer_of_part.url, CHINA)
    return describe_feed(feed, inner, answer)


# -- JSON -----------------------------------------------------------------------------------------


def _look_at_json(answer: Answer) -> Questions:
    try:
        said = load_json(answer.page.text)
    except SetAside as refused:
        raise NoSource(f"{answer.url} {refused}") from refused
    if recognise_page(answer.url) and (paper := recognise_paper((answer.url,))):
        return _describe_paper(paper, answer, None, None)
    guess = guess_json_list(said, answer.url)
    if guess is None:
        raise NoSource(
            f"{answer.url} is JSON, but no list in it has titles and addresses: if it has ids alone, declare "
            "json_list with a template for url (docs/sources.md)"
        )
    keys: dict[str, object] = {"json_list": dict(guess.keys)}
    if template := guess_json_paging(answer.url, said):
        further = yield from _ask_or_none(template[1])
        if further is not None and _has_other_items(further, guess.urls):
            keys |= {"next": template[0], "pages": 3}
    reason = f"JSON with {len(guess.urls)} articles at {guess.keys['items']}"
    return Finding("page", answer.url, None, keys, (reason,))


def _has_other_items(answer: Answer, urls: Sequence[str]) -> bool:
    try:
        guess = guess_json_list(load_json(answer.page.text), answer.url)
    except SetAside:
        return False
    return guess is not None and bool(set(guess.urls) - set(urls))


# -- pages ----------------------------------------------------------------------------------------


def _look_at_page(answer: Answer, hops: int, base: str | None) -> Questions:
    html = answer.page.text
    try:
        signs, led = read_signs(html, answer.url), read_leads(html, answer.url)
        if found := _category(answer, signs) or _paper_of(answer, signs, base):
            return found
        guess = guess_list(list_page_links(html, answer.url), answer.url)
    except SetAside as refused:
        raise NoSource(f"{answer.url} {refused}") from refused
    fronts = [url for url in led if recognise_page(url)]
    if hops and fronts and (found := (yield from _go_on(answer, fronts, 1, base))):
        return found
    length = _article_length(answer)
    if guess is not None and not _is_article(length, guess):
        return _list_of(answer, signs, guess)
    if length is None and hops:
        own = [url for url in (*led, *_newest_issue(answer)) if site_of(url) == site_of(answer.url)]
        if found := (yield from _go_on(answer, own, hops, base)) or (yield from _follow(answer, signs, hops)):
            return found
    raise NoSource(_tell_nothing(answer, signs, length))


def _newest_issue(answer: Answer) -> tuple[str, ...]:
    """Return the first page of the newest issue that a page links to, of those that it lists."""
    paper = recognise_paper(read_addresses(answer.page.text, answer.url))
    return (paper.url,) if paper is not None else ()


def _go_on(
    answer: Answer, led: Sequence[str], hops: int, base: str | None
) -> Generator[Ask, Answer, Finding | None]:
    """Go where a page leads by itself, as a browser would: by refresh, script or frame."""
    for url in led[:_MOST_LED]:
        further = yield from _ask_or_none(url)
        if further is None:
            continue
        try:
            return (yield from _look(further, hops - 1, base or answer.url))
        except NoSource:
            continue
    return None


def _category(answer: Answer, signs: PageSigns) -> Finding | None:
    """Return the category page of the Jekyll site: such an address, and articles with info codes."""
    if not _CATEGORY.search(urlsplit(answer.url).path):
        return None
    try:
        page = read_list_page(answer.page.text, answer.url)
    except SetAside:
        return None
    heading = (page.heading or signs.title).removesuffix("新闻") or None
    reason = f"a category page of the Jekyll site with {len(page.listed)} articles"
    return Finding("category", answer.url, heading, {}, (reason,))


def _paper_of(answer: Answer, signs: PageSigns, base: str | None = None) -> Finding | None:
    """Return the digital newspaper whose page an answer is, or that most of its links are pages of."""
    own = recognise_page(answer.url)
    addresses = read_addresses(answer.page.text, answer.url)
    if own is None:
        pages = [url for url in addresses if recognise_page(url)]
        folders = {spot.folder for url in pages if (found := recognise_page(url)) for spot in (found[1],)}
        if len(pages) < _FEWEST_PAGES or len(folders) != 1:
            return None
    paper = recognise_paper((answer.url, *addresses))
    if paper is None:
        return None
    return _describe_paper(paper, answer, signs, base)


def _describe_paper(
    paper: RecognisedPaper, answer: Answer, signs: PageSigns | None, base: str | None
) -> Finding:
    home = base or paper.page.before
    keys: dict[str, object] = {"family": paper.family.name, "issue": relative_to(paper.issue, home)}
    reason = f"the page {answer.url} is of an issue of {paper.page.day}, laid out as {paper.family.told}"
    if hosts := _second_hosts(paper, answer):
        keys["hosts"] = hosts
    return Finding("epaper", home, _paper_name(answer, signs) if signs else None, keys, (reason,))


def _second_hosts(paper: RecognisedPaper, answer: Answer) -> list[str]:
    """Return the hosts that have the articles of a page, where its own host has none."""
    page = paper.family.page_at(answer.url)
    if page is None or paper.family.shape != "html":
        return []
    try:
        sheet = read_issue_page(answer.page.text, answer.url, paper.family, page)
    except SetAside:
        return []
    return sorted(sheet.elsewhere)[:_MOST_SHOWN]


def _paper_name(answer: Answer, signs: PageSigns) -> str | None:
    hidden = re.search(r"<founder-papername>\s*([^<]{1,40}?)\s*</founder-papername>", answer.page.text)
    if hidden:
        return hidden[1]
    title = _EDITION.sub("", signs.title)
    named = re.search(r"[\u3400-\u9fff]{1,12}(?:日报|晚报|早报|晨报|时报|商报|周报|周刊|都市报|报)", title)
    return named[0] if named else signs.site_name


def _list_of(answer: Answer, signs: PageSigns, guess: ListGuess) -> Finding:
    paging = guess_paging(answer.page.text, guess.profile)
    count = len({link.url for link in guess.links})
    if "pages" in paging and count < _UNTIL_KNOWN:
        paging["until_known"] = count  # a page of nothing new is the end, however short it is
    keys = dict(guess.keys) | paging
    beside = [f"the page names a feed as well: {feed}" for feed in signs.feeds[:1]]
    beside += [f"the page links to a digital newspaper as well: {paper}" for paper in signs.papers[:1]]
    return Finding("page", answer.url, signs.site_name, keys, (guess.told,), tuple(beside))


def _article_length(answer: Answer) -> int | None:
    """Return how many characters the text of a page has that is an article; None for any other page."""
    try:
        draft = read_chinese_page(answer.page.text, answer.url, answer.fetched_at)
    except SetAside:
        return None
    except Exception:  # noqa: BLE001 - what no reader can read is no article for this question
        return None
    if draft.published_at is None:
        return None
    return len(re.sub(r"<[^<>]*>|\s", "", draft.body_html)) + sum(len(one.text) for one in draft.paragraphs)


def _is_article(length: int | None, guess: ListGuess) -> bool:
    said = sum(len(link.text) for link in guess.links)
    return length is not None and length >= _LONG and length > said


def _follow(answer: Answer, signs: PageSigns, hops: int) -> Generator[Ask, Answer, Finding | None]:
    """Look at what a page that is no list names: a feed, a list in JSON, a digital newspaper."""
    for url in (*signs.feeds[:1], *signs.json[:2], *signs.papers[:1]):
        further = yield from _ask_or_none(url)
        if further is None:
            continue
        try:
            found = yield from _look(further, hops - 1 if url in signs.papers else 0)
        except NoSource:
            continue
        return replace(
            found,
            name=found.name or signs.site_name,
            reasons=(f"{answer.url} leads to {url}", *found.reasons),
        )
    return None


def _ask_or_none(url: str) -> Generator[Ask, Answer, Answer | None]:
    try:
        answer = yield Ask(url)
    except TryLater:
        return None
    return None if answer.is_missing else answer


def _tell_nothing(answer: Answer, signs: PageSigns, length: int | None) -> str:
    url, called = answer.url, f" (it calls itself {signs.title!r})" if signs.title else ""
    if signs.asks_for_login:
        return f"{url} asks for a login{called}: jianbao reads only what is open to everybody"
    if length is not None:
        return f"{url} is an article, no list{called}: give the page that lists such articles"
    if signs.is_error:
        return f"{url} is an error page{called}: look at it in a browser, and give the address where it ends"
    lists = "; ".join(signs.lists[:_MOST_SHOWN])
    hint = (
        f"it links to pages that may be: {lists}"
        if lists
        else "a page filled by a script alone can't be read"
    )
    return f"{url} is no list of articles, no feed and no issue of a newspaper{called}; {hint}"
