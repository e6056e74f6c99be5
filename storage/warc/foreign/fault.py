"""What is wrong with others' records, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.records.remedy import SetAside
from storage.records.saying import Saying, say

FaultKind = Literal["damaged", "cut", "digest", "algorithm", "too_large", "truncated", "odd", "unresolved"]
"""``damaged``: cannot be read; ``cut``: shorter than it says; ``digest``: not what its digest says;
``algorithm``: its digest cannot be checked; ``too_large``: more than is read; ``truncated``: its writer says
that it is cut; ``odd``: no message as HTTP has them; ``unresolved``: what it repeats is nowhere."""
FAULTS: tuple[FaultKind, ...] = (
    "damaged", "cut", "digest", "algorithm", "too_large", "truncated", "odd", "unresolved",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record, or what stands at a place, is not taken for whole; ``why`` completes "the record"."""

    kind: FaultKind
    why: Saying


@dataclass(frozen=True, slots=True)
class FoundFault:
    """A fault and the place in the file (bytes) where the record begins, or should."""

    at: int
    fault: Fault


class Faulty(SetAside):
    """A record cannot be used; it says why."""

    def __init__(self, kind: FaultKind, why: Saying) -> None:
        super().__init__(why)
        self.fault = Fault(kind, why)


def fault(kind: FaultKind, key: str, **values: str | int) -> Faulty:
    """Return the error of a fault whose phrase is ``warc.KEY``."""
    return Faulty(kind, say(f"warc.{key}", **values))
