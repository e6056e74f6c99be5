"""What an import of WARC files counted: records, what became of them, what is wrong and where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from storage.records.saying import Saying
from storage.warc.foreign.fault import FAULTS, Fault

Outcome = Literal[
    "new",
    "revised",
    "unchanged",
    "older",
    "known",
    "listed",
    "pictures",
    "furniture",
    "no_article",
    "quarantined",
    "failed",
]
OUTCOMES: tuple[Outcome, ...] = (
    "new", "revised", "unchanged", "older", "known", "listed", "pictures", "furniture",
    "no_article", "quarantined", "failed",
)  # fmt: skip
_TROUBLE = ("quarantined", "failed")
_MOST_TOLD = 100
_MOST_HOSTS = 1_000


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong at a place (bytes) of a file; None: with the whole file."""

    file: str
    offset: int | None
    fault: Fault

    def as_json(self) -> dict[str, Any]:
        """Return it as `import warc --json` prints it."""
        return {"file": self.file, "offset": self.offset, "kind": self.fault.kind, "reason": self.fault.why}


@dataclass(slots=True)
class WarcCounts:
    """The counts of an import, in all and by source; damages and errors by name are the first ones."""

    files: int = 0
    records: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    sources: dict[str, Counter[str]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    damages: list[Damage] = field(default_factory=list)
    hosts: Counter[str] = field(default_factory=Counter)
    errors: list[Saying] = field(default_factory=list)
    packed_as_a_whole: list[str] = field(default_factory=list)
    unsaid: int = 0
    hosts_unsaid: int = 0
    interrupted: bool = False

    def count(self, outcome: Outcome, source: str, error: Saying | None = None) -> None:
        """Count what became of a capture; ``error`` is a sentence that names it."""
        self.sources.setdefault(source, Counter())[outcome] += 1
        if error is not None:
            self.tell(error)

    def count_many(self, outcome: Outcome, source: str, count: int) -> None:
        """Count several captures that ended in one way."""
        if count:
            self.sources.setdefault(source, Counter())[outcome] += count

    def tell(self, error: Saying) -> None:
        """Note a sentence about what is wrong; the first ones are told."""
        if len(self.errors) < _MOST_TOLD:
            self.errors.append(error)
        else:
            self.unsaid += 1

    def note_fault(self, file: str, offset: int | None, fault: Fault) -> None:
        """Count what is wrong; the first ones are told with their places."""
        self.faults[fault.kind] += 1
        if len(self.damages) < _MOST_TOLD:
            self.damages.append(Damage(file, offset, fault))

    def note_packed(self, file: str) -> None:
        """Note that a file is packed as a whole, and not record by record; the first ones are told."""
        if file not in self.packed_as_a_whole and len(self.packed_as_a_whole) < _MOST_TOLD:
            self.packed_as_a_whole.append(file)

    def note_host(self, host: str) -> None:
        """Count an answer of a host that is no source's."""
        if host in self.hosts or len(self.hosts) < _MOST_HOSTS:
            self.hosts[host] += 1
        else:
            self.hosts_unsaid += 1

    def total(self, outcome: str) -> int:
        """Return how many captures ended so."""
        return sum(counts[outcome] for counts in self.sources.values())

    @property
    def status(self) -> Literal["ok", "partial", "failed"]:
        """``ok`` where all could be read, ``failed`` where nothing could, otherwise ``partial``."""
        trouble = self.faults.total() + sum(self.total(one) for one in _TROUBLE)
        done = self.records.total()
        if trouble and not done:
            return "failed"
        return "partial" if trouble or self.interrupted else "ok"

    def describe(self) -> str:
        """Return the counts in a line; what did not occur is left out."""
        parts = [f"{self.total(name):,} {name.replace('_', ' ')}" for name in OUTCOMES if self.total(name)]
        parts += [f"{self.faults.total():,} not whole"] if self.faults else []
        return f"{self.records.total():,} records in {self.files:,} files" + "".join(
            f", {one}" for one in parts
        )

    def as_json(self, *, is_applied: bool) -> dict[str, Any]:
        """Return the counts as `import warc --json` prints them."""
        return {
            "status": self.status,
            "applied": is_applied,
            "files": self.files,
            "records": dict(sorted(self.records.items())),
            "statuses": dict(sorted(self.statuses.items())),
            **{outcome: self.total(outcome) for outcome in OUTCOMES},
            "sources": [
                {"slug": slug, **{outcome: counts[outcome] for outcome in OUTCOMES}}
                for slug, counts in sorted(self.sources.items())
            ],
            "faults": {kind: self.faults[kind] for kind in FAULTS},
            "damages": [one.as_json() for one in self.damages],
            "packed_as_a_whole": self.packed_as_a_whole,
            "hosts_without_source": dict(self.hosts.most_common()),
            "more_hosts": self.hosts_unsaid,
            "errors": self.errors,
            "more_errors": self.unsaid,
            "interrupted": self.interrupted,
        }
