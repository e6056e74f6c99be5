"""The keys of `[http]` that have checks of their own: hosts inside of private networks."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from jianbao.configuration.values import check_host
from storage.records.private_hosts import find_network


def _check_place(text: str) -> str:
    """Refuse what is neither a network nor the name or address of a host without its port."""
    if find_network(text) is not None:
        return text
    if ":" in check_host(text):
        raise ValueError("it has a port, and a host is private on all of them")
    return text


PrivatePlace = Annotated[str, StringConstraints(max_length=300), AfterValidator(_check_place)]
PrivatePlaces = (
    Annotated[bool, Field(strict=False)]
    | Annotated[tuple[PrivatePlace, ...], Field(strict=False, max_length=100)]
)
PRIVATE = 'true or false, or a list of host names and networks such as ["intern.example.org", "10.0.0.0/8"]'
