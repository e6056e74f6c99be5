"""Labels of saved pages: what a careful reader found on each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SITE = re.compile(r"(?:.*/)?(?P<site>[^/_]+?)(?:_[^/]*)?(?:\.html?)?\Z")


@dataclass(frozen=True, slots=True)
class Label:
    """What is on a page: None where there is none. ``disputed`` names the fields that are not scored."""

    file: str
    kind: str
    title: str | None
    time: str | None
    media: str | None
    author: str | None
    first: str | None
    last: str | None
    paragraphs: int | None
    disputed: frozenset[str]
    url: str | None
    site: str

    @property
    def is_article(self) -> bool:
        """Whether a reader should give an article."""
        return self.kind == "article"


def read_labels(folder: Path) -> list[Label]:
    """Return the labels of the pages that are in the folder, in the file's order."""
    path = folder / "labels.jsonl"
    if not path.is_file():
        return []
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [_label(entry) for entry in entries if (folder / entry["file"]).is_file()]


def _label(entry: dict[str, Any]) -> Label:
    paragraphs = entry.get("paragraphs")
    return Label(
        file=entry["file"],
        kind=entry.get("kind") or "article",
        title=entry.get("title") or None,
        time=entry.get("time") or None,
        media=entry.get("media") or None,
        author=entry.get("author") or None,
        first=entry.get("first") or None,
        last=entry.get("last") or None,
        paragraphs=int(paragraphs) if paragraphs is not None else None,
        disputed=frozenset(entry.get("disputed") or ()),
        url=entry.get("url") or None,
        site=entry.get("site") or _site(entry["file"]),
    )


def _site(file: str) -> str:
    match = _SITE.match(file)
    return match["site"] if match else file
