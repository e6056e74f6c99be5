"""The reader of the web, as targets: parameters of every page and of the API, and whole requests, spoilt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, unquote

import h11

from jianbao.web.middleware.raw_addresses import NOT_ASCII, encode_byte
from support.delivered_articles import DeliveredArticles
from support.fuzzing.trial import Seed, Target
from support.served_archive import fill_archive
from support.web_client import TestClient, open_reader

ASKED = (
    "/?lang=zh",
    "/search?q=市场 -广告&source={slug}&from=2026-01-01&to=2026-03-20&page=1",
    "/article/{code}?revision=1",
    "/article/{code}/original?revision=1",
    "/trend?q=市场&q=公司&by=day&split=source&from=2026-03-01&to=2026-03-20",
    "/day/2026-03-20?page=1",
    "/source/{slug}",
    "/source/{slug}/2026-03-20?page=1",
    "/sources",
    "/crawl/1",
    "/crawls?page=1",
    "/events?page=1",
    "/gaps",
    "/gone?page=1",
    "/about",
    "/feeds/search.atom?q=市场",
    "/feeds/source/{slug}.atom",
    "/feeds/all.atom",
    "/healthz",
    "/metrics",
    "/api/v1/articles?limit=10&from=2026-01-01&to=2026-03-20&media=日报&source={slug}&security=600519&author=张",
    "/api/v1/articles?duplicates=true&stories=true&state=archived&coverage=1",
    "/api/v1/articles/{code}?revision=1",
    "/api/v1/articles/{code}/revisions",
    "/api/v1/articles/{code}/checks",
    "/api/v1/articles/{code}/diff?revision=2",
    "/api/v1/articles/{code}/pictures",
    "/api/v1/search?q=市场&limit=5&order=newest&source={slug}&from=2026-01-01&coverage=1",
    "/api/v1/trends?q=市场&q=公司&by=month&split=false&from=2026-01-01&to=2026-03-20",
    "/api/v1/coverage?source={slug}&from=2026-03-01&to=2026-03-20",
    "/api/v1/sources",
    "/api/v1/sources/{slug}",
    "/api/v1/crawls?limit=2",
    "/api/v1/crawls/1",
    "/api/v1/events?limit=3&open=true",
    "/api/v1/sources/{slug}/issues?from=2026-03-01&to=2026-03-20",
    "/api/v1/openapi.json",
)
"""What is asked, with a slug and a code that are there: each is answered when nobody spoils it."""
_ODD = (
    "cursor=eyJhIjoxfQ",
    "limit=-1",
    "page=99999999999999999999",
    "from=9999-12-31",
    "q=" + "(" * 50,
    "lang=x",
)
_SERVER_ERROR = 500


class ReaderBroke(Exception):
    """The reader answered as it does where it is broken."""


@contextmanager
def open_pages() -> Iterator[list[Target]]:
    """Return the targets, as long as their archive is there."""
    with TemporaryDirectory() as folder:
        work = fill_archive(Path(folder))
        asked = list_asked(work)
        work.archive.close()
        with open_reader(Path(folder)) as client:
            addresses = [Seed(one.encode(), read=_asks(client, "")) for one in asked]
            parameters = [_parameters(client, *one.partition("?")[::2]) for one in asked if "?" in one]
            yield [
                Target("pages of the reader", addresses),
                Target("parameters of the reader", parameters),
                Target("requests to the reader", [Seed(_request(one)) for one in asked], _sends(client)),
            ]


def list_asked(work: DeliveredArticles) -> list[str]:
    """Return the addresses, with the slug of a newspaper and the code of an article that was revised."""
    article = next(one for one in work.offer.articles if "更正" in one.title)
    return [one.replace("{slug}", article.slug).replace("{code}", article.info_code) for one in ASKED]


def _parameters(client: TestClient, path: str, query: str) -> Seed:
    """Spoil what stands behind the question mark alone."""
    return Seed("&".join((query, *_ODD)).encode(), read=_asks(client, f"{path}?{query}&"))


_HEADERS = (
    "Host: 127.0.0.1:8765",
    "Accept: text/html,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language: zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br",
    'If-None-Match: W/"1", "2"',
    "If-Modified-Since: Fri, 20 Mar 2026 09:16:00 GMT",
    "Range: bytes=0-99",
    "Cookie: language=zh; a=b",
    "Origin: https://news.example.org",
    "X-Forwarded-Host: news.example.org",
    "Content-Length: 9",
)


def _request(target: str) -> bytes:
    """Return a whole request as it stands on the wire."""
    lines = [f"GET {quote(target, safe='/?&=+%:')} HTTP/1.1", *_HEADERS]
    return "\r\n".join(lines).encode() + b"\r\n\r\nq=x&a=b\r\n"


def _sends(client: TestClient):  # type: ignore[no-untyped-def]
    """Hand a request to the application as the server does: what is no HTTP never comes so far."""

    def send(body: bytes) -> None:
        line, newline, rest = body.partition(b"\n")
        connection = h11.Connection(h11.SERVER)
        try:
            connection.receive_data(NOT_ASCII.sub(encode_byte, line) + newline + rest)
            asked = connection.next_event()
        except h11.RemoteProtocolError:
            return
        if not isinstance(asked, h11.Request):
            return
        path, _, query = asked.target.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": asked.http_version.decode(),
            "method": asked.method.decode("ascii"),
            "scheme": "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in asked.headers],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8765),
        }
        assert client.portal is not None
        client.portal.call(_answer, client.app, scope, rest)

    return send


async def _answer(application: Any, scope: dict[str, Any], content: bytes) -> None:
    """Have a request answered; raise `ReaderBroke` for what is no answer, or that of a broken reader."""
    sent: list[dict[str, Any]] = []
    given = False

    async def receive() -> dict[str, Any]:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    statuses = [one["status"] for one in sent if one["type"] == "http.response.start"]
    if len(statuses) != 1 or statuses[0] >= _SERVER_ERROR:
        raise ReaderBroke(f"{statuses} for {scope['method']} {scope['raw_path'][:200]!r}")
    if not (scope["method"] in _READS or statuses[0] >= _REFUSED):
        raise ReaderBroke(f"{statuses} for {scope['method']}")
    for name, value in (pair for one in sent[:1] for pair in one["headers"]):
        if _SPLITS.search(name + value):
            raise ReaderBroke(f"a header that is two: {name + value!r}")


_READS, _REFUSED = ("GET", "HEAD", "OPTIONS"), 400
_SPLITS = re.compile(rb"[\r\n\x00]")


def _asks(client: TestClient, before: str):  # type: ignore[no-untyped-def]
    def ask(body: bytes) -> None:
        """Spoilt bytes stand in the address as they are, percent-encoded where HTTP has it so."""
        spoilt = quote(body[:3_000].lstrip(b"/"), safe="/?&=+%:#;,-_.~!*'()[]")
        address = f"{before}{spoilt}" if before else f"/{spoilt}"
        answer = client.get(address)
        if answer.status_code >= _SERVER_ERROR:
            raise ReaderBroke(f"{answer.status_code} for {address[:200]}")

    return ask
