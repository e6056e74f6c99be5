"""The reader of the web, as a target: addresses and parameters of every page and of the API, spoilt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from support.fuzzing.trial import Seed, Target
from support.served_archive import fill_archive
from support.web_client import TestClient, open_reader

_ASKED = (
    "/search?q=春茶 -广告&source=shangraoribao&from=2026-01-01&to=2026-03-20&page=2",
    "/article/NW202603202900000000",
    "/api/articles?limit=10&from=2026-01-01&cursor=abc&media=上饶日报",
    "/api/search?q=春茶&limit=5&offset=3",
    "/api/trends?q=春茶&by=month",
    "/api/articles/NW202603202900000000",
    "/trend?q=春茶&q=夏茶&by=day",
    "/day/2026-03-20",
    "/source/shangraoribao/2026-03-20",
    "/issue/jxrb/2026-03-20/01",
    "/crawl/1",
    "/events?page=1",
    "/api/events?limit=3",
    "/picture/sha1:ABCDEF",
    "/feeds/search.atom?q=春茶",
    "/feeds/source/shangraoribao.atom",
    "/article/NW202603202900000000/original?revision=1",
    "/api/crawls?limit=2&cursor=0",
    "/gone?page=2",
    "/covered",
)
_SERVER_ERROR = 500


class ReaderBroke(Exception):
    """The reader answered as it does where it is broken."""


@contextmanager
def open_pages() -> Iterator[Target]:
    """Return the target, as long as its archive is there."""
    with TemporaryDirectory() as folder:
        fill_archive(Path(folder))
        with open_reader(Path(folder)) as client:
            yield Target("pages of the reader", [Seed(one.encode()) for one in _ASKED], _asks(client))


def _asks(client: TestClient):  # type: ignore[no-untyped-def]
    def ask(body: bytes) -> None:
        """Spoilt bytes stand in the address as they are, percent-encoded where HTTP has it so."""
        address = "/" + quote(body[:3_000].lstrip(b"/"), safe="/?&=+%:#;,-_.~!*'()[]")
        answer = client.get(address)
        if answer.status_code >= _SERVER_ERROR:
            raise ReaderBroke(f"{answer.status_code} for {address[:200]}")

    return ask
