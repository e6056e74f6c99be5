"""Where a picture may come from: hosts of the public web, never this machine or the network around it."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE = frozenset(
    ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "test")
)
"""Top-level names that lead nowhere on the public web: RFC 6761, 6762 and 8375, and what networks use."""


def is_public_host(host: str) -> bool:
    """Return whether a host, in lower case and an IPv6 address in brackets, belongs to the public web.

    A browser reads `127.1`, `0x7f000001` and `2130706433` as 127.0.0.1 (WHATWG URL, "ends in a number"), so a
    host that ends in a number must be a plain address. What a name leads to is not looked up.
    """
    if host.startswith("["):
        return _is_public_6(host.strip("[]"))
    name = host.removesuffix(".")
    top = name.rpartition(".")[2]
    if _NUMBER.fullmatch(top):
        return _is_public_4(name)
    return "." in name and top not in _PRIVATE and _NAME.fullmatch(name) is not None


def _is_public_4(text: str) -> bool:
    try:
        return _is_global(IPv4Address(text))
    except AddressValueError:
        return False


def _is_public_6(text: str) -> bool:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return False
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or _nat64(address)
    return _is_global(address) if inner is None else _is_global(inner)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


def _nat64(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address inside one of 64:ff9b::/96 (RFC 6052) or ::/96; None for any other."""
    prefix, inner = int(address) >> 32, int(address) & 0xFFFF_FFFF
    return IPv4Address(inner) if prefix in (0, 0x0064_FF9B << 64) else None
