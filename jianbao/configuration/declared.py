"""The configured sources as the archive stores them."""

from __future__ import annotations

from jianbao.configuration.model import Configuration
from storage.records.source import Source


def list_declared(configuration: Configuration) -> list[Source]:
    """Return the sources that a configuration names, in its order."""
    return [
        Source(
            slug=source.slug,
            name=source.name,
            kind=source.kind,
            url=source.url,
            timezone=source.timezone,
            schedule=source.schedule,
            enabled=source.enabled,
            window_days=source.window,
        )
        for source in configuration.sources
    ]
