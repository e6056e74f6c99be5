"""What was crawled is hostile: text that steers nothing, links only to the web, HTML without effects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import nh3

from jianbao.web.text.origins import is_public_host
from jianbao.web.text.shallow_html import make_shallow

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
_ENDLESS = re.compile(
    "[^\\s<>\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]{200}"
)
_TAGS = nh3.ALLOWED_TAGS - {"area", "img", "map"}
_CELLS = {"colspan", "rowspan"}
_ATTRIBUTES = {"a": {"href", "title"}, "td": _CELLS, "th": _CELLS}
_MOST_HOSTS = 20


def clean_text(text: str | None) -> str:
    """Return text without control characters and without those that turn the direction of writing."""
    return _STEERING.sub("", text) if text else ""


def is_endless(text: str) -> bool:
    """Return whether there is a word of 200 characters, of which no language has any.

    Where a line may break within a word only if it must, a browser takes minutes for 100,000 characters.
    """
    return _ENDLESS.search(text) is not None


def web_link(url: str | None) -> str | None:
    """Return an address that may be a link: one of http or https with a host; None for any other."""
    if not url or _STEERING.search(url):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme.lower() in ("http", "https") and parts.hostname else None


def picture_link(url: str | None) -> str | None:
    """Return a picture's address if a browser may be let load it: from a host of the public web."""
    return web_link(url) if url and _origin(url) else None


def sanitise_html(html: str) -> str:
    """Return HTML with nothing left that acts or loads: no images, styles or scripts."""
    return nh3.clean(
        make_shallow(clean_text(html)),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    )


def picture_origins(urls: Iterable[str]) -> list[str]:
    """Return the origins of pictures as a Content-Security-Policy names them, each once, no odd ones."""
    origins: dict[str, None] = {}
    for url in urls:
        origin = _origin(url)
        if origin is not None and len(origins) < _MOST_HOSTS:
            origins[origin] = None
    return list(origins)


def _origin(url: str) -> str | None:
    if web_link(url) is None:
        return None
    parts = urlsplit(url.strip())
    try:
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if not is_public_host(host):
        return None
    return f"{parts.scheme.lower()}://{host}{f':{port}' if port else ''}"
