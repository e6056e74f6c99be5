"""A list in JSON: where in a document its articles are, and what of each is where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spiders.readers.feeds.address import web_address
from storage.records import SetAside
from storage.records.saying import say

_FEWEST = 2
_DEEPEST, _MOST = 6, 20_000
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_TIME = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{10}|\d{13}|\d{1,2}[-/月]\d{1,2}|\d{1,3}\s?(?:分钟|小时|天)前"
)
_JSONP = re.compile(r"\s*[\w.$]{1,80}\s*\(\s*(?P<inside>[\[{].*[\]}])\s*\)\s*;?\s*", re.DOTALL)
_WORDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "subject", "name", "bt"),
    "url": ("url", "link", "href", "shareurl", "weburl", "pcurl", "docurl", "path"),
    "time": (
        "publishtime",
        "pubtime",
        "publishdate",
        "pubdate",
        "showtime",
        "publish",
        "datetime",
        "time",
        "date",
    ),
    "media": ("source", "media", "from", "origin", "sourcename", "medianame"),
    "author": ("author", "writer", "reporter"),
    "summary": ("summary", "digest", "abstract", "description", "brief", "intro"),
    "id": ("id", "docid", "newsid", "articleid", "contentid", "code", "infocode", "uuid"),
}
"""Names of fields, the more usual ones first; compared without case and underscores."""
_ENDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "url": ("url", "link", "href"),
    "time": ("time", "date"),
    "media": ("source", "sourcetext", "sourcename"),
}
"""What names of fields end with that are none of the usual ones: ``docTitle``, ``docPubUrl``."""
_ANOTHERS = re.compile(
    r"im(?:a)?ge?|pic|thumb|logo|cover|avatar|icon|video|audio|channel|column|node|site|user|sub|short|topic"
    r"|upda|modif|expir|end|begin|start|offline"
)
"""What is in the names of fields that tell of something else than the article, or of another time."""


@dataclass(frozen=True, slots=True)
class JsonGuess:
    """The keys of ``json_list``, the addresses of the first articles, and their titles."""

    keys: Mapping[str, str]
    urls: tuple[str, ...]
    titles: tuple[str, ...]


def load_json(text: str) -> Any:
    """Return a JSON document, also one that a function is called with; raise `SetAside`."""
    wrapped = _JSONP.fullmatch(text) if "(" in text[:100] else None
    try:
        return json.loads(wrapped["inside"] if wrapped else text)
    except (ValueError, RecursionError) as error:
        raise SetAside(say("page.no_json")) from error


def is_called(text: str) -> bool:
    """Return whether a text is a document that a function is called with (JSONP)."""
    return "(" in text[:100] and _JSONP.fullmatch(text) is not None


def guess_json_list(said: object, url: str) -> JsonGuess | None:
    """Return the longest list of a document whose items have a title and an address; None without one."""
    best: JsonGuess | None = None
    for path, items in _lists(said):
        guess = _guess(path, items, url)
        if guess is not None and (best is None or len(guess.urls) > len(best.urls)):
            best = guess
    return best


def _lists(said: object) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    waiting: list[tuple[str, object, int]] = [("", said, 0)]
    for _ in range(_MOST):
        if not waiting:
            return
        path, value, depth = waiting.pop()
        if isinstance(value, list):
            items = [one for one in value if isinstance(one, dict)]
            if len(items) >= _FEWEST and len(items) == len(value):
                yield f"{path}[]", items
        elif isinstance(value, dict) and depth < _DEEPEST:
            waiting += [
                (f"{path}.{key}".lstrip("."), inner, depth + 1)
                for key, inner in value.items()
                if "." not in key
            ]


def _guess(path: str, items: Sequence[Mapping[str, Any]], url: str) -> JsonGuess | None:
    title = _key(items, "title", lambda value: len(_CHINESE.findall(value)) >= 4)  # noqa: PLR2004 - a title has more
    address = _key(items, "url", lambda value: web_address(url, value) is not None and "/" in value)
    if title is None or address is None:
        return None
    keys = {"items": path, "url": address, "title": title}
    if time := _key(items, "time", lambda value: _TIME.search(value) is not None):
        keys["time"] = time
    for name in ("media", "author", "summary"):
        if found := _key(items, name, lambda value: _CHINESE.search(value) is not None):
            keys[name] = found
    if found := _key(items, "id", lambda value: re.fullmatch(r"[\w-]{1,40}", value) is not None, unique=True):
        keys["id"] = found
    urls = [web_address(url, str(item.get(address) or "")) for item in items]
    titles = [str(item.get(title) or "") for item in items]
    return JsonGuess(keys, tuple(one for one in urls if one), tuple(titles))


def _key(items: Sequence[Mapping[str, Any]], field: str, fits: Any, *, unique: bool = False) -> str | None:
    """Return the key of a field whose values fit in most of the items; the more usual name first."""
    names = {key: key.lower().replace("_", "") for key in items[0] if "." not in key}
    usual = [key for word in _WORDS[field] for key, name in names.items() if name == word]
    ends = _ENDS.get(field, ())
    others = [key for key, name in names.items() if name.endswith(ends) and not _ANOTHERS.search(name)]
    for key in dict.fromkeys([*usual, *others]):
        values = [str(item.get(key)) for item in items if isinstance(item.get(key), str | int)]
        fitting = [value for value in values if value.strip() and fits(value)]
        if 2 * len(fitting) > len(items) and (not unique or len(set(values)) == len(items)):
            return key
    return None
