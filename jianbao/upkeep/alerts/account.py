"""Sending with an account, and without one while the archive can't be written: somebody hears it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from jianbao.configuration import Configuration
from jianbao.upkeep.alerts.address import ChannelUnusable, read_secret
from jianbao.upkeep.alerts.channel import make_sender
from jianbao.upkeep.alerts.message import compose_plain
from jianbao.upkeep.alerts.ping import ask_ping
from jianbao.upkeep.alerts.sending import Outcome, Round, read_voice
from storage.archive.folder import Archive
from storage.database.trouble import FOREIGN, FORESEEN, foresee
from storage.events.event import is_event_open
from storage.records.remedy import Busy
from storage.records.saying import Saying, quote, say

LOCK = "notify.lock"
_TOLD_AGAIN = 3600.0
"""Seconds after which what can't be entered in the archive is told again."""


class AlertsBusy(Busy):
    """Another process sends alerts."""


def send_alerts(configuration: Configuration, environ: Mapping[str, str], now: datetime) -> list[Outcome]:
    """Tell every channel what it is to be told, then ask the dead man's address if polls go on.

    While the archive can't be written its channels are told that, once an hour. Raises `AlertsBusy`, and
    `AddressUnknown` where that of the dead man can't be read.
    """
    try:
        with _alone(configuration.archive), Archive.open_existing(configuration.archive) as archive:
            outcomes = Round(archive, configuration, environ, now).run()
            _ping(archive, configuration, environ)
            return outcomes
    except (*FORESEEN, *FOREIGN) as error:
        foreseen = foresee(error)
        if isinstance(error, AlertsBusy | ChannelUnusable) or foreseen is None:
            raise
        return _send_without_account(configuration, environ, quote(str(foreseen)))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process send at a time, so that nothing is sent twice."""
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise AlertsBusy(say("alerts.busy")) from error
    try:
        yield
    finally:
        lock.release()


def _ping(archive: Archive, configuration: Configuration, environ: Mapping[str, str]) -> None:
    """Give a sign of life, unless newspapers are no longer polled: then silence is the alarm."""
    alerts = configuration.alerts
    if not alerts.has_ping:
        return
    with archive.reading() as view:
        if is_event_open(view, "polling_stopped"):
            return
    address = read_secret("ping", alerts.ping, alerts.ping_env, alerts.ping_file, configuration, environ)
    ask_ping(address)  # whoever waits for it tells when it does not come


def _send_without_account(
    configuration: Configuration, environ: Mapping[str, str], trouble: Saying
) -> list[Outcome]:
    text = compose_plain((trouble,), read_voice(None, configuration))
    outcomes = []
    for channel in configuration.alerts.channels:
        memory = _memory(configuration.archive, channel.name, trouble)
        outcome = Outcome(channel.name)
        if not _is_fresh(memory):
            try:
                outcome.refused = make_sender(channel, configuration, environ).send(text)
            except ChannelUnusable as error:
                outcome.refused = error.args[0]
            if outcome.refused is None:
                outcome.sent = 1
                with contextlib.suppress(OSError):  # then it is told again: better than not at all
                    memory.touch(mode=0o600)
        outcomes.append(outcome)
    return outcomes


def _memory(archive: Path, channel: str, trouble: Saying) -> Path:
    """Return a file outside of the archive whose age says when a channel was told of a trouble."""
    said = "\0".join((str(archive), channel, trouble.store(), str(os.getuid())))
    return Path(tempfile.gettempdir()) / f"jianbao-told-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _is_fresh(memory: Path) -> bool:
    try:
        return 0 <= time.time() - memory.stat().st_mtime < _TOLD_AGAIN
    except OSError:
        return False
