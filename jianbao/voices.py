"""The sites of a configuration: sources that share a host are one, and so is who answers by info code."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from jianbao.configuration import Configuration
from spiders.addresses import host_of
from storage.records import Site, Voices
from storage.records.voices import fold_name


def find_voices(configuration: Configuration) -> Voices:
    """Return who speaks for articles: the site that shares a host with the endpoint comes first, else the
    first one that the configuration names; the endpoint and the page by code belong to it.
    """
    endpoint = {host_of(configuration.infocode.url)}
    if configuration.infocode.page:
        endpoint.add(host_of(configuration.infocode.page))
    sites: list[Site] = []
    for source in configuration.sources:
        hosts = {host_of(source.url), *(_further(host) for host in source.hosts)}
        names = {fold_name(name) for name in (source.name, *source.speaks_for)}
        alike = [site for site in sites if _share(site.hosts, hosts)]
        merged = Site(
            frozenset(hosts.union(*(site.hosts for site in alike))),
            frozenset(names.union(*(site.names for site in alike))),
        )
        place = sites.index(alike[0]) if alike else len(sites)
        rest = [site for site in sites if site not in alike]
        sites = [*rest[:place], merged, *rest[place:]]
    sites.sort(key=lambda site: not site.hosts & endpoint)
    first = sites[0] if sites else Site(frozenset(), frozenset())
    return Voices([Site(first.hosts | endpoint, first.names), *sites[1:]], host_of)


def _share(hosts: Iterable[str], others: Iterable[str]) -> bool:
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
