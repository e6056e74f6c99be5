"""What went wrong with a request, said in a sentence, and named by what to do next."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy import exceptions as scrapy_errors
from scrapy.exceptions import IgnoreRequest
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from spiders.allowed_hosts import OffHost
from spiders.retry_after import HostRests
from spiders.robots import RobotsUnavailable
from storage.records import TryLater

_SENTENCES: tuple[tuple[type[BaseException], str], ...] = (
    (scrapy_errors.DownloadTimeoutError, "did not answer in time"),
    (scrapy_errors.CannotResolveHostError, "has a host name that cannot be resolved"),
    (scrapy_errors.DownloadConnectionRefusedError, "refused the connection"),
    (scrapy_errors.ResponseDataLossError, "broke off in the middle of its answer"),
    (scrapy_errors.DownloadCancelledError, "sent more than http.max_size allows"),
    (ResponseFailed, "broke off in the middle of its answer"),
    (scrapy_errors.DownloadFailedError, "broke off the connection"),
)
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
)
"""Errors that tell about the host rather than the page."""


class Elsewhere(Exception):
    """The address led off the allowed hosts: the page is not there any more, try the next address."""


def explain_failure(failure: Failure, url: str) -> TryLater | Elsewhere:
    """Return what a failed request means for its article: try later, or look at another address."""
    error = failure.value
    if isinstance(error, OffHost):
        return Elsewhere(f"{url} {error}")
    if isinstance(error, HostRests):
        return TryLater(str(error), after=max((error.until - datetime.now(UTC)).total_seconds(), 0.0))
    return TryLater(f"{url} {_sentence(error)}")


def is_unreachable(failure: Failure) -> bool:
    """Return whether the host itself is out of reach, or asked for rest: other pages will fare no better."""
    return isinstance(failure.value, (*UNREACHABLE, HostRests, RobotsUnavailable))


def tells_of_whole_host(failure: Failure) -> bool:
    """Return whether one failure is enough to know that the host has nothing for us now.

    A timeout is not: it may be the one page that hangs.
    """
    return is_unreachable(failure) and not isinstance(failure.value, scrapy_errors.DownloadTimeoutError)


def _sentence(error: BaseException | None) -> str:
    text = str(error)
    if isinstance(error, RobotsUnavailable):
        return text
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence
    for words, sentence in _SCRAPY_SAYS:
        if words in text:
            return sentence
    if isinstance(error, IgnoreRequest):
        return f"was not fetched: {text or type(error).__name__}"
    return f"failed: {type(error).__name__}: {text}"
