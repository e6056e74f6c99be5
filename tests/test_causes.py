"""Why nothing came: each cause has a sentence of its own, also where it was robots.txt that did not come."""

from __future__ import annotations

import os
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from OpenSSL import SSL
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, IgnoreRequest
from support.command_line import Command, Ended, run_process
from support.raw_server import Authority, refused_address, serve_raw
from twisted.internet.error import ConnectError, NoRouteError

from spiders.middleware.causes import name_cause

OK = b"HTTP/1.1 200 OK\r\n"
HEADERS = b"".join(b"Set-Cookie: a%d=%s\r\n" % (number, b"x" * 4_000) for number in range(300))


def reset(connection: socket.socket) -> None:
    """End a connection without ceremony."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(connection: socket.socket) -> None:
    """Send headers as long as anybody reads them, 60 MB at most."""
    connection.sendall(OK)
    for _ in range(60):
        connection.sendall(b"Set-Cookie: a=%s\r\n" % (b"x" * 10_000) * 100)


ANSWERS = {
    "closed": (b"", "broke off without an answer"),
    "reset": (reset, "reset the connection (broke off without an answer)"),
    "no-http": (b"220 mail.example ESMTP\r\n\r\n", "answered with something that is not HTTP"),
    "binary": (b"\x00\x01\x02 \xff\r\n\r\n", "answered with something that is not HTTP"),
    "other-version": (b"HTTX/2 200 OK\r\n\r\n", "answered with something that is not HTTP/1"),
    "many-headers": (
        OK + HEADERS + b"Content-Length: 2\r\n\r\nok",
        "sent more than 1,048,576 bytes of headers",
    ),
    "one-long-header": (
        OK + b"Set-Cookie: " + b"x" * 2_000_000 + b"\r\n\r\n",
        "sent more than 1,048,576 bytes of headers",
    ),
    "endless-headers": (endless, "sent more than 1,048,576 bytes of headers"),
    "endless-status": (b"HTTP/1.1 200 " + b"x" * 2_000_000, "sent more than 1,048,576 bytes of headers"),
    "lengths-that-differ": (
        OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n12345",
        "announced lengths of its body that differ, or are none",
    ),
    "no-length": (
        OK + b"Content-Length: five\r\n\r\n12345",
        "announced lengths of its body that differ, or are none",
    ),
    "unknown-coding": (OK + b"Transfer-Encoding: brotli\r\n\r\n12345", "Transfer-Encoding that is not known"),
    "broken-chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n12345", "sent a body in broken chunks"),
    "cut": (OK + b"Content-Length: 50\r\n\r\n12345", "broke off in the middle of its answer"),
    "not-tls": (OK + b"Content-Length: 0\r\n\r\n", "does not speak TLS on this port"),
}
HARMLESS = {
    "long-header": OK + b"X: " + b"x" * 500_000 + b"\r\nContent-Length: 9\r\n\r\n<ul></ul>",
    "half-a-megabyte": OK
    + HEADERS[:500_000].rpartition(b"\r\n")[0]
    + b"\r\nContent-Length: 9\r\n\r\n<ul></ul>",
    "equal-lengths": OK + b"Content-Length: 9\r\nContent-Length: 9\r\n\r\n<ul></ul>",
    "line-without-colon": OK + b"nonsense\r\nContent-Length: 9\r\n\r\n<ul></ul>",
}


def configure(folder: Path, pages: dict[str, str], *, obey_robots: bool) -> Path:
    """Write a configuration with a source for each page."""
    tables = [
        f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\nurl = "{url}"\n'
        for slug, url in pages.items()
    ]
    rules = {"delay": 0, "retries": 0, "timeout": 20, "obey_robots": str(obey_robots).lower()}
    lines = [f"{key} = {value}" for key, value in rules.items()]
    file = folder / "jianbao.toml"
    file.write_text("\n".join((*tables, '[http]\ncontact = "mailto:desk@example.org"', *lines)), "utf-8")
    return file


def causes(ended: Ended) -> dict[str, str]:
    """Return what was said of each source."""
    assert "Traceback" not in ended.stderr
    return dict(error.split(": ", 1) for error in ended.json["errors"])


@pytest.fixture(scope="module")
def said(command: Command, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what one crawl of every such server said of each."""
    folder = tmp_path_factory.mktemp("causes")
    with ExitStack() as stack:
        answers = {name: answer for name, (answer, _) in ANSWERS.items()} | HARMLESS
        pages = {
            name: f"{stack.enter_context(serve_raw(answer))}/category/{name}.html"  # type: ignore[arg-type]
            for name, answer in answers.items()
        }
        pages["not-tls"] = pages["not-tls"].replace("http:", "https:")
        pages["refused"] = f"{stack.enter_context(refused_address())}/a.html"
        return causes(command("--config", configure(folder, pages, obey_robots=False), "crawl", "--json"))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_cause_has_a_sentence_of_its_own(said: dict[str, str], name: str) -> None:
    assert ANSWERS[name][1] in said[name]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_can_be_read_is_read(said: dict[str, str], name: str) -> None:
    assert said[name].endswith("has no section with content")


def test_a_port_without_a_server_refuses(said: dict[str, str]) -> None:
    assert "refused the connection" in said["refused"]


# -- certificates ---------------------------------------------------------------------------------

CERTIFICATES = {
    "expired": "has a certificate that has expired",
    "early": "has a certificate that is not valid yet",
    "other-host": "has a certificate for another host",
    "no-host": "has a certificate that names no host",
    "untrusted": "has a certificate that nobody trusted here has signed",
    "old-tls": "speaks no version of TLS that is safe enough",
}


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], Path]]:
    """Return a page behind each certificate, and the file of the authority that is trusted."""
    folder = tmp_path_factory.mktemp("certificates")
    trusted, stranger = Authority(folder), Authority(folder, "stranger")
    day = timedelta(days=1)
    contexts = {
        "good": trusted.context("127.0.0.1"),
        "expired": trusted.context("127.0.0.1", begins=-3 * day, ends=-day),
        "early": trusted.context("127.0.0.1", begins=day, ends=3 * day),
        "other-host": trusted.context("example.org"),
        "no-host": trusted.context(),
        "untrusted": stranger.context("127.0.0.1"),
        "old-tls": trusted.context("127.0.0.1", version=ssl.TLSVersion.TLSv1_1),
    }
    answer = OK + b"Content-Length: 9\r\nConnection: close\r\n\r\n<ul></ul>"
    with ExitStack() as stack:
        pages = {
            name: f"{stack.enter_context(serve_raw(answer, context))}/category/{name}.html"
            for name, context in contexts.items()
        }
        yield pages, trusted.file


@pytest.fixture(scope="module", params=[False, True], ids=["page", "robots"])
def refusals(
    request: pytest.FixtureRequest,
    secure: tuple[dict[str, str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Return what a crawl said of each page, or of the robots.txt before it."""
    pages, trusted = secure
    file = configure(tmp_path_factory.mktemp("refusals"), pages, obey_robots=request.param)
    environment = {**os.environ, "SSL_CERT_FILE": str(trusted)}
    found = causes(run_process("--config", file, "crawl", "--json", **environment))
    assert all(
        ("robots.txt" in text) is request.param for name, text in found.items() if name in CERTIFICATES
    )
    return found


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_refused_certificate_says_what_is_wrong(refusals: dict[str, str], name: str) -> None:
    assert CERTIFICATES[name] in refusals[name]


def test_a_good_certificate_is_accepted(refusals: dict[str, str]) -> None:
    assert refusals["good"].endswith("has no section with content")


def test_an_error_that_nobody_foresaw_is_named_as_it_is() -> None:
    assert name_cause(RuntimeError("surprise")) == "failed: RuntimeError: surprise"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (CannotResolveHostError("no such name"), "has a host name that cannot be resolved"),
        (NoRouteError(), "cannot be reached: there is no route to its host"),
        (
            ConnectError(101, "network is unreachable"),
            "cannot be reached (An error occurred while connecting: 101",
        ),
        (DownloadTimeoutError("slow"), "did not answer in time"),
        (IgnoreRequest("Forbidden by robots.txt"), "is forbidden by robots.txt"),
        (SSL.Error([("SSL routines", "", "sslv3 alert handshake failure")]), "refused the TLS handshake"),
        (SSL.Error([("SSL routines", "", "dh key too small")]), "has keys that are too weak"),
        (SSL.Error([]), "failed in the TLS handshake (Error)"),
    ],
    ids=["dns", "no-route", "no-network", "timeout", "robots", "handshake", "weak-keys", "unknown-tls"],
)
def test_other_causes(error: Exception, sentence: str) -> None:
    assert sentence in name_cause(error)
