"""Pictures and facsimiles, after the articles: asked of hosts that may be asked, judged by their bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.middleware.content_decoding import undecodable
from spiders.middleware.exchange_keeper import kept_exchange
from spiders.middleware.silent_hosts import HostSilent
from spiders.middleware.trouble import Elsewhere, explain_failure, is_unreachable
from spiders.middleware.wholeness import is_whole
from spiders.turns import Turns
from storage.records import PictureDelivery, PictureFacts, PictureOwed, SetAside, TryLater
from storage.records.host import host_of, is_allowed
from storage.records.picture import read_pdf, read_picture
from storage.records.remedy import saying_of
from storage.records.saying import say

if TYPE_CHECKING:
    from tldextract import TLDExtract

_ACCEPT = {
    "picture": "image/webp,image/*,*/*;q=0.8",
    "image": "image/*,*/*;q=0.8",
    "pdf": "application/pdf,*/*",
}
_TOO_LARGE = "DOWNLOAD_MAXSIZE"  # in the message of what a decoded body that is too large raises


class PictureHosts:
    """Which hosts may be asked for pictures: the sources' own, and those of the same registrable domains.

    A host of the same registrable domain (the one below a public suffix, ``example.com.cn``) is asked on its
    usual port, and where it is on the public network. A picture of any other host is not asked for: a source
    whose pictures lie on one names it in its ``hosts``.
    """

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self.related: set[str] = set()
        """The hosts that are none of the sources' own, and may be asked for a picture of this crawl."""

    def may_ask(self, url: str) -> bool:
        """Return whether a picture may be asked for at this address, and note its host where that is related.

        Raises ValueError for what is no address.
        """
        if is_allowed(url, self._allowed):
            return True
        host = host_of(url)
        if ":" in host or self._domain_of(host) not in self._domains:
            return False
        self.related.add(host)
        return True

    @cached_property
    def _domains(self) -> frozenset[str]:
        names = (host.partition(":")[0] for host in self._allowed)
        return frozenset(filter(None, map(self._domain_of, names)))

    def _domain_of(self, host: str) -> str:
        """Return the registrable domain of a host's name, empty for one that has none (an address)."""
        return self._extract(host).top_domain_under_public_suffix

    @cached_property
    def _extract(self) -> TLDExtract:
        """The list of public suffixes that comes with the library: nothing is fetched, nothing written."""
        from tldextract import TLDExtract  # noqa: PLC0415 - most crawls never ask

        return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


class PictureFetches:
    """The pictures of one crawl on their way: lined up before their hosts, and delivered one by one."""

    def __init__(self, turns: Turns[Any], hosts: PictureHosts, silent: Counter[str], largest: int) -> None:
        """``silent`` counts the failures to reach each host in a row; ``largest`` is in bytes."""
        self._turns = turns
        self._hosts = hosts
        self._silent = silent
        self._largest = largest

    def line_up(self, pictures: Iterable[PictureOwed]) -> Iterator[PictureDelivery]:
        """Put pictures in line at their hosts; yield those that are not to be asked for."""
        for owed in pictures:
            try:
                request = self._request(owed) if _is_web(owed.url) and self._hosts.may_ask(owed.url) else None
            except ValueError:
                yield PictureDelivery(owed, trouble=SetAside(say("fetch.no_address", url=owed.url)))
                continue
            if request is None:
                told = say("fetch.other_host", url=owed.url)
                yield PictureDelivery(owed, trouble=SetAside(told))
            else:
                self._turns.join(host_of(owed.url), request)

    def parse(self, response: Response) -> Iterator[PictureDelivery]:
        """Deliver what came, or why it is not kept."""
        assert response.request is not None
        owed: PictureOwed = response.request.meta["picture"]
        host = host_of(owed.url)
        try:
            self._silent[host] = 0
            yield _judge(response, owed)
        finally:
            self._turns.leave(host, answered=True)

    def failed(self, failure: Failure) -> Iterator[PictureDelivery]:
        """Deliver why nothing came; a picture of a host that is left alone stays owed as it is."""
        owed: PictureOwed = failure.request.meta["picture"]  # type: ignore[attr-defined]
        host, is_left = host_of(owed.url), isinstance(failure.value, HostSilent)
        try:
            if not is_left:
                self._silent[host] += is_unreachable(failure)
                yield PictureDelivery(owed, trouble=self._explain(failure, owed))
        finally:
            self._turns.leave(host, answered=not is_left and not is_unreachable(failure))

    def _request(self, owed: PictureOwed) -> Request:
        headers = {"Accept": _ACCEPT[owed.kind]}
        if owed.shown_on is not None and host_of(owed.shown_on) == host_of(owed.url):
            headers["Referer"] = owed.shown_on  # as a browser does; some sites show nothing without
        return Request(
            owed.url,
            callback=self.parse,
            errback=self.failed,
            headers=headers,
            meta={
                "picture": owed,
                "download_slot": host_of(owed.url),
                "download_maxsize": self._largest,
            },
            dont_filter=True,
            priority=-10,
        )

    def _explain(self, failure: Failure, owed: PictureOwed) -> SetAside | TryLater:
        if isinstance(failure.value, DownloadCancelledError) or _TOO_LARGE in str(failure.value):
            return SetAside(say("picture.too_large", url=owed.url, largest=self._largest))
        trouble = explain_failure(failure, owed.url)
        return TryLater(saying_of(trouble)) if isinstance(trouble, Elsewhere) else trouble


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _judge(response: Response, owed: PictureOwed) -> PictureDelivery:
    exchange = kept_exchange(response.request)
    if exchange is None or not is_whole(response):
        return PictureDelivery(
            owed, trouble=TryLater(say("fetch.answered", url=owed.url, status=response.status))
        )
    if (damage := undecodable(response)) is not None:
        told = say("fetch.undecodable", url=owed.url, damage=damage)
        return PictureDelivery(owed, trouble=TryLater(told))
    try:
        facts = _read(response.body, owed)
    except (SetAside, TryLater) as refused:
        return PictureDelivery(
            owed, trouble=type(refused)(say("said.of", subject=owed.url, what=saying_of(refused)))
        )
    return PictureDelivery(owed, exchange, facts, len(response.body))


def _read(body: bytes, owed: PictureOwed) -> PictureFacts:
    return read_pdf(body) if owed.kind == "pdf" else read_picture(body)
