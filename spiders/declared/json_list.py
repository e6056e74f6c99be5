"""A list in JSON: where its articles are, and what it tells of each."""

from __future__ import annotations

from typing import Any

from spiders.declared.declared_page import DeclaredPage
from spiders.declared.field_reading import read_field, read_moment
from spiders.declared.field_rule import FieldRule
from spiders.declared.html_list import absolute
from spiders.declared.identity import day_of
from spiders.declared.json_values import find_text, find_values
from spiders.declared.list_words import JsonWords
from spiders.declared.listed_item import ListedItem
from spiders.declared.patterns import search_pattern
from spiders.declared.rules import ListRules
from spiders.declared.templates import fill_places
from storage.records import SetAside, Told
from storage.records.saying import say

MOST_ITEMS = 10_000
"""Articles of one answer beyond which it is refused."""


def read_json_list(page: DeclaredPage, rules: ListRules) -> list[ListedItem]:
    """Return the articles that a JSON answer lists, in its order; those without an address are left out.

    Raises `SetAside` for what is no JSON, and for more articles than any list has. Where ``link`` is declared
    as well, an article's address must match it. A time that can't be read is left to the article's page.
    """
    words = rules.json_list
    assert words is not None
    values = list(find_values(page.data, words.items))
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    if len(values) > MOST_ITEMS:
        raise SetAside(say("page.too_many_items", most=MOST_ITEMS))
    return [item for value in values if (item := _item(value, words, page, rules)) is not None]


def _item(value: Any, words: JsonWords, page: DeclaredPage, rules: ListRules) -> ListedItem | None:
    href = _address(value, words.url)
    address = absolute(page.base, href) if href else None
    if address is None:
        return None
    groups: dict[str, str] = {}
    if rules.link is not None:
        found = search_pattern(rules.link, address if rules.link_on == "address" else href or "")
        if found is None:
            return None
        groups = found
    if identity := _text(words.id, page, value):
        groups["id"] = identity
    told = _told(value, words, page)
    return ListedItem(address, _text(words.title, page, value) or "", groups, told, day_of(groups))


def _address(value: Any, url: str) -> str | None:
    """Return the address that a template makes of an article's values, or that stands at a path."""
    if "{" not in url:
        return find_text(value, url)
    return fill_places(url, lambda path: find_text(value, path))


def _text(rule: FieldRule | None, page: DeclaredPage, value: Any) -> str | None:
    return read_field(rule, page, data=value) if rule is not None else None


def _told(value: Any, words: JsonWords, page: DeclaredPage) -> Told:
    told = Told(
        media=_text(words.media, page, value),
        author=_text(words.author, page, value),
        summary=_text(words.summary, page, value),
    )
    printed = _text(words.time, page, value)
    if printed is None or words.time is None:
        return told
    try:
        moment, precision = read_moment(words.time, printed, page)
    except SetAside:  # the article's own page may tell it
        return told
    return Told(moment, precision, told.media, told.author, told.summary)
