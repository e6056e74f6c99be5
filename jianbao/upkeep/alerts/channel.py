"""One channel of alerts: apprise with its address, and silence about that address."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jianbao.configuration import Configuration
from jianbao.configuration.alert_keys import Channel
from jianbao.upkeep.alerts.address import AddressUnknown, ChannelUnusable, as_apprise, read_secret
from storage.records.saying import Saying, say

_NAMING = ("apprise", "requests", "urllib3")
"""Loggers that print whole addresses."""
_ANSWERED = re.compile(r"error=(\d{3})\b")


class NoApprise(ChannelUnusable):
    """The extra that sends is not installed: install it."""


@dataclass(frozen=True, slots=True)
class Text:
    """One message: a title on one line, and a body of plain text. ``is_grave`` for what must be seen now."""

    title: str
    body: str
    is_grave: bool = False


@dataclass(slots=True)
class Sender:
    """Sends texts to one channel."""

    _service: Any = field(repr=False)

    def send(self, text: Text) -> Saying | None:
        """Send a text; return why it was not taken, None when it was. Never names the address."""
        kind = "failure" if text.is_grave else "warning"
        with _silence() as heard:
            try:
                taken = self._service.notify(body=text.body, title=text.title, notify_type=kind)
            except Exception as error:  # noqa: BLE001 - plugins of others raise whatever they like
                return say("alerts.broke", error=type(error).__name__)
        if taken:
            return None
        answered = _ANSWERED.search(" ".join(heard))
        return say("alerts.answered", status=int(answered[1])) if answered else say("alerts.not_taken")


def make_sender(channel: Channel, configuration: Configuration, environ: Mapping[str, str]) -> Sender:
    """Return what sends to a channel; raise `NoApprise`, or `AddressUnknown`, also for what nothing reads."""
    address = read_secret(
        channel.name, channel.url, channel.url_env, channel.url_file, configuration, environ
    )
    try:
        import apprise  # noqa: PLC0415 - an extra, and it takes long to load
    except ImportError as error:
        raise NoApprise(say("alerts.no_apprise")) from error
    asset = apprise.AppriseAsset(
        app_id="jianbao", app_desc="jianbao 剪报", app_url="", image_url_mask="", http_redirects=False
    )
    with _silence():
        try:
            service = apprise.Apprise.instantiate(as_apprise(address), asset=asset, suppress_exceptions=True)
        except Exception:  # noqa: BLE001 - what it says would hold the address
            service = None
    if service is None:
        raise AddressUnknown(say("alerts.no_scheme", name=channel.name))
    return Sender(service)


class _Ear(logging.Handler):
    """Hears what a library logs, and passes nothing on."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.heard.append(record.getMessage())


@contextmanager
def _silence() -> Iterator[list[str]]:
    """Let nothing of what these libraries log go anywhere; what is heard meanwhile is given, to be judged."""
    ear = _Ear()
    loggers = [logging.getLogger(name) for name in _NAMING]
    before = [(one.propagate, one.handlers) for one in loggers]
    for one in loggers:
        one.propagate, one.handlers = False, [ear]
    try:
        yield ear.heard
    finally:
        for one, (propagate, handlers) in zip(loggers, before, strict=True):
            one.propagate, one.handlers = propagate, handlers
