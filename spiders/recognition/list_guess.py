"""A list page: which of its links are the articles, by the shapes of addresses and by what the links say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlsplit

from spiders.declared.patterns import search_pattern
from spiders.declared.profiles import find_profile, list_profiles
from spiders.recognition.address_shape import Piece, Shape, has_article_name, shape_of
from spiders.recognition.link_pattern import LinkPattern, pattern_of
from spiders.recognition.links import PageLink

FEWEST = 3
"""Articles without which a page is no list."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_TITLE = 6
"""Chinese characters that half of a list's titles have at least: names of sections and places have fewer."""
_OF_PAPER = 0.3
_DATED = 0.8
_MORE = re.compile(
    r"(?:更多|more|返回|下一页|上一页|首页|尾页|末页|下页|上页|\d+|>>|\[.{0,6}\])\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ListGuess:
    """What a page's links tell of its list. ``keys`` are those of a declaration; ``links`` the articles."""

    keys: Mapping[str, object]
    links: tuple[PageLink, ...]
    profile: str | None = None
    told: str = ""


@dataclass(slots=True)
class _Group:
    """Links of one shape of address."""

    shape: Shape
    links: list[PageLink] = field(default_factory=list)
    pieces: list[tuple[Piece, ...]] = field(default_factory=list)


def guess_list(links: Sequence[PageLink], url: str) -> ListGuess | None:
    """Return what is most likely the list of a page; None where no links of one shape read as titles."""
    site = site_of(url)
    own = [link for link in links if site_of(link.url) == site and link.url != url.partition("#")[0]]
    named = _by_profile(own)
    grouped = _by_shape(own)
    if named is not None and (grouped is None or len(named.links) >= len(grouped.links) // 2):
        return named
    return grouped


def _by_profile(links: Sequence[PageLink]) -> ListGuess | None:
    """Return the list whose addresses are those of a shipped profile."""
    best: ListGuess | None = None
    for name in list_profiles():
        profile = find_profile(name)
        if profile is None or profile.link is None or profile.json_list is not None:
            continue
        found = [link for link in links if search_pattern(profile.link, link.url) is not None]
        chosen = _titled(found)
        if len(_addresses(chosen)) >= FEWEST and (best is None or len(chosen) > len(best.links)):
            only = _only_titled(found, chosen, profile.link)
            chosen = _kept(chosen, only)
            best = ListGuess(
                {"extends": name, **only, **_day_keys(chosen)},
                tuple(chosen),
                name,
                f"its articles have addresses as the profile {name} has them",
            )
    return best


def _by_shape(links: Sequence[PageLink]) -> ListGuess | None:
    groups: dict[Shape, _Group] = {}
    for link in links:
        shape, pieces = shape_of(link.url)
        if has_article_name(pieces) and not _MORE.fullmatch(link.text):
            group = groups.setdefault(shape, _Group(shape))
            group.links.append(link)
            group.pieces.append(pieces)
    likely = [group for group in groups.values() if _is_list(group.links)]
    if not likely:
        return None
    best = max(likely, key=lambda group: _weight(group.links))
    return _guess_of(_joined(best, groups.values()), links)


def _is_list(links: Sequence[PageLink]) -> bool:
    return len(_addresses(links)) >= FEWEST and _title_length(links) >= _TITLE


def _weight(links: Sequence[PageLink]) -> float:
    """Return how much a group of links is a list: by number, length of titles, and dates beside them."""
    dated = sum(link.day is not None for link in links) / len(links)
    return len(_addresses(links)) * min(_title_length(links), 24) * (1 + dated)


def _title_length(links: Iterable[PageLink]) -> float:
    """Return how many Chinese characters the longer half of what links say has at least."""
    texts: dict[str, int] = {}
    for link in links:
        texts[link.url] = max(texts.get(link.url, 0), len(_CHINESE.findall(link.text)))
    return median(texts.values()) if texts else 0


def _addresses(links: Iterable[PageLink]) -> set[str]:
    return {link.url for link in links}


def _joined(best: _Group, groups: Iterable[_Group]) -> list[_Group]:
    """Return the groups that differ from the best only in words of their folders, and stand in its places."""
    places = {link.place for link in best.links}
    outline = _outline(best.shape)
    return [
        group
        for group in groups
        if group is best
        or (
            _outline(group.shape) == outline
            and any(link.place in places for link in group.links)
            and _title_length(group.links) >= _TITLE
        )
    ]


def _outline(shape: Shape) -> tuple[str, ...]:
    """Return the shape of an address without the words before its first digits."""
    kinds = list(shape.kinds)
    first = next((place for place, (kind, _) in enumerate(kinds) if kind != "word"), len(kinds))
    return (shape.host, *(kind if kind != "word" else word for kind, word in kinds[first:]))


def _guess_of(groups: Sequence[_Group], links: Sequence[PageLink]) -> ListGuess:
    """Return the declaration of a list that has articles of these groups."""
    pattern = _pattern_of(groups)
    found = [link for link in links if search_pattern(pattern.link, link.url) is not None]
    chosen = _titled(found)
    keys: dict[str, object] = {"link": pattern.link}
    if pattern.identity:
        keys["id"] = pattern.identity
    only = _only_titled(found, chosen, pattern.link)
    chosen = _kept(chosen, only)
    return ListGuess(
        {**keys, **only, **_day_keys(chosen)},
        tuple(chosen),
        told=f"{len(_addresses(chosen))} links have addresses of one shape and read as titles",
    )


def _pattern_of(groups: Sequence[_Group]) -> LinkPattern:
    if len(groups) == 1:
        return pattern_of(groups[0].shape, groups[0].pieces)
    patterns = [pattern_of(group.shape, group.pieces) for group in groups]
    best = patterns[0]
    host = best.link[: best.link.index("/", len("^https?://"))]
    tail = best.link[len(host) :]
    first = re.search(r"\\d|\(\?P<|\[0-9", tail)
    start = tail.rfind("/", 0, first.start() if first else len(tail))
    return LinkPattern(f"{host}/(?:[\\w.-]+/)*{tail[start + 1 :].lstrip('/')}", best.identity)


def _titled(links: Sequence[PageLink]) -> list[PageLink]:
    """Return the links without those of parts of the page whose links are names rather than titles."""
    by_place: dict[str, list[PageLink]] = defaultdict(list)
    for link in links:
        by_place[link.place].append(link)
    titled = {place for place, found in by_place.items() if _title_length(found) >= _TITLE}
    addresses = {link.url for link in links if link.place in titled}
    return [link for link in links if link.url in addresses]


def _only_titled(found: Sequence[PageLink], chosen: Sequence[PageLink], link: str) -> dict[str, object]:
    """Return what keeps links out that have addresses as articles have and stand elsewhere on the page.

    A list of a content management system has its own articles as ``./202603/…``, and others' as whole
    addresses: where that tells the main list from all else, the pattern is that of the raw ``href``.
    """
    inside = [one for one in chosen if one.href.startswith("./")]
    beside = _addresses(found) - _addresses(inside)
    if len(_addresses(inside)) < FEWEST or not 0 < len(beside) <= len(_addresses(inside)):
        return {}
    path = link.partition("//")[2].partition("/")[2] if "//" in link else link.removeprefix("/")
    raw = f"^\\./{path}"
    if not all(search_pattern(raw, one.href) for one in inside):
        raw = f"^\\./(?:[\\w.-]+/)*{path}"
    return {"link": raw, "link_on": "href"} if all(search_pattern(raw, one.href) for one in inside) else {}


def _kept(links: Sequence[PageLink], only: Mapping[str, object]) -> list[PageLink]:
    pattern = only.get("link")
    if not isinstance(pattern, str):
        return list(links)
    return [link for link in links if search_pattern(pattern, link.href) is not None]


def _day_keys(chosen: Sequence[PageLink]) -> dict[str, object]:
    """Return how the day beside each link is read, where nearly all have one in an item of their own."""
    dated = [link for link in chosen if link.day is not None]
    if len(dated) < _DATED * len(chosen) or not dated:
        return {}
    item = Counter(link.item for link in dated).most_common(1)[0][0]
    if item not in {"li", "tr", "dd", "dt"}:
        return {}
    pattern = r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
    if not all(re.fullmatch(pattern, link.day or "") for link in dated):
        return {}
    return {"item_date": {"css": item, "match": pattern}}


def site_of(url: str) -> str:
    """Return the part of a host that its channels share: its last labels, or all of an address of numbers."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if re.fullmatch(r"[\d.]+|.*:.*|localhost", host):
        return parts.netloc
    labels = ["", *host.split(".")]
    count = 3 if labels[-2] in {"com", "net", "org", "gov", "edu", "ac"} else 2
    return ".".join(labels[-count:])
