"""Why a request brought no answer: each cause has a sentence of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from OpenSSL import SSL
from scrapy import exceptions as scrapy_errors
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import IgnoreRequest
from twisted.internet import error as net_errors
from twisted.python.failure import Failure
from twisted.web._newclient import (
    BadResponseVersion,
    ParseError,
    ResponseFailed,
    ResponseNeverReceived,
    _WrapperException,
)
from twisted.web.http import _DataLoss, _MalformedChunkedDataError

from spiders.middleware.transport import CertificateRefused, PrivateAddress, TooManyHeaders
from spiders.middleware.unasked import Unasked
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say

_CUT = say("cause.cut")
_TLS_SAYS = (
    ("wrong version number", say("cause.no_tls")),
    ("http request", say("cause.no_tls")),
    ("protocol version", say("cause.old_tls")),
    ("unsupported protocol", say("cause.old_tls")),
    ("no protocols available", say("cause.old_tls")),
    ("dh key too small", say("cause.weak_keys")),
    ("key too small", say("cause.weak_keys")),
    ("handshake failure", say("cause.no_cipher")),
    ("certificate verify failed", say("cause.certificate")),
    ("unexpected eof", say("cause.tls_broken_off")),
)
"""Words in the reasons of OpenSSL."""
_SCRAPY_SAYS = (
    ("robots.txt", say("cause.robots")),
    ("max redirections", say("cause.circles")),
    ("DOWNLOAD_MAXSIZE", say("cause.too_large")),
)
"""Words in the messages of IgnoreRequest, which Scrapy raises for different reasons."""
UNREACHABLE = (
    scrapy_errors.DownloadTimeoutError,
    scrapy_errors.CannotResolveHostError,
    scrapy_errors.DownloadConnectionRefusedError,
    net_errors.ConnectError,
    CertificateRefused,
    PrivateAddress,
    SSL.Error,
)
"""Errors that tell about the host rather than the page."""


def name_cause(error: BaseException) -> Saying:
    """Return what went wrong, as a clause about the address that was asked."""
    chain = list(_unfold(error))
    for cause in chain:
        for kind, sentence in _SENTENCES if cause is error else (*_SENTENCES, *_OF_PARSING):
            if isinstance(cause, kind):
                return sentence if isinstance(sentence, Saying) else sentence(cause)
    return _name_vaguely(error, chain)


def is_of_host(error: BaseException | None) -> bool:
    """Return whether an error tells about the host rather than the page."""
    return error is not None and any(isinstance(cause, UNREACHABLE) for cause in _unfold(error))


def _name_vaguely(error: BaseException, chain: list[BaseException]) -> Saying:
    if any(isinstance(cause, ResponseNeverReceived) for cause in chain):
        lost = any(isinstance(cause, net_errors.ConnectionLost) for cause in chain)
        return say("cause.reset") if lost else say("cause.no_answer")
    if any(isinstance(cause, ResponseFailed | scrapy_errors.ResponseDataLossError) for cause in chain):
        return _CUT
    text = str(error)
    if isinstance(error, ValueError):  # by Scrapy, of the address that a redirect names
        return say("cause.no_address", text=text)
    found = next((sentence for words, sentence in _SCRAPY_SAYS if words in text), None)
    if found is None and isinstance(error, IgnoreRequest):
        return say("cause.not_fetched", why=text or type(error).__name__)
    return found or say("cause.failed", type=type(error).__name__, text=text)


def _name_tls(error: BaseException) -> Saying:
    reasons = error.args[0] if error.args else ()
    said = "; ".join(str(part[-1]) for part in reasons if part)
    found = next((sentence for words, sentence in _TLS_SAYS if words in said), None)
    return found or say("cause.tls_failed", said=said or type(error).__name__)


def _name_coding(error: BaseException) -> Saying:
    return say("cause.coding", coding=_readable(error.args[0]))


def _name_connecting(error: BaseException) -> Saying:
    return say("cause.unreachable", error=_readable(error))


_SENTENCES: tuple[tuple[type[BaseException], Saying | Callable[[BaseException], Saying]], ...] = (
    (Unasked, saying_of),
    (CertificateRefused, saying_of),
    (PrivateAddress, saying_of),
    (TooManyHeaders, saying_of),
    (SSL.Error, _name_tls),
    (scrapy_errors.DownloadTimeoutError, say("cause.timeout")),
    (scrapy_errors.CannotResolveHostError, say("cause.unresolved")),
    (scrapy_errors.DownloadConnectionRefusedError, say("cause.refused")),
    (TunnelError, say("cause.proxy")),
    (BadResponseVersion, say("cause.not_http1")),
    (ParseError, say("cause.not_http")),
    (_MalformedChunkedDataError, say("cause.chunks")),
    (net_errors.NoRouteError, say("cause.no_route")),
    (net_errors.TCPTimedOutError, say("cause.timeout")),
    (net_errors.ConnectError, _name_connecting),
    (scrapy_errors.DownloadCancelledError, say("cause.too_large")),
)
_OF_PARSING: tuple[tuple[type[BaseException], Saying | Callable[[BaseException], Saying]], ...] = (
    (_DataLoss, _CUT),
    (ValueError, say("cause.lengths")),
    (KeyError, _name_coding),
)
"""What Twisted's parser raises inside of its other errors."""


def _unfold(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and all that Scrapy and Twisted wrapped into it, the outer ones first."""
    yield error
    reasons = error.reasons if isinstance(error, _WrapperException) else ()
    for reason in reasons:
        if isinstance(reason, Failure) and reason.value is not None:
            yield from _unfold(reason.value)
    if error.__cause__ is not None:
        yield from _unfold(error.__cause__)


def _readable(value: object) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return "".join(character for character in text if character.isprintable())[:100]
