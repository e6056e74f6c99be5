"""An obstacle: what keeps crawls from being kept, while which none is started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way, in one sentence.

    ``bars_writing``: the folder is not the archive's now; ``bars_reading``: whoever asks it would hang.
    """

    kind: str
    message: str
    bars_writing: bool = False
    bars_reading: bool = False
