"""The sites of a configuration: sources that share a host are one, and so is who answers by info code."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from jianbao.configuration import Configuration
from storage.records import Site, Voices
from storage.records.host import host_of
from storage.records.voices import fold_name


def find_voices(configuration: Configuration, former: Iterable[tuple[str, str, str]] = ()) -> Voices:
    """Return who speaks for articles: the site that polls at the endpoint's host comes first, else the first
    one that the configuration names; the endpoint and the page by code belong to it.

    A host that a source's ``url`` names is that source's: another source may look for articles there, and
    does not become of its site. ``former`` are the slug, name and address of sources that the configuration
    may no longer name: what they brought stays theirs.
    """
    endpoint = {host_of(configuration.infocode.url)}
    if configuration.infocode.page:
        endpoint.add(host_of(configuration.infocode.page))
    sources = configuration.sources
    configured = {source.slug for source in sources}
    gone = [(name, host_of(url)) for slug, name, url in former if slug not in configured]
    polled = {host_of(source.url) for source in sources} | {host for _, host in gone} | endpoint
    sites: list[Site] = []
    for source in sources:
        further = {_further(host) for host in source.hosts} - polled
        names = (source.name, *source.speaks_for)
        sites = _join(sites, Site(frozenset({host_of(source.url), *further}), _folded(names)), polled)
    for name, host in gone:
        sites = _join(sites, Site(frozenset({host}), _folded((name,)), is_former=True), polled)
    sites.sort(key=lambda site: not site.hosts & endpoint)
    first = sites[0] if sites else Site(frozenset(), frozenset())
    return Voices([Site(first.hosts | endpoint, first.names, first.is_former), *sites[1:]], host_of)


def _join(sites: list[Site], new: Site, polled: set[str]) -> list[Site]:
    """Return the sites with a new one, which those that share a host with it are one with."""
    alike = [
        site
        for site in sites
        if site.hosts & new.hosts or _has_common_host(site.hosts - polled, new.hosts - polled)
    ]
    merged = Site(
        new.hosts.union(*(site.hosts for site in alike)),
        new.names.union(*(site.names for site in alike)),
        is_former=all(site.is_former for site in (new, *alike)),
    )
    place = sites.index(alike[0]) if alike else len(sites)
    rest = [site for site in sites if site not in alike]
    return [*rest[:place], merged, *rest[place:]]


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold_name(name) for name in names)


def _has_common_host(hosts: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether two sites have a host in common; ``name:*`` stands for every port."""
    known, wanted = set(hosts), set(others)
    anyhow = {f"{_bare(host)}:*" for host in known}, {f"{_bare(host)}:*" for host in wanted}
    return bool(known & wanted or known & anyhow[1] or wanted & anyhow[0])


def _bare(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and (port == "*" or port.isdigit()) else host


def _further(host: str) -> str:
    name = host_of(f"//{host}")
    return name if urlsplit(f"//{host}").port else f"{name}:*"
