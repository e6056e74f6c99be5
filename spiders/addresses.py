"""Where an article may be found: its addresses, in the order in which they are tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote, urlsplit

from storage.records import Form, Owed, info_code_day

_DATED_PATH = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/[^/]+$")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def article_addresses(
    owed: Owed, endpoint: str | None, allowed: frozenset[str], page: str | None = None
) -> tuple[str, ...]:
    """Return an article's addresses on allowed hosts: listed, after its move, elsewhere, the JSON endpoint.

    The page by its code is one of them when nothing listed it. ``page`` is as for `page_address`.

    The site moves a post after three days from its dated URL to ``/old_post/DATE-CODE.html``, where DATE is
    the day in UTC+8 (docs/upstream.md#three-days): the day of the dated URL, or else that of the info code,
    since posts without a zone have the next day's URL. ``endpoint`` holds ``{code}``.
    """
    found = dict.fromkeys(_candidates(owed, endpoint))
    if page is not None and not owed.title:
        found[page_address(page, owed.info_code)] = None
    return tuple(url for url in found if is_allowed(url, allowed))


def barred_addresses(owed: Owed, endpoint: str | None, allowed: frozenset[str]) -> tuple[str, ...]:
    """Return an article's other addresses: those on hosts that are not allowed."""
    found = dict.fromkeys(_candidates(owed, endpoint))
    return tuple(url for url in found if not is_allowed(url, allowed))


def is_allowed(url: str, allowed: frozenset[str]) -> bool:
    """Return whether a URL's host is among these: ``host``, ``host:port``, or ``host:*`` for any port."""
    host = host_of(url)
    return host in allowed or f"{_name_of(url)}:*" in allowed


def endpoint_address(endpoint: str, info_code: str) -> str:
    """Return the address of one article at the JSON endpoint."""
    return endpoint.replace("{code}", quote(info_code))


def page_address(page: str, info_code: str) -> str:
    """Return the address of the page that is found by an article's code: ``{digits}`` are its 18 digits."""
    return page.replace("{digits}", info_code[-18:]).replace("{code}", quote(info_code))


def is_dated(url: str) -> bool:
    """Return whether an address names the day of its article."""
    return _DATED_PATH.search(urlsplit(url).path) is not None


def host_of(url: str) -> str:
    """Return ``host`` or ``host:port`` of a URL, as DNS writes it, without the scheme's default port."""
    parts = urlsplit(url)
    host, port = _name_of(url), parts.port
    return host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"


def _name_of(url: str) -> str:
    """Return a URL's host in lower case; an international name in the letters of DNS, as it is asked for."""
    host = (urlsplit(url).hostname or "").lower()
    if ":" in host:
        return f"[{host}]"
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _candidates(owed: Owed, endpoint: str | None) -> Iterator[str]:
    if owed.url.startswith(("http://", "https://")):
        yield owed.url
        yield from _moved_addresses(owed)
    yield from owed.elsewhere
    if endpoint is not None:
        yield endpoint_address(endpoint, owed.info_code)


def _moved_addresses(owed: Owed) -> Iterator[str]:
    parts = urlsplit(owed.url)
    dated = _DATED_PATH.search(parts.path)
    if dated is None or endpoint_like(owed.url):
        return
    days = [_day(*dated.groups()), info_code_day(owed.info_code)]
    for day in days:
        if day is not None:
            name = _file_code(owed.info_code, owed.form)
            yield f"{parts.scheme}://{parts.netloc}/old_post/{day.isoformat()}-{name}.html"


def endpoint_like(url: str) -> bool:
    """Return whether an address asks with a query, as the JSON endpoint does, rather than naming a page."""
    return bool(urlsplit(url).query)


def _file_code(info_code: str, form: Form) -> str:
    return info_code if form == "media" else info_code[-18:]


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
