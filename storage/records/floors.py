"""The floors of an archive's disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Floors:
    """Below which crawling pauses: free bytes, their share of the disk (0 to 1), free inodes. 0 is none."""

    size: int = 0
    share: float = 0.0
    inodes: int = 0
