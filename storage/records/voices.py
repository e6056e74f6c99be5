"""Who speaks for an article: the sites that the sources make up, and which of two texts stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """Hosts that belong together, and the newspapers for which they speak.

    ``is_former``: only sources that the configuration no longer names polled them, so nobody asks there.
    """

    hosts: frozenset[str]
    names: frozenset[str]
    is_former: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A text for an article: where it came from, and which newspaper it says that it is of."""

    url: str
    media: str | None = None


class Voices:
    """The sites, the first of which speaks where nothing else tells."""

    def __init__(self, sites: Iterable[Site], host_of: Callable[[str], str]) -> None:
        """``host_of`` gives the host of an address, as the sites name theirs."""
        self._sites = tuple(sites)
        self._host_of = host_of
        self._of_host = {host: number for number, site in enumerate(self._sites) for host in site.hosts}

    @property
    def are_many(self) -> bool:
        """Whether there is more than one site, so that one could speak for another."""
        return len(self._sites) > 1

    def site_of(self, url: str) -> int | None:
        """Return the number of an address's site, None for one that no source names.

        What came without a host (an import) is the first site's.
        """
        if not url.startswith(("http://", "https://")):
            return 0
        try:
            host = self._host_of(url)
        except ValueError:
            return None
        return self._of_host.get(host, self._of_host.get(f"{_bare(host)}:*"))

    def are_apart(self, url: str, other: str) -> bool:
        """Return whether two addresses are of different sites, both known."""
        one, two = self.site_of(url), self.site_of(other)
        return None not in (one, two) and one != two

    def is_former(self, url: str) -> bool:
        """Return whether an address is of a site that nobody asks any more."""
        site = self.site_of(url)
        return site is not None and self._sites[site].is_former

    def is_preferred(self, claim: Claim, known: Claim) -> bool:
        """Return whether a text of another site stands before the known one.

        A site speaks for a newspaper when the *other* text says that it is of one that the site's sources
        name: what a site says of itself proves nothing. Where that tells nothing, the first site does.
        """
        one, two = self.site_of(claim.url), self.site_of(known.url)
        if one is None or two is None:
            return one is not None
        if (speaks := self._has_name(one, known.media)) != self._has_name(two, claim.media):
            return speaks
        return one < two

    def _has_name(self, site: int, media: str | None) -> bool:
        return media is not None and fold_name(media) in self._sites[site].names


def _bare(host: str) -> str:
    """Return a host without its port."""
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def fold_name(name: str) -> str:
    """Return a newspaper's name as two writings of it compare."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
