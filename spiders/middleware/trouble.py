"""What went wrong with a request, said in a sentence, and named by what to do next."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy import exceptions as scrapy_errors
from twisted.python.failure import Failure

from spiders.middleware.allowed_hosts import OffHost
from spiders.middleware.causes import is_of_host, name_cause
from spiders.middleware.retry_after import HostRests
from spiders.middleware.robots import RobotsUnavailable
from storage.records import Missing, TryLater, saying_of
from storage.records.saying import say


class Elsewhere(Missing):
    """The address led off the allowed hosts: the page is not there any more, try the next address."""


def explain_failure(failure: Failure, url: str) -> TryLater | Elsewhere:
    """Return what a failed request means for its article: try later, or look at another address."""
    error = failure.value
    if isinstance(error, OffHost):
        return Elsewhere(say("said.of", subject=url, what=saying_of(error)))
    if isinstance(error, HostRests):
        return TryLater(saying_of(error), after=max((error.until - datetime.now(UTC)).total_seconds(), 0.0))
    if isinstance(error, RobotsUnavailable):
        return TryLater(say("said.of", subject=url, what=saying_of(error)))
    assert error is not None  # a failure is always of an error
    return TryLater(say("said.of", subject=url, what=name_cause(error)))


def is_unreachable(failure: Failure) -> bool:
    """Return whether the host itself is out of reach, or asked for rest: other pages will fare no better."""
    return isinstance(failure.value, HostRests | RobotsUnavailable) or is_of_host(failure.value)


def is_of_whole_host(failure: Failure) -> bool:
    """Return whether one failure is enough to know that the host has nothing for us now.

    A timeout is not: it may be the one page that hangs.
    """
    return is_unreachable(failure) and not isinstance(failure.value, scrapy_errors.DownloadTimeoutError)
