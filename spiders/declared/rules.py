"""A declaration as its kind reads by it: what a source says, and behind that the profiles that it extends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from spiders.declared.field_rule import FieldRule
from spiders.declared.layout import ArticleWords, Layout
from spiders.declared.list_words import JsonWords, ListWords, Without
from spiders.declared.sample import ListSample, Sample

_OF_LAYOUT = frozenset(ArticleWords.model_fields)


@dataclass(frozen=True, slots=True)
class OriginLayout:
    """A layout, and where it is declared: ``layout:NAME`` or ``layout:1``, or ``profile:NAME``."""

    layout: Layout
    origin: str


@dataclass(frozen=True, slots=True)
class ListRules:
    """The rules of a source of the kinds ``page`` and ``feed``; `ListWords` tells what each means.

    ``media`` is the name of the newspaper where a page tells none. ``layouts`` are its own, then those of its
    profiles. ``profiles`` are the names of these, the nearest first.
    """

    list: tuple[str, ...] = ()
    link: str | None = None
    link_on: Literal["address", "href", "raw"] = "address"
    id: str | None = None
    item: str | None = None
    item_date: FieldRule | None = None
    title_attr: str | None = None
    title_without: Without | None = None
    json_list: JsonWords | None = None
    next: str | None = None
    pages: int = 1
    until_known: int = 20
    full: bool = False
    sitemap: tuple[str, ...] = ()
    encoding: str = "auto"
    media: str | None = None
    fallback: bool | Literal["only"] = True
    layouts: tuple[OriginLayout, ...] = ()
    profiles: tuple[str, ...] = ()
    test: tuple[Sample, ...] = ()
    test_list: tuple[ListSample, ...] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    @property
    def lacks_link(self) -> bool:
        """Whether nothing says which links of its list are articles."""
        return self.link is None and self.json_list is None


_TAKEN_OVER = frozenset(ListRules.__slots__) - {"media", "layouts", "profiles", "zone", "test", "test_list"}


def resolve_rules(
    words: ListWords, profiles: Sequence[tuple[str, ListWords]] = (), timezone: str = "Asia/Shanghai"
) -> ListRules:
    """Return the rules that a declaration makes with its profiles, the nearest first.

    Of each key the first says what is, that says anything; layouts follow one another.
    """
    chain = [words, *(profile for _, profile in profiles)]
    values: dict[str, Any] = {}
    for said in chain:
        for key in _TAKEN_OVER & said.model_fields_set:
            values.setdefault(key, getattr(said, key))
    names = (said.media for said in chain)
    values["media"] = next((name for name in names if isinstance(name, str)), None)
    layouts = [*_own_layouts(words)]
    for name, profile in profiles:
        layouts += (OriginLayout(layout, f"profile:{name}") for layout in layouts_of(profile))
    return ListRules(
        **values,
        layouts=tuple(layouts),
        profiles=tuple(name for name, _ in profiles),
        test=words.test,
        test_list=words.test_list,
        zone=ZoneInfo(timezone),
    )


def _own_layouts(words: ListWords) -> Iterator[OriginLayout]:
    for number, layout in enumerate(layouts_of(words), 1):
        yield OriginLayout(layout, f"layout:{layout.name or number}")


def layouts_of(words: ListWords) -> Sequence[Layout]:
    """Return a declaration's layouts, each with what the declaration says for all; or the one that it is."""
    for_all = {key: getattr(words, key) for key in _OF_LAYOUT & words.model_fields_set}
    if isinstance(words.media, FieldRule):
        for_all["media"] = words.media
    if not words.layout:
        return [Layout.model_construct(**for_all)] if for_all else []
    return [_over(layout, for_all) for layout in words.layout]


def _over(layout: Layout, for_all: dict[str, Any]) -> Layout:
    missing = {key: value for key, value in for_all.items() if key not in layout.model_fields_set}
    return layout.model_copy(update=missing)
