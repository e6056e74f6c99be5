"""Answers: what the demo site says to one request, and what that becomes under the request's conditions."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """One page as the site gives it; ``etag`` is quoted, ``modified`` whole seconds, both may be missing.

    ``encoding`` is that of the body, whatever the header declares; None where the body is no text.
    """

    body: bytes
    content_type: str = HTML
    status: int = 200
    etag: str | None = None
    modified: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    encoding: str | None = "utf-8"

    @cached_property
    def gzipped(self) -> bytes:
        """The body compressed, the same bytes every time."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)

    @cached_property
    def modified_text(self) -> str | None:
        """``Last-Modified`` as HTTP writes it."""
        return format_datetime(self.modified.astimezone(UTC), usegmt=True) if self.modified else None

    def is_held_by(self, conditions: Mapping[str, str]) -> bool:
        """Tell whether a conditional request already holds this version, so that 304 is the answer.

        ``If-None-Match`` decides alone when it is there (RFC 9110, section 13.2.2).
        """
        if self.status != HTTPStatus.OK:
            return False
        if (tags := conditions.get("If-None-Match")) is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return self.etag is not None and bool(known & {self.etag, "*"})
        since = _read_date(conditions.get("If-Modified-Since"))
        return self.modified is not None and since is not None and self.modified <= since


def may_be_gzipped(conditions: Mapping[str, str]) -> bool:
    """Tell whether the request allows gzip."""
    offers = conditions.get("Accept-Encoding", "").replace(" ", "").lower().split(",")
    return any(
        name == "gzip" and quality not in {"q=0", "q=0.0"} for name, _, quality in map(_parted, offers)
    )


def _parted(offer: str) -> tuple[str, str, str]:
    return offer.partition(";")


def _read_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
