"""Trying channels: a message to each that says it is a test."""

from __future__ import annotations

from collections.abc import Mapping

from jianbao.configuration import Configuration, ConfigurationError
from jianbao.upkeep.alerts.address import ChannelUnusable
from jianbao.upkeep.alerts.channel import make_sender
from jianbao.upkeep.alerts.message import compose_test
from jianbao.upkeep.alerts.sending import read_voice
from storage.records.saying import Saying, say


def try_channels(
    configuration: Configuration, environ: Mapping[str, str], only: str | None = None
) -> dict[str, Saying | None]:
    """Send a test to every channel, or only to one; return by name why it was not taken, None where it was.

    Raises `ConfigurationError` where there is no channel, or none of that name.
    """
    channels = configuration.alerts.channels
    if not channels:
        raise ConfigurationError(str(say("alerts.no_channels")))
    if only is not None and only not in {channel.name for channel in channels}:
        names = ", ".join(channel.name for channel in channels)
        raise ConfigurationError(str(say("alerts.no_channel", name=only, names=names)))
    voice = read_voice(None, configuration)
    results: dict[str, Saying | None] = {}
    for channel in channels:
        if only in (None, channel.name):
            try:
                sender = make_sender(channel, configuration, environ)
                results[channel.name] = sender.send(compose_test(channel.name, voice))
            except ChannelUnusable as error:
                results[channel.name] = error.args[0]
    return results
