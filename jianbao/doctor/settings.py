"""The configuration: what is formally right in it, and still not what somebody wants."""

from __future__ import annotations

from collections.abc import Iterator

from jianbao.configuration import Configuration
from jianbao.configuration.model import EXAMPLE_CONTACT
from jianbao.doctor.finding import Finding, ill, well


def examine_settings(configuration: Configuration) -> Iterator[Finding]:
    """Yield how a configuration is that was read without an error."""
    if configuration.file is None:
        yield ill("configuration", "missing", "warn")
    else:
        yield well("configuration", file=str(configuration.file))
    if configuration.http.contact == EXAMPLE_CONTACT:
        yield ill("contact", "example", "warn")
    else:
        yield well("contact", contact=configuration.http.contact)
    if configuration.http.obey_robots:
        yield well("robots")
    else:
        yield ill("robots", "ignored", "warn")
    yield from _schedules(configuration)
    yield _backups(configuration)


def _schedules(configuration: Configuration) -> Iterator[Finding]:
    polled = [source for source in configuration.sources if source.is_polled]
    if not polled:
        yield ill("sources", "none", "fail")
        return
    off = [source.slug for source in polled if not source.enabled]
    never = [source.slug for source in polled if source.enabled and not source.schedule]
    if never:
        yield ill("schedule", "never", "warn", sources=", ".join(never))
    if off:
        yield ill("sources", "off", "warn", sources=", ".join(off))
    if not never and not off:
        yield well("sources", count=len(polled))


def _backups(configuration: Configuration) -> Finding:
    wanted = configuration.backup
    if wanted.to is None:
        return ill("backup", "nowhere", "warn")
    if wanted.schedule is None:
        return ill("backup", "unscheduled", "warn", folder=str(wanted.to))
    if not wanted.to.exists() and not wanted.to.parent.exists():
        return ill("backup", "away", "fail", folder=str(wanted.to))
    return well("backup", folder=str(wanted.to))
