"""What an import counted: the truth by which it is judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from storage.records.saying import Saying

Outcome = Literal["new", "revised", "unchanged", "older", "known", "quarantined", "passed_over", "failed"]
OUTCOMES: tuple[Outcome, ...] = (
    "new", "revised", "unchanged", "older", "known", "quarantined", "passed_over", "failed",
)  # fmt: skip
_TROUBLE: tuple[Outcome, ...] = ("quarantined", "failed")
_MOST_SENTENCES = 20


@dataclass(slots=True)
class ImportCounts:
    """How the files of an import ended, in all and by source, with sentences about the first in trouble."""

    counts: Counter[str] = field(default_factory=Counter)
    sources: dict[str, Counter[str]] = field(default_factory=dict)
    errors: list[Saying] = field(default_factory=list)
    unsaid: int = 0
    interrupted: bool = False

    def count(self, outcome: Outcome, source: str | None = None, error: Saying | None = None) -> None:
        """Count one file; ``error`` is a sentence that names it and says what is wrong."""
        self.counts[outcome] += 1
        if source is not None:
            self.sources.setdefault(source, Counter())[outcome] += 1
        if error is not None and len(self.errors) < _MOST_SENTENCES:
            self.errors.append(error)
        elif error is not None:
            self.unsaid += 1

    @property
    def files(self) -> int:
        """How many files have ended, in whatever way."""
        return self.counts.total()

    @property
    def status(self) -> Literal["ok", "partial", "failed"]:
        """``ok`` without trouble, ``failed`` when there was nothing else, otherwise ``partial``."""
        trouble = sum(self.counts[outcome] for outcome in _TROUBLE)
        if trouble and trouble == self.files:
            return "failed"
        return "partial" if trouble or self.interrupted else "ok"

    def describe(self) -> str:
        """Return the counts in a line; what did not occur is left out."""
        parts = [f"{self.counts[name]:,} {name.replace('_', ' ')}" for name in OUTCOMES if self.counts[name]]
        return f"{self.files:,} files" + "".join(f", {part}" for part in parts)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as `import --json` prints them."""
        return {
            "status": self.status,
            "files": self.files,
            **{outcome: self.counts[outcome] for outcome in OUTCOMES},
            "sources": [
                {"slug": slug, **{outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]}}
                for slug, counts in sorted(self.sources.items())
            ],
            "errors": self.errors,
            "more_errors": self.unsaid,
            "interrupted": self.interrupted,
        }
