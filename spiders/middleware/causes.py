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

from spiders.middleware.transport import CertificateRefused, TooManyHeaders
from spiders.middleware.unasked import Unasked

_CUT = "broke off in the middle of its answer"
_TLS_SAYS = (
    ("wrong version number", "does not speak TLS on this port"),
    ("http request", "does not speak TLS on this port"),
    ("protocol version", "speaks no version of TLS that is safe enough (1.2 or later)"),
    ("unsupported protocol", "speaks no version of TLS that is safe enough (1.2 or later)"),
    ("no protocols available", "speaks no version of TLS that is safe enough (1.2 or later)"),
    ("dh key too small", "has keys that are too weak"),
    ("key too small", "has keys that are too weak"),
    ("handshake failure", "found no cipher in common, or refused the TLS handshake"),
    ("certificate verify failed", "has a certificate that could not be verified"),
    ("unexpected eof", "broke off the TLS handshake"),
)
"""Words in the reasons of OpenSSL."""
_SCRAPY_SAYS = (
    ("robots.txt", "is forbidden by robots.txt"),
    ("max redirections", "redirects in circles"),
    ("DOWNLOAD_MAXSIZE", "sent more than http.max_size allows"),
)
"""Words in the messages of IgnoreRequest, which Scrapy raises for different reasons."""
UNREACHABLE = (
    scrapy_errors.DownloadTimeoutError,
    scrapy_errors.CannotResolveHostError,
    scrapy_errors.DownloadConnectionRefusedError,
    net_errors.ConnectError,
    CertificateRefused,
    SSL.Error,
)
"""Errors that tell about the host rather than the page."""


def name_cause(error: BaseException) -> str:
    """Return what went wrong, as a clause about the address that was asked."""
    chain = list(_unfold(error))
    for cause in chain:
        for kind, sentence in _SENTENCES if cause is error else (*_SENTENCES, *_OF_PARSING):
            if isinstance(cause, kind):
                return sentence if isinstance(sentence, str) else sentence(cause)
    return _name_vaguely(error, chain)


def is_of_host(error: BaseException | None) -> bool:
    """Return whether an error tells about the host rather than the page."""
    return error is not None and any(isinstance(cause, UNREACHABLE) for cause in _unfold(error))


def _name_vaguely(error: BaseException, chain: list[BaseException]) -> str:
    if any(isinstance(cause, ResponseNeverReceived) for cause in chain):
        lost = any(isinstance(cause, net_errors.ConnectionLost) for cause in chain)
        return "reset the connection (broke off without an answer)" if lost else "broke off without an answer"
    if any(isinstance(cause, ResponseFailed | scrapy_errors.ResponseDataLossError) for cause in chain):
        return _CUT
    text = str(error)
    if isinstance(error, ValueError):  # by Scrapy, of the address that a redirect names
        return f"led to something that is no address ({text})"
    found = next((sentence for words, sentence in _SCRAPY_SAYS if words in text), None)
    if found is None and isinstance(error, IgnoreRequest):
        return f"was not fetched: {text or type(error).__name__}"
    return found or f"failed: {type(error).__name__}: {text}"


def _name_tls(error: BaseException) -> str:
    reasons = error.args[0] if error.args else ()
    said = "; ".join(str(part[-1]) for part in reasons if part)
    found = next((sentence for words, sentence in _TLS_SAYS if words in said), None)
    return found or f"failed in the TLS handshake ({said or type(error).__name__})"


def _name_coding(error: BaseException) -> str:
    return f"sent its body in a Transfer-Encoding that is not known ({_readable(error.args[0])})"


def _name_connecting(error: BaseException) -> str:
    return f"cannot be reached ({_readable(error)})"


_SENTENCES: tuple[tuple[type[BaseException], str | Callable[[BaseException], str]], ...] = (
    (Unasked, str),
    (CertificateRefused, str),
    (TooManyHeaders, str),
    (SSL.Error, _name_tls),
    (scrapy_errors.DownloadTimeoutError, "did not answer in time"),
    (scrapy_errors.CannotResolveHostError, "has a host name that cannot be resolved"),
    (scrapy_errors.DownloadConnectionRefusedError, "refused the connection"),
    (TunnelError, "could not be reached through the proxy"),
    (BadResponseVersion, "answered with something that is not HTTP/1"),
    (ParseError, "answered with something that is not HTTP"),
    (_MalformedChunkedDataError, "sent a body in broken chunks"),
    (net_errors.NoRouteError, "cannot be reached: there is no route to its host"),
    (net_errors.TCPTimedOutError, "did not answer in time"),
    (net_errors.ConnectError, _name_connecting),
    (scrapy_errors.DownloadCancelledError, "sent more than http.max_size allows"),
)
_OF_PARSING: tuple[tuple[type[BaseException], str | Callable[[BaseException], str]], ...] = (
    (_DataLoss, _CUT),
    (ValueError, "announced lengths of its body that differ, or are none"),
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
