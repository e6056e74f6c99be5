"""Names to addresses: what a name leads to is checked where it is connected to, address by address.

Whatever a name server says next time, no connection is made to an address that was not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from storage.records.private_hosts import PrivateHosts, RefusedHosts

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

SETTING = "PRIVATE_HOSTS"
"""The setting that holds the crawl's `PrivateHosts`."""
refused = RefusedHosts()
"""What this process's resolver refused."""


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, whose answers go through `Guard`."""

    hosts = PrivateHosts()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Build the resolver with the crawl's private hosts."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.hosts = crawler.settings.get(SETTING) or PrivateHosts()
        return resolver

    def install_on_reactor(self) -> None:
        """Install the resolver, and the guard before it: every connection to a host's name asks that."""
        super().install_on_reactor()
        guard: Any = Guard(self.reactor.nameResolver, self.hosts)
        self.reactor.installNameResolver(guard)


@implementer(IHostnameResolver)
class Guard:
    """Another resolver's answers, less the addresses that a host may not have."""

    def __init__(self, resolver: Any, hosts: PrivateHosts) -> None:
        self._resolver = resolver
        self._hosts = hosts

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        *rest: Any,
        **named: Any,
    ) -> Any:
        """Resolve a name; `refused` tells of what was left out."""
        receiver = _Receiver(resolutionReceiver, hostName, self._hosts)
        return self._resolver.resolveHostName(receiver, hostName, *rest, **named)


@implementer(IResolutionReceiver)
class _Receiver:
    def __init__(self, receiver: Any, name: str, hosts: PrivateHosts) -> None:
        self._receiver = receiver
        self._name = name
        self._hosts = hosts
        refused.by_name.pop(name, None)

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        host = str(getattr(address, "host", ""))
        if self._hosts.may_connect(self._name, host):
            self._receiver.addressResolved(address)
        else:
            refused.by_name[self._name] = host

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionComplete()
