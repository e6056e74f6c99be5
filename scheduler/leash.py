"""The leash: run as a script, it becomes the command it is given and dies with the service that started it.

``python -I -S leash.py PARENT COMMAND…``. Linux sends the process SIGTERM when its parent ends, even
by SIGKILL, so no crawl outlives its service. A program of its own: preexec_fn may deadlock beside threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2); survives execve(2)
_NOT_FOUND = 127  # what a shell answers for a command that can't be run


def leashed(argv: list[str]) -> list[str]:
    """Return the command line that runs ``argv`` on a leash held by this process."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *argv]


def main(parent: int, argv: list[str]) -> int:
    """Become ``argv``; return a status only when that fails."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the leash was on
        return 128 + signal.SIGTERM
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - the service's own command line
    except OSError as error:
        sys.stderr.write(f"{argv[0]} can't be started: {error.strerror}\n")
    return _NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
