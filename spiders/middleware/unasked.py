"""Answers to questions that nobody asked: they are asked again past every cache, and then not believed."""

from __future__ import annotations

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spiders.middleware.wholeness import is_whole
from storage.records.saying import say

_NOT_MODIFIED, _PARTIAL = 304, 206
_CONDITIONAL = (_NOT_MODIFIED, 412)
_OF_RANGES = (_PARTIAL, 416)
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_PAST_CACHES = {"Cache-Control": "no-cache", "Pragma": "no-cache"}
_META_KEY = "past_caches"


class Unasked(IgnoreRequest):
    """The answer belongs to another question, also when asked again; the message is a clause about it."""


class UnaskedAnswersMiddleware:
    """Asks again, without conditions and past caches, when an answer does not fit its request.

    304 or 412 fit a request with a condition, and a 304 only the version that was asked about; a part of a
    page fits none of ours. The second answer of that kind raises `Unasked`.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the answer, or the request once more."""
        reason = _misfit(request, response)
        if reason is None:
            return response
        if request.meta.get(_META_KEY):
            raise Unasked(reason)
        again = request.replace(dont_filter=True)
        for name in _CONDITIONS:
            again.headers.pop(name, None)
        again.headers.update(_PAST_CACHES)
        again.meta[_META_KEY] = True
        return again


def _misfit(request: Request, response: Response) -> str | None:
    """Return why an answer does not fit its request, None when it does."""
    if response.status in _CONDITIONAL:
        if not any(request.headers.get(name) for name in _CONDITIONS):
            return say("cause.unasked_change", status=response.status)
        if _is_of_another_version(request, response):
            return say("cause.other_version", status=response.status)
    if response.status in _OF_RANGES and not is_whole(response):
        return say("cause.part_of_page", status=response.status)
    return None


def _is_of_another_version(request: Request, response: Response) -> bool:
    asked, told = request.headers.get("If-None-Match"), response.headers.get("ETag")
    return bool(asked and told) and _bare(asked) != _bare(told)


def _bare(tag: bytes | None) -> bytes:
    """Return an entity tag as weak comparison sees it (RFC 9110, 8.8.3.2)."""
    return (tag or b"").strip().removeprefix(b"W/")
