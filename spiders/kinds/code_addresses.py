"""Where an article may be found by its info code and listed address: on the Jekyll site, at East Money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from spiders.families.dated_address import day_of
from storage.records import MEDIA, Form, Owed, info_code_day

_DATED_PATH = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/[^/]+$")


def article_addresses(owed: Owed, endpoint: str | None = None, page: str | None = None) -> tuple[str, ...]:
    """Return an article's addresses: listed, after its move, elsewhere, the JSON endpoint, its page by code.

    That page is one of them when nothing listed it. ``endpoint`` holds ``{code}``; ``page`` is as for
    `page_address`.

    The site moves a post after three days from its dated URL to ``/old_post/DATE-CODE.html``, where DATE is
    the day in UTC+8 (docs/upstream.md#three-days): the day of the dated URL, or else that of the info code,
    since posts without a zone have the next day's URL.
    """
    found = dict.fromkeys(_candidates(owed, endpoint))
    if page is not None and not owed.title:
        found[page_address(page, owed.info_code)] = None
    return tuple(found)


def endpoint_address(endpoint: str, info_code: str) -> str:
    """Return the address of one article at the JSON endpoint."""
    return endpoint.replace("{code}", quote(info_code))


def page_address(page: str, info_code: str) -> str:
    """Return the address of the page that is found by an article's code: ``{digits}`` are its 18 digits."""
    return page.replace("{digits}", info_code[-18:]).replace("{code}", quote(info_code))


def is_dated(url: str) -> bool:
    """Return whether an address names the day of its article."""
    return _DATED_PATH.search(urlsplit(url).path) is not None


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
    if dated is None or has_query(owed.url):
        return
    days = [day_of(*dated.groups()), info_code_day(owed.info_code)]
    for day in days:
        if day is not None:
            name = _file_code(owed.info_code, owed.form)
            yield f"{parts.scheme}://{parts.netloc}/old_post/{day.isoformat()}-{name}.html"


def has_query(url: str) -> bool:
    """Return whether an address asks with a query, as the JSON endpoint does, rather than naming a page."""
    return bool(urlsplit(url).query)


def _file_code(info_code: str, form: Form) -> str:
    return info_code if form == MEDIA else info_code[-18:]
