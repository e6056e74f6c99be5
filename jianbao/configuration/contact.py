"""Whom a site can write to about our crawls: a contact of one's own, not the example's."""

from __future__ import annotations

import re

from jianbao.configuration.model import Configuration
from jianbao.configuration.problem import ConfigurationError

_PLACEHOLDER = re.compile(
    r"mailto:(?:you|me|name|user|someone|your[-._]?(?:name|address|mail|e-?mail))"
    r"@(?:[\w.-]+\.)?(?:example\.(?:org|com|net)|example|invalid|test|localhost)",
    re.IGNORECASE,
)


def is_placeholder(contact: str) -> bool:
    """Return whether a contact only stands for somebody's own: nobody reads ``you`` at an example's domain.

    The domains are those that RFC 2606 keeps for examples.
    """
    return _PLACEHOLDER.fullmatch(contact) is not None


def describe_placeholder(configuration: Configuration) -> str:
    """Return what to do about a contact that is a placeholder."""
    place = configuration.file or "a configuration (jianbao init writes one)"
    return (
        f"http.contact is still a placeholder ({configuration.http.contact}), "
        f"and sites want to know who asks: put your own into {place}"
    )


def require_contact(configuration: Configuration) -> None:
    """Raise `ConfigurationError` where the contact is a placeholder: a service asks for months, unseen."""
    if is_placeholder(configuration.http.contact):
        raise ConfigurationError(describe_placeholder(configuration))
