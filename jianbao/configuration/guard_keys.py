"""The keys of the guards: the floors below which crawling pauses."""

from __future__ import annotations

from pydantic import Field

from jianbao.configuration.section import SWITCH, Section
from storage.records.floors import Floors


class Guards(Section):
    """What an archive's disk must have left, and whether the clock is watched."""

    free_bytes: int = Field(
        default=50_000_000, ge=0, le=10**15, description="a whole number of bytes from 0 to 10**15"
    )
    free_share: float = Field(default=0.0, ge=0, le=0.9, description="a share of the disk from 0 to 0.9")
    free_inodes: int = Field(default=1_000, ge=0, le=10**9, description="a whole number from 0 to 10**9")
    clock: bool = Field(default=True, description=SWITCH)

    @property
    def floors(self) -> Floors:
        """The floors of the disk."""
        return Floors(self.free_bytes, self.free_share, self.free_inodes)
