"""Hosts: what is known of each from one crawl to the next, and whom an address asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """What is known of one host (``name[:port]``). ``robots`` is None when none was fetched yet."""

    name: str
    etags_agreed: int = 0
    etags_lied: bool = False
    robots: str | None = None
    robots_fetched_at: datetime | None = None
    rests_until: datetime | None = None

    @property
    def has_true_etags(self) -> bool:
        """An unchanged ETag came with an unchanged body at least once, and never with a changed one."""
        return self.etags_agreed > 0 and not self.etags_lied


def host_of(url: str) -> str:
    """Return ``host`` or ``host:port`` of a URL, as DNS writes it, without the scheme's default port."""
    scheme, place, *_ = urlsplit(url)
    return _host(scheme, place)[0]


def is_allowed(url: str, allowed: frozenset[str]) -> bool:
    """Return whether a URL's host is among these: ``host``, ``host:port``, or ``host:*`` for any port."""
    scheme, place, *_ = urlsplit(url)
    host, name = _host(scheme, place)
    return host in allowed or f"{name}:*" in allowed


@lru_cache(maxsize=1024)  # some twenty times an article, of a few hosts
def _host(scheme: str, place: str) -> tuple[str, str]:
    """Return the host that a URL's scheme and place (with its port) say, and the host's name alone."""
    parts = SplitResult(scheme, place, "", "", "")
    name, port = _name_of(parts), parts.port
    return name if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{name}:{port}", name


def _name_of(parts: SplitResult) -> str:
    """Return a URL's host in lower case; an international name in the letters of DNS, as it is asked for."""
    host = (parts.hostname or "").lower()
    if ":" in host:
        return f"[{host}]"
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
