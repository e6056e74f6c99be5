"""What was found out about an address: which kind of source it is, and the keys of its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """A source as an answer shows it. ``keys`` are those that its kind takes beside the usual ones.

    ``reasons`` are sentences that say by what it was recognised; ``beside`` what else there is.
    """

    kind: str
    url: str
    name: str | None = None
    keys: Mapping[str, object] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
