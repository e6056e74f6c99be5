"""Slugs and sites for a new source, of its address and name; nothing that is there already is ever taken."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

_NO_NAME = frozenset(
    {"www", "epaper", "paper", "szb", "news", "m", "mobile", "e", "ep", "dzb", "digital", "digitalpaper"}
    | {"com", "cn", "net", "org", "gov", "edu", "html", "index", "pc", "layout", "node", "content", "column"}
    | {"col", "default", "list", "rss", "xml", "feed", "feeds", "json", "api", "php", "html2", "page"}
    | {"static", "staticsg", "data", "journal", "channel", "class", "item", "article", "articles", "portal"}
    | {"pages", "szbz", "category", "atom", "sitemap", "home", "zh", "shtml", "htm", "papers"}
)
_WORD = re.compile(r"[a-z0-9]+")
_LONGEST_SITE, _LONGEST_SLUG = 24, 40


def propose_slug(url: str, taken: Collection[str]) -> str:
    """Return a slug of an address's own words that no source has yet: of the path's, else of the host's."""
    words = _words(url)
    base = (words[0] if words else "source")[:_LONGEST_SLUG]
    slug = base if base not in taken else "-".join(words[:2])[:_LONGEST_SLUG]
    return _free(slug or base, taken, "-")


def propose_site(slug: str, taken: Collection[str]) -> str:
    """Return a site of small letters and digits that no other source has, nor had in the archive."""
    site = "".join(_WORD.findall(slug.lower()))[:_LONGEST_SITE] or "site"
    return _free(site, taken, "")[:_LONGEST_SITE]


def _words(url: str) -> list[str]:
    """Return the words of an address that may name a newspaper: folders, then the host's labels."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_numbers = re.fullmatch(r"[\d.:\[\]a-f]+|localhost", host) is not None
    folders = [
        word for folder in parts.path.lower().split("/") for word in _WORD.findall(folder.partition(".")[0])
    ]
    labels = [] if is_numbers else [one for label in host.lower().split(".") for one in _WORD.findall(label)]
    own = [word for word in folders if word not in _NO_NAME and word.isalpha() and len(word) > 1]
    of_host = [word for word in labels if word not in _NO_NAME and len(word) > 1]
    return list(dict.fromkeys([*own[:2], *of_host] if is_numbers or own else of_host))


def _free(name: str, taken: Collection[str], joint: str) -> str:
    number, free = 2, name
    while free in taken:
        free = f"{name}{joint}{number}"
        number += 1
    return free
