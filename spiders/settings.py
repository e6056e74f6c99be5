"""How every crawl behaves: polite, bounded, and judged by what it counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from spiders.readers.robots_txt import TOKEN
from storage.records.private_hosts import PrivateHosts, name_of
from storage.records.remedy import Mistaken
from storage.records.saying import say

_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_SHORTEST_DELAY = 0.001  # seconds
_DOWNLOADER_MIDDLEWARES: Mapping[str, int | None] = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    # It writes every request out once more to count its bytes.
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "spiders.middleware.allowed_hosts.AllowedHostsMiddleware": 50,
    "spiders.middleware.silent_hosts.SilentHostsMiddleware": 60,
    "spiders.middleware.robots.RememberingRobotsMiddleware": 100,
    "spiders.middleware.retry_after.RetryAfterMiddleware": 560,
    "spiders.middleware.content_decoding.ContentDecodingMiddleware": 590,
    "spiders.middleware.unasked.UnaskedAnswersMiddleware": 880,
    "spiders.middleware.exchange_keeper.ExchangeKeeperMiddleware": 890,
}
"""What stands between spider and network, from the spider outwards; None leaves one of Scrapy's out."""
_SPIDER_MIDDLEWARES: Mapping[str, int | None] = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
_EXTENSIONS: Mapping[str, int | None] = {
    # It counts items and answers, which the crawl counts itself.
    "scrapy.extensions.corestats.CoreStats": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
}


_NOBODY = PrivateHosts()


@dataclass(frozen=True, slots=True)
class HttpRules:
    """The rules of fetching. Delay and timeout are seconds, max_size is bytes after decompression."""

    user_agent: str
    obey_robots: bool = True
    delay: float = 0.5
    concurrency: int = 4
    timeout: float = 30.0
    retries: int = 2
    max_size: int = 10_000_000
    private_hosts: PrivateHosts = _NOBODY


def crawl_settings(rules: HttpRules) -> dict[str, Any]:
    """Return Scrapy's settings for these rules."""
    return {
        "TWISTED_DNS_RESOLVER": "spiders.middleware.resolver.GuardedResolver",
        "PRIVATE_HOSTS": _with_proxies(rules.private_hosts),
        "USER_AGENT": rules.user_agent,
        "DEFAULT_REQUEST_HEADERS": {"Accept": _ACCEPT, "Accept-Language": "zh-CN,zh;q=0.9"},
        "ROBOTSTXT_OBEY": rules.obey_robots,
        "ROBOTSTXT_USER_AGENT": TOKEN,
        # Without any delay Scrapy starts all that waits for a host at once, whatever its concurrency.
        "DOWNLOAD_DELAY": max(rules.delay, _SHORTEST_DELAY),
        "AUTOTHROTTLE_ENABLED": rules.delay > 0,
        "AUTOTHROTTLE_START_DELAY": rules.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(rules.concurrency),
        "CONCURRENT_REQUESTS_PER_DOMAIN": rules.concurrency,
        # The spider hands out no more than each host has room for: a limit of all would let one host's
        # requests keep out the others'.
        "CONCURRENT_REQUESTS": 0,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "spiders.middleware.transport.BoundedHandler"),
        "DOWNLOAD_TIMEOUT": rules.timeout,
        "DOWNLOAD_MAXSIZE": rules.max_size,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "RETRY_TIMES": rules.retries,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        # Where the environment names no proxy, nobody need look for one at every request.
        "HTTPPROXY_ENABLED": bool(getproxies()),
        # Every response starts this many tasks, and our pipeline has use for one: Scrapy's 100 cost half of
        # a crawl's time.
        "CONCURRENT_ITEMS": 1,
        # A check for programmers that reads the callback's source again for every response.
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "DOWNLOADER_MIDDLEWARES": dict(_DOWNLOADER_MIDDLEWARES),
        "SPIDER_MIDDLEWARES": dict(_SPIDER_MIDDLEWARES),
        "EXTENSIONS": dict(_EXTENSIONS),
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_LEVEL": "WARNING",
    }


class ProxyMistaken(Mistaken, ValueError):
    """What the environment says of a proxy is no address of one; the message names the variable alone."""


def _with_proxies(hosts: PrivateHosts) -> PrivateHosts:
    """Whoever sets a proxy wishes it to be asked, wherever it is; raise `ProxyMistaken`."""
    proxies = {_name_proxy(scheme, url) for scheme, url in getproxies().items() if scheme in _PROXIED}
    return replace(hosts, names=hosts.names | proxies - {""})


def _name_proxy(scheme: str, url: str) -> str:
    """Return a proxy's host. What stands before the last @ is a secret, whatever is in it."""
    address = url.rpartition("@")[2]
    try:
        _ = urlsplit(f"//{address.rpartition('//')[2]}").port
    except ValueError:
        # from nothing: what urllib says quotes the address, and so a part of a password
        raise ProxyMistaken(say("cause.proxy_address", variable=f"{scheme.upper()}_PROXY")) from None
    return name_of(f"//{address.rpartition('//')[2]}")


_PROXIED = ("http", "https", "all")
