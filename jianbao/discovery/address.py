"""What was typed: an address, with or without its scheme, or a newspaper's name."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from jianbao.configuration.values import check_address

_HOST = re.compile(r"(?:localhost|[\w-]+(?:\.[\w-]+)+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?", re.ASCII)


def as_address(typed: str) -> str | None:
    """Return the address that was typed, ``http`` where it says no scheme; None for a name.

    Raises `ValueError` for an address that is none.
    """
    typed = typed.strip()
    if typed.startswith(("http://", "https://")):
        return check_address(_whole(typed))
    host = typed.partition("/")[0]
    return check_address(_whole(f"http://{typed}")) if _HOST.fullmatch(host) else None


def _whole(address: str) -> str:
    """Return an address with a path, and what is not ASCII in it encoded."""
    parts = urlsplit(address)
    rest = quote(address.partition("//")[2].partition("/")[2], safe="/?&=%#:;,.~!*'()+@$[]-_")
    return f"{parts.scheme}://{parts.netloc}/{rest}"
