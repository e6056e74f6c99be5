"""How bytes come in: Scrapy's downloads, with a limit for headers and a reason for a refused certificate."""

from __future__ import annotations

from typing import Any

from OpenSSL.crypto import X509
from OpenSSL.SSL import VERIFY_FAIL_IF_NO_PEER_CERT, VERIFY_PEER, Connection
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, ServiceID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from spiders.middleware.places import PlaceLines
from spiders.middleware.resolver import refused
from storage.records import TryLater
from storage.records.host import host_of
from storage.records.private_hosts import name_of
from storage.records.saying import say

MOST_HEADERS = 1024 * 1024
"""Bytes of an answer's status line and headers together, beyond which it is refused."""

request_sent = object()
"""A signal as Scrapy has them: a request goes out now (`request_reached_downloader`: it waits for that)."""

SHORTEST_DELAY = 0.001
"""Seconds between two requests of one process where no delay is wanted: see `spiders.settings`."""

_EXPIRED, _NOT_YET, _REVOKED = 10, 9, 23  # X509_V_ERR_… of OpenSSL
_UNTRUSTED = {
    2,
    18,
    19,
    20,
    21,
    24,
    26,
    27,
    28,
}  # no issuer, self-signed, no chain, no authority, not trusted


class TooManyHeaders(TryLater):
    """The answer's headers are larger than `MOST_HEADERS`."""

    def __init__(self) -> None:
        super().__init__(say("cause.headers", most=MOST_HEADERS))


class PrivateAddress(TryLater):
    """The host's name leads to an address inside of a private network."""

    def __init__(self, address: str) -> None:
        super().__init__(say("cause.private", address=address))


class CertificateRefused(TryLater):
    """The host could not prove who it is; the message says why, as a clause about the host."""


class BoundedHandler(HTTP11DownloadHandler):
    """Scrapy's downloads over http and https, bounded by `MOST_HEADERS`, with `CertificateRefused`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory  # noqa: SLF001 - as Scrapy sets its own
        self._signals = crawler.signals
        self._contextFactory = _ReasoningPolicy(self._contextFactory)  # type: ignore[assignment]

    async def download_request(self, request: Request) -> Response:
        """Send a request when there is a place at its host, and `request_sent`."""
        lines: PlaceLines | None = getattr(self._crawler.spider, "places", None)
        if lines is None:
            return await self._send(request)
        async with lines.place(host_of(request.url), lines.rank_of(request), self._delay(request)):
            return await self._send(request)

    def _delay(self, request: Request) -> float:
        """Return the pause that AutoThrottle, or robots.txt, asks for at the request's host just now."""
        assert self._crawler.engine is not None
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        return slot.delay if slot is not None and slot.delay > SHORTEST_DELAY else 0.0

    async def _send(self, request: Request) -> Response:
        self._signals.send_catch_log(request_sent, request=request)
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            address = refused.by_name.get(name_of(request.url))
            if address is None:
                raise
            raise PrivateAddress(address) from error


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _address: Any) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def request(self, request: Any) -> Deferred[Any]:
        """Begin to count anew."""
        answer = super().request(request)
        self._head = 0
        assert self._parser is not None
        self._parser.MAX_LENGTH = MOST_HEADERS  # one line may be as long as all of them
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Read on, unless the headers still have no end where they should have had it."""
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None or self._parser.state not in (STATUS, HEADER):
            return
        self._head += len(data)
        if self._head > MOST_HEADERS:
            self.transport.abortConnection()  # type: ignore[union-attr]
            self._disconnectParser(_failure(TooManyHeaders()))  # type: ignore[no-untyped-call]


@implementer(IPolicyForHTTPS)
class _ReasoningPolicy:
    """Another policy's connections, which tell why they refuse a certificate."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy

    def creatorForNetloc(self, hostname: bytes, port: int) -> _ReasoningCreator:  # noqa: N802 - Twisted's name
        """Return what makes connections to a host."""
        return _ReasoningCreator(self._policy.creatorForNetloc(hostname, port), hostname.decode("ascii"))


@implementer(IOpenSSLClientConnectionCreator)
class _ReasoningCreator:
    def __init__(self, creator: Any, hostname: str) -> None:
        self._creator = creator
        self._hostname = hostname

    def clientConnectionForTLS(self, protocol: Any) -> Connection:  # noqa: N802 - Twisted's name
        """Return a connection whose certificate is checked; a refusal fails with `CertificateRefused`."""
        connection: Connection = self._creator.clientConnectionForTLS(protocol)
        wanted = _identity(self._hostname)

        def verify(_connection: Connection, certificate: X509, error: int, depth: int, trusted: int) -> bool:
            reason = _describe(error) if not trusted else _find_mismatch(certificate, depth, wanted)
            if reason is None:
                return True
            protocol.failVerification(_failure(CertificateRefused(reason)))
            return False

        connection.set_verify(VERIFY_PEER | VERIFY_FAIL_IF_NO_PEER_CERT, verify)
        return connection


def _failure(error: Exception) -> Failure:
    return Failure(error)


def _identity(hostname: str) -> ServiceID:
    is_address = isIPAddress(hostname) or isIPv6Address(hostname)
    return IPAddress_ID(hostname) if is_address else DNS_ID(hostname)


def _find_mismatch(certificate: X509, depth: int, wanted: ServiceID) -> str | None:
    """Return why the host's own certificate, at depth 0, is not that of the host that was asked."""
    if depth:
        return None
    try:
        verify_service_identity(extract_patterns(certificate), [wanted], [])
    except VerificationError:
        return say("cause.certificate_host")
    except CertificateError:
        return say("cause.certificate_nameless")
    return None


def _describe(error: int) -> str:
    if error == _EXPIRED:
        return say("cause.certificate_expired")
    if error == _NOT_YET:
        return say("cause.certificate_early")
    if error == _REVOKED:
        return say("cause.certificate_revoked")
    if error in _UNTRUSTED:
        return say("cause.certificate_untrusted")
    return say("cause.certificate_error", error=str(error))
