"""Waiting for an archive whose database is damaged: the service goes on when somebody has mended it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

from jianbao.service.order import ServiceOrder
from scheduler.liveness.systemd import notify_systemd

_LOG = logging.getLogger("jianbao.service")
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
"""Seconds between two looks."""
_BEAT = 30.0
"""Seconds between two signs of life for systemd."""


def wait_until_whole(order: ServiceOrder, trouble: Exception) -> NoReturn:
    """Wait until the archive is whole, telling the channels meanwhile; then begin `jianbao run` anew.

    Nothing is held, so that `jianbao restore` and `jianbao rebuild` may work. SIGTERM, SIGINT and SIGHUP end
    the process at once, with 0 (raises `SystemExit`).
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _LOG.error("%s", trouble)
    notify_systemd("READY=1")
    pause = _FIRST_PAUSE
    while True:
        if any(chore.name == "notify" for chore in order.chores):
            _run_module("jianbao", *order.options, "notify", "send", "--json")
        _LOG.warning("waiting for a whole archive: the next look is in %.0f seconds", pause)
        _rest(pause)
        if _run_module("jianbao.service.wholeness", order.archive) == 0:
            _begin_anew(order)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _begin_anew(order: ServiceOrder) -> NoReturn:
    _LOG.warning("the archive is whole again: the service goes on")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jianbao", *order.options, "run"])  # noqa: S606


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _rest(seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        notify_systemd("WATCHDOG=1")
        time.sleep(min(left, _BEAT))


def _run_module(*words: str) -> int:
    """Run a module of ours in a process of its own, and return its status; it ends with us."""
    with subprocess.Popen([sys.executable, "-P", "-m", *words], stdout=subprocess.DEVNULL) as child:  # noqa: S603
        try:
            while True:
                notify_systemd("WATCHDOG=1")
                try:
                    return child.wait(_BEAT)
                except subprocess.TimeoutExpired:
                    continue
        except BaseException:
            child.kill()
            raise
