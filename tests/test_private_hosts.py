"""No site, and no name server, makes us ask machines of our own network."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from support.configuration_file import source_table, write_file
from twisted.internet.address import IPv4Address
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from zope.interface import implementer  # type: ignore[import-untyped]

from jianbao.configuration import ConfigurationError, load_configuration
from jianbao.crawl.hosts import find_private_hosts, list_hosts
from jianbao.demo import DemoSite, Press
from spiders.middleware.allowed_hosts import AllowedHostsMiddleware, OffHost
from spiders.middleware.resolver import Guard, refused
from storage.records import Owed
from storage.records.private_hosts import PrivateHosts, is_private_name, is_public_address

PRIVATE = (
    "127.0.0.1",
    "127.8.9.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "198.18.0.7",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "2001:0:0:0:0:0:80ff:fffe",
    "::7f00:1",
)
PUBLIC = (
    "93.184.216.34",
    "8.8.8.8",
    "2606:2800:220:1::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_known_in_any_spelling(address: str) -> None:
    assert not is_public_address(address)
    assert is_private_name(address)
    assert not PrivateHosts().may_connect("news.example.org", address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_may_be_asked(address: str) -> None:
    assert is_public_address(address)
    assert PrivateHosts().may_connect("news.example.org", address)


@given(st.text(max_size=40) | st.ip_addresses().map(str))
def test_any_text_is_an_address_or_none(text: str) -> None:
    assert is_public_address(text) in (True, False)
    assert is_private_name(text) in (True, False)


@implementer(IHostnameResolver)
@dataclass
class Names:
    """A name server that says something else every time."""

    answers: list[list[str]]

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, *_: Any) -> None:  # noqa: N802, N803
        receiver.resolutionBegan(None)
        for address in self.answers.pop(0):
            receiver.addressResolved(IPv4Address("TCP", address, portNumber))
        receiver.resolutionComplete()


@implementer(IReactorPluggableNameResolver)
class Reactor(MemoryReactorClock):
    """A reactor that connects to nobody, and tells to whom it would have."""

    def __init__(self, resolver: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.nameResolver = resolver


def connect(guard: Guard, name: str) -> list[str]:
    """Return the addresses that a connection to a name goes to."""
    reactor: Any = Reactor(guard)
    factory: Any = Factory()
    connecting = HostnameEndpoint(reactor, name, 80).connect(factory)
    connecting.addErrback(lambda _failure: None)
    return [client[0] for client in reactor.tcpClients]


def test_a_name_that_leads_elsewhere_the_second_time_is_not_followed() -> None:
    """Nothing is connected to but what was looked at: DNS rebinding."""
    guard = Guard(Names([["93.184.216.34"], ["127.0.0.1"], ["10.0.0.9", "93.184.216.34"]]), PrivateHosts())
    assert connect(guard, "news.example.org") == ["93.184.216.34"]
    assert connect(guard, "news.example.org") == []
    assert refused.by_name["news.example.org"] == "127.0.0.1"
    assert connect(guard, "news.example.org") == ["93.184.216.34"]


def test_the_configuration_may_name_hosts_and_networks() -> None:
    hosts = PrivateHosts.read(("intern.example.org", "198.18.0.0/15"))
    assert hosts.may_connect("intern.example.org", "10.0.0.9")
    assert hosts.may_connect("news.example.org", "198.18.3.4")
    assert not hosts.may_connect("news.example.org", "10.0.0.9")
    assert PrivateHosts(is_any=True).may_connect("news.example.org", "127.0.0.1")


Hosts = tuple[PrivateHosts, frozenset[str]]


@pytest.fixture(name="hosts")
def configured(tmp_path: Path) -> Hosts:
    """A newspaper on the internet, and one of our own machine."""
    text = source_table(slug='"far"', url='"http://news.example.org/list.html"')
    text += source_table(slug='"near"', url='"http://127.0.0.1:8080/list.html"')
    configuration = load_configuration(write_file(tmp_path, text), None, {})
    return find_private_hosts(configuration), list_hosts(configuration)


def test_a_source_that_names_such_an_address_means_it(hosts: Hosts) -> None:
    private, _ = hosts
    assert private.may_connect("127.0.0.1", "127.0.0.1")
    assert not private.may_connect("news.example.org", "127.0.0.1")
    assert private.declared == frozenset({"127.0.0.1"})
    assert private.public == frozenset({"far"})


def refusing(hosts: Hosts) -> AllowedHostsMiddleware:
    class Crawler:
        def __init__(self) -> None:
            self.settings = {"PRIVATE_HOSTS": hosts[0]}
            self.spider = type("Spider", (), {"allowed_hosts": hosts[1], "picture_hosts": ()})()

    return AllowedHostsMiddleware(Crawler())  # type: ignore[arg-type]


@dataclass
class Searching:
    owed: Owed


@pytest.mark.parametrize(
    ("meta", "passes"),
    [
        pytest.param(
            {"search": Searching(Owed("near", "A-1", "media", "http://127.0.0.1:8080/1", ""))}, True, id="own"
        ),
        pytest.param(
            {"search": Searching(Owed("far", "A-1", "media", "http://x/1", ""))}, False, id="link of another"
        ),
        pytest.param({"redirect_urls": ["http://news.example.org/"]}, False, id="redirect"),
        pytest.param({"redirect_urls": ["http://127.0.0.1:8080/old"]}, True, id="redirect inside"),
        pytest.param(
            {"redirect_urls": ["http://news.example.org/robots.txt"], "dont_obey_robotstxt": True},
            False,
            id="robots.txt",
        ),
    ],
)
def test_what_one_site_says_leads_into_no_private_network(
    hosts: Hosts, meta: dict[str, Any], passes: bool
) -> None:
    request = Request("http://127.0.0.1:8080/1", meta=meta)
    asked = refusing(hosts).process_request(request)
    if passes:
        asyncio.run(asked)
    else:
        with pytest.raises(OffHost, match="private network"):
            asyncio.run(asked)


_AT_LOOPBACK = """
import socket, sys
socket.gethostbyname = lambda name: "127.0.0.1"
from jianbao.cli import main
sys.argv = ["jianbao", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("told", ["", 'private_hosts = ["paper.example.org"]', "private_hosts = true"])
def test_a_crawl_asks_no_host_of_a_private_network_unless_it_is_told(tmp_path: Path, told: str) -> None:
    """A real crawl, and a name server that leads it to this machine."""
    with DemoSite(Press.of(2, papers=1), rooms=()) as site:
        url = f"http://paper.example.org:{site.port}"
        file = write_file(
            tmp_path,
            f'archive = "a"\n[http]\ndelay = 0\nretries = 0\n{told}\n[infocode]\nurl = "{url}/{{code}}"\n'
            f'page = "{url}/{{code}}"\n'
            + source_table(url=json.dumps(url + site.category_path(site.slugs[0]))),
        )
        ended = subprocess.run(
            [sys.executable, "-c", _AT_LOOPBACK, "--config", str(file), "crawl", "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        crawled = json.loads(ended.stdout)
        if told:
            assert crawled["sources"][0]["new"] == 2
        else:
            assert "leads to 127.0.0.1, an address of a private network" in " ".join(crawled["errors"])
            assert site.requests == []


def test_a_key_that_names_no_host_is_refused(tmp_path: Path) -> None:
    for wrong in ('["a.example.org:80"]', '["10.0.0.0/99"]', '["http://a/"]', '"a"', "2"):
        file = write_file(tmp_path, f"[http]\nprivate_hosts = {wrong}\n")
        with pytest.raises(ConfigurationError, match="private_hosts"):
            load_configuration(file, None, {})
