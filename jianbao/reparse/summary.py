"""What a re-parse came to: counts, and samples of what it would change or has changed, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from jianbao.reparse.finding import FIELDS, FieldChange, Finding, FindingKind

SAMPLES = 5
"""Samples of each kind that are kept."""
_SHOWN: tuple[FindingKind, ...] = ("new", "refused", "waiting", "lost", "odd")


@dataclass(slots=True)
class FieldSum:
    """How many articles have another value in a field, of them filled and emptied, with samples."""

    articles: int = 0
    filled: int = 0
    emptied: int = 0
    samples: list[tuple[str, FieldChange]] = field(default_factory=list)

    def add(self, info_code: str, change: FieldChange) -> None:
        """Count a change."""
        self.articles += 1
        self.filled += change.kind == "filled"
        self.emptied += change.kind == "emptied"
        if len(self.samples) < SAMPLES:
            self.samples.append((info_code, change))


@dataclass(slots=True)
class Summary:
    """The sums of findings; memory does not grow with them. ``refused`` are the first ones of each source.

    ``finished``: nothing is left to be read.
    """

    counts: Counter[str] = field(default_factory=Counter)
    captures: int = 0
    fields: dict[str, FieldSum] = field(default_factory=dict)
    samples: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    refused_of: Counter[str] = field(default_factory=Counter)
    new_of: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    finished: bool = False
    interrupted: bool = False

    @property
    def read(self) -> int:
        """How many articles were read."""
        return self.counts.total()

    @property
    def changed(self) -> int:
        """How many articles are another by this reading."""
        return sum(self.counts[kind] for kind in ("improved", "revised", "new"))

    @property
    def has_alarms(self) -> bool:
        """Whether anything was found that somebody must look at."""
        return any(self.counts[kind] for kind in ("refused", "lost", "odd"))

    def add(self, finding: Finding) -> None:
        """Count a finding."""
        self.counts[finding.kind] += 1
        self.captures += finding.captures
        for change in finding.changes:
            self.fields.setdefault(change.field, FieldSum()).add(finding.info_code, change)
        if finding.kind in _SHOWN:
            shown = self.samples.setdefault(finding.kind, [])
            if len(shown) < SAMPLES:
                shown.append((finding.info_code, finding.reason))
        if finding.kind == "new":
            self.new_of[finding.source] += 1
        if finding.kind == "refused":
            self._refuse(finding)

    def _refuse(self, finding: Finding) -> None:
        codes = self.refused.setdefault(finding.source, [])
        self.refused_of[finding.source] += 1
        self.reasons.setdefault(finding.source, finding.reason)
        if len(codes) < SAMPLES:
            codes.append(finding.info_code)

    def resume(self, counts: Mapping[str, Any]) -> None:
        """Go on counting where an earlier re-parse stopped."""
        self.captures = counts.get("captures", 0)
        self.counts.update({name: number for name, number in counts.items() if name != "captures"})

    def as_counts(self) -> dict[str, int]:
        """Return what `resume` takes."""
        return {**self.counts, "captures": self.captures}

    def as_json(self) -> dict[str, Any]:
        """Return the counts and samples as `reparse --json` prints them."""
        kinds = ("unchanged", "improved", "revised", "new", "refused", "waiting", "lost", "odd")
        return {
            "read": self.read,
            "captures": self.captures,
            **{kind: self.counts[kind] for kind in kinds},
            "fields": [self._field(name) for name in FIELDS if name in self.fields],
            "samples": {
                kind: [{"info_code": code, "reason": reason} for code, reason in shown]
                for kind, shown in self.samples.items()
            },
            "finished": self.finished,
            "interrupted": self.interrupted,
        }

    def _field(self, name: str) -> dict[str, Any]:
        one = self.fields[name]
        samples = []
        for code, change in one.samples:
            said = asdict(change)
            samples.append({"info_code": code, "old": said["old"], "new": said["new"]})
        return {
            "field": name,
            "articles": one.articles,
            "filled": one.filled,
            "emptied": one.emptied,
            "samples": samples,
        }
