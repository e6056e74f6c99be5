"""Addresses as feeds have them: relative, unencoded, with blanks around them."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

_LONGEST = 2_000


def web_address(base: str, href: str | None) -> str | None:
    """Return an address of the web, absolute and encoded; None for any other, and for one too long."""
    href = (href or "").strip()
    if not href or len(href) > _LONGEST:
        return None
    try:
        address = safe_url_string(urljoin(base, href))
        parts = urlsplit(address)
        is_of_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return address if is_of_web else None
