"""Films, sounds and frames in an article: where they are, and what a page says in place of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag

from pipelines.normalise.pictures import web_address
from pipelines.normalise.securities import attribute
from storage.records import PlayerKind

PLAYERS: dict[str, PlayerKind] = {
    "video": "video",
    "amp-video": "video",
    "audio": "audio",
    "amp-audio": "audio",
    "bgsound": "audio",
    "iframe": "frame",
    "amp-iframe": "frame",
    "frame": "frame",
    "embed": "object",
    "object": "object",
}
"""Elements that play something; what stands inside them is for browsers that cannot."""

CHILDLESS = frozenset({"embed", "bgsound", "frame"})
"""Those of them that have nothing inside: what a parser puts there stands behind them."""

_ADDRESSES = ("src", "data-src", "data-lazy-src", "_src", "data-original", "data-url", "data")
_POSTERS = ("poster", "data-poster")
_MOVIES = frozenset({"movie", "src", "filename", "url"})
_PARTS = frozenset({"source", "embed", "param"})
_MOST_PARTS = 50
"""Elements inside a player that are looked at: objects inside one another cost no more than their number."""
_DOT = re.compile(r"\s*[01](?:px)?\s*", re.IGNORECASE)
_MINUTES = r"[0-9]{1,2}(?::[0-9]{2}){1,2}"
_LINES = re.compile(
    r"(?:视频|音频|直播|播放器|图片|内容)?\s*(?:正在|努力)?(?:加载|载入|缓冲)(?:中|失败)?\s*[.。…·，,]*\s*(?:请稍[候后等])?[.。…!！]*"
    r"|[^，。]{0,12}浏览器[^。]{0,8}不支持[^。]{0,30}(?:视频|音频|播放|video|audio|iframe|HTML5|标签|框架)[^。]{0,20}[。！!]?"
    r"|Your browser does(?: not|n['’]t) support [^.]{0,40}(?:video|audio|frame|HTML5)[^.]{0,40}\.?"
    r"|[^。]{0,12}(?:安装|升级|更新|启用|下载)[^。]{0,16}Flash[^。]{0,30}[。！!]?"
    r"|(?:点击|立即|继续|重新)?播放(?:视频|音频)?|视频播放器|Play Video|Video Player is loading\.?"
    rf"|{_MINUTES}\s*/\s*{_MINUTES}",
    re.IGNORECASE,
)
_LONGEST_LINE = 80
_SIGNS = re.compile("加载|载入|缓冲|浏览器|browser|Flash|播放|Video|/ ?[0-9]", re.IGNORECASE)


def read_player(tag: Tag, base: str) -> tuple[PlayerKind, str, str | None] | None:
    """Return what an element plays: its kind, address and still picture; None when it has no web address.

    A frame of no size is nobody's film.
    """
    if all(_DOT.fullmatch(attribute(tag, side)) for side in ("width", "height")):
        return None
    url = _first_address(_named(tag), base)
    if url is None:
        return None
    poster = _first_address((attribute(tag, name) for name in _POSTERS), base)
    return PLAYERS[tag.name], url, poster


def is_player_text(text: str) -> bool:
    """Tell whether a line is only what a player prints: that it loads, cannot play, or how long it takes."""
    return len(text) <= _LONGEST_LINE and bool(_SIGNS.search(text)) and bool(_LINES.fullmatch(text))


def _first_address(named: Iterable[str], base: str) -> str | None:
    addresses = (web_address(address, base) for address in named)
    return next((address for address in addresses if address), None)


def _named(tag: Tag) -> Iterator[str]:
    yield from (attribute(tag, name) for name in _ADDRESSES if name in tag.attrs)
    if tag.name in CHILDLESS:
        return
    for part in _first_parts(tag):
        if part.name != "param":
            yield from (attribute(part, name) for name in _ADDRESSES if name in part.attrs)
        elif attribute(part, "name").lower() in _MOVIES:
            yield attribute(part, "value")


def _first_parts(tag: Tag) -> Iterator[Tag]:
    """Yield what plays and what parametrises it among the first elements inside one."""
    stack = [tag]
    for _ in range(_MOST_PARTS):
        if not stack:
            return
        part = stack.pop()
        if part is not tag and part.name in _PARTS:
            yield part
        inside = [child for child in part.contents[:_MOST_PARTS] if isinstance(child, Tag)]
        stack.extend(reversed(inside))
