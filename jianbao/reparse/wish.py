"""What a re-parse was asked for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from jianbao.configuration import Configuration
from storage.archive.material import MaterialFilter


@dataclass(frozen=True, slots=True)
class ReparseWish:
    """Which articles are read again, and whether what that changes is written.

    ``limit`` None: all of them. ``anew``: from the beginning, where an earlier one was cut short.
    """

    filter: MaterialFilter = field(default_factory=MaterialFilter)
    apply: bool = False
    anew: bool = False
    limit: int | None = None

    def name(self, configuration: Configuration) -> str:
        """Return what tells whether a later re-parse is the same one: filter, limit, and what is declared."""
        asked = {name: _plain(value) for name, value in asdict(self.filter).items() if value}
        declared = configuration.model_dump_json(include={"sources", "infocode"})
        digest = hashlib.sha256(declared.encode()).hexdigest()[:16]
        said = asked | ({"limit": self.limit} if self.limit else {}) | {"declared": digest}
        return json.dumps(said, ensure_ascii=False, sort_keys=True)

    @property
    def is_of_whole_sources(self) -> bool:
        """Whether every article of the sources that it names, or of all, is read."""
        asked = asdict(self.filter)
        return self.limit is None and not any(value for name, value in asked.items() if name != "sources")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
