"""The registry of kinds: their names, what each asks of its sources, and where the code of each is.

It is read wherever a configuration is, so it loads no reader: `load_kind` does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from storage.records.remedy import Missing
from storage.records.saying import say

if TYPE_CHECKING:
    from spiders.kinds.kind import Kind, KindContext


LIST_KEYS = (
    "extends",
    "list",
    "link",
    "link_on",
    "id",
    "item",
    "item_date",
    "title_attr",
    "title_without",
    "json_list",
    "next",
    "pages",
    "until_known",
    "sitemap",
    "encoding",
    "media",
    "fallback",
    "title",
    "time",
    "author",
    "editor",
    "kicker",
    "subtitle",
    "summary",
    "body",
    "drop",
    "drop_text",
    "parts",
    "caption",
    "layout",
    "test",
    "test_list",
)
"""The keys of kinds whose sources are lists; `spiders.declared.list_words` tells what each means."""


class UnknownKind(Missing):
    """No kind of this name is registered: a source of a later version, or of one without its module."""


@dataclass(frozen=True, slots=True)
class KindEntry:
    """What is known of a kind before its code is loaded. ``place`` is ``module:class``; see `Kind`.

    ``told`` says in a clause what a source of this kind is. ``is_polled``: it has a page that lists articles,
    so it may have a schedule. ``needs_site``: its articles have the codes ``SITE-ID``, so its sources declare
    their site. ``holds_code``: the place of the info code, ``{code}``, is in its sources' addresses.
    ``has_history``: it can be polled back into the past. ``is_configured`` False: the archive makes its
    sources itself. ``keys`` are those of a source's keys that it takes and not every kind does.
    """

    name: str
    place: str
    told: str
    is_polled: bool = True
    needs_site: bool = False
    holds_code: bool = False
    has_history: bool = False
    is_configured: bool = True
    keys: tuple[str, ...] = ("images",)


_KINDS: dict[str, KindEntry] = {}


def register_kind(entry: KindEntry) -> None:
    """Make a kind known; one of the same name is replaced."""
    _KINDS[entry.name] = entry


def find_kind(name: str) -> KindEntry | None:
    """Return what is known of a kind; None when there is none of that name."""
    return _KINDS.get(name)


def list_kinds() -> tuple[KindEntry, ...]:
    """Return the kinds that a source of the configuration may be of, in the order of their registration."""
    return tuple(entry for entry in _KINDS.values() if entry.is_configured)


def load_kind(name: str, context: KindContext) -> Kind:
    """Return a kind ready to poll and to read, its code loaded; raise `UnknownKind`."""
    entry = find_kind(name)
    if entry is None:
        raise UnknownKind(say("fetch.unknown_kind", kind=name))
    module, _, called = entry.place.partition(":")
    make = cast("Callable[[KindContext], Kind]", getattr(import_module(module), called))
    return make(context)


register_kind(
    KindEntry(
        "category",
        "spiders.kinds.category:CategoryKind",
        "a page of the Jekyll site that lists a newspaper's articles",
    )
)
register_kind(
    KindEntry(
        "infocode",
        "spiders.kinds.infocode:InfoCodeKind",
        "an address at which any article is read by its info code, and that lists none",
        is_polled=False,
        holds_code=True,
    )
)
register_kind(
    KindEntry(
        "import",
        "spiders.kinds.infocode:InfoCodeKind",
        "what was imported: asked for, it is looked for by its info code",
        is_polled=False,
        is_configured=False,
    )
)
register_kind(
    KindEntry(
        "feed",
        "spiders.kinds.feed:FeedKind",
        "a feed: RSS, Atom, JSON Feed, a sitemap or an index of sitemaps",
        needs_site=True,
        has_history=True,
        keys=("images", "since", "backfill", "full", *LIST_KEYS),
    )
)
register_kind(
    KindEntry(
        "page",
        "spiders.kinds.page:PageKind",
        "a list page, in HTML or JSON, whose articles are read by declared rules or by themselves",
        needs_site=True,
        has_history=True,
        keys=("images", "since", "backfill", *LIST_KEYS),
    )
)
register_kind(
    KindEntry(
        "epaper",
        "spiders.kinds.epaper:EpaperKind",
        "a digital newspaper: its issues by day, with their pages and articles",
        needs_site=True,
        has_history=True,
        keys=(
            "images",
            "facsimile",
            "since",
            "backfill",
            "family",
            "issue",
            "calendar",
            "page",
            "article",
            "keys",
            "before",
        ),
    )
)
