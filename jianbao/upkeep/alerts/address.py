"""Where a channel is: an address that holds a secret, from the configuration, the environment or a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from jianbao.configuration import Configuration
from storage.records.remedy import Unusable
from storage.records.saying import say

_LONGEST = 2_000  # characters
_MAIL = re.compile(r"mailto:([^/?@\s][^?@\s]*@[^?@/\s]+)")


class ChannelUnusable(Unusable):
    """Nothing can be sent to a channel as it is declared or installed; its argument is the saying why."""


class AddressUnknown(ChannelUnusable):
    """The address of a channel can't be had; the message says from where, and never what it is."""


def read_secret(
    name: str,
    given: SecretStr | None,
    variable: str | None,
    file: Path | None,
    configuration: Configuration,
    environ: Mapping[str, str],
) -> str:
    """Return an address from the one place that names it; raise `AddressUnknown`."""
    if sum(place is not None for place in (given, variable, file)) != 1:
        raise AddressUnknown(say("alerts.one_place", name=name))
    if given is not None:
        return given.get_secret_value().strip()
    if variable is not None:
        return _of_variable(name, variable, environ)
    assert file is not None
    base = configuration.file.parent if configuration.file is not None else Path.cwd()
    return _of_file(name, base / file)


def _of_variable(name: str, variable: str, environ: Mapping[str, str]) -> str:
    found = environ.get(variable, "").strip()
    if not found:
        raise AddressUnknown(say("alerts.no_variable", name=name, variable=variable))
    return found


def _of_file(name: str, file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            found = stream.readline(_LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise AddressUnknown(say("alerts.no_file", name=name, file=str(file), reason=reason)) from None
    if not found or len(found) > _LONGEST:
        raise AddressUnknown(say("alerts.no_line", name=name, file=str(file)))
    return found


def as_apprise(address: str) -> str:
    """Return an address as apprise takes it.

    A plain web address is a webhook, a plain mailto: goes through this machine's own mail server. Any other
    is apprise's own (``wecombot://…``, ``mailtos://user:password@host?to=…``).
    """
    if address.startswith("http://"):
        return "json://" + address.removeprefix("http://")
    if address.startswith("https://"):
        return "jsons://" + address.removeprefix("https://")
    if plain := _MAIL.fullmatch(address):
        recipient = quote(plain[1], safe="@")
        return f"mailto://localhost:25?to={recipient}&from=jianbao@localhost&name=jianbao"
    return address
