"""Hosts: whom an address asks, written as it is asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Return ``host`` or ``host:port`` of a URL, as DNS writes it, without the scheme's default port."""
    parts = urlsplit(url)
    host, port = _name_of(url), parts.port
    return host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"


def is_allowed(url: str, allowed: frozenset[str]) -> bool:
    """Return whether a URL's host is among these: ``host``, ``host:port``, or ``host:*`` for any port."""
    return host_of(url) in allowed or f"{_name_of(url)}:*" in allowed


def _name_of(url: str) -> str:
    """Return a URL's host in lower case; an international name in the letters of DNS, as it is asked for."""
    host = (urlsplit(url).hostname or "").lower()
    if ":" in host:
        return f"[{host}]"
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
