"""Serving the reader: a socket of our own, a quiet server, and an end that says how it came."""

from __future__ import annotations

import errno
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from storage.records.remedy import Busy, Unusable

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI

_NEEDED = ("fastapi", "jinja2", "nh3", "prometheus_client", "uvicorn")
_GRACE = 3  # seconds for answers under way
_BACKLOG = 128
_MOST_AT_ONCE = 512
"""Connections at once: beyond these the answer is 503, so that a flood takes neither files nor memory."""


class ExtraMissing(Unusable):
    """The reader's libraries are not installed: the message names what to install."""


class PortTaken(Busy):
    """Something else listens at this address and port already; the message says so."""


def check_extra() -> None:
    """Raise `ExtraMissing` when the libraries of the extra ``web`` are not there."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ExtraMissing(f"the reader needs {', '.join(missing)}: pip install '.[web]' in jianbao's folder")


def serve_archive(
    folder: Path, host: str, port: int, names: Sequence[str] = (), *, tell: Callable[[str], None]
) -> None:
    """Serve the archive in a folder until interrupted; ``tell`` gets each sentence for people.

    Raises `NoArchive`, `PortTaken`, or OSError for an address that is not ours.
    """
    from jianbao.web.application import create_app  # noqa: PLC0415 - FastAPI takes 0.4 s

    application = create_app(folder, [host, *names])
    try:
        with listen(host, port) as listening:
            if not _is_loopback(host):
                tell(
                    f"jianbao: the reader asks for no password: whoever reaches {host} can read this archive"
                )
            tell(f"reading at {_address(listening)}; Ctrl-C ends it")
            _run(application, listening)
    finally:
        application.state.archive.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise `PortTaken`, or OSError for an address that is not this machine's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise OSError(error.errno, "no address of this machine", host) from error
    family, kind, protocol, _, place = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _name_trouble(error, host, port) from error
    return listening


def spare_collector() -> None:
    """Leave what every page needs out of garbage collections: a whole one would make a page wait 50 ms."""
    from storage.search import index_version  # noqa: PLC0415 - with the tables that fold texts

    index_version()
    gc.collect()
    gc.freeze()


def _run(application: FastAPI, listening: socket.socket) -> None:
    """Serve until a signal comes: what is under way is finished, then the signal is raised as it came."""
    import uvicorn  # noqa: PLC0415 - it belongs to the extra

    from jianbao.web.middleware.patience import ImpatientProtocol  # noqa: PLC0415 - so does this

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = uvicorn.Config(
        application,
        http=ImpatientProtocol,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        limit_concurrency=_MOST_AT_ONCE,
        ws="none",
    )
    spare_collector()
    signal.signal(signal.SIGTERM, _end_well)
    uvicorn.Server(settings).run(sockets=[listening])


def _end_well(_number: int, _frame: FrameType | None) -> None:
    """End with status 0: a service manager that stops the reader is no trouble."""
    raise SystemExit(0)


def _name_trouble(error: OSError, host: str, port: int) -> Exception:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(f"something listens at {host} port {port} already: stop it, or name another --port")
    return OSError(error.errno, os.strerror(error.errno or 0), f"{host} port {port}")


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
