"""The heartbeat: ``service.json`` in the archive folder, by which others see that the service lives."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from scheduler.liveness.service_lock import is_held

_FILE = "service.json"
_ROOM = 8 * 1024  # bytes
STUCK_AFTER = 300.0
"""Seconds without a heartbeat after which a running service counts as stuck."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the service says of itself. Times are ISO 8601; ``stopped_at`` is None while it runs.

    ``next_runs`` holds the soonest runs by slug, ``crawls`` the children at work, ``history`` the one that
    goes on with a source's history meanwhile, ``chores`` what else runs, ``obstacles`` what pauses
    crawling, ``unwritten`` how many records wait for the archive, ``trouble`` why they do.
    """

    pid: int
    host: str
    started_at: str
    beat_at: str
    stopped_at: str | None = None
    next_runs: dict[str, str] | None = None
    crawls: tuple[dict[str, Any], ...] = ()
    history: dict[str, Any] | None = None
    chores: tuple[dict[str, Any], ...] = ()
    obstacles: tuple[dict[str, Any], ...] = ()
    unwritten: int = 0
    trouble: str | None = None

    def stopped(self, now: datetime) -> Heartbeat:
        """Return the last heartbeat of a service that ends in good order."""
        at = now.isoformat()
        return replace(self, beat_at=at, stopped_at=at, next_runs=None, crawls=(), history=None, chores=())


def write_heartbeat(folder: Path, heartbeat: Heartbeat) -> None:
    """Replace ``service.json`` at once, so that no reader ever sees half of it; raise OSError.

    On a full disk it is written over in place, which needs no room: the file is padded for that.
    """
    said = json.dumps(asdict(heartbeat), ensure_ascii=False, indent=1).encode().ljust(_ROOM) + b"\n"
    new = folder / f"{_FILE}.new"
    try:
        new.write_bytes(said)
        new.replace(folder / _FILE)
    except OSError:
        new.unlink(missing_ok=True)
        if not _write_over(folder / _FILE, said):
            raise


def _write_over(path: Path, said: bytes) -> bool:
    """Write over a file in one go, within the room that it has; return whether there was enough."""
    room = path.stat().st_size if path.exists() else 0
    if len(said) > room:
        return False
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, said.rstrip(b"\n").ljust(room - 1) + b"\n", 0)
    finally:
        os.close(descriptor)
    return True


def read_heartbeat(folder: Path) -> dict[str, Any]:
    """Return the newest heartbeat, empty when there is none or the file is damaged."""
    try:
        said = json.loads((folder / _FILE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def read_service_state(folder: Path, now: datetime, stuck_after: float = STUCK_AFTER) -> dict[str, Any]:
    """Return the heartbeat with ``state`` (running, stopped or stuck), ``since`` and ``clean``.

    ``clean`` is False when the service ended without saying so. The lock tells whether it lives, so neither a
    process id used again nor a container's own numbering misleads.
    """
    said = read_heartbeat(folder)
    beat_at = _moment(said.get("beat_at"))
    if not is_held(folder):
        since = said.get("stopped_at") or said.get("beat_at")
        return {**said, "state": "stopped", "since": since, "clean": not said or bool(said.get("stopped_at"))}
    # A beat that lies ahead is one of a clock that was wrong, and says nothing of now.
    late = beat_at is None or abs((now - beat_at).total_seconds()) > stuck_after
    since = said.get("beat_at") if late else said.get("started_at")
    return {**said, "state": "stuck" if late else "running", "since": since, "clean": True}


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
