"""The dead man's address: asked while all is well, so that somebody elsewhere notices when nobody asks it."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from storage.records.saying import Saying, quote, say

_PATIENCE = 10.0  # seconds
_LONGEST = 1_024  # bytes that are read of the answer


class _Staying(HTTPRedirectHandler):
    """Follows no redirect: the address that was given is the one that is asked."""

    def redirect_request(self, *_: Any) -> None:
        """Go nowhere."""


def ask_ping(address: str, patience: float = _PATIENCE) -> Saying | None:
    """Ask an http or https address; return why it did not answer well (2xx), None when it did.

    No redirect is followed, no proxy used, little of the answer read, and the address never named.
    """
    if not address.startswith(("http://", "https://")):
        return say("alerts.ping_failed", reason=quote("http, https"))
    opener: OpenerDirector = build_opener(_Staying(), ProxyHandler({}))
    try:
        request = Request(address, headers={"User-Agent": "jianbao"})  # noqa: S310 - its scheme is looked at
        with opener.open(request, timeout=patience) as answer:
            answer.read1(_LONGEST)
    except HTTPError as error:
        error.close()
        return say("alerts.ping_failed", reason=say("alerts.answered", status=error.code))
    except (OSError, ValueError, http.client.HTTPException) as error:
        return say("alerts.ping_failed", reason=quote(type(error).__name__))
    return None
