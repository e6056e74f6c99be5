"""Private networks: which addresses are inside one, and which hosts may be asked there all the same.

What a site says, or its name server, must not make us ask machines of our own network (SSRF).
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
_LOCAL = "localhost"
_TRANSLATED = ip_network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ip_network("::/96")  # RFC 4291, 2.5.5.1


@dataclass(frozen=True, slots=True)
class PrivateHosts:
    """Who may be asked inside of private networks; none by default.

    ``names`` are hosts that may have private addresses, ``networks`` addresses that any host may have, and
    ``is_any`` lets everything pass. ``declared`` are the hosts that the sources themselves name and that are
    private by their very name (an address, localhost); ``public`` are the slugs of sources that declare no
    such host: what they list leads into no private network. ``shared`` are hosts that all sources may ask.
    """

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    is_any: bool = False
    declared: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    @classmethod
    def read(
        cls,
        places: Collection[str],
        *,
        is_any: bool = False,
        declared: frozenset[str] = frozenset(),
        public: frozenset[str] = frozenset(),
        shared: frozenset[str] = frozenset(),
    ) -> PrivateHosts:
        """Return those that the configuration lists: names of hosts, addresses, networks."""
        networks = tuple(found for place in places if (found := find_network(place)))
        names = frozenset(place.lower() for place in places if find_network(place) is None)
        return cls(names, networks, is_any, declared, public, shared)

    def may_connect(self, name: str, address: str) -> bool:
        """Return whether a host of this name may be connected to at this address."""
        if is_public_address(address) or self.is_any or name.lower() in self.names:
            return True
        if self._is_in_networks(address):
            return True
        return name.lower() in self.declared and is_private_name(name)

    def may_lead(self, url: str, source: str | None, came_from: str | None) -> bool:
        """Return whether a source's page may lead to this URL, for all that its host's name tells.

        ``source`` is whose list or article it is, where that is known; ``came_from`` the address that
        redirected here.
        """
        name = name_of(url)
        if not is_private_name(name) or self.is_any or name in self.names or self._is_in_networks(name):
            return True
        if came_from is not None and not is_private_name(name_of(came_from)):
            return False
        return name in self.shared or source not in self.public

    def _is_in_networks(self, address: str) -> bool:
        found = read_address(address)
        return found is not None and any(found in network for network in self.networks)


@dataclass(slots=True)
class RefusedHosts:
    """The private addresses at which hosts were not asked, by name: for what is said of it."""

    by_name: dict[str, str] = field(default_factory=dict)


def find_network(place: str) -> Network | None:
    """Return the network, or the single address, that a text names; None for anything else."""
    try:
        return ip_network(place.strip("[]"), strict=False)
    except ValueError:
        return None


def name_of(url: str) -> str:
    """Return the bare name of a URL's host, in lower case; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def read_address(name: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host's name is, in whatever spelling (``127.1``, ``0x7f000001``)."""
    try:
        return ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(name.rstrip("."))) if name[:1].isdigit() else None
    except (OSError, ValueError):
        return None


def is_private_name(name: str) -> bool:
    """Return whether a host's name alone says that it is private: such an address, or localhost."""
    bare = name.lower().rstrip(".")
    if bare == _LOCAL or bare.endswith("." + _LOCAL):
        return True
    return read_address(name) is not None and not is_public_address(name)


def is_public_address(text: str) -> bool:
    """Return whether an address is on the public internet, and no other that it stands for is not.

    Private, loopback, link-local (where clouds keep their metadata), shared, reserved and multicast ones are
    not, nor IPv6 addresses that carry such an IPv4 one (mapped, translated, 6to4, Teredo).
    """
    address = read_address(text)
    if address is None:
        return False
    inner = _carried(address)
    if inner is not None:
        return _is_public(inner)
    return _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    is_reserved = isinstance(address, IPv4Address) and address.is_reserved
    is_local = address.is_multicast or address.is_private or address.is_link_local or address.is_loopback
    return address.is_global and not (is_reserved or is_local or address.is_unspecified)


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _TRANSLATED or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
