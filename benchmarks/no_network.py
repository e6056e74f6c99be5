"""Readers without a network: whatever asks for it is refused and counted."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from unittest.mock import patch


@contextmanager
def blocked_network() -> Iterator[list[str]]:
    """Refuse names and connections inside the block; give the list of those asked for."""
    attempts: list[str] = []

    def refuse(*asked: Any, **_rest: Any) -> NoReturn:
        attempts.append(str(asked[:2]))
        raise OSError("there is no network here")

    with (
        patch.object(socket, "getaddrinfo", refuse),
        patch.object(socket, "gethostbyname", refuse),
        patch.object(socket, "create_connection", refuse),
        patch.object(socket.socket, "connect", refuse),
        patch.object(socket.socket, "connect_ex", refuse),
    ):
        yield attempts
