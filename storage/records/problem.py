"""Problems: what a look at the whole archive finds that is not as it should be, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records.saying import Saying


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or, as a note, only worth knowing.

    ``command`` mends it, as it would be typed; where it takes more than that, ``said`` tells. ``file`` is
    relative to the archive's folder, ``offset`` in bytes. ``count`` is of how many things it tells.
    """

    kind: str
    said: Saying
    command: str | None = None
    file: str | None = None
    offset: int | None = None
    info_code: str | None = None
    source: str | None = None
    count: int = 1

    @property
    def example(self) -> str:
        """Where it is, in a word: an info code, or a place in a file."""
        place = self.file if self.offset is None else f"{self.file}@{self.offset}"
        return self.info_code or place or self.source or self.kind
