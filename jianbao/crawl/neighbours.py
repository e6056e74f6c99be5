"""Which sources share a host: a crawl of one is a crawl of that host."""

from __future__ import annotations

from jianbao.configuration import Configuration, Source
from storage.records.host import host_of


def find_neighbours(configuration: Configuration, slug: str) -> tuple[str, ...]:
    """Return the sources that may be asked for at a host of this one, itself among them, by slug."""
    hosts = {source.slug: _hosts(source) for source in configuration.sources}
    own = hosts.get(slug, frozenset())
    return tuple(sorted({slug, *(other for other, theirs in hosts.items() if theirs & own)}))


def _hosts(source: Source) -> frozenset[str]:
    return frozenset(host_of(address) for address in (source.url, *(f"//{host}" for host in source.hosts)))
