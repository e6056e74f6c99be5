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
            poll_floor=(floor := round(source.poll_floor or configuration.service.poll_floor)),
            poll_ceiling=max(floor, round(source.poll_ceiling or configuration.service.poll_ceiling)),
        )
        for source in configuration.sources
    ]
