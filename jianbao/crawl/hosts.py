"""Which hosts a configuration lets its crawls ask: those that the sources name, and which may be private."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from jianbao.configuration import Configuration
from jianbao.configuration.model import Source
from storage.records.host import host_of
from storage.records.private_hosts import PrivateHosts, is_private_name, name_of


def list_hosts(configuration: Configuration) -> frozenset[str]:
    """Return the hosts that may be asked: ``host``, ``host:port``, or ``host:*`` for any port."""
    hosts = {host_of(address) for address in _list_shared(configuration)}
    for source in configuration.sources:
        hosts |= {host_of(address) for address in _list_addresses(source)}
        further = [f"//{host}" for host in source.hosts]
        hosts |= {host_of(host) if urlsplit(host).port else f"{host_of(host)}:*" for host in further}
    return frozenset(hosts)


def find_private_hosts(configuration: Configuration, wished: Sequence[str] = ()) -> PrivateHosts:
    """Return who may be asked in private networks: as configured, and whom sources name by such an address.

    ``wished`` are addresses that somebody typed.
    """
    told = configuration.http.private_hosts
    shared = _private_names((*_list_shared(configuration), *wished))
    private = {source.slug: _private_names(_list_named(source)) for source in configuration.sources}
    return PrivateHosts.read(
        () if isinstance(told, bool) else told,
        is_any=told is True,
        declared=shared.union(*private.values()),
        public=frozenset(slug for slug, names in private.items() if not names),
        shared=shared,
    )


def _private_names(addresses: Sequence[str]) -> frozenset[str]:
    return frozenset(filter(is_private_name, map(name_of, addresses)))


def _list_shared(configuration: Configuration) -> list[str]:
    return [configuration.infocode.url, configuration.infocode.page]


def _list_named(source: Source) -> list[str]:
    return [*_list_addresses(source), *(f"//{host}" for host in source.hosts)]


def _list_addresses(source: Source) -> Iterator[str]:
    yield source.url
    yield from source.paper_addresses()
    yield from source.list
    yield from source.sitemap
