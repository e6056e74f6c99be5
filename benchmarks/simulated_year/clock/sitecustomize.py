"""A clock that can be set: Python imports this first in every process that has its folder in PYTHONPATH.

The file that ``SIMULATED_CLOCK`` names holds how many seconds the simulated time is ahead of the machine's
(behind it: negative). With ``SIMULATED_CLOCK_FOLLOWS`` a process goes on looking at the file, as one does
whose clock somebody sets while it runs; steady clocks stay what they are.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

_LOOK_EVERY = 0.1  # seconds


def travel() -> None:
    """Set this process's clock as the file says; without one leave it."""
    named = os.environ.get("SIMULATED_CLOCK")
    if named is None:
        return
    import time_machine

    true = time.time
    traveller = time_machine.travel(true() + float(Path(named).read_text("ascii")), tick=True)
    coordinates = traveller.start()
    if os.environ.get("SIMULATED_CLOCK_FOLLOWS"):
        threading.Thread(target=_follow, args=(Path(named), coordinates), daemon=True).start()


def _follow(file: Path, coordinates: object) -> None:
    import time_machine

    assert isinstance(coordinates, time_machine.Traveller)
    known = file.read_text("ascii")
    while True:
        time.sleep(_LOOK_EVERY)
        said = file.read_text("ascii")
        if said and said != known:
            coordinates.shift(float(said) - float(known))
            known = said


travel()
